"""The fast reading of lines against the contract's own, :func:`edge_agent.wire.lines.parse_line`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.wire.lines import format_line, line_head, parse_line
from gateway.timeseries.reading import read_line, read_lines

finite = st.floats(allow_nan=False, allow_infinity=False)
channels = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
quality = st.sampled_from(["bad.no_reply", "uncertain.out_of_range", "bad"])
pieces = st.sampled_from(
    [
        "a",
        "b",
        "5",
        "1.5",
        "-2e3",
        "=",
        ",",
        " ",
        '"',
        "\\",
        "\n",
        "nan",
        "",
        "5i",
        "sample",
        "site=s",
        "#",
        "é",
        "\t",
        "_",
    ]
)


def same(line: str) -> None:
    """What is read is what parse_line reads; what is refused may be more, but never a line that an edge makes."""
    reading, point = read_line(line), parse_line(line)
    assert reading.head == (point.measurement, point.site, point.edge, point.instrument)
    assert [*zip(reading.shape.numbers, reading.numbers, strict=True)] == [*point.numbers.items()]
    assert [*zip(reading.shape.texts, reading.texts, strict=True)] == [*point.texts.items()]
    assert reading.at == point.at


@given(
    numbers=st.dictionaries(channels, finite, max_size=20),
    texts=st.dictionaries(channels.map(lambda name: f"{name}_q"), quality, max_size=5),
    at=st.integers(1, 2**63 - 1),
)
def test_every_line_that_an_edge_can_make_is_read_as_the_contract_reads_it(numbers, texts, at):
    texts = {name: text for name, text in texts.items() if name not in numbers}
    if numbers or texts:
        same(format_line(line_head("sample", "s", "e", "i"), numbers.items(), texts.items(), at))


@given(st.lists(pieces, max_size=12).map("".join))
def test_what_the_contract_refuses_is_refused(fields):
    for line in (
        f"sample,site=s,edge=e,instrument=i {fields} 7",
        f"sample,site=s,edge=e,instrument=i a={fields} 7",
        fields,
    ):
        read, refused = read_lines([line])
        assert len(read) + len(refused) == 1
        if read:
            same(line)


@pytest.mark.parametrize("at", ["0", "-1", "+5", "5.0", "1_000 ", "", str(2**63)])
def test_a_time_that_is_none_is_refused(at):
    with pytest.raises(ValueError, match=r"Find who publishes it\.$"):
        read_line(f"sample,site=s,edge=e,instrument=i a=1.0 {at}")


def test_a_sum_that_overflows_is_no_reason_to_refuse():
    line = "sample,site=s,edge=e,instrument=i a=1.7e308,b=1.7e308 7"
    assert list(read_line(line).numbers) == [1.7e308, 1.7e308]
