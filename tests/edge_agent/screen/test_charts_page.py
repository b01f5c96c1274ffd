"""The page of control charts: what it says, where it draws, and that it fits an old phone."""

import random
import re
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from threading import Thread
from typing import Any, NamedTuple

import msgspec
import pytest
import uvicorn
from fastapi.testclient import TestClient
from screen_floor import WEB, Floor, S, shop, words_of

from edge_agent.collect import Sample
from edge_agent.config.shop_tables import ChartConfig
from edge_agent.oee.chart_book import ChartPoint, Fired, Plotted
from edge_agent.oee.charts import Charts
from edge_agent.outbox.schema import open_to_write
from edge_agent.screen.chart_drawing import FULL, LEAST_PLACES, draw
from edge_agent.screen.rendering import load_screen_words
from edge_agent.speech import load_words

FORCE = "press-1.press_force"
SCREEN = WEB / "screen"
SIGMA = "\N{GREEK SMALL LETTER SIGMA}"


class Dated(NamedTuple):
    sample: Sample
    at: int


class Wall:
    """A screen whose edge has taken values of the press force, one a second up to now."""

    def __init__(self, floor: Floor, agent_config: Callable[..., Any]) -> None:
        self.floor = floor
        self._config = agent_config()
        self._charts: tuple[ChartConfig, ...] = ()

    def take(self, *values: float | None, late_s: float = 0.0, kinds: tuple[str, ...] = (), **chart: Any) -> None:
        chart = {"channel": FORCE, **chart}
        self._charts = tuple(ChartConfig(**{**chart, "kind": kind}) for kind in kinds) or (ChartConfig(**chart),)
        shop = msgspec.structs.replace(self._config.shop, charts=self._charts)
        start = self.floor.now - round((len(values) - 1 + late_s) * S)
        shown = [(start + k * S, value) for k, value in enumerate(values) if value is not None]
        db = open_to_write(self.floor.path)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        charts = Charts(msgspec.structs.replace(self._config, shop=shop), db)
        list(charts.take([Dated(Sample("press-1", at, [("press_force", value)], []), at) for at, value in shown]))
        db.execute("COMMIT")
        db.close()

    def app(self) -> Any:
        return self.floor.app(msgspec.structs.replace(shop(), charts=self._charts))

    def page(self, language: str = "en") -> str:
        with TestClient(self.app(), cookies={"nhipdo_language": language}) as client:
            answer = client.get("/charts")
        assert answer.status_code == 200
        return answer.text

    def words(self, language: str = "en") -> str:
        return words_of(self.page(language))


@pytest.fixture
def wall(floor: Floor, agent_config: Callable[..., Any]) -> Wall:
    return Wall(floor, agent_config)


def normal(n: int, mean: float = 630.0, seed: int = 3) -> list[float]:
    source = random.Random(seed)
    return [round(source.gauss(mean, 9.0), 1) for _ in range(n)]


# ------------------------------------------------------------------ words


def test_without_charts_the_page_says_so(wall) -> None:
    assert "There is no control chart. Configure [[charts]] in agent.toml." in wall.words()
    assert "Chưa có biểu đồ nào. Khai báo [[charts]] trong agent.toml." in wall.words("vi")


def test_before_the_first_value(wall) -> None:
    wall.take()
    words = wall.words()
    assert "No value yet" in words
    assert f"{SIGMA} will be the mean moving range / d2" in words


def test_while_the_base_is_taken(wall) -> None:
    wall.take(*normal(12), base=25, lower=590.0)
    words = wall.words()
    assert "Taking the base: 12 of 25" in words
    assert "Not yet: the base has 12 of 25." in words


def test_what_fired_is_the_title_with_what_to_do(wall) -> None:
    wall.take(*[630.0] * 10, 660.0, centre=630.0, sigma=9.0)
    assert "a point beyond the limits, above, at 10:12:00" in wall.words()
    assert "Look for what happened just then: tool, material, setting, measurement." in wall.words()
    assert "điểm ngoài giới hạn, phía trên, lúc 10:12:00" in wall.words("vi")
    page = wall.page()
    assert 'class="dot-out"' in page
    assert "chart-finding-out" in page


def test_a_run_names_since_when(wall) -> None:
    wall.take(*[630.0] * 10, *[634.0, 636.0] * 4, centre=630.0, sigma=9.0)
    words = wall.words()
    assert "8 points in a row above the centre, at 10:12:00" in words
    assert "Look for what has changed since 10:11:53: tool, material, setting, measurement." in words


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ([632.0, 651.0, 630.0, 651.0], f"2 of 3 points above, beyond 2 {SIGMA}"),
        ([600.1 + 4 * k for k in range(6)], "6 points in a row rising"),
        ([630.0 + (-1) ** k for k in range(14)], "14 points up and down in turn"),
    ],
)
def test_rules_are_told_in_plain_words(wall, values, title) -> None:
    wall.take(*values, centre=630.0, sigma=10.0, rules="nelson")
    assert title in wall.words()


