"""The menu: whose work it is has its pages first."""

import pytest

from gateway.api.menu import MENU, menu_of
from gateway.registry.roles import Grant, Reader, Role

PATHS = frozenset(one.path for one in MENU)


@pytest.mark.parametrize(
    ("grant", "first"),
    [
        (Grant(Role.PROVINCIAL_OFFICER, "province", "p"), ["/", "/plans", "/tfp", "/pilots", "/records", "/tasks"]),
        (Grant(Role.AGENCY_REPORTER, "agency", "a"), ["/", "/plans", "/tfp", "/records", "/tasks"]),
        (Grant(Role.LABORATORY_STAFF, "organisation", "o"), ["/", "/instruments", "/laboratory/work", "/measurements"]),
        (Grant(Role.MANAGER, "organisation", "o"), ["/", "/production", "/measurements", "/instruments"]),
        (Grant(Role.ADMINISTRATOR), ["/", "/production", "/measurements", "/instruments"]),
    ],
    ids=lambda one: one.role.value if isinstance(one, Grant) else "",
)
def test_what_somebody_works_on_stands_first_and_nothing_is_left_out(grant: Grant, first: list[str]) -> None:
    reader = Reader("x", "x", (grant,))
    found = [one.path for one in menu_of(reader, PATHS)]
    assert found[: len(first)] == first
    seen = {one.path for one in MENU if not one.group or reader.may(one.action, one.group)}
    assert (set(found), len(found)) == (seen, len(seen))


def test_whoever_is_not_signed_in_has_no_menu() -> None:
    assert menu_of(None, PATHS) == []
