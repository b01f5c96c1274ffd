"""Every noun of the registry, read and written by every role at its own enterprise and at a foreign one.

The table is written by hand, as the one in ``test_matrix``, and fails when a noun is not in it. A letter for each role
in the order of ``WHO``::

    y   may it at their own, and gets 404 at a foreign one
    A   may it everywhere
    g   may it at their own, and gets 403 at a foreign one, which they may read
    f   may read it at their own, and not do this: 403 there, 404 at a foreign one
    n   may it with such things of others, and not with those of their province at large: 404 everywhere
    -   403 everywhere
"""

from typing import Any

import pytest

from gateway.api.permission import routes_of
from gateway.registry.book import Book
from gateway.registry.fields import Choice, Choices, Day, Flag, Link, Number, Whole
from gateway.registry.nouns import NOUNS, in_order
from gateway.registry.roles import SYSTEM

WHO = (
    "operator",
    "manager",
    "laboratory_staff",
    "laboratory_authoriser",
    "analyst",
    "agency_reporter",
    "provincial_officer",
    "administrator",  # of its own organisation
    "everywhere",
)
PLACES = ("AAAAAAAAA", "------g-A")
FIRM = ("yyyyy-yyA", "-y----yyA")
SHOP_FLOOR = ("yy--y-yyA", "-y-----yA")
OF_A_FIRM = ("-y--ynyyA", "-----nyyA")
"""Records of the programme about one organisation."""
OF_A_PROVINCE = ("-n--nnynA", "-----nynA")
"""Records of the programme about no organisation."""
TASKS = ("----nyynA", "-----yynA")
LABORATORY = ("-yyyy-yyA", "--yy---yA")
LAW = ("AAAAAAAAA", "--------A")
TABLE = {
    "agencies": PLACES,
    "agreements": ("-y----yyA", "-y-----yA"),
    "attendances": OF_A_PROVINCE,
    "awards": OF_A_FIRM,
    "calibration-points": LABORATORY,
    "calibration-requests": LABORATORY,
    "certificates": LABORATORY,
    "certification-activities": OF_A_FIRM,
    "certifications": OF_A_FIRM,
    "check-measurements": LABORATORY,
    "checklists": SHOP_FLOOR,
    "club-activities": OF_A_PROVINCE,
    "clubs": OF_A_PROVINCE,
    "communes": PLACES,
    "comparison-results": LABORATORY,
    "competences": LABORATORY,
    "designations": LABORATORY,
    "experts": OF_A_PROVINCE,
    "finding-judgements": LABORATORY,
    "information-requests": OF_A_PROVINCE,
    "inhouse-standards": OF_A_FIRM,
    "laboratories": LABORATORY,
    "labour-hours": SHOP_FLOOR,
    "legal-terms": LAW,
    "listed": OF_A_FIRM,
    "measuring-instruments": LABORATORY,
    "milestones": OF_A_PROVINCE,
    "nonconforming-work": LABORATORY,
    "organisations": FIRM,
    "persons": ("-y----yyA", "-y----yyA"),
    "pilots": ("-y--y-yyA", "------yyA"),
    "placements": FIRM,
    "plan-reminders": OF_A_PROVINCE,
    "plan-reports": OF_A_PROVINCE,
    "production-lines": SHOP_FLOOR,
    "production-orders": SHOP_FLOOR,
    "products": SHOP_FLOOR,
    "programme-checks": OF_A_PROVINCE,
    "provinces": PLACES,
    "reminders": LABORATORY,
    "row-comments": OF_A_PROVINCE,
    "scope-entries": LABORATORY,
    "shift-calendars": SHOP_FLOOR,
    "sites": FIRM,
    "standards-used": LABORATORY,
    "statistics": OF_A_PROVINCE,
    "stop-reasons": SHOP_FLOOR,
    "supports": OF_A_FIRM,
    "targets": SHOP_FLOOR,
    "task-money": TASKS,
    "task-progress": TASKS,
    "tfp-runs": OF_A_PROVINCE,
    "traceability": OF_A_FIRM,
    "trainings": OF_A_PROVINCE,
    "work-orders": LABORATORY,
    "year-estimates": OF_A_PROVINCE,
}
"""Path of the noun -> what becomes of reading a row, of writing it."""

SITES_OF_EDGES = ("work-units", "entries", "photos")
OTHER_VALUES = {
    "commune": {"code": ("29884", "29885")},
    "legal_term": {"code": ("own-1", "foreign-1")},
    "standard_used": {"name": ("Gauge block", "Gauge block")},
    "site": {"name": ("own-2", "foreign-2")},
}
READS = {"GET /{noun}/{row}", "GET /{noun}/{row}/history", "GET /{noun}/{row}/attachments"}
WRITES = {"PATCH /{noun}/{row}", "POST /{noun}/{row}/retire", "POST /{noun}/{row}/restore"}
MORE = {
    "GET /{noun}",
    "POST /{noun}",
    "POST /{noun}/{row}/erase",
    "POST /{noun}/{row}/attachments",
    "GET /{noun}/{row}/attachments/{document}",
    "DELETE /{noun}/{row}/attachments/{document}",
}
REFUSED = (401, 403, 404)