def test_a_process_in_control_says_for_how_long_and_how_capable_it_is(wall) -> None:
    wall.take(*[630.0 + 9 * k for k in (0.5, -0.7, 0.9, -0.3, -0.8, 0.6)] * 8, base=10, lower=590.0, upper=680.0)
    words = wall.words()
    assert "In control: 38 points in a row broke no rule" in words
    assert re.search(r"Cp \d\.\d\d \d\.\d\d … \d\.\d\d Cpk .* Pp .* Ppk ", words)
    assert "48 values since a rule last fired, confidence limits 95 %. LSL 590 kN, USL 680 kN." in words
    assert "(mean moving range / d2)" in words


def test_an_unstable_process_has_no_capability_and_the_page_says_why(wall) -> None:
    wall.take(*[630.0, 632.0] * 30, 700.0, *[631.0, 629.0] * 2, centre=630.0, sigma=9.0, rules="limits", upper=680.0)
    words = wall.words()
    assert "Not yet: 4 of 30 points in control since a rule last fired." in words
    assert "Cpk" not in words


def test_a_bad_base_and_a_silent_instrument_are_said(wall) -> None:
    wall.take(*[630.0, 632.0] * 12, 700.0, *[633.0, 631.0] * 3, late_s=120, base=25)
    words = wall.words()
    assert "Points of the base itself broke a rule. Its limits may be wrong; look at them." in words
    assert "No new value since 10:10:00. Look at the instrument." in words


def test_means_have_a_second_drawing_and_no_specification_limits_on_the_first(wall) -> None:
    wall.take(*normal(150), kinds=("xbar_r",), n=5, base=25, lower=590.0, upper=680.0)
    page, words = wall.page(), wall.words()
    assert page.count('class="control-plot') == 2
    assert "line-spec-upper" not in page
    assert "Specification limits are for single values, so they are not drawn here." in words
    assert "Range R of the subgroup (kN)" in words
    assert "(mean range / d2)" in words


def test_the_table_has_every_point_and_says_which_broke_a_rule(wall) -> None:
    wall.take(628.5, None, None, None, None, None, 660.5, centre=630.0, sigma=9.0)
    words = wall.words()
    assert "10:12:00 660.5 after a gap; a point beyond the limits, above" in words
    assert "10:11:54 628.5" in words


def test_every_word_of_the_page_is_there_and_used(wall) -> None:
    own = set(load_words(SCREEN, "en", "words.charts"))
    texts = [(SCREEN / "templates" / name).read_text("utf-8") for name in ("charts.html", "chart_parts.html")]
    named = {key for text in texts for key in re.findall(r'say\("([a-z]+\.[a-z0-9_]+)"[,)]', text)}
    tests = ("limits", "side", "side_zone", "trend", "alternating", "within", "both_sides")
    composed = {
        *(f"chart.test_{test}" for test in tests),
        *(f"chart.do_{test}" for test in (*(one for one in tests if one != "side_zone"), "spread", "shift")),
        *(f"chart.kind_{kind}" for kind in ("individuals", "xbar_r", "xbar_s", "ewma", "cusum")),
        *(f"plot.{plot}" for plot in ("individuals", "x_bar", "range", "s", "ewma", "cusum")),
        *(f"line.{line}" for line in ("upper", "center", "lower", "spec_upper", "spec_lower", "highest", "lowest")),
        *(f"way.{way}" for way in ("above", "below", "rising", "falling", "alternating", "within", "both_sides")),
        *(f"estimator.{how}" for how in ("stated", "moving_range_d2", "mean_range_d2", "mean_s_c4")),
        *(f"refusal.{why}" for why in ("no_lines", "fired", "too_few", "unstable", "no_spread")),
        *("chart.on_range", "chart.on_s"),
    }
    assert own - named - composed == set()
    assert (named | composed) - load_screen_words(WEB, "vi").keys() == set()


# ------------------------------------------------------------------ geometry


def point(k: int, value: float, *, gap: bool = False, out: str = "", low: float | None = None) -> ChartPoint:
    fired = (Fired("x", "western_electric_1", out, k, begins=True),) if out else ()
    place = Plotted(value, value if low is None else low, 10.0, 4.0, 16.0)
    return ChartPoint(k, k, k, [value], gap=gap, place=place, fired=fired)


def place(one: ChartPoint) -> Plotted | None:
    return one.place


def test_nothing_gives_no_drawing() -> None:
    assert draw([], place, ["x"]) is None


