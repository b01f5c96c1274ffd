import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.wire.lines import format_line, line_head, parse_line

HEAD = line_head("sample", "sa-dec", "e1", "meter-1")
channels = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


@given(
    st.dictionaries(channels, st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8),
    st.integers(1, 2**63 - 1),
)
def test_every_number_comes_back_to_the_last_bit(numbers: dict[str, float], at: int) -> None:
    point = parse_line(format_line(HEAD, numbers.items(), [("zz_q", "bad.no_reply")], at))
    assert point == ("sample", "sa-dec", "e1", "meter-1", numbers, {"zz_q": "bad.no_reply"}, at)
    assert all(math.copysign(1, point.numbers[k]) == math.copysign(1, v) for k, v in numbers.items())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "sample",
        "sample,site=a,edge=b f=1 1",
        "sample,site=a,edge=b,instrument=c f=1",
        "sample,site=a,edge=b,instrument=c f=1 0",
        "sample,site=a,edge=b,instrument=c f=1 9223372036854775808",
        "sample,site=a,edge=b,instrument=c f=nan 1",
        "sample,site=a,edge=b,instrument=c f= 1",
        "sample,site=a,edge=b,instrument=c =1 1",
        'sample,site=a,edge=b,instrument=c f="open 1',
        "sample,edge=a,site=b,instrument=c f=1 1",
        "sample,site=A,edge=b,instrument=c f=1 1",
        "#comment",
        "sample,site=a,edge=b,instrument=c f=1 1 1",
    ],
)
def test_a_line_that_is_not_ours_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse_line(line)
