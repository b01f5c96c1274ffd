"""All captures of a session as they were made: who, when, what was shown, whether it counts, and why not."""

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from edge_agent.bench.calibrations import Calibration
from edge_agent.bench.captured import in_force
from edge_agent.screen.bench.figures import places_of_step
from edge_agent.screen.bench.the_bench import TheBench, calibration_of
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import TheScreen
from edge_agent.wire.bench import CalibrationCapture, CaptureJudged

router = APIRouter(include_in_schema=False)


class Shown(NamedTuple):
    """A capture, and what was said of it.

    Attributes:
        capture: As it was made.
        counts: Whether the evaluation uses it.
        judged: The last word of a person; None: nobody said anything.
    """

    capture: CalibrationCapture
    counts: bool
    judged: CaptureJudged | None = None


def shown_captures(calibration: Calibration) -> list[Shown]:
    """All captures of a session, by number."""
    words = {one.number: one for one in sorted(calibration.judged, key=lambda one: one.entered_at) if not one.gone}
    used = {one.number for one in in_force(calibration.captures, calibration.judged)}
    return [Shown(one, one.number in used, words.get(one.number)) for one in calibration.captures]


@router.get("/bench/{key}/captures")
def show_captures(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, key: str) -> HTMLResponse:
    """The raw record."""
    calibration = calibration_of(bench, key)
    loaded = bench.offered.procedures.get(calibration.session.procedure)
    context = {
        "session": calibration.session,
        "shown": shown_captures(calibration),
        "places": places_of_step(calibration.session.item.resolution),
        "tests": {test.id: test.title for test in loaded.procedure.tests} if loaded else {},
        "now": screen.clock(),
    }
    return pages.page(request, "bench/captures.html", context)
