from collections.abc import Callable, Mapping

import pytest

from edge_agent.bench.procedure import Procedure
from edge_agent.bench.steps import Step, steps
from edge_agent.wire.bench import BenchItem, CalibrationCapture, CalibrationSession, Reading, StandardUsed

Readings = Callable[[Step], tuple[float, Reading | None]]
"""What is read at a step: the item's indication, and the reference."""


@pytest.fixture
def session_of() -> Callable[..., CalibrationSession]:
    """A session of a procedure for an item."""

    def make(procedure: Procedure, item: BenchItem, **more) -> CalibrationSession:
        standards = tuple(StandardUsed(role=rule.role, code="S1", certificate="C-1") for rule in procedure.references)
        return CalibrationSession(
            **{
                "key": "k",
                "procedure": procedure.id,
                "procedure_version": procedure.version,
                "procedure_sha256": "0" * 64,
                "software": "1",
                "item": item,
                "standards": standards,
                "started_at": 1,
            }
            | more
        )

    return make


@pytest.fixture
def captured() -> Callable[..., list[CalibrationCapture]]:
    """All captures of a run, read by a function of the step."""

    def make(
        procedure: Procedure,
        session: CalibrationSession,
        read: Readings,
        around: Mapping[str, float] | None = None,
        run: str = "as_found",
        first: int = 1,
    ) -> list[CalibrationCapture]:
        units = {rule.quantity: rule.unit for rule in procedure.environment}
        middle = {rule.quantity: (rule.low + rule.high) / 2 for rule in procedure.environment}
        role = procedure.references[0].role
        found = []
        for number, step in enumerate(steps(procedure, session.item, session.key, session.points), start=first):
            x, reference = read(step)
            found.append(
                CalibrationCapture(
                    key=f"{session.key}.{number}",
                    session=session.key,
                    number=number,
                    run=run,
                    test=step.test,
                    point=step.point,
                    repeat=step.repeat,
                    direction=step.direction,
                    position=step.position,
                    nominal=step.nominal,
                    since=1,
                    captured_at=2,
                    indication=Reading(value=x, unit=procedure.unit),
                    references={} if reference is None else {role: reference},
                    environment={
                        name: Reading(value=value, unit=units[name])
                        for name, value in {**middle, **(around or {})}.items()
                    },
                )
            )
        return found

    return make
