"""From captures to results: errors with their budgets, the item's single figures, and statements of conformity.

Everything is worked out anew from what was captured; nothing here is kept, and nothing looks at a clock or a file.
"""

import math
from collections.abc import Mapping, Sequence

from edge_agent.bench.budgeting import budget_of, rows_of
from edge_agent.bench.captured import PointFigures, in_force, points_of
from edge_agent.bench.conforming import Statement, permissible, stated_conformity, without_noise
from edge_agent.bench.coverage import coverage
from edge_agent.bench.formulas import FIGURES, parsed
from edge_agent.bench.procedure import Procedure, TestRule
from edge_agent.bench.single_figures import SingleFigure, single_figure
from edge_agent.wire.bench import (
    AS_FOUND,
    AS_LEFT,
    CalibrationCapture,
    CalibrationResult,
    CalibrationSession,
    CaptureJudged,
)
from edge_agent.wire.bench_settings import BenchStandard

PER_CENT = "%"
_AS_COMPUTED = 1e-9
"""Of the larger number: what a subtraction in double precision may lose."""


class EvaluationError(ValueError):
    """What was captured cannot be evaluated; the text says where, what was expected, what was got, what to do."""


def evaluate(
    procedure: Procedure,
    session: CalibrationSession,
    captures: Sequence[CalibrationCapture],
    standards: Mapping[str, BenchStandard] | None = None,
    judged: Sequence[CaptureJudged] = (),
) -> tuple[CalibrationResult, ...]:
    """Results of all that has been captured so far, as found and as left each by itself.

    Points without a capture are left out: a session that is under way has results too.

    Args:
        procedure: By which the session is done.
        session: Item, standards, decision rule.
        captures: All of the session, also those that do not count.
        standards: Code -> reference standard, for readings that do not carry their certificate's value themselves.
        judged: What persons have said of captures later.

    Raises:
        EvaluationError: Something cannot be evaluated: no captures, another unit, no certificate, no number.
    """
    who = f"procedure {procedure.id}"
    if session.item.unit != procedure.unit:
        msg = (
            f"{who}: unit of the item: expected {procedure.unit}, got {session.item.unit}. "
            "Enter the item's range in that unit, or choose another procedure."
        )
        raise EvaluationError(msg)
    good = in_force([one for one in captures if one.session == session.key], judged)
    if not good:
        msg = f"{who}: captures: expected one or more accepted ones, got none. Capture a point."
        raise EvaluationError(msg)
    by_role: dict[str, list[BenchStandard]] = {}
    for used in session.standards:
        if standards and used.code in standards:
            by_role.setdefault(used.role, []).append(standards[used.code])
    runs = ((run, [one for one in good if one.run == run]) for run in (AS_FOUND, AS_LEFT))
    return tuple(result for run, own in runs if own for result in _Run(procedure, session, run, own, by_role).results())


def result_key(session: str, run: str, test: str, point: int) -> str:
    """The key of a result.

    >>> result_key("s1", "as_found", "errors", 3)
    's1.as_found.errors.3'
    """
    return f"{session}.{run}.{test}.{point}"


