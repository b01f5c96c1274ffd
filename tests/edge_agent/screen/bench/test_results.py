"""The result of a session: figures as a certificate prints them, the statement, budgets, and the picture."""

import re

import pytest
from bench_floor import KEY, NOW, S, captures_of, session_of, shown_now
from screen_floor import words_of

from edge_agent.bench.board import Live
from edge_agent.screen.bench.error_picture import Measured, draw_errors, nice_ticks
from edge_agent.screen.bench.trace import trace_of

AT = f"/bench/{KEY}"
YEAR = 365 * 86400 * S


def test_errors_u_k_and_statement_stand_in_one_table(visitor, bench) -> None:
    results = {one.nominal: one for one in bench.finish(session_of()) if one.kind == "error"}
    page = visitor.get(f"{AT}/result").text
    rows = [words_of(row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    row = next(one for one in rows if one.startswith("200 g"))
    # Two digits of U, all else to the place of U: JCGM 100:2008, 7.2.6.
    one = results[200.0]
    u = f"{one.expanded:.5f}".replace(".", ",")
    assert (one.expanded > 0.0001, one.expanded < 0.00099) == (True, True)
    assert row == f"200 g 200,00000 g 200,00030 g 0,00030 g {u} g {one.k:.2f} ±0,0009 g Đạt".replace(
        f"{one.k:.2f}", f"{one.k:.2f}".replace(".", ",")
    )
    words = words_of(page)
    assert "Đạt Tất cả các điểm đạt" in words
    assert "Theo quy tắc: Chấp nhận đơn giản" in words
    assert "QC-01 Bộ quả cân E2 · Giấy chứng nhận K-2026-011 · hạn 30/06/2027" in words


def test_a_budget_adds_up_to_the_uncertainty_that_it_stands_for(visitor, bench) -> None:
    bench.finish(session_of())
    page = visitor.get(f"{AT}/result").text
    budget = re.search(r"<summary>Điểm 200 g:.*?</details>", page, re.DOTALL)
    assert budget
    rows = [words_of(row) for row in re.findall(r"<tr>.*?</tr>", budget[0], re.DOTALL)][1:]
    shares = [float(row.rsplit(" ", 2)[1].replace(",", ".")) for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100.0, abs=0.1 * len(shares))  # each is cut off at a tenth
    assert any("Độ lệch tâm" in row and "chữ nhật" in row for row in rows)


def test_a_point_that_fails_is_the_first_thing_that_is_said(visitor, bench) -> None:
    bench.finish(session_of(), gain=2e-5)
    words = words_of(visitor.get(f"{AT}/result").text)
    assert "Không đạt Có điểm không đạt" in words
    assert re.search(r"Sai số tại (150|200) g không đạt", words)


def test_the_last_three_calibrations_stand_beside_this_one(visitor, bench) -> None:
    for years in (1, 2, 3, 4):
        bench.finish(session_of(key=f"{years:032x}", started_at=NOW - years * YEAR))
    session = session_of()
    bench.lay(shown_now(session, 30), *captures_of(session))
    page = visitor.get(f"{AT}/result").text
    words = words_of(page)
    assert "lần này 02/03/2025 02/03/2024 03/03/2023 dải cho phép" in words
    assert len(re.findall(r'<g class="error-before-[123]">', page)) == 3 * 5
    assert len(re.findall(r'<g class="error-now">', page)) == 5
    assert "Chưa kết thúc: 30 trên 30 lần đo." in words


def test_what_cannot_be_worked_out_is_said_with_its_reason(visitor, bench) -> None:
    bench.lay(shown_now(session_of()))
    words = words_of(visitor.get(f"{AT}/result").text)
    assert (
        "Chưa tính được: procedure analytical-balance: captures: expected one or more accepted ones, got none. "
        "Capture a point."
    ) in words


def test_an_abandoned_session_says_why(visitor, bench) -> None:
    bench.keep(session_of(state="abandoned", ended_at=NOW, why="Cân hỏng"))
    assert visitor.get(AT).headers["location"] == f"{AT}/result"
    assert "Đã bỏ 10:12:00: Cân hỏng" in words_of(visitor.get(f"{AT}/result").text)


def test_the_picture_keeps_to_the_axis_that_it_names() -> None:
    """y is linear: the value at a bar's height, read by two of the named ticks, is the error again."""
    points = [Measured(0.0, 0.1, 0.2, 1.0, "pass", 0.0), Measured(10.0, -0.6, 0.3, 1.0, "pass", 10.0)]
    picture = draw_errors(points)
    assert picture is not None
    first, last = picture.up[0], picture.up[-1]

    def read(y: float) -> float:
        return first.value + (y - first.at) / (last.at - first.at) * (last.value - first.value)

    for bar in picture.bars:
        shown = (read(bar.y), read(bar.top), read(bar.bottom))
        error, expanded = bar.point.error, bar.point.expanded
        assert shown == pytest.approx((error, error + expanded, error - expanded), abs=1e-3)
    assert read(picture.zero) == pytest.approx(0.0, abs=1e-3)
    assert [tick.value for tick in picture.across] == [0.0, 10.0]
    assert all(0 <= float(y) <= 100 for y in re.findall(r" ([0-9.]+)", picture.band))


def test_a_limit_far_outside_is_told_and_does_not_flatten_the_errors() -> None:
    picture = draw_errors([Measured(1.0, 0.01, 0.01, 1.0), Measured(2.0, -0.01, 0.01, 1.0)])
    assert picture is not None
    assert (picture.band, picture.mpe_outside) == ("", True)
    assert max(bar.bottom - bar.top for bar in picture.bars) > 30


def test_a_failed_point_is_drawn_as_one_and_nothing_is_no_picture() -> None:
    picture = draw_errors([Measured(1.0, 2.0, 0.1, 1.0, "fail")])
    assert picture is not None
    assert [bar.look for bar in picture.bars] == ["now-bad"]
    assert draw_errors([]) is None


@pytest.mark.parametrize(("low", "high"), [(-1e-6, 2e-6), (-0.31, 0.29), (0.0, 7.0), (-900.0, 1100.0)])
def test_ticks_are_round_and_lie_within(low, high) -> None:
    ticks = nice_ticks(low, high)
    step = ticks[1] - ticks[0]
    assert 2 <= len(ticks) <= 7
    assert all(low <= tick <= high for tick in ticks)
    assert f"{step:.0e}"[0] in "125"


def test_the_line_of_a_settled_channel_lies_within_its_band() -> None:
    recent = tuple((k * S, 20.0 + 0.001 * (k % 2)) for k in range(1, 60))
    trace = trace_of(Live(unit="g", allowed=0.004, recent=recent), 60 * S)
    assert trace is not None
    heights = [float(y) for y in re.findall(r" ([0-9.]+)", trace.path)]
    assert trace.band_top <= min(heights) <= max(heights) <= trace.band_top + trace.band_height
    assert trace_of(Live(unit="g"), S) is None
