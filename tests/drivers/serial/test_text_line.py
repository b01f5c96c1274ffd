import pytest

from drivers.errors import BadReplyError, NoReplyError, RefusedError
from drivers.instrument import Indication, Meaning, Missing
from drivers.naming import Title
from drivers.serial.text_channel import TextChannel
from drivers.serial.text_line import TextLineFormat, lines
from drivers.strict import read_struct

CLIMATE = TextLineFormat(
    prompt="READ?\r\n",
    pattern=r"(?P<temperature>[-+0-9.,]+) \xb0C; (?P<humidity>[-0-9.]+) %",
    channel=(
        TextChannel(name="temperature", unit="Cel", decimal_comma=True, minimum=-40, maximum=125),
        TextChannel(name="humidity", unit="%", no_value=("---",), title=Title(vi="Độ ẩm", en="Humidity")),
    ),
)
SCALE = TextLineFormat(pattern=r"(?:ST|US),GS,(?P<mass>[-+ 0-9.]+)kg", channel=(TextChannel(name="mass", unit="kg"),))


def test_a_prompt_brings_a_line_and_each_group_is_a_channel(answered):
    climate = CLIMATE.instrument("climate-1", 0)
    [request] = next(climate.poll())
    assert (request.send, request.what) == (b"READ?\r\n", "line for 'READ?'")
    assert climate.channels == {"temperature": "Cel", "humidity": "%"}
    assert answered(climate, b"+23,45 \xb0C; 51.2 %\r\n") == (
        Indication("temperature", 23.45, "Cel", 7),
        Indication("humidity", 51.2, "%", 7),
    )


def test_one_bad_group_does_not_spoil_the_other(answered):
    good, missing = answered(CLIMATE.instrument("climate-1", 0), b"23,45 \xb0C; --- %\r\n")
    assert good == Indication("temperature", 23.45, "Cel", 7)
    assert (type(missing.reason), missing.reason.code) == (RefusedError, "no_value")
    assert str(missing.reason) == (
        "climate-1: humidity: expected a value, got '---'. Check what is connected to the instrument."
    )
    _, missing = answered(CLIMATE.instrument("climate-1", 0), b"23,45 \xb0C; 5-1 %\r\n")
    assert str(missing.reason) == (
        "climate-1: humidity: expected a number, got '5-1'. Check the pattern in the model file."
    )


def test_a_value_outside_its_range_is_uncertain(answered):
    hot, humid = answered(CLIMATE.instrument("climate-1", 0), b"125,1 \xb0C; 51.2 %\r\n")
    assert (hot.doubt, humid.doubt) == ("out_of_range", "")


def test_a_line_that_does_not_fit_makes_every_channel_missing(answered):
    shown = answered(CLIMATE.instrument("climate-1", 0), b"ERROR 7\r\n")
    assert [(m.channel, m.at) for m in shown] == [("temperature", 7), ("humidity", 7)]
    assert isinstance(shown[0].reason, BadReplyError)
    assert str(shown[0].reason) == (
        "climate-1: temperature, humidity (line for 'READ?'): expected a line like "
        r"(?P<temperature>[-+0-9.,]+) \xb0C; (?P<humidity>[-0-9.]+) %, got 'ERROR 7'. "
        "Check the model file and the baud rate."
    )


def test_a_stream_joined_in_the_middle_of_a_line_gives_the_next_whole_line(answered):
    scale = SCALE.instrument("scale-1", 0)
    [request] = next(scale.poll())
    assert (request.send, request.what) == (b"", "next line")
    stream = b"S,GS,+   12.34kg\r\nST,GS,+   22.50kg\r\nST,GS,+ 9"
    assert [request.whole(stream[:n]) for n in (0, 18, 36)] == [0, 0, 0]
    assert request.whole(stream) == stream.index(b"ST,GS,+ 9")
    assert answered(scale, b"S,GS,+   12.34kg\r\nST,GS,+   22.50kg\r\n") == (Indication("mass", 22.5, "kg", 7),)


@pytest.mark.parametrize("tail", [b"ST,GS,+   12.34kg\r\n", b"2.34kg\r\n", b"\n", b"\r\n", b""])
def test_what_was_joined_in_its_middle_never_counts(answered, tail):
    if not tail.endswith(b"\r\n"):
        tail += b"\xff\r\n"
    assert answered(SCALE.instrument("scale-1", 0), tail + b"US,GS,-    0.02kg\r\n") == (
        Indication("mass", -0.02, "kg", 7),
    )


def test_a_line_without_end_is_cut_off_and_named(answered):
    form = TextLineFormat(prompt="?", pattern="(?P<a>.*)", channel=(TextChannel(name="a", text=True),), max_length=8)
    [request] = next(form.instrument("i-1", 0).poll())
    assert [request.whole(b"x" * n) for n in (8, 10, 11)] == [0, 0, 11]
    [missing] = answered(form.instrument("i-1", 0), b"x" * 11)
    assert str(missing.reason) == (
        "i-1: a (line for '?'): expected a line of at most 8 bytes that ends with '\\r\\n', got b'xxxxxxxxxxx'... "
        "Check terminator, max_length and the baud rate."
    )
    assert [s.value for s in answered(form.instrument("i-1", 0), b"12345678\r\n")] == ["12345678"]
    [missing] = answered(form.instrument("i-1", 0), b"123456789\r\n")
    assert isinstance(missing.reason, BadReplyError)


