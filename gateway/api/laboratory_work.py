"""The laboratory's work orders, for people: what is in which state, one order with its bench, its papers."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from edge_agent.wire.bench import FINISHED
from gateway.access.refusals import AccessError
from gateway.api.laboratory_pictures import plain
from gateway.api.laboratory_work_curve import Curve, curves_of
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, RowId, TheDesk
from gateway.api.registry_pages.forms import FORBIDDEN
from gateway.api.sent_forms import TheSent, check_token
from gateway.laboratory.bench_records import BenchSession
from gateway.laboratory.bench_settings import missing_of
from gateway.laboratory.slips import qr_code
from gateway.laboratory.states import CALCULATED, Move, move, moves
from gateway.laboratory.work import counts_of, open_work
from gateway.laboratory.work_at_bench import against, chosen, sessions_at_bench
from gateway.registry.audit import AuditRow
from gateway.registry.catalogue import NOUNS
from gateway.registry.certified import CERTIFICATE_KINDS, RUNS
from gateway.registry.laboratory import InstrumentRow, LaboratoryRow
from gateway.registry.laboratory_work import DECISION_RULES, PLACES, WORK_STATES, CalibrationRequestRow, WorkOrderRow
from gateway.registry.organisations import OrganisationRow
from gateway.registry.refusals import ForbiddenError, StaleRowError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title
from gateway.registry.writing import Writing

router = APIRouter(include_in_schema=False, prefix="/laboratory/work")

MOST = 300
PAPERS = ("receipt", "return", "label")
Reads = Depends(allow(Action.READ, "laboratory"))
Writes = Depends(allow(Action.WRITE, "laboratory"))
MEANWHILE = Title(
    "Người khác vừa chuyển hoặc sửa phiếu này. Hãy xem lại rồi quyết định.",
    "Somebody else has just moved or changed this order. Look at it again, then decide.",
)
_OTHER_SESSION = Title(
    "Phiên đo này không dùng cho phiếu được. Hãy chọn phiên khác.",
    "This session cannot be taken for the order. Choose another one.",
)


class AtBench(NamedTuple):
    """A session as the page shows it.

    Attributes:
        said: All of it.
        against: What speaks against taking its results.
        is_chosen: Whether its results are those of the order.
        accepted: Numbers of the captures that count, after a person's later word.
        environment: Quantity -> unit, least and greatest value around the captures that count.
        curves: Its errors, drawn.
    """

    said: BenchSession
    against: Sequence[Title]
    is_chosen: bool
    accepted: frozenset[int]
    environment: dict[str, tuple[str, float, float]]
    curves: Sequence[Curve]


class Step(NamedTuple):
    """A move that was made: when, by whom, to where, and what they said."""

    at: int
    who: str
    to: str
    why: str


class Order(NamedTuple):
    """An order with all that its page shows."""

    row: WorkOrderRow
    instrument: InstrumentRow
    owner: str
    laboratory: LaboratoryRow
    request: CalibrationRequestRow | None
    moves: list[Move]
    steps: list[Step]
    sessions: list[AtBench]

    @property
    def missing(self) -> list[Title]:
        """What keeps it from the bench."""
        return missing_of(self.row, self.instrument)

    @property
    def customer(self) -> str:
        """Whose instrument it is."""
        return self.request.customer_name if self.request is not None else self.owner


@router.get("", dependencies=[Reads])
def show_work(desk: TheDesk, search: str = "", turn: str = "", kind: str = "") -> HTMLResponse:
    """What is in which state, those that are late first."""
    today = desk.speech.local(desk.now).date()
    with Session(desk.engine) as session:
        every = open_work(session, desk.reader, today, search[:200])
    counts = counts_of(every)
    shown = [one for one in every if turn in ("", one.turn) and kind in ("", one.kind)]
    context = {
        "rows": shown[:MOST],
        "more": max(0, len(shown) - MOST),
        "counts": counts,
        "all": len(every),
        "late": sum(one.late_days > 0 for one in every),
        "search": search[:200],
        "turn": turn,
        "kind": kind,
        "kinds": CERTIFICATE_KINDS,
        "states": WORK_STATES,
        "may_write": desk.may_write(NOUNS["work_order"]),
    }
    return desk.page("laboratory/work_list.html", context)


@router.get("/{row}", dependencies=[Reads])
def show_order(desk: TheDesk, row: RowId) -> HTMLResponse:
    """One order: whose turn it is, its bench, its way so far, its papers."""
    return _order_page(desk, row)


@router.post("/{row}/move", dependencies=[Writes])
def move_order(desk: TheDesk, row: RowId, sent: TheSent) -> Response:
    """Bring it one step on, back, or to a stop."""
    desk.changeable(NOUNS["work_order"], row)
    try:
        check_token(desk.request, sent)
        revision = int(sent["revision"]) if sent["revision"].isdecimal() else None
        with desk.book.writing(desk.reader) as writing:
            _move(desk, writing, row, sent["to"], revision, sent["why"], sent["session"])
    except AccessError as error:
        return _order_page(desk, row, [error.why], 422)
    except StaleRowError:
        return _order_page(desk, row, [MEANWHILE], 409)
    except WrongValuesError as error:
        return _order_page(desk, row, list(error.problems.values()), 422, sent["why"])
    except ForbiddenError:
        return _order_page(desk, row, [FORBIDDEN], 403)
    return RedirectResponse(f"/laboratory/work/{row}", 303)


@router.post("/{row}/give-back", dependencies=[Writes])
def give_back(desk: TheDesk, row: RowId, sent: TheSent) -> Response:
    """The instrument was handed out: the day, and to whom."""
    desk.changeable(NOUNS["work_order"], row)
    values = {"returned": sent["returned"], "returned_to": sent["returned_to"]}
    try:
        check_token(desk.request, sent)
        desk.book.change(desk.reader, "work_order", row, values, None)
    except AccessError as error:
        return _order_page(desk, row, [error.why], 422)
    except WrongValuesError as error:
        return _order_page(desk, row, list(error.problems.values()), 422)
    return RedirectResponse(f"/laboratory/work/{row}/paper/return", 303)


@router.get("/{row}/paper/{paper}", dependencies=[Reads])
def show_paper(desk: TheDesk, row: RowId, paper: str) -> HTMLResponse:
    """A slip of receipt or return, or the label of the job, to be printed."""
    if paper not in PAPERS:
        raise HTTPException(404, f"paper {paper[:20]}: there is none such. Choose receipt, return or label.")
    with Session(desk.engine) as session:
        one = _find(desk, session, row)
        context = {"one": one, "paper": paper, "kinds": CERTIFICATE_KINDS, "places": PLACES}
        template = "laboratory/work_label.html" if paper == "label" else "laboratory/work_slip.html"
        return desk.page(template, context)


@router.get("/{row}/qr.svg", dependencies=[Reads])
def draw_qr(desk: TheDesk, row: RowId) -> Response:
    """The address of an order's page as a picture."""
    desk.entry(NOUNS["work_order"], row)
    base = str(desk.request.base_url).rstrip("/")
    return Response(qr_code(f"{base}/laboratory/work/{row}"), media_type="image/svg+xml")