def test_a_gap_is_an_empty_place_and_breaks_the_line() -> None:
    drawing = draw([point(0, 9), point(1, 11), point(2, 10, gap=True), point(3, 12)], place, ["x"])
    width = FULL / LEAST_PLACES
    assert [dot.x for dot in drawing.dots] == pytest.approx([width * k for k in (0.5, 1.5, 3.5, 4.5)], abs=1e-3)
    assert [(gap.x, gap.width) for gap in drawing.gaps] == [pytest.approx((2 * width, width), abs=1e-3)]
    assert len(drawing.paths) == 2


def test_only_points_that_broke_a_rule_of_this_plot_are_out() -> None:
    shown = [point(0, 9), point(1, 17, out="above")]
    assert [dot.look for dot in draw(shown, place, ["x"]).dots] == ["good", "out"]
    assert [dot.look for dot in draw(shown, place, ["range"]).dots] == ["good", "good"]


def test_the_sum_of_a_cusum_that_went_beyond_is_out_and_the_other_is_not() -> None:
    drawing = draw([point(0, 11, low=9), point(1, 10, low=3, out="below")], place, ["x"])
    assert [dot.look for dot in drawing.dots] == ["good", "good", "good", "out"]
    assert len(drawing.paths) == 2


def test_higher_values_stand_higher_and_every_line_is_inside() -> None:
    drawing = draw([point(0, 2), point(1, 18)], place, ["x"], (1.0, 19.0))
    names = [line.name for line in drawing.lines]
    assert names == ["spec_upper", "upper", "center", "lower", "spec_lower"]
    assert [line.y for line in drawing.lines] == sorted(line.y for line in drawing.lines)
    assert drawing.dots[0].y > drawing.dots[1].y
    assert all(0 < line.y < FULL for line in drawing.lines)


def test_specification_limits_far_away_are_told_and_do_not_flatten_the_chart() -> None:
    drawing = draw([point(0, 10), point(1, 11)], place, ["x"], (9.0, 1000.0))
    assert drawing.outside == ("spec_upper",)
    assert "spec_lower" in [line.name for line in drawing.lines]


def test_labels_of_lines_that_nearly_meet_stand_apart() -> None:
    drawing = draw([point(0, 10), point(1, 11)], place, ["x"], (3.9, 16.1))
    ys = [line.y for line in drawing.lines]
    assert all(b - a >= 8.9 for a, b in pairwise(ys))


def test_values_that_never_differ_and_a_single_one_are_drawn() -> None:
    for count in (1, 3):
        drawing = draw([ChartPoint(k, k, k, [0.0]) for k in range(count)], place, ["x"])
        assert [dot.y for dot in drawing.dots] == [50.0] * count


# ------------------------------------------------------------------ in a real browser


def wait_until(ask: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 20
    while not ask():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


@pytest.fixture
def address(wall, free_port) -> Iterator[Callable[[], str]]:
    running: list[tuple[uvicorn.Server, Thread]] = []

    def serve() -> str:
        server = uvicorn.Server(uvicorn.Config(wall.app(), port=free_port, log_level="warning", ws="none"))
        thread = Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        wait_until(lambda: server.started, "the screen")
        return f"http://127.0.0.1:{free_port}/charts"

    yield serve
    for server, thread in running:
        server.should_exit = True
        thread.join()


WIDE = [*normal(100), *[None] * 20, *normal(90, 640.0, seed=4)]


@pytest.mark.parametrize(
    ("values", "base", "lower"),
    [(WIDE, 25, 590.0), (normal(20), 25, 590.0), ([1000 * one for one in normal(60)], 25, 590_000.0)],
    ids=["gap and shift", "base", "large figures"],
)
def test_it_fits_a_phone_and_a_desk_and_the_browser_has_no_complaint(
    wall, address, browser, values, base, lower
) -> None:
    kinds = ("individuals", "ewma", "cusum")
    wall.take(*values, kinds=kinds, base=base, lower=lower)
    at = address()
    for width, height in ((360, 800), (1280, 800)):
        browser.look(width, height)
        browser.speak("vi")
        browser.open(at)
        assert browser.run("document.querySelectorAll('article').length") == 3
        assert browser.run("document.documentElement.scrollWidth") == width
        # No label reaches out of its column, and none covers another.
        out = browser.run(
            "[...document.querySelectorAll('.line-names')].flatMap(svg => [...svg.querySelectorAll('text')]"
            ".filter(t => t.getBoundingClientRect().right > svg.getBoundingClientRect().right + 1)"
            ".map(t => t.textContent))"
        )
        assert out == []
        covered = browser.run(
            "[...document.querySelectorAll('.line-names')].flatMap(svg => {"
            "const ys = [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect().y).sort((a, b) => a - b);"
            "return ys.slice(1).map((y, k) => y - ys[k]).filter(apart => apart < 15)})"
        )
        assert covered == []
    assert browser.complaints == []
