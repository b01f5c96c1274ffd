"""Transcripts as the MT-SICS reference manual, level 0, prints them."""

import pytest

from drivers.errors import BadReplyError, BusyError, NoReplyError, RefusedError
from drivers.instrument import Indication, Meaning, Missing
from drivers.serial.mt_sics import Balance, MtSicsFormat
from drivers.strict import read_struct


@pytest.mark.parametrize(
    ("reply", "mass_g", "doubt"),
    [
        (b"S S     100.00 g\r\n", 100.00, ""),  # manual, S
        (b"S D      -0.03 g\r\n", -0.03, "unsettled"),  # manual, SI, still moving
        (b"S S     14.256 g \r\n", 14.256, ""),  # units are filled with blanks on some models
        (b"S S       .500 g\r\n", 0.5, ""),
        (b"S S     1000.1 mg\r\n", 1.0001, ""),
        (b"S S   12.34567 kg\r\n", 12345.67, ""),
        (b"S S          3 ug\r\n", 3e-6, ""),
    ],
)
def test_a_weight_is_given_in_g_exactly(answered, reply, mass_g, doubt):
    assert answered(Balance("b-1"), reply) == (Indication("mass", mass_g, "g", 7, doubt),)


def test_the_unit_of_the_model_file_is_the_unit_of_the_channel(answered):
    balance = MtSicsFormat(unit="kg").instrument("b-1", 0)
    assert balance.channels == {"mass": "kg"}
    assert answered(balance, b"S S     100.00 g\r\n") == (Indication("mass", 0.1, "kg", 7),)


def test_the_command_of_the_model_file_is_what_is_sent():
    for command, sent in (("SI", b"SI\r\n"), ("S", b"S\r\n")):
        [request] = next(MtSicsFormat(command=command).instrument("b-1", 0).poll())
        assert request.send == sent
        assert request.what == f"weight ({command})"


@pytest.mark.parametrize(
    ("reply", "kind", "code", "text"),
    [
        (b"S I\r\n", BusyError, "busy", "expected a weight, got busy (S I). The next poll will tell."),
        (
            b"S +\r\n",
            RefusedError,
            "out_of_range",
            "expected a weight, got overload (S +). Take the load off.",
        ),
        (
            b"S -\r\n",
            RefusedError,
            "out_of_range",
            "expected a weight, got underload (S -). Put the pan back, or set zero.",
        ),
        (
            b"S L\r\n",
            RefusedError,
            "refused",
            (
                "expected a weight, got wrong parameter (S L). "
                "Check that the balance speaks MT-SICS and knows the model file's command."
            ),
        ),
        (
            b"ES\r\n",
            RefusedError,
            "refused",
            (
                "expected a weight, got syntax error (ES). "
                "Check that the balance speaks MT-SICS and knows the model file's command."
            ),
        ),
        (
            b"EL\r\n",
            RefusedError,
            "refused",
            (
                "expected a weight, got logical error (EL). "
                "Check that the balance speaks MT-SICS and knows the model file's command."
            ),
        ),
        (
            b"ET\r\n",
            BadReplyError,
            "bad_reply",
            "expected a weight, got transmission error (ET). Check baud rate, parity and cable.",
        ),
        (
            b"S S Error 10b\r\n",
            RefusedError,
            "refused",
            "expected a weight, got its own error 10b. Look it up in its manual.",
        ),
        (
            b"S S     0.2205 lb\r\n",
            BadReplyError,
            "bad_reply",
            "expected a weight in g, got one in lb. Set the unit of the balance.",
        ),
        (
            b"\xff\x00S S     100.00 g\r\n",
            BadReplyError,
            "bad_reply",
            "expected a weight, got 'ÿ\\x00S S     100.00 g'. Check baud rate, parity and cable.",
        ),
        (
            b"S S     10 .00 g\r\n",
            BadReplyError,
            "bad_reply",
            "expected a weight, got 'S S     10 .00 g'. Check baud rate, parity and cable.",
        ),
        (
            b"\r\n",
            BadReplyError,
            "bad_reply",
            "expected a weight, got ''. Check baud rate, parity and cable.",
        ),
    ],
)
def test_what_is_no_weight_says_why_and_what_to_do(answered, reply, kind, code, text):
    [missing] = answered(Balance("b-1"), reply)
    assert isinstance(missing, Missing)
    assert (missing.channel, type(missing.reason), missing.reason.code, missing.at) == ("mass", kind, code, 7)
    assert str(missing.reason) == f"b-1: mass (SI): {text}"


def test_a_moving_weight_is_not_given_when_only_settled_ones_are_wanted(answered):
    balance = MtSicsFormat(settled_only=True).instrument("b-1", 0)
    [missing] = answered(balance, b"S D      -0.03 g\r\n")
    assert isinstance(missing.reason, BusyError)
    assert str(missing.reason) == (
        "b-1: mass (SI): expected a settled weight, got one that still moves. Wait, or shield the pan."
    )
    assert answered(balance, b"S S     100.00 g\r\n") == (Indication("mass", 100.0, "g", 7),)


def test_a_weight_outside_the_range_of_the_model_file_is_uncertain(answered):
    balance = MtSicsFormat(minimum=0, maximum=200).instrument("b-1", 0)
    assert [s.doubt for s in answered(balance, b"S S     200.01 g\r\n")] == ["out_of_range"]
    assert [s.doubt for s in answered(balance, b"S S      -0.01 g\r\n")] == ["out_of_range"]
    assert [s.doubt for s in answered(balance, b"S S     200.00 g\r\n")] == [""]


def test_the_failure_of_a_bus_is_passed_on(answered):
    silent = NoReplyError("b-1: nothing came.")
    assert answered(Balance("b-1"), silent) == (Missing("mass", silent, 7),)


def test_the_meaning_of_the_channel_is_told():
    form, mistakes = read_struct({"maximum": 220.0}, MtSicsFormat)
    assert mistakes == []
    assert form.meanings() == {
        "mass": Meaning("g", None, 220.0, text=False, title={"vi": "Khối lượng", "en": "Mass"}),
    }


def test_mistakes_in_a_model_file_are_named():
    with pytest.raises(ValueError, match=r"^minimum: 5 is not below maximum, 5\. Give the range .* in kg\.$"):
        MtSicsFormat(unit="kg", minimum=5, maximum=5)
    assert read_struct({"unit": "lb", "comand": "S"}, MtSicsFormat)[1] == [
        "comand: unknown key. Did you mean command?",
        "unit: got 'lb'. Use one of kg, g, mg, ug.",
    ]
