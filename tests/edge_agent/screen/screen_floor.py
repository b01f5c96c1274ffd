"""A screen over a board that tests write, a book in a real SQLite file, and what pages say."""

import html
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from edge_agent.config.lists import shipped_reasons
from edge_agent.config.shop_tables import (
    BreakConfig,
    CalendarConfig,
    OperatorConfig,
    ProductConfig,
    ScreenConfig,
    ShiftConfig,
    ShopConfig,
    WorkUnitConfig,
)
from edge_agent.oee.board import BigLoss, Board, Stretch, UnitBoard
from edge_agent.oee.shop_book import ShopBook, ShopReader
from edge_agent.outbox.schema import open_to_write
from edge_agent.screen.app import create_screen
from edge_agent.screen.settings import ScreenSettings
from edge_agent.wire.entries import Entry
from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.messages import Record
from edge_agent.wire.shop_floor import Part, Stop

WEB = Path(__file__).parents[3] / "dashboards" / "web"
S = 10**9
MIN = 60 * S
H = 3600 * S
SHIFT = 1_772_406_000 * S
"""2026-03-02 06:00 in Vietnam, a Monday."""
NOW = SHIFT + 4 * H + 12 * MIN
TITLES = {"press": ("Máy dập 1", "Press 1"), "oven": ("Lò nung", "Oven"), "packer": ("Máy đóng gói", "Packer")}


def unit_config(name: str, **more: Any) -> WorkUnitConfig:
    vi, en = TITLES.get(name, (name, name))
    told = {
        "title": {"vi": vi, "en": en},
        "good": f"{name}.good",
        "reject": f"{name}.reject",
        "products": (
            ProductConfig(name="P-100", ideal_cycle_s=2.0, title={"vi": "Nắp hộp 100", "en": "Box lid 100"}),
            ProductConfig(name="P-200", ideal_cycle_s=3.5, title={"vi": "Nắp hộp 200", "en": "Box lid 200"}),
        ),
        "target_oee": 0.85,
    }
    return WorkUnitConfig(name=name, **(told | more))


CALENDAR = CalendarConfig(
    shifts=(
        ShiftConfig(name="A", start="06:00", end="14:00", breaks=(BreakConfig(start="09:00", end="09:30"),)),
        ShiftConfig(name="B", start="14:00", end="22:00"),
    )
)


def shop(*units: WorkUnitConfig, operators: tuple[OperatorConfig, ...] = (), **screen: Any) -> ShopConfig:
    return ShopConfig(
        work_units=units or (unit_config("press"),),
        calendars=(CALENDAR,),
        reasons=shipped_reasons(),
        operators=operators,
        screen=ScreenConfig(**screen),
    )


def stretches(*told: tuple[float, str], since: int = SHIFT) -> tuple[Stretch, ...]:
    """(minutes, bucket) one after the other."""
    made, at = [], since
    for minutes, bucket in told:
        until = at + round(minutes * MIN)
        made.append(Stretch(at, until, bucket))
        at = until
    return tuple(made)


MORNING = stretches(
    (62, "RUN"),
    (4, "MINOR_STOP"),
    (34, "RUN"),
    (41, "FAULT"),
    (39, "RUN"),
    (30, "PLANNED_STOP"),
    (22, "RUN"),
    (8, "STOP"),
    (12, "RUN"),
)


