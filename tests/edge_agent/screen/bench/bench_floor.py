"""A bench by hand: what it offers, a board that the test makes, and somebody who answers what is asked."""

from pathlib import Path
from queue import SimpleQueue
from typing import Any

from fastapi import FastAPI
from msgspec.structs import replace
from screen_floor import NOW, Floor, S, shop

from edge_agent.asked import BenchAsked
from edge_agent.bench.bench import Bench, BenchChannel, BenchSet
from edge_agent.bench.board import Around, BenchBoard, Live, SessionNow
from edge_agent.bench.evaluation import evaluate
from edge_agent.bench.loading import load_procedure
from edge_agent.bench.procedure import Procedure
from edge_agent.bench.references import stated
from edge_agent.bench.standards_chosen import proposed_pieces
from edge_agent.bench.steps import steps
from edge_agent.config.shop_tables import OperatorConfig, ShopConfig
from edge_agent.screen.app import create_screen
from edge_agent.screen.settings import ScreenSettings
from edge_agent.wire.bench import (
    BenchItem,
    CalibrationCapture,
    CalibrationResult,
    CalibrationSession,
    Reading,
    StandardUsed,
)
from edge_agent.wire.bench_settings import BenchOrder, BenchStandard, StatedValue

KEY = "ab" * 16
PROCEDURES = {name: load_procedure(name) for name in ("analytical-balance", "digital-thermometer", "caliper")}
BALANCE = PROCEDURES["analytical-balance"].procedure
ITEM = BenchItem(
    registry_id="17",
    code="TB-04",
    name="Cân phân tích",
    maker="Hãng cân",
    model="XA-200",
    serial_number="B723",
    owner="Trung tâm Kiểm nghiệm",
    unit="g",
    range_low=0.0,
    range_high=200.0,
    resolution=0.0001,
    mpe="0.0005 + 2e-6 * abs(x)",
    supplied=("mpe",),
)
WEIGHTS = BenchStandard(
    code="QC-01",
    name="Bộ quả cân E2",
    quantity="mass",
    unit="g",
    certificate="K-2026-011",
    issuer="Viện Đo lường",
    due="2027-06-30",
    values=tuple(
        StatedValue(nominal=nominal, label=label, value=nominal + 2e-6, u=4e-6 + 1e-7 * nominal, drift_u=2e-6)
        for nominal, label in ((10, ""), (20, ""), (20, "20*"), (50, ""), (100, ""), (200, ""))
    ),
)
OVERDUE = replace(WEIGHTS, code="QC-00", name="Bộ quả cân F1", due="2025-12-31")
THERMOMETER = BenchStandard(
    code="NK-02",
    name="Nhiệt kế chuẩn",
    quantity="temperature",
    unit="Cel",
    certificate="K-2026-020",
    due="2027-01-31",
    points=((0.0, 0.01, 0.005), (50.0, 0.0, 0.005), (100.0, -0.01, 0.005)),
    resolution=0.001,
)
ORDER = BenchOrder(
    number="P-118",
    procedure="analytical-balance",
    item=ITEM,
    decision_rule="simple_acceptance",
    promised="2026-03-01",
    who="Lan",
    note="Khách cần kết luận phù hợp.",
)
OFFERED = BenchSet(
    procedures=PROCEDURES,
    orders=(ORDER,),
    standards={one.code: one for one in (WEIGHTS, OVERDUE, THERMOMETER)},
    channels=(
        BenchChannel("balance-1", "mass", "g", {"vi": "Cân trên bàn", "en": "Balance on the bench"}),
        BenchChannel("thermo-1", "temperature", "Cel", {"vi": "Nhiệt kế", "en": "Thermometer"}),
    ),
)
AROUND = (
    Around(quantity="temperature", value=22.4, at=NOW, unit="Cel", low=18.0, high=27.0, is_kept=True),
    Around(quantity="humidity", unit="%", low=30.0, high=75.0, is_typed=True),
)


def session_of(item: BenchItem = ITEM, procedure: Procedure = BALANCE, **more: Any) -> CalibrationSession:
    """A session as the bench keeps it."""
    told = {
        "key": KEY,
        "who": "Lan",
        "work_order": "P-118",
        "procedure": procedure.id,
        "procedure_version": procedure.version,
        "procedure_sha256": "0" * 64,
        "software": "1.0",
        "item": item,
        "instrument": "balance-1",
        "channel": "mass",
        "standards": (
            StandardUsed(
                role="weights", code="QC-01", name="Bộ quả cân E2", certificate="K-2026-011", due="2027-06-30"
            ),
        ),
        "decision_rule": "simple_acceptance",
        "started_at": NOW - 1800 * S,
    }
    return CalibrationSession(**(told | more))


