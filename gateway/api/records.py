"""Records of the programme: what there is, what lacks the document that accepts it, and who attended a training."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk, is_id
from gateway.api.registry_pages.linking import find
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.indicators.counted import COUNTED
from gateway.registry.book import Asked, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Link
from gateway.registry.nouns import Registered
from gateway.registry.refusals import ForbiddenError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.texts import Title, WrongValueError
from gateway.registry.writing import Writing

router = APIRouter(include_in_schema=False, prefix="/records")

GROUPS: tuple[tuple[Title, tuple[str, ...]], ...] = (
    (Title("Đào tạo, con người", "Training and people"), ("training", "attendance", "person", "expert")),
    (Title("Hỗ trợ doanh nghiệp", "Support to enterprises"), ("support", "certification", "organisation")),
    (Title("Giải thưởng, câu lạc bộ", "Awards and clubs"), ("award", "club", "club_activity")),
    (Title("Tiêu chuẩn, chứng nhận", "Standards"), ("inhouse_standard", "certification_activity")),
    (Title("Danh sách, truy xuất nguồn gốc", "Lists and traceability"), ("listed", "traceability")),
    (Title("Yêu cầu, lồng ghép", "Requests and integration"), ("information_request", "programme_check")),
    (Title("Mốc và số liệu", "Milestones and statistics"), ("milestone", "statistic")),
)
"""As people of the programme think of them; a noun of its group that stands nowhere here comes last."""
_OTHERS = Title("Khác", "Others")
_MOST_PERSONS = 300
_MOST_LINES = 500
_LEAST_PARTS, _MOST_PARTS = 2, 4


class Kind(NamedTuple):
    """A noun on the page.

    Attributes:
        of: Which.
        rows: How many there are in use.
        open: How many lack the document that accepts them; None: they need none.
        may_write: Whether some may be written.
    """

    of: type[Registered]
    rows: int
    open: int | None
    may_write: bool


class Attender(NamedTuple):
    """A person who may have attended.

    Attributes:
        person: Who.
        attendance: Already written; None: not yet.
        is_ticked: Came.
        is_completed: Stayed to the end.
    """

    person: Entry
    attendance: Entry | None
    is_ticked: bool
    is_completed: bool


class Wrong(NamedTuple):
    """What is wrong with the sheet of a training; a line of pasted persons has its number, from 1."""

    line: int
    why: Title


class _NotWrittenError(Exception):
    """Something is wrong, so nothing is written."""


@router.get("", dependencies=[Depends(allow(Action.READ, "programme"))])
def show_records(desk: TheDesk) -> HTMLResponse:
    """Every kind of record, with how many there are."""
    named = {noun for _, nouns in GROUPS for noun in nouns}
    others = tuple(noun for noun, of in NOUNS.items() if of.noun.group == "programme" and noun not in named)
    groups = [(title, _kinds(desk, nouns)) for title, nouns in (*GROUPS, (_OTHERS, others))]
    context = {
        "groups": [(title, kinds) for title, kinds in groups if kinds],
        "may_attend": desk.may_write(NOUNS["attendance"]),
    }
    return desk.page("records/index.html", context)


@router.get("/attendance", dependencies=[Depends(allow(Action.WRITE, "programme"))])
def show_attendance(
    desk: TheDesk,
    training: Annotated[str, Query(max_length=32)] = "",
    search: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """Choose a training, then tick who came."""
    if not training:
        page = desk.book.page(desk.reader, "training", Asked(search=search, limit=_MOST_PERSONS))
        return desk.page("records/trainings.html", {"trainings": page.entries, "search": search})
    return _sheet(desk, _training(desk, training), search)


@router.post("/attendance", dependencies=[Depends(allow(Action.WRITE, "programme"))])
def write_attendance(
    desk: TheDesk,
    sent: TheSent,
    training: Annotated[str, Query(max_length=32)] = "",
    search: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """All that were ticked and pasted, or nothing."""
    entry = _training(desk, training)
    try:
        check_token(desk.request, sent)
    except AccessError as error:
        return _sheet(desk, entry, search, sent, [Wrong(0, error.why)])
    wrong: list[Wrong] = []
    try:
        with desk.book.writing(desk.reader) as writing:
            _tick(desk, writing, entry, sent)
            _paste(desk, writing, entry, sent, wrong)
            if wrong:
                raise _NotWrittenError
    except _NotWrittenError:
        return _sheet(desk, entry, search, sent, wrong)
    except WrongValuesError as error:
        return _sheet(desk, entry, search, sent, [Wrong(0, why) for why in error.problems.values()])
    except ForbiddenError:
        msg = f"{desk.reader.name}: may not write attendances of this training. Ask an administrator."
        raise HTTPException(403, msg) from None
    return RedirectResponse(f"/registry/{NOUNS['training'].path()}/{entry.id}", 303)


def _kinds(desk: Desk, nouns: tuple[str, ...]) -> list[Kind]:
    found = []
    for noun in nouns:
        of = NOUNS[noun]
        if not desk.may_read(noun):
            continue
        rows = desk.book.count(desk.reader, noun)
        # What is its own proof, or is proven by its class, lacks nothing.
        needs = noun in COUNTED and COUNTED[noun].proof in of.fields()
        lacking = desk.book.count(desk.reader, noun, Asked(where={"document_number": ""})) if needs else None
        found.append(Kind(of, rows, lacking, desk.may_write(of)))
    return found


def _training(desk: Desk, row: str) -> Entry:
    if not is_id(row):
        raise HTTPException(404, "training: is none. Choose one of the list.")
    return desk.changeable(NOUNS["training"], row)


def _attendances(desk: Desk, training: Entry) -> dict[str, Entry]:
    """Person -> attendance."""
    found = desk.book.all(desk.reader, "attendance", Asked(where={"training": training.id}))
    return {str(one.values["person"]): one for one in found}


def _tick(desk: Desk, writing: Writing, training: Entry, sent: Sent) -> None:
    kept = _attendances(desk, training)
    completed = set(sent.all("completed"))
    for person in dict.fromkeys([*sent.all("came"), *kept]):
        if person in kept:
            was = kept[person]
            # Whoever is not on this page of the list was not looked at.
            if person in sent.all("shown") and bool(was.values["completed"]) != (person in completed):
                writing.change("attendance", was.id, {"completed": person in completed}, None)
        elif is_id(person):
            who = desk.book.get(desk.reader, "person", person)
            _attend(writing, training, who.id, who.values.get("organisation"), completed=person in completed)


def _paste(desk: Desk, writing: Writing, training: Entry, sent: Sent, wrong: list[Wrong]) -> None:
    """Persons who are not known yet: a line for each, as copied from a spreadsheet."""
    lines = sent["pasted"].splitlines()[:_MOST_LINES]
    organisations: Link = NOUNS["person"].links()["organisation"]
    for number, line in enumerate(lines, 1):
        parts = [part.strip() for part in line.replace("\t", ";").split(";")]
        if not any(parts):
            continue
        try:
            code, name, organisation, phone = _parts(parts)
            at = find(desk, organisations, organisation) if organisation else None
            values: Mapping[str, object] = {
                "code": code,
                "full_name": name,
                "phone": phone,
                "organisation": at,
                "province": training.values["province"],
            }
            person = writing.make("person", values)
            _attend(writing, training, person.id, at, completed=bool(sent["pasted_completed"]))
        except WrongValueError as error:
            wrong.append(Wrong(number, error.why))
        except WrongValuesError as error:
            wrong.extend(Wrong(number, why) for why in error.problems.values())


def _parts(parts: list[str]) -> list[str]:
    if not _LEAST_PARTS <= len(parts) <= _MOST_PARTS:
        vi, en = f"Cần từ 2 đến 4 cột, đã nhận {len(parts)}.", f"Expected 2 to 4 columns, got {len(parts)}."
        form = "mã; họ và tên; tổ chức; điện thoại", "code; full name; organisation; phone"
        raise WrongValueError(*(f"{vi} Hãy ghi: {form[0]}.", f"{en} Write: {form[1]}."))
    return [*parts, "", ""][:_MOST_PARTS]


def _attend(writing: Writing, training: Entry, person: str, organisation: object, *, completed: bool) -> None:
    values = {"training": training.id, "person": person, "organisation": organisation, "completed": completed}
    writing.make("attendance", values)


def _sheet(
    desk: Desk, training: Entry, search: str, sent: Sent | None = None, wrong: list[Wrong] | None = None
) -> HTMLResponse:
    kept = _attendances(desk, training)
    came, completed = (set(sent.all(name)) if sent else set() for name in ("came", "completed"))
    persons = (
        desk.book.page(desk.reader, "person", Asked(search=search, limit=_MOST_PERSONS)).entries
        if desk.may_read("person")
        else []
    )
    attenders = [
        Attender(
            one,
            kept.get(one.id),
            one.id in kept or one.id in came,
            one.id in completed or (sent is None and one.id in kept and bool(kept[one.id].values["completed"])),
        )
        for one in persons
    ]
    context = {
        "training": training,
        "attenders": attenders,
        "search": search,
        "attended": len(kept),
        "is_cut": len(persons) == _MOST_PERSONS,
        "may_paste": desk.reader.may(Action.WRITE, "people", training.place),
        "pasted": sent["pasted"] if sent else "",
        "pasted_completed": bool(sent["pasted_completed"]) if sent else True,
        "wrong": wrong or [],
    }
    return desk.page("records/attendance.html", context, 422 if wrong else 200)
