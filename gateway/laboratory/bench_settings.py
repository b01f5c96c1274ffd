"""What a laboratory's benches are to know: work orders that wait, reference standards, and who may do what.

They are sent to every edge of the organisation's sites of the kind *laboratory*, anew whenever they change.

Decision: these settings are sent by the gateway itself, without a preview.
Because: an order that waits for a press does not reach the bench; nothing of a calibration that has begun changes.
Instead of: as calendars and cycle times are sent, which change figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from edge_agent.wire.bench import BenchItem
from edge_agent.wire.bench_settings import (
    BENCH_ORDERS,
    BENCH_PEOPLE,
    BENCH_STANDARDS,
    BenchOrder,
    BenchOrdersSet,
    BenchPeopleSet,
    BenchStandardsSet,
    Competent,
)
from edge_agent.wire.messages import SettingKept
from edge_agent.wire.records import record_decoder
from edge_agent.wire.settings import ALL
from gateway.ingest.journals import EdgeId
from gateway.laboratory.bench_settings_standards import Unsent, standards_of
from gateway.laboratory.competence import PERFORM, competences, duties_of
from gateway.laboratory.states import IN_PROGRESS, RECEIVED
from gateway.people import put_setting
from gateway.production.periods import today
from gateway.registry import EdgeRow, RecordRow, SettingRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_work import CalibrationRequestRow, WorkOrderRow
from gateway.registry.organisations import OrganisationRow, SiteRow
from gateway.registry.roles import SYSTEM
from gateway.registry.texts import Title

NOUNS = (BENCH_ORDERS, BENCH_STANDARDS, BENCH_PEOPLE)
_SUPPLIED = ("mpe", "specification", "accuracy_class")
"""What the registry knows of a customer's instrument because the customer has said so."""


class Told(NamedTuple):
    """What benches of an organisation are to know.

    Attributes:
        bodies: Noun of a setting -> its body.
        unsent: Standards that cannot be sent, with what is missing.
    """

    bodies: Mapping[str, Mapping[str, Any]]
    unsent: tuple[Unsent, ...]


class Standing(NamedTuple):
    """Where a setting of a bench stands.

    Attributes:
        edge: Which bench.
        noun: Of the setting.
        sent_at: UTC ns; 0: never.
        taken: Whether the bench has taken up what was sent last; None: it has not answered.
        why: What it has said against it.
    """

    edge: EdgeId
    noun: str
    sent_at: int
    taken: bool | None
    why: str


def benches(session: Session) -> dict[str, list[EdgeId]]:
    """Id of an organisation with a laboratory -> edges of its sites of the kind *laboratory*."""
    found: dict[str, list[EdgeId]] = {}
    its = SiteRow
    has_laboratory = select(LaboratoryRow.organisation).where(LaboratoryRow.retired_at == 0)
    rows = session.execute(
        select(its.organisation, EdgeRow.site, EdgeRow.edge)
        .join(EdgeRow, EdgeRow.site == its.name)
        .where(its.kind == "laboratory", its.retired_at == 0, its.organisation.in_(has_laboratory))
        .order_by(EdgeRow.site, EdgeRow.edge)
    )
    for organisation, site, edge in rows:
        found.setdefault(organisation, []).append(EdgeId(site, edge))
    return found


def told_at(session: Session, organisation: str, edge: EdgeId, day: date) -> Told:
    """What one bench is to know on a day.

    Args:
        session: Of the registry.
        organisation: Id of its row.
        edge: Of the bench: a standard that it reads itself is named as it names it.
        day: The local one.
    """
    its = LaboratoryRow
    laboratories = list(session.scalars(select(its.id).where(its.organisation == organisation, its.retired_at == 0)))
    standards, unsent = standards_of(session, organisation, edge, day)
    bodies = {
        BENCH_ORDERS: BenchOrdersSet(orders=tuple(_orders(session, laboratories))),
        BENCH_STANDARDS: BenchStandardsSet(standards=standards),
        BENCH_PEOPLE: BenchPeopleSet(people=tuple(_people(session, laboratories, day))),
    }
    # As they come back from the registry: a tuple there is a list, and would differ for ever.
    return Told({noun: msgspec.json.decode(msgspec.json.encode(body)) for noun, body in bodies.items()}, unsent)


def missing_of(order: WorkOrderRow, instrument: InstrumentRow) -> list[Title]:
    """What keeps an order from the bench; none: it is sent while it is received or in progress."""
    found = []
    if not order.procedure:
        found.append(Title("Phiếu chưa có quy trình. Hãy điền mã quy trình.", "The order has no procedure. Enter it."))
    if not instrument.unit:
        found.append(
            Title("Phương tiện chưa có đơn vị đo. Hãy điền đơn vị.", "The instrument has no unit. Enter its unit.")
        )
    if not instrument.resolution:
        found.append(
            Title(
                "Phương tiện chưa có độ phân giải. Hãy điền độ phân giải.",
                "The instrument has no resolution. Enter its resolution.",
            )
        )
    return found


