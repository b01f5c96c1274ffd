"""Who may grant what: never more than they have, never where they are strangers; tokens within what their owner may."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from gateway.access import tokens
from gateway.access.accounts import close_account, get_account, make_account
from gateway.access.granting import grant, may_grant, may_manage, revoke
from gateway.access.refusals import AccessError, NotYoursError
from gateway.access.sites import is_within, sites_of
from gateway.access.tokens import make_token, reader_of_token, revoke_token, tokens_of
from gateway.jobs import forget_persons, forget_ways_in
from gateway.registry import AuditRow, PersonalRow, transaction
from gateway.registry.audit import verify
from gateway.registry.book import Book
from gateway.registry.personal import DAY_NS, PURPOSES
from gateway.registry.refusals import NoSuchRowError
from gateway.registry.roles import SYSTEM, Action, Grant, Reader, Role
from gateway.registry.sheets.importing import import_file

GIVERS = ("manager", "provincial_officer", "administrator", "everywhere")
MAY_GIVE = {
    # giver: role at their own organisation, province or agency -> whether they may
    "operator": "y-yy",
    "manager": "y-yy",
    "laboratory_staff": "y-yy",
    "laboratory_authoriser": "--yy",  # who answers for production appoints nobody to sign certificates
    "analyst": "---y",
    "agency_reporter": "-y-y",
    "provincial_officer": "-y-y",
    "administrator": "--yy",
}
AT = {"analyst": "province", "agency_reporter": "agency", "provincial_officer": "province"}


def giver(house, name: str) -> Reader:
    own = house.own
    grants = {
        "manager": Grant(Role.MANAGER, "organisation", own.organisation),
        "provincial_officer": Grant(Role.PROVINCIAL_OFFICER, "province", own.province),
        "administrator": Grant(Role.ADMINISTRATOR, "organisation", own.organisation),
        "everywhere": Grant(Role.ADMINISTRATOR),
    }
    return Reader("0" * 32, name, (grants[name],))


@pytest.mark.parametrize("role", MAY_GIVE)
def test_nobody_gives_more_than_they_have_nor_elsewhere(house, role) -> None:
    scope = AT.get(role, "organisation")
    own, foreign = (Grant(Role(role), scope, getattr(side, scope)) for side in (house.own, house.foreign))
    with Session(house.engine) as session:
        found = "".join("y" if may_grant(session, giver(house, name), own) else "-" for name in GIVERS)
        assert found == MAY_GIVE[role]
        assert [may_grant(session, giver(house, name), foreign) for name in GIVERS] == [False, False, False, True]


@pytest.mark.parametrize("name", GIVERS[:-1])
def test_only_who_has_everything_gives_something_everywhere(house, name) -> None:
    with Session(house.engine) as session:
        for role in (Role.ADMINISTRATOR, Role.ANALYST):
            assert not may_grant(session, giver(house, name), Grant(role))
            assert may_grant(session, giver(house, "everywhere"), Grant(role))


@pytest.mark.parametrize(
    ("what", "field", "told"),
    [
        (
            Grant(Role.OPERATOR),
            "scope",
            "The role operator is granted at: organisation; got everything. Choose again.",
        ),
        (
            Grant(Role.AGENCY_REPORTER, "province", "x"),
            "scope",
            "The role agency_reporter is granted at: agency; got province. Choose again.",
        ),
        (
            Grant(Role.OPERATOR, "organisation", ""),
            "scope",
            "The role operator is granted at: organisation; got organisation. Choose again.",
        ),
        (
            Grant(Role.OPERATOR, "organisation", "nowhere"),
            "of",
            "There is no organisation 'nowhere'. Choose one of the list.",
        ),
    ],
)
def test_a_role_is_given_where_it_makes_sense(house, what, field, told) -> None:
    with pytest.raises(AccessError) as caught, transaction(house.engine) as session:
        grant(session, SYSTEM, house.now, "0" * 32, what)
    assert (caught.value.field, str(caught.value)) == (field, told)


def test_a_role_is_there_once_and_can_be_taken_by_who_could_give_it(house) -> None:
    account = house.account("phuong")
    what = Grant(Role.OPERATOR, "organisation", house.own.organisation)
    with transaction(house.engine) as session:
        grant(session, giver(house, "manager"), house.now, account, what)
        grant(session, giver(house, "manager"), house.now, account, what)
        assert get_account(session, account).grants == (what,)
    with pytest.raises(NotYoursError) as caught, transaction(house.engine) as session:
        revoke(session, giver(house, "provincial_officer"), house.now, account, what)
    assert str(caught.value) == (
        "provincial_officer: may not give or take the role operator there, not having all of its rights. "
        "Ask an administrator."
    )
    with transaction(house.engine) as session:
        revoke(session, giver(house, "manager"), house.now, account, what)
    with pytest.raises(AccessError) as caught, transaction(house.engine) as session:
        revoke(session, giver(house, "manager"), house.now, account, what)
    assert str(caught.value) == "The account has no role operator there. Look at the list."


def test_who_has_a_role_elsewhere_too_is_managed_by_neither_side_alone(house) -> None:
    here, there = (Grant(Role.OPERATOR, "organisation", side.organisation) for side in (house.own, house.foreign))
    account = house.account("quan", here, there)
    nobody = house.account("roi")
    with Session(house.engine) as session:
        assert not may_manage(session, giver(house, "manager"), get_account(session, account))
        assert may_manage(session, giver(house, "everywhere"), get_account(session, account))
        assert not may_manage(session, giver(house, "manager"), get_account(session, nobody))


def test_a_manager_appoints_laboratory_staff_but_not_themselves_and_not_by_a_token_for_people(house) -> None:
    staff = Grant(Role.LABORATORY_STAFF, "organisation", house.own.organisation)
    manager = house.reader("sang", Grant(Role.MANAGER, "organisation", house.own.organisation))
    other = house.account("tam")
    with transaction(house.engine) as session:
        grant(session, manager, house.now, other, staff)
        assert may_manage(session, manager, get_account(session, other))
        revoke(session, manager, house.now, other, staff)
    for_people = replace(manager, limits=frozenset({("people", Action.WRITE)}))
    for by, to in ((manager, manager.account), (for_people, other)):
        with pytest.raises(NotYoursError) as caught, transaction(house.engine) as session:
            grant(session, by, house.now, to, staff)
        assert str(caught.value) == (
            "sang: may not give or take the role laboratory_staff there, not having all of its rights. "
            "Ask an administrator."
        )
    everything = house.reader("toan", Grant(Role.ADMINISTRATOR))
    with transaction(house.engine) as session:
        grant(session, everything, house.now, everything.account, staff)


# ------------------------------------------------------------------ sites


def test_a_site_belongs_to_its_organisation_and_province_and_an_unknown_one_to_those_who_have_everything(house) -> None:
    with Session(house.engine) as session:

        def seen(name: str, group: str = "production"):
            return sites_of(session, giver(house, name), Action.READ, group)

        assert seen("manager") == seen("provincial_officer") == frozenset({house.own.site})
        assert seen("provincial_officer", "series") == frozenset()
        assert seen("everywhere") is None
        assert is_within("never-registered", seen("everywhere"))
        assert not is_within("never-registered", seen("manager"))


def test_a_site_that_was_retired_is_nobodys_and_its_name_can_go_to_another(house) -> None:
    book = Book(house.engine, lambda: house.now)
    site = {"name": "moves", "title": "Moves", "kind": "factory"}
    row = book.make(SYSTEM, "site", site | {"organisation": house.own.organisation})
    manager = giver(house, "manager")
    with Session(house.engine) as session:
        assert "moves" in sites_of(session, manager, Action.READ, "series")
    book.retire(SYSTEM, "site", row.id, row.revision, "sold")
    book.make(SYSTEM, "site", site | {"organisation": house.foreign.organisation})
    with Session(house.engine) as session:
        assert "moves" not in sites_of(session, manager, Action.READ, "series")


def test_what_hangs_on_a_site_that_was_sold_is_no_longer_its_former_owners(house) -> None:
    book = Book(house.engine, lambda: house.now)
    site = {"name": "sold", "title": "Sold", "kind": "factory", "organisation": house.own.organisation}
    site_id = book.make(SYSTEM, "site", site).id
    pilot = {
        "version": 1,
        "tools": ["5s"],
        "work_units": "edge-1/press-1",
        "baseline_since": "2025-09-01",
        "baseline_until": "2025-09-30",
        "begins": "2025-10-01",
        "result_since": "2025-11-01",
        "result_until": "2025-11-30",
        "figures": ["oee"],
        "state": "running",
        "site": site_id,
        "name": "5S",
    }
    hanging = book.make(SYSTEM, "pilot", pilot).id
    book.change(SYSTEM, "site", site_id, {"organisation": house.foreign.organisation}, None)
    assert book.get(SYSTEM, "pilot", hanging).place[:2] == (house.foreign.province, house.foreign.organisation)
    with pytest.raises(NoSuchRowError):
        book.get(giver(house, "manager"), "pilot", hanging)
    code = book.get(SYSTEM, "organisation", house.own.organisation).values["code"]
    told = import_file(
        house.engine, lambda: house.now, SYSTEM, "site", f"name,organisation\nsold,{code}\n".encode(), name="a.csv"
    )
    assert told.fault_count == 0
    assert book.get(SYSTEM, "pilot", hanging).place == book.get(SYSTEM, "pilot", house.own.pilot).place


# ------------------------------------------------------------------ tokens


def test_a_token_is_kept_as_a_hash_and_acts_within_its_limits(house) -> None:
    owner = house.reader("son", Grant(Role.MANAGER, "organisation", house.own.organisation))
    token_id, secret = house.token(owner, ("series", Action.READ))
    assert secret.startswith("nhipdo_")
    found_id, reader = reader_of_token(house.engine, secret, house.now)
    assert (found_id, reader.account, reader.grants) == (token_id, owner.account, owner.grants)
    assert reader.may(Action.READ, "series")
    assert not reader.may(Action.READ, "production")
    with Session(house.engine) as session:
        [one] = tokens_of(session, owner.account)
        assert one.used_at == house.now
        assert sites_of(session, reader, Action.READ, "production") == frozenset()
        written = "".join(row.after for row in session.query(AuditRow).filter(AuditRow.row == owner.account))
    assert token_id in written
    assert secret not in written


def test_a_token_ends_is_taken_back_and_goes_with_its_account(house) -> None:
    owner, other = (house.reader(name, Grant(Role.ANALYST)) for name in ("thao", "uyen"))
    (first, one), (_, two) = house.token(owner), house.token(owner)
    with transaction(house.engine) as session:
        assert not revoke_token(session, other, house.now, other.account, first)
        assert revoke_token(session, owner, house.now, owner.account, first)
    assert reader_of_token(house.engine, one, house.now) is None
    assert reader_of_token(house.engine, two, house.now) is not None
    assert reader_of_token(house.engine, two, house.now + 30 * DAY_NS) is None
    with transaction(house.engine) as session:
        close_account(session, SYSTEM, house.now, owner.account)
    assert reader_of_token(house.engine, two, house.now) is None


@pytest.mark.parametrize(
    ("title", "limits", "days", "told"),
    [
        (" ", (), 30, "A token's title has 1 to 200 characters, got 0. Say what it is for."),
        ("x", (), 0, "A token holds 1 to 730 days, got 0. Correct it."),
        ("x", (), 731, "A token holds 1 to 730 days, got 731. Correct it."),
        ("x", ("audit:read",), 30, "limits audit:read: the account itself may not. Leave them out."),
        (
            "x",
            ("reading",),
            30,
            (
                "limit 'reading': expected group:action, e.g. series:read. Groups: places, organisation, production, "
                "improvement, series, laboratory, pilot, programme, task, agreement, edge, people, audit, gateway."
            ),
        ),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(house, title, limits, days, told) -> None:
    owner = Reader(house.own.organisation, "van", (Grant(Role.ANALYST),))
    with pytest.raises(AccessError) as caught, transaction(house.engine) as session:
        make_token(session, owner, house.now, title, tokens.parse_limits(limits), days)
    assert str(caught.value) == told


def test_neither_the_gateway_nor_a_token_makes_tokens(house) -> None:
    owner = house.reader("vinh", Grant(Role.ADMINISTRATOR))
    tokens_shown = (house.token(owner)[1], house.token(owner, ("series", Action.READ))[1])
    unlimited, limited = (reader_of_token(house.engine, one, house.now)[1] for one in tokens_shown)
    assert unlimited.limits is None
    for by in (SYSTEM, limited, unlimited):
        with pytest.raises(AccessError), transaction(house.engine) as session:
            make_token(session, by, house.now, "one that outlives it", None, 730)


# ------------------------------------------------------------------ what is known of persons


def test_a_full_name_is_forgotten_once_its_time_is_over_and_the_audit_holds_without_it(house) -> None:
    with transaction(house.engine) as session:
        account = make_account(session, SYSTEM, house.now, "xuan", full_name="Trần Thị Xuân").id
        stays = make_account(session, SYSTEM, house.now, "yen", full_name="Lê Thị Yến").id
        close_account(session, SYSTEM, house.now, account)
    days = PURPOSES["account"][1]
    forget_persons(house.engine, house.now + days * DAY_NS - 1)
    with Session(house.engine) as session:
        assert get_account(session, account).full_name == "Trần Thị Xuân"
    forget_persons(house.engine, house.now + days * DAY_NS)
    with Session(house.engine) as session:
        assert get_account(session, account).full_name == ""
        assert get_account(session, stays).full_name == "Lê Thị Yến"
        assert session.get(PersonalRow, ("account", account, "full_name")) is None
        assert "Xuân" not in "".join(row.after for row in session.query(AuditRow))
        assert list(verify(session)) == []


def test_the_night_forgets_a_person_of_the_registry_too(house) -> None:
    book = Book(house.engine, lambda: house.now)
    values = {"code": "CB-1", "province": house.own.province, "full_name": "Phạm Văn Ba", "phone": "0900 000 000"}
    row = book.make(SYSTEM, "person", values)
    book.retire(SYSTEM, "person", row.id, row.revision, "left")
    forget_persons(house.engine, house.now + 6 * 365 * DAY_NS)
    told = book.get(SYSTEM, "person", row.id)
    assert (told.values["full_name"], told.values["phone"]) == ("", "")


def test_a_person_back_in_use_is_kept_and_a_late_correction_is_forgotten_with_the_rest(house) -> None:
    book = Book(house.engine, lambda: house.now)
    back, gone = (
        book.make(SYSTEM, "person", {"code": code, "province": house.own.province, "full_name": "Phạm Văn Tư"})
        for code in ("CB-2", "CB-3")
    )
    for one in (back, gone):
        book.retire(SYSTEM, "person", one.id, None, "left")
    book.retire(SYSTEM, "person", back.id, None, "came back", back=True)
    book.change(SYSTEM, "person", gone.id, {"full_name": "Phạm Văn Tứ"}, None)
    forget_persons(house.engine, house.now + 6 * 365 * DAY_NS)
    assert book.get(SYSTEM, "person", back.id).values["full_name"] == "Phạm Văn Tư"
    assert book.get(SYSTEM, "person", gone.id).values["full_name"] == ""


def test_the_night_drops_what_holds_no_more_and_tells_the_log_where_the_audit_ends(house, caplog) -> None:
    caplog.set_level("INFO")
    owner = house.reader("zung", Grant(Role.ANALYST))
    house.token(owner)
    house.sign_in(owner.account)
    forget_ways_in(house.engine, house.now + 200 * DAY_NS)
    with Session(house.engine) as session:
        assert tokens_of(session, owner.account) == []
    assert caplog.messages[-1].startswith("audit: the last entry is ")