def captures_of(session: CalibrationSession, run: str = "as_found", gain: float = 2e-6) -> list[CalibrationCapture]:
    """All captures of a run with a balance whose error grows with the load."""
    made = []
    wanted = steps(BALANCE, session.item, session.key)
    for number, step in enumerate(wanted, 1):
        off = {"front_left": 2e-4, "back_right": -1e-4}.get(step.position, 0.0)
        shown = round(step.nominal * (1 + gain) + off + (number % 3 - 1) * 1e-4, 4)
        made.append(
            CalibrationCapture(
                key=f"{session.key}.{number}",
                who="Lan",
                entered_at=session.started_at + number * 20 * S,
                session=session.key,
                number=number,
                run=run,
                test=step.test,
                point=step.point,
                repeat=step.repeat,
                direction=step.direction,
                position=step.position,
                nominal=step.nominal,
                since=session.started_at + (number * 20 - 5) * S,
                captured_at=session.started_at + number * 20 * S,
                indication=Reading(
                    value=shown, sd=3e-5, n=3, unit="g", values=(shown, shown - 1e-4, shown), instrument="balance-1"
                ),
                references={"weights": stated([WEIGHTS], proposed_pieces([WEIGHTS], step.nominal), "g")},
                environment={
                    "temperature": Reading(value=22.4, unit="Cel"),
                    "humidity": Reading(value=51.0, unit="%", is_typed=True),
                },
            )
        )
    return made


def shown_now(session: CalibrationSession, done: int = 0, **more: Any) -> SessionNow:
    """An open session of which so many captures are made."""
    wanted = steps(BALANCE, session.item, session.key)
    step = wanted[done] if done < len(wanted) else None
    recent = tuple((NOW - (60 - k) * S, 100.0 + 0.002 * 0.9**k + 0.0001 * (k % 2)) for k in range(60))
    told = {
        "session": session,
        "run": "as_found",
        "step": step,
        "done": done,
        "of": len(wanted),
        "item": Live(
            instrument="balance-1",
            channel="mass",
            unit="g",
            value=100.0001,
            at=NOW,
            spread=0.0003,
            allowed=0.0001,
            recent=recent,
        ),
        "references": {},
        "environment": AROUND,
        "hindrance": ("environment_missing", "not_set_up", "not_settled"),
        "pieces": {"weights": proposed_pieces([WEIGHTS], step.nominal)} if step else {},
    }
    return SessionNow(**(told | more))


class Answering(SimpleQueue):
    """The recorder's queue, with somebody behind it who writes down what is asked, and answers at once.

    Attributes:
        asked: What was asked.
        refuse: What is answered; empty: it is done.
    """

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.refuse = ""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002
        assert isinstance(item, BenchAsked)
        if not self.refuse:
            self.asked.append(item.request)
        item.done(self.refuse)


class BenchFloor(Floor):
    """A screen with a bench."""

    def __init__(self, path: Path, offered: BenchSet = OFFERED) -> None:
        super().__init__(path)
        self.offered = offered
        self.queue = Answering()
        self.on_bench: dict[str, SessionNow] = {}
        self.bench = Bench(self.queue, self._board, lambda: self.offered, self.reader)

    def _board(self) -> BenchBoard:
        return BenchBoard(at=self.now, sessions=self.on_bench)

    def lay(self, now: SessionNow, *captures: CalibrationCapture) -> None:
        """An open session, with what was captured in it."""
        self.keep(now.session, *captures)
        self.on_bench = {now.session.key: now}

    def finish(self, session: CalibrationSession, **more: Any) -> list[CalibrationResult]:
        """A session that is all done, with its results."""
        session = replace(session, state="finished", ended_at=session.started_at + 1500 * S)
        captures = captures_of(session, **more)
        results = evaluate(BALANCE, session, captures, self.offered.standards)
        self.keep(session, *captures, *results)
        return list(results)

    def app(self, config: ShopConfig | None = None) -> FastAPI:
        """The screen of this bench."""
        settings = ScreenSettings("dong-thap", "bench-1", self.path.parent, config or shop())
        return create_screen(
            settings,
            lambda: self.board,
            self.enter,
            self.reader,
            self.web,
            clock=lambda: self.now,
            monotonic=lambda: self.now / S,
            bench=self.bench,
        )


PEOPLE = (OperatorConfig(name="Lan"), OperatorConfig(name="Minh"))