def send_to_benches(engine: Engine, now: int, zone: ZoneInfo) -> list[tuple[EdgeId, str]]:
    """Put every setting of a bench that is not as the registry has it; which were put.

    Args:
        engine: Of the registry.
        now: UTC ns.
        zone: Whose wall clock people read.
    """
    day = today(now, zone)
    wanted: list[tuple[EdgeId, str, Mapping[str, Any]]] = []
    with Session(engine) as session:
        for organisation, edges in benches(session).items():
            for edge in edges:
                told = told_at(session, organisation, edge, day)
                wanted += [(edge, noun, told.bodies[noun]) for noun in _changed(session, edge, told)]
    for edge, noun, body in wanted:
        put_setting(engine, edge, noun, ALL, body, SYSTEM.name, now)
    return [(edge, noun) for edge, noun, _ in wanted]


def standing_of(session: Session, edge: EdgeId) -> list[Standing]:
    """What a bench was sent, and what it has answered."""
    found = []
    for noun in NOUNS:
        row = session.get(SettingRow, (*edge, noun, ALL))
        said = session.get(RecordRow, (*edge, str(SettingKept.__struct_config__.tag), f"{noun}/{ALL}"))
        answer = cast("SettingKept", record_decoder.decode(said.body)) if said is not None else None
        is_answered = row is not None and answer is not None and answer.setting_revision >= row.revision
        taken = answer.accepted if answer is not None and is_answered else None
        why = answer.why if answer is not None and is_answered else ""
        found.append(Standing(edge, noun, row.put_at if row is not None else 0, taken, why))
    return found


def _changed(session: Session, edge: EdgeId, told: Told) -> Iterator[str]:
    """An empty list is sent only to a bench that has another one: it gives it back."""
    for noun, body in told.bodies.items():
        row = session.get(SettingRow, (*edge, noun, ALL))
        before = msgspec.json.decode(row.body) if row is not None else {}
        is_empty = not any(body.values())
        if (body != before) if row is not None else not is_empty:
            yield noun


def _orders(session: Session, laboratories: Sequence[str]) -> Iterator[BenchOrder]:
    its = WorkOrderRow
    rows = session.execute(
        select(its, InstrumentRow, OrganisationRow, CalibrationRequestRow.customer_name, LaboratoryRow.organisation)
        .join(InstrumentRow, InstrumentRow.id == its.instrument)
        .join(OrganisationRow, OrganisationRow.id == InstrumentRow.organisation)
        .join(LaboratoryRow, LaboratoryRow.id == its.laboratory)
        .outerjoin(CalibrationRequestRow, CalibrationRequestRow.id == its.request)
        .where(its.laboratory.in_(laboratories), its.state.in_((RECEIVED, IN_PROGRESS)), its.retired_at == 0)
    ).all()
    for order, instrument, owner, customer, own in sorted(
        rows, key=lambda row: (row[0].promised or "9", row[0].number)
    ):
        if missing_of(order, instrument):
            continue
        is_own = instrument.organisation == own and customer is None
        yield BenchOrder(
            number=order.number,
            procedure=order.procedure,
            item=_item(order, instrument, customer or owner.name, is_own=is_own),
            decision_rule=order.decision_rule or "",
            place=cast("Literal['laboratory', 'customer']", order.place_of_work),
            promised=order.promised or "",
            who=order.assigned_to or "",
            note=order.note or "",
        )


def _item(order: WorkOrderRow, instrument: InstrumentRow, owner: str, *, is_own: bool) -> BenchItem:
    told = {"mpe": instrument.mpe_formula, "specification": instrument.mpe, "accuracy_class": instrument.accuracy_class}
    return BenchItem(
        registry_id=instrument.id,
        code=instrument.code,
        name=instrument.name,
        maker=instrument.maker or "",
        model=instrument.model or "",
        serial_number=instrument.serial_number or "",
        owner=owner,
        condition=order.condition,
        unit=instrument.unit,
        range_low=instrument.range_low,
        range_high=instrument.range_high,
        resolution=float(instrument.resolution or 0.0),
        supplied=() if is_own else tuple(name for name in _SUPPLIED if told[name]),
        **{name: value or "" for name, value in told.items()},
    )


def _people(session: Session, laboratories: Iterable[str], day: date) -> Iterator[Competent]:
    for row in competences(session, laboratories, day):
        if PERFORM in duties_of(row):
            yield Competent(name=row.signs_as, procedure=row.procedure, until=row.until or "")
