"""Who may do what: roles, what each may do with which group of nouns, and the person or program that asks.

Decision: one table, ``MATRIX``, read by the API, the pages and the tests; a path names its group and its action.
Because: a rule that stands in one place can be read by an officer, and walked by a test through every path.
Instead of: a condition in each router.

Decision: a grant is a role *at* a scope; roles of one scope never add to rights at another.
Because: the manager of one enterprise is a stranger in the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, or_, true

from gateway.registry.texts import Title


class Action(StrEnum):
    """What is asked for."""

    READ = "read"
    WRITE = "write"
    DECIDE = "decide"
    """Admit, authorise, agree, close: what carries a person's name."""


class Role(StrEnum):
    """What somebody is."""

    OPERATOR = "operator"
    MANAGER = "manager"
    LABORATORY_STAFF = "laboratory_staff"
    LABORATORY_AUTHORISER = "laboratory_authoriser"
    ANALYST = "analyst"
    AGENCY_REPORTER = "agency_reporter"
    PROVINCIAL_OFFICER = "provincial_officer"
    ADMINISTRATOR = "administrator"


ROLE_TITLES = {
    Role.OPERATOR: Title("Người vận hành", "Operator"),
    Role.MANAGER: Title("Quản lý doanh nghiệp", "Enterprise manager"),
    Role.LABORATORY_STAFF: Title("Hiệu chuẩn viên, kiểm định viên", "Laboratory staff"),
    Role.LABORATORY_AUTHORISER: Title("Người có thẩm quyền ký", "Laboratory authoriser"),
    Role.ANALYST: Title("Người phân tích số liệu", "Analyst"),
    Role.AGENCY_REPORTER: Title("Cán bộ báo cáo của cơ quan", "Agency reporter"),
    Role.PROVINCIAL_OFFICER: Title("Chuyên viên Sở KH&CN", "Provincial officer"),
    Role.ADMINISTRATOR: Title("Quản trị", "Administrator"),
}
GROUPS = {
    "places": Title("Địa bàn và cơ quan", "Places and agencies"),
    "organisation": Title("Tổ chức, cơ sở", "Organisations and sites"),
    "production": Title("Sản xuất", "Production"),
    "improvement": Title("Cải tiến", "Improvement"),
    "series": Title("Số đo", "Measurements"),
    "laboratory": Title("Đo lường", "Laboratory"),
    "pilot": Title("Mô hình điểm", "Pilots"),
    "programme": Title("Hồ sơ chương trình", "Programme records"),
    "task": Title("Nhiệm vụ", "Tasks"),
    "agreement": Title("Chia sẻ dữ liệu", "Data sharing"),
    "edge": Title("Thiết bị biên", "Edges"),
    "people": Title("Con người, tài khoản", "People and accounts"),
    "audit": Title("Nhật ký thay đổi", "Audit"),
    "gateway": Title("Máy chủ", "Gateway"),
}
_LETTERS = {Action.READ: "r", Action.WRITE: "w", Action.DECIDE: "d"}
_EVERYWHERE = "R"
"""Reading of this group is not bound to the scope."""

MATRIX: dict[Role, dict[str, str]] = {
    Role.OPERATOR: {
        "places": "R",
        "organisation": "r",
        "production": "r",
        "improvement": "rw",
        "series": "r",
        "edge": "r",
    },
    Role.MANAGER: {
        "places": "R",
        "organisation": "rw",
        "production": "rwd",
        "improvement": "rwd",
        "series": "r",
        "laboratory": "r",
        "pilot": "r",
        "programme": "r",
        "agreement": "rwd",
        "edge": "rd",
        "people": "rw",
        "audit": "r",
    },
    Role.LABORATORY_STAFF: {"places": "R", "organisation": "r", "series": "r", "laboratory": "rw", "edge": "r"},
    Role.LABORATORY_AUTHORISER: {"places": "R", "organisation": "r", "series": "r", "laboratory": "rwd", "edge": "r"},
    Role.ANALYST: {
        "places": "R",
        "organisation": "r",
        "production": "r",
        "improvement": "r",
        "series": "r",
        "laboratory": "r",
        "pilot": "r",
        "programme": "r",
        "task": "r",
    },
    Role.AGENCY_REPORTER: {"places": "R", "programme": "rw", "task": "rw"},
    Role.PROVINCIAL_OFFICER: {
        "places": "Rw",
        "organisation": "rw",
        "production": "r",
        "improvement": "r",
        "laboratory": "r",
        "pilot": "rwd",
        "programme": "rwd",
        "task": "rwd",
        "agreement": "r",
        "edge": "r",
        "people": "rw",
        "audit": "r",
    },
    Role.ADMINISTRATOR: {group: "Rwd" if group == "places" else "rwd" for group in GROUPS},
}
"""Role -> group -> letters: ``r`` read, ``w`` write, ``d`` decide; ``R``: read wherever it belongs."""