def test_scaling_is_exact_in_decimals(answered):
    form = TextLineFormat(
        prompt="?", pattern="(?P<length>.*)", channel=(TextChannel(name="length", unit="m", scale=0.001),)
    )
    assert [s.value for s in answered(form.instrument("i-1", 0), b"1234.567\r\n")] == [1.234567]
    assert [s.value for s in answered(form.instrument("i-1", 0), b"3e2\r\n")] == [0.3]


@pytest.mark.parametrize("shown", ["", "nan", "inf", "1,5", "0x10", "1 2", "--1", "1e999", "1e9999", "\u0661"])
def test_what_is_no_number_is_none(shown):
    assert TextChannel(name="a").value(shown) is None


def test_checksums_are_checked(answered):
    def form(check):
        return TextLineFormat(
            prompt="?",
            pattern=r"\$(?P<checked>[^*]*?(?P<depth>[0-9.]+))\*(?P<check>..)",
            channel=(TextChannel(name="depth", unit="m"),),
            check=check,
        ).instrument("i-1", 0)

    # Second method: by hand, 0x31 ^ 0x2e ^ 0x35 = 0x2a; 0x31 + 0x2e + 0x35 = 0x94.
    assert [s.value for s in answered(form("xor"), b"$1.5*2A\r\n")] == [1.5]
    assert [s.value for s in answered(form("sum"), b"$1.5*94\r\n")] == [1.5]
    for wrong in (b"$1.5*2B\r\n", b"$1.4*2A\r\n", b"$1.5*zz\r\n"):
        [missing] = answered(form("xor"), wrong)
        assert isinstance(missing.reason, BadReplyError)
    assert str(missing.reason) == (
        "i-1: depth (line for '?'): expected checksum 2A, got 'zz'. Check the cable and its shield."
    )


def test_the_failure_of_a_bus_is_passed_on(answered):
    silent = NoReplyError("climate-1: nothing came.")
    assert answered(CLIMATE.instrument("climate-1", 0), silent) == (
        Missing("temperature", silent, 7),
        Missing("humidity", silent, 7),
    )


def test_meanings_tell_what_the_model_file_says():
    assert CLIMATE.meanings() == {
        "temperature": Meaning("Cel", -40, 125),
        "humidity": Meaning("%", title={"vi": "Độ ẩm", "en": "Humidity"}),
    }


def test_every_mistake_is_named_at_once():
    with pytest.raises(ValueError, match=": ") as caught:
        TextLineFormat(
            prompt="\N{GREEK SMALL LETTER MU}",
            terminator="",
            max_length=0,
            pause_s=-1,
            check="xor",
            pattern="(?P<a>.)(?P<b>.)(?P<check>.)",
            channel=(
                TextChannel(name="a", scale=0),
                TextChannel(name="a", minimum=2, maximum=1, unit="g"),
                TextChannel(name="Größe", text=True, scale=2),
            ),
        )
    assert str(caught.value).splitlines() == [
        "terminator: is empty. Say how a line ends, as in '\\r\\n'.",
        "max_length: expected 1 to 1024, got 0. Give the longest line in bytes.",
        "pause_s: expected 0 to 60, got -1. Give the least silence before the prompt in s.",
        "prompt: 'μ' has a character that is not one byte. Write it as \\u0000 to \\u00ff.",
        "channel[0].scale: expected a number that is not zero, got 0. Give the factor to 1.",
        "channel[1].minimum: 2 is not below maximum, 1. Give the valid range in g.",
        "channel[2].name: 'Größe' is not a channel's name. Use small letters, digits and _, a letter first.",
        "channel[2].text: a text has no scale, minimum or maximum. Remove them, or text.",
        "channel[1].name: 'a' is there twice. Give each channel its own name.",
        "pattern: has no group (?P<checked>...), but check is 'xor'. Add the group, or remove check.",
        "pattern: its group 'b' has no [[channel]]. Add one, or write (?:...) for (?P<b>...).",
        "channel[2].name: 'Größe' is no group of the pattern. Add (?P<Größe>...), or remove it here.",
    ]


def test_a_pattern_that_does_not_compile_says_where():
    with pytest.raises(ValueError, match=": ") as caught:
        TextLineFormat(pattern="(?P<a>.", channel=(TextChannel(name="a"),))
    assert str(caught.value) == (
        "pattern: does not compile (missing ), unterminated subpattern at position 0). Correct the regular expression."
    )


def test_a_model_file_becomes_a_format():
    form, mistakes = read_struct(
        {"pattern": "(?P<mass>.*) g", "channel": [{"name": "mass", "unit": "g", "no_value": ["-----"]}]},
        TextLineFormat,
    )
    assert mistakes == []
    assert form.channel == (TextChannel(name="mass", unit="g", no_value=("-----",)),)
    _, mistakes = read_struct({"pattern": "(?P<mass>.*)", "channel": [{"name": "mass", "unt": "g"}]}, TextLineFormat)
    assert mistakes == ["channel[0].unt: unknown key. Did you mean unit?"]


def test_lines_never_ask_for_more_than_has_come():
    whole = lines(b"\n", 2, 10)
    for got in (b"", b"a", b"a\n", b"a\nb", b"\n\n", b"a\nb\nc"):
        assert whole(got) <= len(got)
