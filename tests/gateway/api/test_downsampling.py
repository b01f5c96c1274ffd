"""A series by the pixel: all that a chart can show, and no more."""

import pytest

from gateway.api.downsampling import MOST_POINTS, exact_grid, grid_of
from gateway.api.spans import DAY, NS, Span

MINUTE = 60 * NS
T = 1_764_028_800 * NS + 17 * NS  # no whole minute
SERIES = "/api/v1/series/sa-dec/press-shop/meter-1/active_power"


@pytest.mark.parametrize("pixels", [1, 360, 1920, 16_384])
@pytest.mark.parametrize("length", [NS, 3600 * NS, DAY, 7 * DAY, 31 * DAY, 400 * DAY], ids=lambda n: f"{n // NS} s")
@pytest.mark.parametrize("period_s", [0.0, 1.0, 600.0])
def test_a_grid_covers_what_was_asked_with_at_most_a_stretch_a_pixel(pixels, length, period_s) -> None:
    span = Span(T, T + length)
    grid = grid_of(span, pixels, period_s)
    assert grid.stretches <= min(pixels, MOST_POINTS)
    assert grid.span == Span(grid.span.start, grid.span.start + grid.stretches * grid.width)
    assert span.start - MINUTE < grid.span.start <= span.start
    assert span.end <= grid.span.end < span.end + grid.width
    if grid.width >= 5 * MINUTE:
        assert (grid.span.start % MINUTE, grid.width % MINUTE) == (0, 0)
    if grid.stretches > 1:
        assert grid.width >= min(2 * period_s * NS, length)


def test_an_end_that_moves_to_a_whole_minute_makes_no_stretch_more() -> None:
    span = Span(T, T + 5000 * 5 * MINUTE)
    assert grid_of(span, MOST_POINTS, 1.0).stretches <= MOST_POINTS


def test_an_exact_grid_is_of_the_span_itself() -> None:
    assert exact_grid(Span(T, T + 10), 3) == (Span(T, T + 10), 4, 3)


def test_a_chart_gets_its_stretches_and_its_gaps(gateway, program) -> None:
    gateway.show(gateway.now + 30 * NS, 91.0)
    gateway.now += 31 * NS
    told = program.get(f"{SERIES}?start=2025-11-25T00:00:00Z&end=2025-11-25T00:01:31Z&width=1000").json()
    assert (told["bucket_s"], len(told["buckets"])) == (2.022222223, 31)
    assert sum(one["n"] for one in told["buckets"]) == told["n"] == 61
    assert told["gaps"] == [{"start": "2025-11-25T00:01:00.66666669Z", "end": "2025-11-25T00:01:28.977777812Z"}]
    assert (told["buckets"][0]["minimum"], told["buckets"][0]["maximum"]) == (1.0, 3.0)


def test_nothing_stored_is_one_gap_up_to_now(program) -> None:
    told = program.get(f"{SERIES}?start=2025-11-24T00:00:00Z&end=2025-11-24T01:00:00Z&width=100").json()
    assert (told["buckets"], told["gaps"]) == (
        [],
        [{"start": "2025-11-24T00:00:00Z", "end": "2025-11-24T01:00:00Z"}],
    )


def test_there_are_never_more_than_5000_points(program) -> None:
    for query in ("width=16384", "points=5000"):
        told = program.get(f"{SERIES}?start=-1d&{query}").json()
        assert 86_400 / told["bucket_s"] <= MOST_POINTS
    for query in ("width=16385", "width=0", "points=5001"):
        assert program.get(f"{SERIES}?start=-1d&{query}").status_code == 422


def test_the_stretches_come_as_csv_too(program) -> None:
    answer = program.get(f"{SERIES}?start=2025-11-25T00:00:00Z&end=now&points=2", headers={"Accept": "text/csv"})
    assert answer.content.decode() == (
        "\ufeffat,mean,minimum,maximum,n,bad\r\n"
        "2025-11-25T00:00:00Z,15.5,1.0,30.0,30,0\r\n"
        "2025-11-25T00:00:30Z,45.5,31.0,60.0,30,0\r\n"
    )
