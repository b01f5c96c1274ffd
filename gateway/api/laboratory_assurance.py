"""What the laboratory has to decide on: findings, nonconforming work; its comparisons; who was reminded."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access.refusals import AccessError
from gateway.api.laboratory_pictures import of_comparison, of_scores, plain
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk, is_id
from gateway.api.registry_pages.forms import FORBIDDEN
from gateway.api.sent_forms import TheSent, check_token
from gateway.api.source import Zone
from gateway.laboratory.comparisons import Compared, compared, trend
from gateway.laboratory.findings import Finding, findings
from gateway.laboratory.nonconforming import undecided, unlooked_withdrawn
from gateway.production.periods import today
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.laboratory_assurance import JUDGEMENTS, ReminderRow
from gateway.registry.laboratory_quality import CAUSES
from gateway.registry.refusals import ForbiddenError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/assurance")

MOST = 200
Reads = Depends(allow(Action.READ, "laboratory"))
Writes = Depends(allow(Action.WRITE, "laboratory"))
_GONE = Title("Cảnh báo này không còn. Hãy mở lại trang.", "This finding is no more. Open the page again.")


@router.get("", dependencies=[Reads])
def show_findings(desk: TheDesk, zone: Zone) -> HTMLResponse:
    """What waits for a decision, and what was decided."""
    with Session(desk.engine, expire_on_commit=False) as session:
        return _page(desk, session, findings(session, desk.reader, today(desk.now, zone)))


@router.post("/judge", dependencies=[Writes])
def judge_finding(desk: TheDesk, sent: TheSent, zone: Zone) -> Response:
    """A decision on a finding, with its reason and the name of who decides; a later one replaces it."""
    day = today(desk.now, zone)
    with Session(desk.engine, expire_on_commit=False) as session:
        every = findings(session, desk.reader, day)
        problems: Mapping[str, Title]
        try:
            check_token(desk.request, sent)
            _write(desk, _found(every, sent["of"], sent["finding"]), sent["decision"], sent["why"], day.isoformat())
        except AccessError as error:
            problems = {"": error.why}
        except WrongValuesError as error:
            problems = error.problems
        except ForbiddenError:
            problems = {"": FORBIDDEN}
        else:
            return RedirectResponse("/assurance", 303)
        return _page(desk, session, every, {"finding": sent["finding"], "why": sent["why"]}, problems)


@router.get("/comparisons", dependencies=[Reads])
def show_comparisons(
    desk: TheDesk, at: Annotated[int, Query(ge=0)] = 0, laboratory: Annotated[str, Query(max_length=32)] = ""
) -> HTMLResponse:
    """Every comparison with scores and verdicts; one of them as a chart; our own over the rounds."""
    with Session(desk.engine) as session:
        items = [one for one in compared(session, desk.reader) if laboratory in ("", one.laboratory)]
    chosen = items[min(at, len(items) - 1)] if items else None
    told = _trend(items, chosen)
    context = {
        "items": items,
        "plain": plain(desk.speech),
        "chosen": chosen,
        "at": min(at, max(0, len(items) - 1)),
        "plot": of_comparison(chosen) if chosen else None,
        "trend": told,
        "trend_plot": of_scores(told) if len(told) > 1 else None,
        "laboratory": laboratory if is_id(laboratory) else "",
        "may_write": desk.reader.may(Action.WRITE, "laboratory"),
    }
    return desk.page("instruments/comparisons.html", context)


@router.get("/reminders", dependencies=[Reads])
def show_reminders(desk: TheDesk) -> HTMLResponse:
    """Who was reminded of which day when."""
    its, of = ReminderRow, InstrumentRow
    asked = select(its, of.code, of.name).join(of, of.id == its.instrument).where(its.retired_at == 0)
    asked = asked.where(desk.reader.where(Action.READ, its.noun.group, its))
    with Session(desk.engine) as session:
        rows = session.execute(asked.order_by(its.told.desc(), its.due, of.code).limit(MOST)).all()
    return desk.page("instruments/reminders.html", {"rows": rows, "most": MOST})


def _trend(items: Sequence[Compared], chosen: Compared | None) -> list[tuple[str, float]]:
    """Round and own En of the chosen laboratory, the oldest first."""
    of = [one for one in items if chosen and one.laboratory == chosen.laboratory]
    return [(f"{one.round} · {one.item}", its.en.value) for one, its in trend(of) if its.en is not None]


def _found(every: Sequence[Finding], of: str, key: str) -> Finding:
    one = next((one for one in every if one.key == key and of in (one.instrument, one.laboratory)), None)
    if one is None:
        raise AccessError(_GONE.vi, _GONE.en)
    return one


def _write(desk: Desk, one: Finding, decision: str, why: str, day: str) -> None:
    values = {
        "instrument": one.instrument or None,
        "laboratory": one.laboratory or None,
        "finding": one.key,
        "decision": decision,
        "why": why,
        "judged_by": desk.reader.name,
        "judged": day,
    }
    if one.judged is None:
        desk.book.make(desk.reader, "finding_judgement", values)
    else:
        desk.book.change(desk.reader, "finding_judgement", one.judged.id, values, None)


def _page(
    desk: Desk,
    session: Session,
    every: Sequence[Finding],
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, Title] | None = None,
) -> HTMLResponse:
    context = {
        "open": [one for one in every if one.judged is None][:MOST],
        "decided": [one for one in every if one.judged is not None][:MOST],
        "undecided": undecided(session, desk.reader),
        "withdrawn": unlooked_withdrawn(session, desk.reader),
        "judgements": JUDGEMENTS,
        "plain": plain(desk.speech),
        "causes": CAUSES,
        "typed": typed or {},
        "problems": problems or {},
        "may_write": desk.reader.may(Action.WRITE, "laboratory"),
    }
    return desk.page("instruments/findings.html", context, 422 if problems else 200)