class _Run:
    """One run of a session: carries the figures of the tests that are done on to the later ones."""

    def __init__(
        self,
        procedure: Procedure,
        session: CalibrationSession,
        run: str,
        captures: Sequence[CalibrationCapture],
        standards: Mapping[str, Sequence[BenchStandard]],
    ) -> None:
        self._procedure = procedure
        self._session = session
        self._run = run
        self._captures = captures
        self._standards = standards
        item = session.item
        limits = {"low": item.range_low, "high": item.range_high, "d": item.resolution}
        self._figures = {name: value for name, value in limits.items() if value is not None}
        self._figures |= _limits_around(procedure, captures)

    def results(self) -> list[CalibrationResult]:
        """Of all tests, in their order."""
        return [result for test in self._procedure.tests for result in self._of(test)]

    def _of(self, test: TestRule) -> list[CalibrationResult]:
        place = f"procedure {self._procedure.id}: {self._run}: test {test.id}"
        try:
            points = points_of(self._procedure, test, self._captures, self._standards)
            if not points:
                return []
            if test.kind != "error":
                place = f"{place}, {test.kind}"
                return [self._single(test, points)]
        except ValueError as error:
            msg = f"{place}: {error}"
            raise EvaluationError(msg) from error
        return [self._point(test, point, f"{place}, point {point.point + 1}") for point in points]

    def _point(self, test: TestRule, point: PointFigures, place: str) -> CalibrationResult:
        try:
            if point.ref is None:
                msg = "reference: expected one with every capture, got none. Choose the standard, and capture again."
                raise ValueError(msg)
            bare = self._bare(test, point, PER_CENT if test.is_relative else self._procedure.unit)
            return self._budgeted(test, bare, self._known(test, point))
        except ValueError as error:
            msg = f"{place}: {error}"
            raise EvaluationError(msg) from error

    def _single(self, test: TestRule, points: Sequence[PointFigures]) -> CalibrationResult:
        figure = single_figure(test, points)
        self._figures |= figure.names
        bare = self._bare(test, figure.point, self._procedure.unit, figure)
        return self._budgeted(test, bare, self._known(test, figure.point)) if test.model else bare

    def _known(self, test: TestRule, point: PointFigures) -> dict[str, float]:
        """Name -> value of all that formulas may use at a point.

        Raises:
            ValueError: A formula needs what is not there.
        """
        known = {
            **self._figures,
            "x": point.x,
            "nominal": point.nominal,
            "u_ref": point.u_ref,
            "u_drift": point.u_drift,
            "s_ref": point.s_ref,
            "n": float(point.n),
            "h": point.h,
            **{f"env_{name}": value for name, value in point.environment.items()},
        }
        if point.ref is not None:
            known["ref"] = point.ref
        if point.s is not None:
            known |= {"s": point.s, "dof_s": float(point.dof_s)}
        own = {rule.name for rule in test.inputs}
        texts = [text for rule in test.inputs for text in (rule.value, rule.spread, rule.dof) if text]
        wanted = {name for text in texts for name in parsed(text).names}
        wanted |= set(parsed(test.model).names) - own
        for name in sorted(wanted - known.keys()):
            raise ValueError(_missing(name))
        return known

    def _bare(
        self, test: TestRule, point: PointFigures, unit: str, figure: SingleFigure | None = None
    ) -> CalibrationResult:
        """A result without an uncertainty."""
        return CalibrationResult(
            key=result_key(self._session.key, self._run, test.id, point.point),
            session=self._session.key,
            run=self._run,
            test=test.id,
            point=point.point,
            kind=test.kind,
            channel=self._session.channel or self._procedure.quantity,
            quantity=test.title,
            unit=unit,
            is_relative=test.is_relative,
            measured_unit=self._procedure.unit if test.is_relative else "",
            nominal=point.nominal,
            position=point.position,
            indication=point.x,
            reference=figure.reference if figure else point.ref or 0.0,
            error=figure.value if figure else 0.0,
            u=0.0,
            expanded=0.0,
            k=1.0,
            probability=self._procedure.probability,
            captures=figure.captures if figure else point.captures,
        )

    def _budgeted(self, test: TestRule, bare: CalibrationResult, known: Mapping[str, float]) -> CalibrationResult:
        """The same with what its model makes of it."""
        budget = budget_of(test, known, bare.unit)
        covered = coverage(budget, self._procedure.probability, self._procedure.coverage)
        expanded = covered.k * budget.u
        # The record has it so: whoever decides again by it decides alike at the limit.
        error = without_noise(budget.value, _largest(bare))
        said = self._statement(bare, error, expanded, covered.k, covered.dof)
        fields = {name: getattr(bare, name) for name in bare.__struct_fields__}
        return CalibrationResult(
            **fields
            | {
                "reference": _reference(bare, error),
                "error": error,
                "u": budget.u,
                "expanded": expanded,
                "k": covered.k,
                "dof": covered.dof if math.isfinite(covered.dof) else None,
                "budget": rows_of(test, budget),
                "mpe": said.mpe,
                "verdict": said.verdict,
                "risk": said.risk,
                "decision_rule": self._session.decision_rule if bare.kind == "error" else "",
            }
        )

    def _statement(self, bare: CalibrationResult, error: float, expanded: float, k: float, dof: float) -> Statement:
        if bare.kind != "error":
            return Statement()
        mpe = permissible(self._session.item.mpe, bare.indication)
        if mpe is not None and bare.is_relative:
            mpe = 100 * mpe / abs(bare.reference)
        mpe = None if mpe is None else without_noise(mpe, mpe)
        return stated_conformity(error, expanded, mpe, self._session.decision_rule, k=k, dof=dof)


def _reference(bare: CalibrationResult, error: float) -> float:
    """What the item was held against: where the model corrects the certificate's value, as for temperature, with that.

    The error is the indication less this, on every paper and at every edge that corrects by it (VIM 2.16).
    """
    corrected = bare.indication - error
    is_plain = abs(corrected - bare.reference) <= _AS_COMPUTED * _largest(bare)
    return bare.reference if bare.kind != "error" or bare.is_relative or is_plain else corrected


def _largest(bare: CalibrationResult) -> float:
    """The largest number in the difference that the error is."""
    return 100.0 if bare.is_relative else max(abs(bare.indication), abs(bare.reference))


def _limits_around(procedure: Procedure, captures: Sequence[CalibrationCapture]) -> dict[str, float]:
    """The limits within which each quantity of the environment stayed."""
    found: dict[str, float] = {}
    for rule in procedure.environment:
        values = [one.environment[rule.quantity].value for one in captures if rule.quantity in one.environment]
        if values:
            found |= {f"env_{rule.quantity}_low": min(values), f"env_{rule.quantity}_high": max(values)}
    return found


def _missing(name: str) -> str:
    maker = next((kind for kind, names in FIGURES.items() if name in names), "")
    if maker:
        return f"{name}: expected a test of kind {maker} that is done, got none. Do that test first."
    if name.startswith("env_"):
        quantity = name.removeprefix("env_").removesuffix("_low").removesuffix("_high")
        return f"{name}: expected {quantity} with every capture, got none. Enter it, and capture the point again."
    if name in ("low", "high"):
        return f"{name}: expected the item's range, got none. Enter it."
    if name in ("s", "dof_s"):
        return f"{name}: expected two or more repeats, got one. Capture the point once more."
    return f"{name}: expected a reference with every capture, got none. Choose the standard, and capture again."
