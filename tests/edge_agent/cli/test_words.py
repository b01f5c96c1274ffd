"""The command line itself: help, wrong words, exit codes."""

import shlex
import subprocess
import sys

import pytest

from edge_agent.cli import build_parser
from edge_agent.commands.parsing import join_words

COMMANDS = [
    ["check"],
    ["read"],
    ["run"],
    ["replay"],
    ["simulate"],
    ["outbox"],
    ["outbox", "export"],
    ["outbox", "acknowledge"],
    ["adopt"],
    ["trust-clock"],
    ["models"],
    ["example"],
    ["pin"],
]


def examples(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line.startswith("nhipdo-edge ")]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_teaches_by_an_example_that_can_be_typed(nhipdo_edge, words):
    code, out, err = nhipdo_edge(*words, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: nhipdo-edge {' '.join(words)}")
    assert "Example:" in out
    mine = [line for line in examples(out) if line.startswith(f"nhipdo-edge {' '.join(words)}")]
    assert mine
    for line in examples(out):
        build_parser().parse_args(join_words(shlex.split(line.split(" > ")[0])[1:]))


def test_the_help_lists_every_command_and_the_first_steps(nhipdo_edge):
    code, out, _ = nhipdo_edge("--help")
    assert code == 0
    for words in COMMANDS:
        assert f"\n    {' '.join(words)}" in out
    assert "First steps:" in out
    assert "Exit codes: 0 done, 1 it failed, 2 the request makes no sense." in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "nhipdo-edge: the following arguments are required: COMMAND. See: nhipdo-edge --help\n"),
        (
            ("read",),
            ("nhipdo-edge read: the following arguments are required: agent.toml. See: nhipdo-edge read --help\n"),
        ),
        (
            ("check", "a.toml", "--timeout", "soon"),
            (
                "nhipdo-edge check: argument --timeout: expected a number of seconds above 0, got 'soon'. "
                "See: nhipdo-edge check --help\n"
            ),
        ),
        (
            ("outbox", "export", "a.toml"),
            (
                "nhipdo-edge outbox export: the following arguments are required: FILE. "
                "See: nhipdo-edge outbox export --help\n"
            ),
        ),
    ],
)
def test_words_that_make_no_sense_are_told_in_one_line(nhipdo_edge, words, told):
    assert nhipdo_edge(*words) == (2, "", told)


def test_an_unknown_command_is_answered_with_the_known_ones(nhipdo_edge):
    code, out, err = nhipdo_edge("chek", "agent.toml")
    assert (code, out) == (2, "")
    assert err.startswith("nhipdo-edge: argument COMMAND: invalid choice: 'chek' (choose from ")
    assert err.endswith(" See: nhipdo-edge --help\n")
    assert err.count("\n") == 1


def test_a_reader_that_has_seen_enough_is_no_failure():
    command = [sys.executable, "-m", "edge_agent.cli", "models"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (0, b"")


def test_what_a_real_edge_never_needs_is_not_loaded():
    said = "import sys, edge_agent.cli; print([n for n in sys.modules if n.startswith(('drivers.simulators', 'paho'))])"
    assert subprocess.check_output([sys.executable, "-c", said], text=True) == "[]\n"
