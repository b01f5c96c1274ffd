"""The result of a session: errors with U, the statement, budgets, and the picture beside earlier calibrations."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from edge_agent.bench.calibrations import Calibration
from edge_agent.screen.bench.error_picture import ErrorPicture, Measured, draw_errors
from edge_agent.screen.bench.figures import decimals_of, places_of, worst_of
from edge_agent.screen.bench.the_bench import TheBench, calibration_of, open_session
from edge_agent.screen.rendering import Pages
from edge_agent.screen.source import TheScreen
from edge_agent.wire.bench import AS_FOUND, AS_LEFT, CalibrationResult, CalibrationSession

router = APIRouter(include_in_schema=False)
_SHARE_SHOWN = 0.0005


class RunShown(NamedTuple):
    """One run of a session.

    Attributes:
        run: ``as_found`` or ``as_left``.
        errors: Points of the error curve, by test, each with its places behind the point.
        singles: Single figures of the item, likewise.
        worst: The verdict on the whole.
        picture: None: it has no error curve.
        key_point: What the picture's title speaks of: the worst point.
        unit: Of the errors in the picture.
        before: Local day of each earlier calibration in the picture, UTC ns, the newest first.
    """

    run: str
    errors: tuple[tuple[CalibrationResult, int], ...]
    singles: tuple[tuple[CalibrationResult, int], ...]
    worst: str
    picture: ErrorPicture | None
    key_point: CalibrationResult | None
    before: tuple[int, ...]

    @property
    def unit(self) -> str:
        """UCUM code of the errors."""
        return self.key_point.unit if self.key_point else ""


class BudgetLine(NamedTuple):
    """A row of a budget, and its share of the variance, 0 to 1."""

    row: object
    share: float


@router.get("/bench/{key}/result")
def show_result(request: Request, screen: TheScreen, bench: TheBench, pages: Pages, key: str) -> HTMLResponse:
    """What came of a session; of one that is open what has come of it so far."""
    calibration = calibration_of(bench, key)
    session = calibration.session
    earlier = bench.before(session.item, session.started_at)
    context = {
        "calibration": calibration,
        "session": session,
        "one": open_session(bench, key),
        "runs": [runs for run in (AS_LEFT, AS_FOUND) if (runs := run_shown(calibration, run, earlier))],
        "procedure": bench.offered.procedures.get(session.procedure),
        "people": list(dict.fromkeys(one.who for one in (session, *calibration.captures) if one.who)),
        "around": surroundings(calibration),
        "shares": {result.key: shares_of(result) for result in calibration.results},
        "decimals_of": decimals_of,
        "now": screen.clock(),
    }
    return pages.page(request, "bench/result.html", context)


def run_shown(calibration: Calibration, run: str, earlier: Sequence[Calibration]) -> RunShown | None:
    """One run with its picture; None: nothing came of it."""
    own = [one for one in calibration.results if one.run == run]
    if not own:
        return None
    errors = [one for one in own if one.kind == "error"]
    drawn = _one_curve(errors)
    before = [(one.session, _like(one, drawn[0])) for one in earlier] if drawn else []
    with_points = [(session, points) for session, points in before if points]
    return RunShown(
        run=run,
        errors=tuple((one, places_of(one)) for one in errors),
        singles=tuple((one, places_of(one)) for one in own if one.kind != "error"),
        worst=worst_of(own),
        picture=draw_errors([measured(one) for one in drawn], [points for _, points in with_points]),
        key_point=_worst_point(drawn),
        before=tuple(_when(session) for session, _ in with_points),
    )


def measured(result: CalibrationResult) -> Measured:
    """A point of the picture."""
    return Measured(result.reference, result.error, result.expanded, result.mpe, result.verdict, result.nominal)


def shares_of(result: CalibrationResult) -> list[BudgetLine]:
    """Rows of a budget, the largest contribution first, each with its share of the variance."""
    variance = math.fsum(row.contribution**2 for row in result.budget)
    rows = sorted(result.budget, key=lambda row: -row.contribution)
    return [BudgetLine(row, row.contribution**2 / variance if variance else 0.0) for row in rows]


def surroundings(calibration: Calibration) -> list[tuple[str, float, float, str]]:
    """Quantity, lowest, highest and unit, over all captures."""
    found: dict[str, list[float]] = {}
    units: dict[str, str] = {}
    for capture in calibration.captures:
        for quantity, reading in capture.environment.items():
            found.setdefault(quantity, []).append(reading.value if reading.corrected is None else reading.corrected)
            units[quantity] = reading.unit
    return [(quantity, min(values), max(values), units[quantity]) for quantity, values in found.items()]


def _one_curve(errors: Sequence[CalibrationResult]) -> list[CalibrationResult]:
    """Errors that belong in one picture: those of the first channel and unit."""
    if not errors:
        return []
    first = errors[0]
    return [one for one in errors if (one.channel, one.unit, one.is_relative) == _curve(first)]


def _curve(one: CalibrationResult) -> tuple[str, str, bool]:
    return one.channel, one.unit, one.is_relative


def _like(earlier: Calibration, first: CalibrationResult) -> list[Measured]:
    """Points of an earlier calibration that may stand beside these: as left, where it was adjusted."""
    runs = {one.run for one in earlier.results}
    run = AS_LEFT if AS_LEFT in runs else AS_FOUND
    own = [one for one in earlier.results if one.run == run and one.kind == "error"]
    return [measured(one) for one in own if (one.unit, one.is_relative) == (first.unit, first.is_relative)]


def _worst_point(drawn: Sequence[CalibrationResult]) -> CalibrationResult | None:
    """The point that uses up most of what is permitted; without a limit the largest error."""

    def used(one: CalibrationResult) -> tuple[int, float]:
        bad = {"fail": 3, "conditionalFail": 2, "conditionalPass": 1}.get(one.verdict, 0)
        return bad, abs(one.error) / one.mpe if one.mpe else abs(one.error)

    return max(drawn, key=used, default=None)


def _when(session: CalibrationSession) -> int:
    return session.ended_at or session.started_at
