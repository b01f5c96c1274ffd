"""Sending what is set up to the edges: where everything stands, what would change, and the decision."""

from collections.abc import Sequence
from difflib import ndiff
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from edge_agent.speech import Speech
from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.rendering import Pages, Renderer
from gateway.api.sent_forms import TheSent, check_token
from gateway.api.setup import PARTS, Office, Reads, TheOffice
from gateway.production_setup import (
    ChangedMeanwhileError,
    Standing,
    State,
    digest_of,
    send,
    standing_at,
    wanted_at,
)
from gateway.production_setup.bodies import Body
from gateway.registry.book import Asked, Entry
from gateway.registry.nouns import NOUNS
from gateway.registry.roles import Action, Reader
from gateway.registry.texts import Title

router = APIRouter(include_in_schema=False, prefix="/setup")

Decides = Annotated[Reader, Depends(allow(Action.DECIDE, "production"))]
_FIRST = (State.REFUSED, State.CHANGED, State.NEVER, State.WAITING, State.IN_FORCE)
_FIRST_TOLD = ("name", "id", "number", "figure", "day")
_DASH = "\N{EN DASH}"
_CHANGED = Title(
    "Có người vừa sửa. Hãy xem lại thay đổi dưới đây rồi gửi.",
    "Somebody has changed something. Look at the changes below again, then send.",
)


class Change(NamedTuple):
    """A setting that sending would change.

    Attributes:
        standing: As it stands.
        gone: Lines that no longer hold.
        new: Lines that hold from then on.
    """

    standing: Standing
    gone: list[str]
    new: list[str]


class Chosen(NamedTuple):
    """A site, and what stands there.

    Attributes:
        sites: All that the reader may see.
        site: The one that is shown; None: there is none.
        standings: What needs somebody first.
    """

    sites: Sequence[Entry]
    site: Entry | None
    standings: list[Standing]


def choose(office: Office, reader: Reader, name: str) -> Chosen:
    """The site that was asked for, or the first, with the state of all its settings."""
    found = [
        one for one in office.book.all(reader, "site", Asked()) if reader.may(Action.READ, "production", one.place)
    ]
    site = next((one for one in found if one.values["name"] == name), found[0] if found else None)
    if site is None:
        return Chosen(found, None, [])
    engine, floor = office.service.engine, office.service.shop_floor
    wanted = wanted_at(office.book, floor, reader, site)
    standings = standing_at(engine, str(site.values["name"]), wanted)
    return Chosen(found, site, sorted(standings, key=lambda one: _FIRST.index(one.state)))


@router.get("")
def show_setup(request: Request, pages: Pages, office: TheOffice, reader: Reads, site: str = "") -> HTMLResponse:
    """What is set up, and where it stands at each edge."""
    chosen = choose(office, reader, site)
    context = {
        "chosen": chosen,
        "parts": [(NOUNS[noun], office.book.count(reader, noun)) for noun in PARTS],
        "to_send": sum(one.differs for one in chosen.standings),
        "refused": [one for one in chosen.standings if one.answered is State.REFUSED and not one.differs],
        "may_decide": chosen.site is not None and reader.may(Action.DECIDE, "production", chosen.site.place),
        "may_write": reader.may(Action.WRITE, "production"),
        "now": office.now,
    }
    return pages.page(request, "setup/index.html", context)


@router.get("/send")
def show_changes(request: Request, pages: Pages, office: TheOffice, reader: Decides, site: str = "") -> HTMLResponse:
    """What would change, before it is sent."""
    return _preview(request, pages, choose(office, reader, site))


@router.post("/send")
def send_changes(
    request: Request, pages: Pages, office: TheOffice, reader: Decides, sent: TheSent, site: str = ""
) -> Response:
    """A manager sends what was seen."""
    chosen = choose(office, reader, site)
    which = {tuple(one.split("/", 2)) for one in sent.all("which")}
    if chosen.site is None or not reader.may(Action.DECIDE, "production", chosen.site.place):
        return RedirectResponse("/setup", 303)
    try:
        check_token(request, sent)
        send(office.service.engine, reader, chosen.standings, sent["digest"], office.now, which)
    except AccessError as error:
        return _preview(request, pages, chosen, error.why, 422)
    except ChangedMeanwhileError:
        return _preview(request, pages, chosen, _CHANGED, 409)
    return RedirectResponse(f"/setup?site={chosen.site.values['name']}", 303)


def _preview(
    request: Request, pages: Renderer, chosen: Chosen, problem: Title | None = None, status: int = 200
) -> HTMLResponse:
    say = pages.speech_for(request)
    changes = [change_of(one, say) for one in chosen.standings if one.differs]
    context = {
        "chosen": chosen,
        "changes": changes,
        "digest": digest_of(chosen.standings),
        "problem": problem,
    }
    return pages.page(request, "setup/send.html", context, status)


def change_of(one: Standing, say: Speech) -> Change:
    """What sending it changes, line by line."""
    before, after = lines_of(one.sent or {}, say), lines_of(one.wanted, say)
    diff = [line for line in ndiff(before, after) if line[0] in "+-"]
    return Change(one, [line[2:] for line in diff if line[0] == "-"], [line[2:] for line in diff if line[0] == "+"])


def lines_of(body: Body, say: Speech) -> list[str]:
    """A body as people read it: a line for each thing in its lists."""
    lines: list[str] = []
    for name, value in body.items():
        if isinstance(value, list | tuple):
            for one in value:
                lines.append(_line(one, say))
                lines += [f"{_DASH} {_line(below, say)}" for below in one.get("of", ())]
        elif name != "name":
            lines.append(str(value))
    return lines


def _line(one: Body, say: Speech) -> str:
    named = dict(one)
    told = [str(named.pop(first)) for first in _FIRST_TOLD if first in named]
    title = named.pop("title", {})
    named.pop("of", None)
    for first, last in (("start", "end"), ("from", "to"), ("since", "until")):
        if named.get(first) or named.get(last):
            told.append(f"{named.pop(first, '')}{_DASH}{named.pop(last, '')}")
    told += [_told(name, value, say) for name, value in named.items()]
    return " · ".join(part for part in (*told, say.title(title, "")) if part)


def _told(name: str, value: Any, say: Speech) -> str:
    if name == "weekdays":
        whole = list(value) == list(range(value[0], value[-1] + 1))
        return say("setup.weekdays", days=f"{value[0]}{_DASH}{value[-1]}" if whole else ", ".join(map(str, value)))
    if isinstance(value, list | tuple):
        return ", ".join(_line(inner, say) if isinstance(inner, dict) else str(inner) for inner in value)
    if isinstance(value, int | float):
        return say.number(value) + (" s" if name.endswith("_s") else "")
    return str(value)
