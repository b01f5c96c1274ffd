"""``nhipdo-edge pin``."""

import io

import pytest

from edge_agent.config import is_pin


@pytest.fixture
def typed(monkeypatch):
    """Somebody types these words, one at each question."""

    def words(*answers):
        left = list(answers)
        monkeypatch.setattr("getpass.getpass", lambda _question: left.pop(0))

    return words


def test_it_asks_twice_and_prints_the_hash_alone(nhipdo_edge, typed):
    typed("2580", "2580")
    code, out, err = nhipdo_edge("pin")
    assert (code, err) == (0, "")
    assert is_pin("2580", out.removesuffix("\n"))


def test_two_different_pins_are_refused(nhipdo_edge, typed):
    typed("2580", "2581")
    assert nhipdo_edge("pin") == (1, "", "pin: the two differ. Try again.\n")


def test_the_pin_may_come_from_the_input(nhipdo_edge, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("123456\nmore\n"))
    code, out, _ = nhipdo_edge("pin", "--stdin")
    assert code == 0
    assert is_pin("123456", out.removesuffix("\n"))


@pytest.mark.parametrize("pin", ["", "123\n", "12x4\n"])
def test_what_is_no_pin_is_refused_with_what_one_is(nhipdo_edge, monkeypatch, pin):
    monkeypatch.setattr("sys.stdin", io.StringIO(pin))
    assert nhipdo_edge("pin", "--stdin") == (1, "", "pin: expected 4 to 12 digits. Try again.\n")


def test_without_anybody_to_ask_it_says_how_else(nhipdo_edge, monkeypatch):
    def nobody(_question):
        raise EOFError

    monkeypatch.setattr("getpass.getpass", nobody)
    told = "pin: nobody is there to type it. Write it to the input of: nhipdo-edge pin --stdin\n"
    assert nhipdo_edge("pin") == (1, "", told)