def unit_board(
    name: str, course: tuple[Stretch, ...] = MORNING, stops: tuple[Stop, ...] = (), **told: Any
) -> UnitBoard:
    """A unit whose shift went as ``course`` says; its figures follow from it, at an ideal cycle of 2 s."""
    ns: dict[str, int] = {}
    for one in course:
        ns[one.bucket] = ns.get(one.bucket, 0) + one.until - one.since
    planned = sum(ns.values()) - ns.get("PLANNED_STOP", 0) - ns.get("NOT_SCHEDULED", 0)
    observed = planned - ns.get("UNKNOWN", 0)
    producing = ns.get("RUN", 0) + ns.get("MINOR_STOP", 0)
    total = told.pop("total", int(producing / S / 2.2))
    reject = told.pop("reject", 23)
    ideal, good = 2 * total * S, 2 * (total - reject) * S
    figures = {
        "availability": producing / observed,
        "effectiveness": ideal / producing,
        "quality_ratio": good / ideal if ideal else None,
        "oee": good / observed,
        "oee_low": good / planned,
        "oee_high": (good + ns.get("UNKNOWN", 0)) / planned,
        "coverage": observed / planned,
    }
    now = course[-1].until
    status = {
        "at": now,
        "bucket": course[-1].bucket,
        "since": course[-1].since,
        "heard_at": now,
        "shift": "A@2026-03-02",
        "shift_since": SHIFT,
        "shift_until": SHIFT + 8 * H,
        "product": "P-100",
        "ideal_cycle_s": 2.0,
        "total": total,
        "good": total - reject,
        "reject": reject,
        "expected": observed / S / 2.0 * 0.85,
        "target_oee": 0.85,
        "without_reason": sum(1 for stop in stops if not stop.reason),
    }
    losses = [
        BigLoss("breakdown", ns.get("FAULT", 0) / S),
        BigLoss("stops", ns.get("STOP", 0) / S),
        BigLoss("minor_stops", ns.get("MINOR_STOP", 0) / S),
        BigLoss("reduced_speed", (producing - ns.get("MINOR_STOP", 0) - ideal) / S),
        BigLoss("defects", 2.0 * reject),
    ]
    return UnitBoard(
        name=name,
        status=WorkUnitStatus(**(status | figures | told)),
        stretches=course,
        losses=tuple(sorted(losses, key=lambda loss: -loss.seconds)),
        elements=Part(ns=ns, total=total, reject=reject),
        stops=stops,
    )


def stop_of(name: str, since: int, minutes: float | None, kind: str = "STOP", **more: Any) -> Stop:
    until = None if minutes is None else since + round(minutes * MIN)
    return Stop(
        key=f"{name}.{since}", work_unit=name, since=since, until=until, kind=kind, shift="A@2026-03-02", **more
    )


@dataclass
class Floor:
    """What stands behind the screen: a board, a book, a clock, and a recorder that keeps what is entered.

    Attributes:
        refuse: What the recorder says instead of keeping an entry; empty: it keeps it.
    """

    path: Path
    web: Path = WEB
    board: Board = field(default_factory=lambda: Board(at=0, units={}))
    now: int = NOW
    refuse: str = ""
    entered: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._db = open_to_write(self.path)
        self._db.execute("PRAGMA synchronous = OFF")  # no power cut here, and many small transactions
        self._book = ShopBook(self._db)

    def close(self) -> None:
        self._db.close()

    def show(self, *units: UnitBoard, **more: Any) -> None:
        self.board = Board(at=self.now, units={unit.name: unit for unit in units}, **{"broker": True, **more})

    def keep(self, *records: Record) -> None:
        with self._lock:
            self._db.execute("BEGIN")
            for record in records:
                self._book.keep(record)
            self._db.execute("COMMIT")

    def enter(self, entry: Entry) -> str:
        if self.refuse:
            return self.refuse
        self.keep(entry)
        self.entered.append(entry)
        return ""

    def reader(self) -> ShopReader:
        return ShopReader.open(self.path)

    def app(self, config: ShopConfig) -> FastAPI:
        settings = ScreenSettings("sa-dec", "press-shop", self.path.parent, config)
        return create_screen(
            settings,
            lambda: self.board,
            self.enter,
            self.reader,
            self.web,
            clock=lambda: self.now,
            monotonic=lambda: self.now / S,
        )


def token_of(page: str) -> str:
    """The token in a page's first form."""
    found = re.search(r'name="token" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def words_of(page: str) -> str:
    """What a page says to people, without its tags."""
    text = re.sub(r"<(head|svg|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def post(client: TestClient, at: str, to: str, **fields: str) -> Any:
    """Send a form as the page at ``at`` would: with its token, and the key that it was made with."""
    page = client.get(at).text
    key = re.search(r'name="key" value="([0-9a-f]+)"', page)
    told = {"token": token_of(page), **({"key": key[1]} if key else {}), **fields}
    return client.post(to, data=told)
