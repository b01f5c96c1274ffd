"""Requests for work: what they ask for line by line, the orders that are made of them, and when they are served.

A line of a request is ``name; type; serial number``; type and serial number may be missing.

Decision: an instrument of a customer whom the registry does not know is kept with the laboratory's organisation.
Because: staff may write at their own place only, and the certificate needs the instrument, not the customer's account.
Instead of: an organisation for everybody who ever brought a pressure gauge.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.laboratory.numbering import next_number
from gateway.laboratory.states import ISSUED, RECEIVED, STOPPED
from gateway.registry.audit import AuditRow
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_scope import ScopeEntryRow
from gateway.registry.laboratory_work import CalibrationRequestRow, WorkOrderRow
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import Title, folded
from gateway.registry.writing import Writing

TAKEN = "taken"
MOST_LINES = 200
REVIEW_POINTS = {
    "wanted": Title("Khách nói rõ yêu cầu, điểm đo, phạm vi", "The customer said what is wanted: points and range"),
    "able": Title("Phòng đủ người, thiết bị, phạm vi năng lực", "We have the people, equipment and scope for it"),
    "method": Title("Phương pháp phù hợp, khách đồng ý", "The method fits, and the customer agrees to it"),
    "rule": Title(
        "Quy tắc ra quyết định đã thống nhất, nếu cần", "The decision rule is agreed on, where one is needed"
    ),
    "outside": Title("Phần làm ở ngoài đã được khách đồng ý", "The customer agreed to what others do"),
    "differences": Title("Khác biệt với yêu cầu đã giải quyết", "Differences from the request are settled"),
}
"""What a contract review asks. Source: ISO/IEC 17025:2017, 7.1.1 a to d, 7.1.3, 7.1.4."""
_NOT_TAKEN = Title("Yêu cầu chưa được nhận. Hãy nhận trước.", "The request was not taken yet. Take it first.")
_NOTHING = Title("Chưa chọn phương tiện nào. Hãy chọn ít nhất một.", "No instrument was chosen. Choose at least one.")


class Wanted(NamedTuple):
    """A line of a request.

    Attributes:
        name: What it is.
        model: Its type; empty: not said.
        serial_number: The maker's; empty: not said.
        instrument: Id of the one in the registry; empty: there is none, it is made with the order.
        order: Number of the order that this request has for it; empty: none yet.
    """

    name: str
    model: str
    serial_number: str
    instrument: str = ""
    order: str = ""


class Asked(NamedTuple):
    """What is to be done with a line.

    Attributes:
        line: Which, from 0.
        procedure: Id of the bench's procedure; empty: not said yet.
        condition: On receipt.
        accessories: That came with it.
    """

    line: int
    procedure: str
    condition: str
    accessories: str = ""


class Served(NamedTuple):
    """A request that was served.

    Attributes:
        request: Id of its row.
        laboratory: Id of its row.
        kind: Key of ``CERTIFICATE_KINDS``.
        day: Local one on which the last of its documents was issued.
        fields: Keys of ``FIELDS`` that its orders belong to by the laboratory's scope; none: the scope names none.
    """

    request: str
    laboratory: str
    kind: str
    day: date
    fields: frozenset[str]


def lines_of(items: str) -> list[Wanted]:
    """The lines of a request, as they were written.

    >>> lines_of("Cân phân tích; XS204; B123")
    [Wanted(name='Cân phân tích', model='XS204', serial_number='B123', instrument='', order='')]
    """
    found = []
    for line in items.splitlines():
        name, model, serial, *_ = (*(part.strip() for part in line.split(";")), "", "")
        if name:
            found.append(Wanted(name, model, serial))
    return found[:MOST_LINES]


def wanted_of(session: Session, reader: Reader, request: CalibrationRequestRow) -> list[Wanted]:
    """The lines of a request with what the registry knows of each: by serial number, and name where two have the same.

    Args:
        session: Of the registry.
        reader: Who looks; an instrument that they may not see is none.
        request: Which.
    """
    orders = {
        one.instrument: one.number
        for one in session.scalars(
            select(WorkOrderRow).where(WorkOrderRow.request == request.id, WorkOrderRow.retired_at == 0)
        )
    }
    ordered = [session.get_one(InstrumentRow, row) for row in orders]
    found = []
    for line in lines_of(request.items):
        known = _known(session, reader, line, request.customer) or _same(ordered, line)
        row = known.id if known is not None else ""
        found.append(line._replace(instrument=row, order=orders.get(row, "")))
    return found


def make_orders(
    writing: Writing, request_id: str, asked: Sequence[Asked], today: date, usual: Mapping[str, object] | None = None
) -> list[WorkOrderRow]:
    """Orders of a request that was taken: one for each line that was chosen and has none yet.

    Args:
        writing: Within a transaction, by whom.
        request_id: Which.
        asked: What is to be done with which line.
        today: The local day: of receipt, and of the number's year.
        usual: More values of every order: promised, place of work.

    Raises:
        NoSuchRowError: There is no such request that may be seen.
        ForbiddenError: Nothing may be written there.
        WrongValuesError: It was not taken, or nothing was chosen, or a value cannot be taken.
    """
    request = writing.find("calibration_request", request_id, Action.WRITE)
    assert isinstance(request, CalibrationRequestRow)
    if request.decision != TAKEN:
        raise WrongValuesError({"": _NOT_TAKEN})
    lines = wanted_of(writing.session, writing.reader, request)
    chosen = [one for one in asked if 0 <= one.line < len(lines) and not lines[one.line].order]
    if not chosen:
        raise WrongValuesError({"": _NOTHING})
    made = []
    for one in chosen:
        line = lines[one.line]
        instrument = line.instrument or _new_instrument(writing, request, line, one.line)
        values: dict[str, object] = {"laboratory": request.laboratory, "request": request.id, "kind": request.kind}
        values |= {"number": next_number(writing.session, WorkOrderRow, request.laboratory, today.year)}
        values |= {"instrument": instrument, "state": RECEIVED, "received": today.isoformat()}
        values |= {"condition": one.condition, "accessories": one.accessories, "procedure": one.procedure}
        values |= {"decision_rule": request.decision_rule, "next_due_agreed": request.next_due_agreed}
        values |= {"place_of_work": "laboratory", "promised": request.wanted_by or ""} | dict(usual or {})
        order = writing.make("work_order", values, request.number)
        assert isinstance(order, WorkOrderRow)
        made.append(order)
    return made


def served(session: Session, reader: Reader, zone: ZoneInfo, since: date, until: date) -> list[Served]:
    """Requests that were served in a stretch of days.

    A request is served when it was taken, all of its orders are issued or stopped, and at least one is issued; on the
    day when the last one was issued. One request counts once, however many instruments it names.

    Args:
        session: Of the registry.
        reader: Who asks; requests that they may not see do not count.
        zone: Whose days.
        since: First day.
        until: Last day.
    """
    its = CalibrationRequestRow
    mine = reader.where(Action.READ, its.noun.group, its)
    requests = session.scalars(select(its).where(its.decision == TAKEN, its.retired_at == 0, mine)).all()
    orders = _orders_of(session, [one.id for one in requests])
    days = issued_on(session, zone, (one.id for some in orders.values() for one in some if one.state == ISSUED))
    fields = _fields_by_procedure(session, {one.laboratory for one in requests})
    found = []
    for request in requests:
        its_orders = orders.get(request.id, [])
        issued = [one for one in its_orders if one.state == ISSUED]
        if not issued or any(one.state not in (ISSUED, STOPPED) for one in its_orders):
            continue
        day = max((days[one.id] for one in issued if one.id in days), default=None)
        if day is None or not since <= day <= until:
            continue
        its_fields = frozenset(
            name for one in issued for name in fields.get((one.laboratory, one.kind, one.procedure), ())
        )
        found.append(Served(request.id, request.laboratory, request.kind, day, its_fields))
    return sorted(found, key=lambda one: (one.day, one.request))


def issued_on(session: Session, zone: ZoneInfo, orders: Iterable[str]) -> dict[str, date]:
    """Id of an order -> the local day when it became issued, as the audit has it."""
    ids = sorted(set(orders))
    found: dict[str, date] = {}
    its = AuditRow
    for first in range(0, len(ids), 500):
        some = ids[first : first + 500]
        query = select(its.row, its.after, its.at).where(its.noun == WorkOrderRow.__tablename__, its.row.in_(some))
        for row, after, at in session.execute(query.order_by(its.number)):
            if json.loads(after or "{}").get("state") == ISSUED:
                found[row] = datetime.fromtimestamp(at / 10**9, UTC).astimezone(zone).date()
    return found


def _orders_of(session: Session, requests: Iterable[str]) -> dict[str, list[WorkOrderRow]]:
    wanted, found = set(requests), dict[str, list[WorkOrderRow]]()
    its = WorkOrderRow
    for one in session.scalars(select(its).where(its.request.is_not(None), its.retired_at == 0)):
        if one.request in wanted:
            found.setdefault(str(one.request), []).append(one)
    return found


def _fields_by_procedure(session: Session, laboratories: set[str]) -> dict[tuple[str, str, str], set[str]]:
    """Laboratory, kind and procedure -> fields of the closed list."""
    its = ScopeEntryRow
    found: dict[tuple[str, str, str], set[str]] = {}
    for row in session.scalars(select(its).where(its.laboratory.in_(sorted(laboratories)), its.retired_at == 0)):
        if row.procedure:
            found.setdefault((row.laboratory, row.kind, row.procedure), set()).add(row.measured_field)
    return found


def _known(session: Session, reader: Reader, line: Wanted, customer: str | None) -> InstrumentRow | None:
    if not line.serial_number:
        return None
    its = InstrumentRow
    mine = reader.where(Action.READ, its.noun.group, its)
    rows = session.scalars(
        select(its).where(its.serial_number == line.serial_number, its.retired_at == 0, mine).order_by(its.made_at)
    ).all()
    named = [one for one in rows if folded(one.name) == folded(line.name)]
    of_customer = [one for one in named if one.organisation == customer]
    return next(iter([*of_customer, *named, *(rows if len(rows) == 1 else [])]), None)


def _same(ordered: Sequence[InstrumentRow], line: Wanted) -> InstrumentRow | None:
    """The one that an earlier order of this request made for a line without a serial number."""
    told = (folded(line.name), folded(line.model), line.serial_number)
    return next((one for one in ordered if (folded(one.name), folded(one.model), one.serial_number) == told), None)


def _new_instrument(writing: Writing, request: CalibrationRequestRow, line: Wanted, index: int) -> str:
    laboratory = writing.session.get_one(LaboratoryRow, request.laboratory)
    its: dict[str, object] = {"organisation": laboratory.organisation, "code": f"{request.number}/{index + 1}"[:63]}
    its |= {"name": line.name, "model": line.model, "serial_number": line.serial_number, "status": "away"}
    return writing.make("instrument", its | {"note": request.customer_name}, request.number).id