SCOPES: dict[Role, tuple[str, ...]] = {
    Role.OPERATOR: ("organisation",),
    Role.MANAGER: ("organisation",),
    Role.LABORATORY_STAFF: ("organisation",),
    Role.LABORATORY_AUTHORISER: ("organisation",),
    Role.ANALYST: ("organisation", "province", ""),
    Role.AGENCY_REPORTER: ("agency",),
    Role.PROVINCIAL_OFFICER: ("province",),
    Role.ADMINISTRATOR: ("organisation", "province", ""),
}
"""Role -> at what it can be granted; empty: at everything."""

APPOINTS: dict[Role, frozenset[Role]] = {Role.MANAGER: frozenset({Role.LABORATORY_STAFF})}
"""Role -> roles that it gives to others at its own place, and never to itself, without having all that they give.

Who measures is appointed by whoever leads the enterprise. Who authorises results is not: whoever answers for production
must not be able to sign a certificate by way of a second account, so that role is an administrator's to give.

Source: ISO/IEC 17025:2017, 4.1.4 (pressures on impartiality), 6.2.5 and 6.2.6 (who authorises personnel).
"""


class Place(NamedTuple):
    """Whose something is: ids, empty where none."""

    province: str = ""
    organisation: str = ""
    agency: str = ""


class Grant(NamedTuple):
    """A role at a scope.

    Attributes:
        role: Which.
        scope: ``organisation``, ``province``, ``agency``; empty: everything.
        of: Id of the one; empty: everything.
    """

    role: Role
    scope: str = ""
    of: str = ""

    def allows(self, action: Action, group: str) -> bool:
        """Whether the role permits it somewhere."""
        letters = MATRIX[self.role].get(group, "")
        return _LETTERS[action] in letters or (action is Action.READ and _EVERYWHERE in letters)

    def covers(self, action: Action, group: str, place: Place) -> bool:
        """Whether the role permits it there."""
        if not self.allows(action, group):
            return False
        if not self.scope or (action is Action.READ and _EVERYWHERE in MATRIX[self.role].get(group, "")):
            return True
        return bool(self.of) and getattr(place, self.scope) == self.of


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: a person or a program, with what was granted.

    Attributes:
        account: Id of the account.
        name: How it signs: what the audit and the pages show.
        grants: Roles at scopes.
        limits: Of an API token: the groups and actions it was made for; None: all that the account may.
        token: Id of the API token that they come with; empty: with none.
        language: ``vi`` or ``en``; empty: as the browser says.
    """

    account: str
    name: str
    grants: tuple[Grant, ...] = ()
    limits: frozenset[tuple[str, Action]] | None = None
    language: str = ""
    token: str = ""

    def may(self, action: Action, group: str, place: Place | None = None) -> bool:
        """Whether it may be done there; without a place: anywhere at all."""
        if self.limits is not None and (group, action) not in self.limits:
            return False
        if place is None:
            return any(grant.allows(action, group) for grant in self.grants)
        return any(grant.covers(action, group, place) for grant in self.grants)

    def everywhere(self, action: Action, group: str) -> bool:
        """Whether it may be done whatever it belongs to."""
        return self.may(action, group) and any(not g.scope and g.allows(action, group) for g in self.grants)

    def where(self, action: Action, group: str, columns: Any) -> ColumnElement[bool]:
        """The rows with which it may be done.

        Args:
            action: What.
            group: With what.
            columns: A class of rows, or a table, with ``of_province``, ``of_organisation``, ``of_agency``.
        """
        if self.limits is not None and (group, action) not in self.limits:
            return false()
        granted = [grant for grant in self.grants if grant.allows(action, group)]
        if any(grant.covers(action, group, Place()) for grant in granted):
            return true()
        return or_(false(), *(_belongs(columns, scope, ids) for scope, ids in _by_scope(granted)))


SYSTEM = Reader("", "nhipdo", (Grant(Role.ADMINISTRATOR),))
"""The gateway itself: jobs, the demo, the command line of its own user."""


def _by_scope(grants: Iterable[Grant]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for grant in grants:
        found.setdefault(grant.scope, []).append(grant.of)
    return list(found.items())


def _belongs(columns: Any, scope: str, ids: list[str]) -> ColumnElement[bool]:
    column = getattr(columns, f"of_{scope}")
    return and_(column.in_(ids), column != "")
