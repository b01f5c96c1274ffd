"""A range of stored samples by a certificate that somebody chooses: the form, how far it is, where the series is."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access.refusals import AccessError
from gateway.api.instruments_pages import RowId, find_instrument
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.api.series import LONGEST_SERIES_DAYS
from gateway.api.source import Zone
from gateway.api.spans import DAY, NS, parse_span
from gateway.laboratory.recompute import Wish
from gateway.laboratory.recompute_jobs import Recomputing, TooManyRunsError
from gateway.laboratory.recomputed_names import channels_of, earlier_runs
from gateway.production.periods import today
from gateway.registry.certified import CertificateRow
from gateway.registry.laboratory import InstrumentRow
from gateway.registry.roles import Action
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/instruments/{row}/recompute")

Writes = Depends(allow(Action.WRITE, "laboratory"))
RunId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
LONGEST_DAYS = 4_000
_WAIT_S = 1.0
"""So long a request waits for the end of a short run."""
_NO_CERTIFICATE = Title("Chưa chọn giấy. Hãy chọn một giấy.", "No certificate is chosen. Choose one.")
_NO_CHANNEL = Title("Chưa chọn kênh. Hãy chọn một kênh.", "No channel is chosen. Choose one.")
_NO_REASON = Title("Chưa có lý do. Hãy ghi vì sao tính lại.", "There is no reason. Say why it is recomputed.")
_NO_SPAN = Title(
    "Khoảng thời gian không đúng. Hãy chọn lúc đầu trước lúc cuối.",
    "The stretch of time is not right. Choose a start before the end.",
)
_FULL = Title("Nhiều lần tính đang chờ. Hãy thử lại sau.", "Many runs wait already. Try again later.")


@router.get("", dependencies=[Writes])
def show_form(desk: TheDesk, row: RowId, zone: Zone) -> HTMLResponse:
    """Which certificate, which channel, from when to when, and why; below what was recomputed before."""
    return _form(desk, _found(desk, row, zone))


@router.post("", dependencies=[Writes])
def begin(desk: TheDesk, sent: TheSent, row: RowId, zone: Zone) -> Response:
    """Set out; whoever asked may leave."""
    one = _found(desk, row, zone)
    try:
        check_token(desk.request, sent)
        wish = _wish(desk, one, sent)
        run = _runs(desk).begin(desk.reader, one.id, wish, _WAIT_S)
    except AccessError as error:
        return _form(desk, one, {error.field or "": error.why}, sent)
    except TooManyRunsError:
        return _form(desk, one, {"": _FULL}, sent)
    return RedirectResponse(f"/instruments/{row}/recompute/{run.id}", 303)


@router.get("/{run_id}", dependencies=[Writes])
def show_run(desk: TheDesk, row: RowId, run_id: RunId, zone: Zone) -> HTMLResponse:
    """How far it is; at its end what came of it, and where.

    Raises:
        HTTPException: 404, it is not known any more.
    """
    one = _found(desk, row, zone)
    run = _runs(desk).get(one.id, run_id)
    if run is None:
        msg = f"run {run_id[:12]}: is not known any more. Look in /instruments/{row}/recompute."
        raise HTTPException(404, msg)
    with Session(desk.engine) as session:
        certificate = session.get(CertificateRow, run.wish.certificate)
        number = certificate.number if certificate else ""
    context = {"one": one, "run": run, "number": number, "stretch": partial(stretch, zone=zone)}
    return desk.page("instruments/recompute_run.html", context)


def stretch(since: int, until: int, zone: ZoneInfo) -> str:
    """What the address of a chart says of its stretch; of a long one the last part.

    Args:
        since: From when, UTC ns.
        until: To when, UTC ns.
        zone: Of whoever looks.
    """
    # To the next whole second: the last sample is to be seen, too.
    ends = -(-until // NS)
    begins = max(since // NS, ends - LONGEST_SERIES_DAYS * DAY // NS)
    typed = {
        name: f"{datetime.fromtimestamp(at, zone):%Y-%m-%dT%H:%M:%S}" for name, at in (("start", begins), ("end", ends))
    }
    return urlencode(typed)


def _found(desk: Desk, row: str, zone: Zone) -> InstrumentRow:
    """An instrument for whose laboratory they may write.

    Raises:
        HTTPException: 404, there is none that may be seen; 403, it may be seen only.
    """
    with Session(desk.engine, expire_on_commit=False) as session:
        one = find_instrument(session, desk.reader, row, today(desk.now, zone)).row
    if not desk.reader.may(Action.WRITE, "laboratory", one.place):
        msg = f"{desk.reader.name}: may see this instrument and not do this. Ask the laboratory's staff."
        raise HTTPException(403, msg)
    return one


def _runs(desk: Desk) -> Recomputing:
    return cast("Recomputing", desk.request.app.state.recomputing)


def _certificates(desk: Desk, session: Session, one: InstrumentRow) -> list[CertificateRow]:
    """All that it ever had which may be seen, also withdrawn ones: by those it may be asked what would have been."""
    its = CertificateRow
    asked = select(its).where(its.instrument == one.id, its.retired_at == 0).order_by(its.issued.desc(), its.id.desc())
    return [row for row in session.scalars(asked) if desk.reader.may(Action.READ, "laboratory", row.place)]


def _wish(desk: Desk, one: InstrumentRow, sent: Sent) -> Wish:
    with Session(desk.engine) as session:
        known = [row.id for row in _certificates(desk, session, one)]
        channels = channels_of(session, known)
    for name, is_there, why in (
        ("certificate", sent["certificate"] in known, _NO_CERTIFICATE),
        ("channel", sent["channel"] in channels, _NO_CHANNEL),
        ("why", bool(sent["why"].strip()), _NO_REASON),
    ):
        if not is_there:
            raise AccessError(why.vi, why.en, name)
    try:
        span = parse_span(sent["start"], sent["end"] or "now", desk.now, LONGEST_DAYS, desk.speech.zone)
    except ValueError as error:
        raise AccessError(_NO_SPAN.vi, _NO_SPAN.en, "start") from error
    return Wish(sent["certificate"], sent["channel"], span.start, span.end, sent["why"].strip()[:500])


def _form(
    desk: Desk, one: InstrumentRow, problems: Mapping[str, Title] | None = None, sent: Sent | None = None
) -> HTMLResponse:
    with Session(desk.engine, expire_on_commit=False) as session:
        certificates = _certificates(desk, session, one)
        ids = [row.id for row in certificates]
        channels, earlier = channels_of(session, ids), list(earlier_runs(session, ids))
    names = ("certificate", "channel", "start", "end", "why")
    context = {
        "one": one,
        "certificates": certificates,
        "channels": channels,
        "earlier": earlier,
        "runs": _runs(desk).those_of(one.id),
        "typed": {name: sent[name] if sent else "" for name in names},
        "problems": problems or {},
        "stretch": partial(stretch, zone=desk.speech.zone),
    }
    return desk.page("instruments/recompute.html", context, 422 if problems else 200)
