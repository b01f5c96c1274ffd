"""Edges, for people: how each is, what is missing, what waits for somebody; and what a named person decides there."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from gateway.access.refusals import AccessError
from gateway.access.sites import Sites, is_within
from gateway.api.edges import find_edge
from gateway.api.health import EdgeSites, of_all
from gateway.api.permission import TheReader, allow, sites_for
from gateway.api.production import titles_of
from gateway.api.rendering import Pages
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.api.source import EdgeName, Now, SiteName, TheService
from gateway.edge_depth import MOST_LETTERS, edge_depth, letters_of, on_hold
from gateway.federation.speaking import claims
from gateway.federation.standing import standing
from gateway.health import EdgeHealth
from gateway.ingest import dead_letters
from gateway.ingest.journals import CLOSED, ON_HOLD, OPEN, EdgeId
from gateway.people import DecisionError, admit_edge, decide_journal
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/edges")

MOST_NAME, MOST_WHY = 100, 500
CLOCK_LIMIT_S = 2.0
"""What the way of a status and a busy gateway may take; more than that is a clock that is wrong, s."""
CERTIFICATES = ("edge", "broker", "authority")
WELL = 2
_NAME_WANTED = Title("Hãy ghi họ tên, từ 1 đến 100 ký tự.", "Write your full name, 1 to 100 characters.")
_WHY_WANTED = Title("Hãy ghi lý do, từ 1 đến 500 ký tự.", "Write the reason, 1 to 500 characters.")
_NOT_REGISTERED = Title(
    "Tổ chức này chưa đăng ký ở đây. Hãy thêm vào danh mục trước.",
    "This organisation is not registered here. Add it to the list first.",
)
_GONE = Title("Nhật ký này không còn chờ quyết định.", "This journal waits for no decision any more.")
_NONE_WAITS = Title("Tin này đã được lưu, hoặc không còn.", "This message is stored by now, or gone.")

EdgesToDecide = Annotated[Sites, Depends(sites_for(Action.DECIDE, "edge"))]
Decides = Annotated[Reader, Depends(allow(Action.DECIDE, "edge"))]


class Wrong(NamedTuple):
    """A form that came back: which one, what stands in it, what is wrong.

    Attributes:
        form: A journal, or ``letters``.
        why: What is wrong with it.
        sent: What was typed.
    """

    form: str = ""
    why: Title | None = None
    sent: Sent = Sent({})


NOTHING_WRONG = Wrong()


class EdgeFile:
    """One edge and who looks at it."""

    def __init__(
        self,
        request: Request,
        site: SiteName,
        edge: EdgeName,
        service: TheService,
        pages: Pages,
        now: Now,
        decides: EdgesToDecide,
        reader: TheReader,
    ) -> None:
        self.id = EdgeId(site, edge)
        self.service, self.now = service, now
        self.may_let_speak = reader.everywhere(Action.DECIDE, "edge")
        self._request, self._pages, self._decides = request, pages, decides
        self.health = find_edge(service, site, edge)

    def page(self, wrong: Wrong = NOTHING_WRONG, told: str = "", status: int = 200) -> HTMLResponse:
        """The page; ``told`` says how what was asked for went."""
        with Session(self.service.engine) as session:
            claimed = claims(session, self.id)
        context = {
            "health": self.health,
            "claims": claimed,
            "may_let_speak": self.may_let_speak,
            "depth": edge_depth(self.service.engine, self.id),
            "site_title": titles_of(self.service).get(self.id.site, self.id.site),
            "may_decide": is_within(self.id.site, self._decides),
            "wrong": wrong,
            "told": told,
            "off": clock_off_s(self.health),
            "clock_limit": CLOCK_LIMIT_S,
            "certificates": CERTIFICATES,
            "most_letters": MOST_LETTERS,
            "now": self.now,
        }
        return self._pages.page(self._request, "edges/edge.html", context, status)

    def back(self, told: str = "") -> Response:
        """To the page again, after something was done."""
        return RedirectResponse(f"/edges/{self.id}" + (f"?told={told}" if told else ""), 303)


TheFile = Annotated[EdgeFile, Depends()]


def urgency(health: EdgeHealth, held: int) -> int:
    """How badly an edge needs somebody: 0 something is lost or silent, 1 something waits, 2 it is well."""
    if health.silent or health.missing or held:
        return 0
    return 1 if health.findings or health.dead_letters or not health.admitted else WELL


def clock_off_s(health: EdgeHealth) -> float | None:
    """How far the edge's clock is ahead of the gateway's, s; None: what it said last was not said just then."""
    said = health.status
    if said is None or health.state != "online" or health.silent or not said.at:
        return None
    return (said.at - health.status_at) / 1e9


@router.get("", dependencies=[Depends(allow(Action.READ, "edge"))])
def show_edges(
    request: Request, service: TheService, pages: Pages, now: Now, sites: EdgeSites, reader: TheReader
) -> HTMLResponse:
    """Every edge that they may see, those first that need somebody."""
    held = on_hold(service.engine)
    rows = [(one, held.get(EdgeId(one.site, one.edge), 0)) for one in of_all(service, sites)]
    rows.sort(key=lambda row: urgency(*row))
    context = {
        "rows": rows,
        "wanting": sum(urgency(*row) < WELL for row in rows),
        "titles": titles_of(service),
        "urgency": urgency,
        "own": standing(service.engine) if reader.may(Action.READ, "agreement") else None,
        "now": now,
    }
    return pages.page(request, "edges/list.html", context)


@router.get("/{site}/{edge}", dependencies=[Depends(allow(Action.READ, "edge"))])
def show_edge(file: TheFile, told: str = "") -> HTMLResponse:
    """One edge in depth."""
    return file.page(told=told if told in ("stored", "left", "decided", "speaks") else "")


@router.post("/{site}/{edge}/journals")
def decide(request: Request, reader: Decides, file: TheFile, sent: TheSent) -> Response:
    """A named person lets a journal go on, or gives it up."""
    journal = sent["journal"]
    who, why = (" ".join(sent[name].split()) for name in ("who", "why"))
    state = {"open": OPEN, "close": CLOSED}.get(sent["decision"], "")
    known = {one.journal.id.journal: one for one in edge_depth(file.service.engine, file.id).journals}
    try:
        check_token(request, sent)
    except AccessError as error:
        return file.page(Wrong(journal, error.why, sent), status=422)
    standing = known[journal].journal.state if journal in known else CLOSED
    wrong = _GONE if not state or standing == CLOSED or (state == OPEN and standing != ON_HOLD) else None
    if not 0 < len(why) <= MOST_WHY:
        wrong = wrong or _WHY_WANTED
    if not 0 < len(who) <= MOST_NAME:
        wrong = wrong or _NAME_WANTED
    if wrong:
        return file.page(Wrong(journal, wrong, sent), status=422)
    try:
        decide_journal(file.service.engine, journal, state, who, why, file.now, reader, edge=file.id)
    except DecisionError:
        return file.page(Wrong(journal, _GONE, sent), status=409)
    return file.back("decided")


@router.post("/{site}/{edge}/speaks-for")
def let_speak(request: Request, reader: Decides, file: TheFile, sent: TheSent) -> Response:
    """A named person says for which organisations a gateway that forwards may speak; only who decides everywhere."""
    if not file.may_let_speak:
        raise HTTPException(403, f"{reader.name}: may not say for whom {file.id} speaks. Ask an administrator.")
    try:
        check_token(request, sent)
    except AccessError as error:
        return file.page(Wrong("speaks", error.why, sent), status=422)
    who = " ".join(sent["who"].split())
    if not 0 < len(who) <= MOST_NAME:
        return file.page(Wrong("speaks", _NAME_WANTED, sent), status=422)
    try:
        admit_edge(file.service.engine, file.id, who, file.now, reader, speaks_for=sent.all("code"))
    except DecisionError:
        return file.page(Wrong("speaks", _NOT_REGISTERED, sent), status=409)
    return file.back("speaks")


@router.post("/{site}/{edge}/dead-letters", dependencies=[Depends(allow(Action.DECIDE, "edge"))])
def try_again(request: Request, file: TheFile, sent: TheSent) -> Response:
    """What could not be used is tried again: one message, or all of the edge's."""
    try:
        check_token(request, sent)
    except AccessError as error:
        return file.page(Wrong("letters", error.why, sent), status=422)
    ids = [one for one in letters_of(file.service.engine, file.id) if sent["id"] in ("", str(one))][:MOST_LETTERS]
    if not ids:
        return file.page(Wrong("letters", _NONE_WAITS, sent), status=409)
    tried = dead_letters.retry(file.service.engine, file.service.timeseries, file.now, ids)
    return file.back("left" if any(one.why for one in tried) else "stored")
