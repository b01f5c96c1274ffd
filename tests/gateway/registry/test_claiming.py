"""The name of a site, and what its edges have sent, cannot be claimed; a code is written one way."""

import pytest
from sqlalchemy.orm import Session

from gateway.registry import EdgeRow
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM, Role

REFUSED = "Edges have sent data under the name 'cao-lanh'. Ask an administrator to register the site."


@pytest.fixture
def spoken(world, engine) -> None:
    with Session(engine) as session:
        session.add(EdgeRow(site="cao-lanh", edge="filling", first_seen=1))
        session.commit()


def _site(world, name: str, organisation=None) -> dict[str, object]:
    return {"name": name, "title": "Nhà máy", "organisation": (organisation or world.press).id, "kind": "factory"}


@pytest.mark.usefixtures("spoken")
def test_a_manager_registers_no_site_under_whose_name_edges_of_somebody_speak(world) -> None:
    manager = world.of(Role.MANAGER, world.press)
    with pytest.raises(WrongValuesError) as refused:
        world.book.make(manager, "site", _site(world, "cao-lanh"))
    assert refused.value.problems["name"].en == REFUSED
    world.book.make(manager, "site", _site(world, "sa-dec-2"))


@pytest.mark.usefixtures("spoken")
def test_nor_renames_one_of_their_own_so(world) -> None:
    with pytest.raises(WrongValuesError) as refused:
        world.book.change(world.of(Role.MANAGER, world.press), "site", world.site.id, {"name": "cao-lanh"}, None)
    assert refused.value.problems["name"].en == REFUSED
    world.book.change(world.of(Role.MANAGER, world.press), "site", world.site.id, {"title": "Xưởng dập"}, None)


@pytest.mark.usefixtures("spoken")
def test_who_writes_every_organisation_registers_it_and_its_owner_takes_it_back_into_use(world) -> None:
    row = world.book.make(SYSTEM, "site", _site(world, "cao-lanh", world.dairy))
    manager = world.of(Role.MANAGER, world.dairy)
    world.book.retire(manager, "site", row.id, None, "nghỉ")
    with pytest.raises(WrongValuesError):
        world.book.make(world.of(Role.MANAGER, world.press), "site", _site(world, "cao-lanh"))
    again = world.book.make(manager, "site", _site(world, "cao-lanh", world.dairy))
    assert again.values["organisation"] == world.dairy.id


def test_no_site_is_called_as_gateways_speak(world) -> None:
    with pytest.raises(WrongValuesError) as refused:
        world.book.make(SYSTEM, "site", _site(world, "gateway"))
    assert (
        refused.value.problems["name"].en
        == '"gateway" is the name under which gateways say how they are. Choose another.'
    )
    with pytest.raises(WrongValuesError):
        world.book.change(SYSTEM, "site", world.site.id, {"name": "gateway"}, None)
    world.book.make(SYSTEM, "site", _site(world, "gateway-2"))


def test_a_branch_has_one_code_however_it_is_written(world) -> None:
    branch = {"kind": "branch", "name": "Chi nhánh", "province": world.province.id}
    made = world.book.make(SYSTEM, "organisation", branch | {"code": "1400123456-001"})
    assert made.values["code"] == "1400123456001"
    with pytest.raises(WrongValuesError):
        world.book.make(SYSTEM, "organisation", branch | {"code": "1400123456001"})


@pytest.mark.parametrize("code", ["312345678", "312345678-001"])
def test_a_code_whose_leading_zero_is_gone_is_told_from_others(world, code) -> None:
    with pytest.raises(WrongValuesError) as refused:
        world.book.make(
            SYSTEM, "organisation", {"code": code, "kind": "enterprise", "name": "A", "province": world.province.id}
        )
    assert refused.value.problems["code"].en == (
        f"'{code}' lacks a digit: spreadsheets drop a leading 0. If it is so, write '0{code}'."
    )
