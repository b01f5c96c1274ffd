"""A site's gateway with two enterprises, and the province's; what one says is carried to the other by hand."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.wire import topics
from edge_agent.wire.acknowledged import merge
from edge_agent.wire.envelope import open_sealed, seal
from edge_agent.wire.messages import Ack, Record
from edge_agent.wire.packing import TELEMETRY
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.records import record_decoder
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription
from edge_agent.wire.topics import EdgeTopic
from gateway import registry
from gateway.broker_config import ForwardConfig
from gateway.federation import agreements
from gateway.federation.keeping import Keeping
from gateway.federation.rows import Rows
from gateway.federation.status import forwarder_status
from gateway.health import EdgeHealth, edge_health
from gateway.ingest.ingest import Ingest
from gateway.ingest.journals import EdgeId
from gateway.registry.book import Entry
from gateway.registry.roles import Grant, Reader, Role
from gateway.registry.sharing import AgreementRow
from gateway.timeseries.embedded import EmbeddedStore

S = 10**9
NOW = 1_795_330_800 * S
"""22 November 2026, 14:00 in Vietnam."""
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SITE, EDGE = "sa-dec", "press-shop"
FORWARDER = EdgeId(SITE, "gateway")
CONFIG = ForwardConfig(url="mqtt://127.0.0.1:1", site=FORWARDER.site, window_messages=50)
USUAL = {"partner": "Sở KH&CN Đồng Tháp", "kinds": ["elements", "stops"], "since": "2026-11-20"}


@dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> int:
        self.now += 1000
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += int(seconds * S)


@dataclass
class Said:
    by_topic: dict[str, bytes] = field(default_factory=dict)

    def publish(self, topic: str, payload: bytes) -> None:
        self.by_topic[topic] = payload


@dataclass
class Place:
    """One gateway without a broker: stores, and an ingest that goes by hand.

    Attributes:
        press: The enterprise whose site is ``sa-dec``.
        dairy: Another one, whose site is ``cao-lanh``.
    """

    engine: Engine
    store: EmbeddedStore
    clock: Clock
    said: Said
    ingest: Ingest
    press: Entry
    dairy: Entry

    def takes(self, *messages: tuple[str, bytes]) -> None:
        for topic, payload in messages:
            self.ingest.put(topic, payload)
        self.ingest.step(0.01)

    def health(self, of: EdgeId = FORWARDER) -> EdgeHealth:
        return next(one for one in edge_health(self.engine, self.clock()) if (one.site, one.edge) == of)

    def rows(self, table: type) -> list:
        with Session(self.engine) as session:
            return list(session.scalars(select(table)))

    def manager(self, of: Entry | None = None) -> Reader:
        organisation = of or self.press
        return Reader("m", "Bà Hoa", (Grant(Role.MANAGER, "organisation", organisation.id),))

    def agrees(self, reader: Reader | None = None, **values: object) -> AgreementRow:
        with registry.transaction(self.engine) as session:
            said = {"organisation": self.press.id, **USUAL, **values}
            row = agreements.agree(session, reader or self.manager(), self.clock(), ZONE, said)
            session.flush()
            session.expunge(row)
            return row

    def withdraws(self, row: AgreementRow, why: str = "hết dự án") -> None:
        with registry.transaction(self.engine) as session:
            agreements.withdraw(session, self.manager(), self.clock(), ZONE, row.id, why)


@dataclass
class Speaker:
    """An edge of the site, as its agent would speak."""

    site: str = SITE
    edge: str = EDGE
    journal: str = "a" * 32
    seq: int = 0

    def says(self, *records: Record) -> tuple[str, bytes]:
        self.seq += 1
        body = b"\n".join(msgspec.json.encode(one) for one in records)
        return str(EdgeTopic(self.site, self.edge, "record")), seal(self.journal, self.seq, 1, len(records), body)

    def shows(self, *lines: str) -> tuple[str, bytes]:
        self.seq += 1
        body = "\n".join(lines).encode()
        return str(EdgeTopic(self.site, self.edge, "telemetry")), seal(self.journal, self.seq, 1, len(lines), body)


class Carrier:
    """The forwarder of a site without threads and broker: turns, messages and acknowledgements by hand.

    Attributes:
        carried: Everything that ever left, topic and payload.
    """

    def __init__(self, place: Place, config: ForwardConfig = CONFIG) -> None:
        self.place, self.config = place, config
        self.keeping = Keeping(place.engine, config, ZONE, place.clock)
        self.rows = Rows(place.engine)
        self.carried: list[tuple[str, bytes]] = []
        self.stored: dict[str, Ranges] = self.keeping.stored()
        self.journal = ""

    def turn(self) -> None:
        while (turn := self.keeping.turn()).is_more:
            pass
        self.journal = turn.journal

    def held(self) -> list[tuple[str, bytes]]:
        """All that may be sent now, sealed, in order."""
        self.rows.only_own = not self.keeping.admitted
        waiting = [*self.rows.after(0, 10_000, records=True), *self.rows.after(0, 10_000, records=False)]
        found = []
        for one in waiting:
            if one.seq in self.stored.get(one.journal, ()):
                continue
            content = self.rows.content(one)
            kind = topics.TELEMETRY if one.kind == TELEMETRY else topics.RECORD
            topic = str(EdgeTopic(self.config.site, self.config.edge, kind))
            found.append((topic, seal(one.journal, one.seq, content.first, content.n, content.body)))
        return found

    def carry(self, to: Place, messages: list[tuple[str, bytes]] | None = None) -> None:
        messages = self.held() if messages is None else messages
        self.carried += messages
        to.takes(*messages)
        self.hear(to)

    def hear(self, to: Place) -> None:
        topic = str(EdgeTopic(self.config.site, self.config.edge, topics.ACK))
        if topic not in to.said.by_topic:
            return
        ack = msgspec.json.decode(to.said.by_topic[topic], type=Ack)
        stored = merge(self.keeping.store, self.stored, ack)
        if stored is not None:
            self.keeping.acknowledged(ack, stored)
            self.stored = stored

    def status(self, state: str = "online") -> tuple[str, bytes]:
        status = forwarder_status(state, self.journal, self.rows, self.stored, self.keeping.store)
        said = msgspec.structs.replace(status, at=self.place.clock(), started=NOW)
        return str(EdgeTopic(self.config.site, self.config.edge, topics.STATUS)), msgspec.json.encode(said)

    def all(self, to: Place) -> None:
        """Turn, carry, hear; twice, since the first acknowledgement lets the rest go."""
        for _ in range(2):
            self.turn()
            self.carry(to)
        to.takes(self.status())


def elements(
    number: int = 0, revision: int = 1, unit: str = "press-1", total: int = 100, at: int | None = None
) -> Elements:
    since = NOW - NOW % (600 * S) - 3600 * S + number * 600 * S if at is None else at
    parts = (
        Part(shift="A@2026-11-22", product="cap-38", ideal_cycle_s=2.0, ns={"RUN": 400 * S}, total=total),
        Part(ns={"UNKNOWN": 200 * S}, energy_wh={"UNKNOWN": 1.5}),
    )
    return Elements(
        key=f"{unit}.{since}",
        revision=revision,
        at=NOW,
        work_unit=unit,
        since=since,
        until=since + 600 * S,
        parts=parts,
    )


def stop(number: int = 0, revision: int = 1, unit: str = "press-1", reason: str = "jam") -> Stop:
    since = NOW - 3000 * S + number * 60 * S
    return Stop(
        key=f"{unit}.{since}",
        revision=revision,
        at=NOW,
        work_unit=unit,
        since=since,
        until=since + 30 * S,
        kind="FAULT",
        planned_ns=30 * S,
        reason=reason,
        title={"vi": "kẹt khuôn", "en": "die jam"},
        note="Tuấn để quên cờ lê",
        who="Lan",
        entered_at=since + 40 * S,
    )


def unit(name: str = "press-1") -> WorkUnitDescription:
    return WorkUnitDescription(
        key=name,
        revision=5,
        at=NOW,
        title={"vi": "Máy dập 1"},
        micro_stop_s=60.0,
        max_gap_s=30.0,
        bucket_s=600.0,
        timezone="Asia/Ho_Chi_Minh",
    )


def records_of(messages: list[tuple[str, bytes]]) -> list:
    bodies = [open_sealed(payload).body for topic, payload in messages if topic.endswith("/record")]
    return [record_decoder.decode(line) for body in bodies for line in body.split(b"\n")]


def of_table(place: Place, table: type) -> list[dict]:
    with place.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table.__table__)).mappings()]