def _move(
    desk: Desk, writing: Writing, row: str, to: str, revision: int | None, why: str, bench_session: str
) -> WorkOrderRow:
    today = desk.speech.local(desk.now).date()
    if to == CALCULATED and bench_session:
        order = writing.find("work_order", row)
        assert isinstance(order, WorkOrderRow)
        instrument = writing.session.get_one(InstrumentRow, order.instrument)
        said = {one.session.key: one.session for one in sessions_at_bench(writing.session, order)}.get(bench_session)
        if said is None or said.state != FINISHED:
            raise WrongValuesError({"session": _OTHER_SESSION})
        wrong = against(order, instrument, said)
        if wrong:
            raise WrongValuesError({str(number): one for number, one in enumerate(wrong)})
    return move(writing, row, to, today=today, revision=revision, why=why[:1000], bench_session=bench_session)


def _order_page(desk: Desk, row: str, problems: Sequence[Title] = (), status: int = 200, why: str = "") -> HTMLResponse:
    with Session(desk.engine) as session:
        one = _find(desk, session, row)
        context = {
            "one": one,
            "problems": problems,
            "why": why,
            "states": WORK_STATES,
            "kinds": CERTIFICATE_KINDS,
            "places": PLACES,
            "rules": DECISION_RULES,
            "runs": RUNS,
            "plain": plain(desk.speech),
            "fields": WorkOrderRow.fields(),
            "today": desk.speech.local(desk.now).date().isoformat(),
            "may_write": desk.reader.may(Action.WRITE, "laboratory", one.row.place),
        }
        return desk.page("laboratory/work_order.html", context, status)


def _find(desk: Desk, session: Session, row: str) -> Order:
    """An order that may be seen.

    Raises:
        HTTPException: 404, there is none such.
    """
    desk.entry(NOUNS["work_order"], row)
    order = session.get_one(WorkOrderRow, row)
    instrument = session.get_one(InstrumentRow, order.instrument)
    sessions = sessions_at_bench(session, order)
    taken = chosen(order, sessions)
    today = desk.speech.local(desk.now).date()
    may_write = desk.reader.may(Action.WRITE, "laboratory", order.place)
    return Order(
        order,
        instrument,
        session.get_one(OrganisationRow, instrument.organisation).name,
        session.get_one(LaboratoryRow, order.laboratory),
        session.get(CalibrationRequestRow, order.request) if order.request else None,
        moves(Writing(session, desk.reader, desk.now), order, today) if may_write else [],
        _steps(session, row),
        [_at_bench(order, instrument, one, is_chosen=one is taken) for one in sessions],
    )


def _steps(session: Session, row: str) -> list[Step]:
    its = AuditRow
    rows = session.scalars(
        select(its).where(its.noun == WorkOrderRow.__tablename__, its.row == row).order_by(its.number)
    )
    told = [(one, json.loads(one.after or "{}")) for one in rows]
    return [Step(one.at, one.name, str(after["state"]), one.why) for one, after in told if after.get("state")]


def _at_bench(order: WorkOrderRow, instrument: InstrumentRow, one: BenchSession, *, is_chosen: bool) -> AtBench:
    accepted = {its.number for its in one.captures if its.is_accepted}
    for number, judged in one.judged.items():
        (accepted.add if judged.is_accepted else accepted.discard)(number)
    around: dict[str, tuple[str, float, float]] = {}
    for capture in one.captures:
        for quantity, reading in capture.environment.items() if capture.number in accepted else ():
            unit, low, high = around.get(quantity, (reading.unit, reading.value, reading.value))
            around[quantity] = (unit, min(low, reading.value), max(high, reading.value))
    curves = curves_of(one.results) if is_chosen else []
    return AtBench(one, against(order, instrument, one.session), is_chosen, frozenset(accepted), around, curves)