def value_of(field: Any, number: int) -> Any:
    """Something that a field can take."""
    if isinstance(field, Choices):
        return [next(iter(field.options))]
    if isinstance(field, Choice):
        return field.example or next(iter(field.options))
    if isinstance(field, Day):
        return field.example or "2026-03-02"
    if isinstance(field, Flag):
        return False
    if isinstance(field, Whole | Number):
        return field.example or 1
    return field.example or f"text {number}"


class Side:
    """One row of each noun, all of one enterprise."""

    def __init__(self, house, number: int) -> None:
        own = house.foreign if number else house.own
        self.rows = {"province": own.province, "organisation": own.organisation, "agency": own.agency}
        book = Book(house.engine, lambda: house.now)
        for of in in_order():
            name = of.__tablename__
            if name not in self.rows:
                self.rows[name] = book.make(SYSTEM, name, self._values(of, number)).id

    def _values(self, of: Any, number: int) -> dict[str, Any]:
        values = {}
        for name, field in of.all_fields().items():
            if isinstance(field, Link):
                if field.required or name in of.noun.owner:
                    values[name] = self.rows[field.to]
            elif name in OTHER_VALUES.get(of.__tablename__, {}):
                values[name] = OTHER_VALUES[of.__tablename__][name][number]
            elif field.required:
                values[name] = value_of(field, number)
        return values


@pytest.fixture(scope="module")
def sides(house) -> tuple[Side, Side]:
    return Side(house, 0), Side(house, 1)


def test_every_noun_is_in_the_table_and_has_no_other_kinds_of_routes(app) -> None:
    paths = {of.path() for of in NOUNS.values()}
    assert sorted(TABLE) == sorted(paths)
    kinds = set()
    for method, path, _ in routes_of(app):
        _, version, noun, *rest = (*path.removeprefix("/api").split("/"), "")
        if version == "v1" and noun in paths and not (noun == "sites" and set(rest) & set(SITES_OF_EDGES)):
            kinds.add("/".join([f"{method} /{{noun}}", *(one for one in rest if one)]))
    assert kinds == READS | WRITES | MORE


def letter_of(own: int, foreign: int) -> str:
    """The letter of what was answered."""
    kinds = tuple("in" if status not in REFUSED else str(status) for status in (own, foreign))
    letters = {
        ("in", "404"): "y",
        ("in", "in"): "A",
        ("in", "403"): "g",
        ("403", "404"): "f",
        ("404", "404"): "n",
        ("403", "403"): "-",
    }
    return letters.get(kinds, f"[{own} {foreign}]")


def asked(client, line: str, noun: str, row: str) -> int:
    """The status of a request about a row; a change that changes nothing is still one that must be permitted."""
    method, _, address = line.format(noun=NOUNS[noun].path(), row=row).partition(" ")
    sent: dict[str, Any] = {}
    if method == "POST":
        sent["json"] = {"why": "a test"}
    if method == "PATCH":
        name, field = next((n, f) for n, f in NOUNS[noun].all_fields().items() if not isinstance(f, Link))
        sent["json"] = {name: value_of(field, 0)}
    return client.request(method, f"/api/v1{address}", headers={"If-Match": "*"}, **sent).status_code


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_each_role_reads_and_writes_what_is_theirs(browsers, sides, noun) -> None:
    path, of = NOUNS[noun].path(), NOUNS[noun].noun
    for kinds, expected in zip((READS, WRITES), TABLE.get(path, ("", "")), strict=True):
        for line in sorted(kinds):
            if "attachments" in line and not of.has_attachments:
                continue
            found = "".join(
                letter_of(*(asked(browsers[who], line, noun, side.rows[noun]) for side in sides)) for who in WHO
            )
            assert found == expected, line


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_a_list_shows_what_can_be_read_one_by_one_and_nothing_else(browsers, sides, noun) -> None:
    path = NOUNS[noun].path()
    for who, letter in zip(WHO, TABLE[path][0], strict=True):
        answer = browsers[who].get(f"/api/v1/{path}?retired=true")
        shown = [side.rows[noun] in answer.text for side in sides]
        expected = {"y": [True, False], "A": [True, True], "n": [False, False], "-": [False, False]}[letter]
        assert (answer.status_code == 403, shown) == (letter == "-", expected), who


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_nothing_is_made_of_what_belongs_to_others(browsers, sides, noun) -> None:
    path, of = NOUNS[noun].path(), NOUNS[noun]
    if not of.links() or "A" in TABLE[path][0][:8]:
        return  # it hangs on nothing, or everybody may hang something on it
    for who in WHO[:8]:
        answer = browsers[who].post(f"/api/v1/{path}", json=sides[1]._values(of, 1))
        assert answer.status_code in (403, 404, 422), (who, answer.text)
