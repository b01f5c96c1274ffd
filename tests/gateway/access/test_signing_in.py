"""Coming in by password and by link, staying in, and being signed out; what of it the audit knows."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gateway.access import links, sessions, signing_in
from gateway.access.accounts import close_account, find_account
from gateway.access.passwords import WeakPasswordError
from gateway.access.refusals import AccessError, NotYoursError
from gateway.access.sessions import reader_of_session, sessions_of
from gateway.access.signing_in import From, change_password, choose_password, make_first, sign_in
from gateway.access.throttle import WRONG_ATTEMPTS, WRONG_OF_ADDRESS, count_wrong, of_address
from gateway.access.tokens import reader_of_token
from gateway.registry import AttemptRow, AuditRow, SessionRow, transaction
from gateway.registry.audit import verify
from gateway.registry.roles import SYSTEM, Grant, Reader, Role

PASSWORD, OTHER = "tre xanh sông Tiền", "sen hồng tháng mười"
HERE = From("192.0.2.7", "a browser")


@pytest.fixture(autouse=True)
def _no_attempts(house) -> None:
    with Session(house.engine) as session, session.begin():
        session.execute(delete(AttemptRow))


def told(house, account: str) -> list[tuple[str, str]]:
    """What the audit has of an account: what was done, and who did it."""
    with Session(house.engine) as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.row == account).order_by(AuditRow.number))
        return [(row.action, row.name) for row in rows]


def test_a_right_password_opens_a_session_of_that_account(house) -> None:
    account = house.account("an", Grant(Role.ANALYST), password=PASSWORD)
    entry = sign_in(house.engine, house.now, " AN ", PASSWORD, HERE)
    reader = reader_of_session(house.engine, entry.session, house.now)
    assert reader == Reader(account, "an", (Grant(Role.ANALYST),))
    assert told(house, account)[-1] == ("sign_in", "an")
    with Session(house.engine) as session:
        kept = session.scalars(select(SessionRow)).all()
        assert entry.session not in {row.hash for row in kept}
        [one] = sessions_of(session, account, house.now, entry.session)
    assert (one.address, one.browser, one.is_this) == ("192.0.2.7", "a browser", True)


@pytest.mark.parametrize(("name", "password"), [("binh", "wrong"), ("nobody", PASSWORD), ("binh", ""), ("", "")])
def test_a_wrong_one_opens_nothing_and_says_not_what_was_wrong(house, name, password) -> None:
    if name == "binh" and password == "wrong":
        house.account("binh", password=PASSWORD)
    assert sign_in(house.engine, house.now, name, password, HERE) == signing_in.Entry()


def test_who_guesses_at_a_name_keeps_its_owner_out_only_where_they_are_not_signed_in_yet(house) -> None:
    account = house.account("chi", password=PASSWORD)
    assert sign_in(house.engine, house.now, "chi", PASSWORD, HERE).session
    for k in range(WRONG_ATTEMPTS):
        sign_in(house.engine, house.now, "chi", "wrong", From(f"198.51.100.{k}"))
    assert sign_in(house.engine, house.now, "chi", PASSWORD, From("203.0.113.9")).wait_s == 300
    assert sign_in(house.engine, house.now, "chi", PASSWORD, HERE).session
    assert ("throttle", "nhipdo") in told(house, account)


def test_a_right_password_does_not_make_an_address_fresh_for_guessing_at_others(house) -> None:
    house.account("dung", password=PASSWORD)
    for _ in range(WRONG_OF_ADDRESS - 1):
        count_wrong(house.engine, [of_address(HERE.address)], house.now)
    assert sign_in(house.engine, house.now, "dung", PASSWORD, HERE).session
    sign_in(house.engine, house.now, "somebody", "wrong", HERE)
    assert sign_in(house.engine, house.now, "nobody", "wrong", HERE).wait_s == 300


def test_a_new_password_signs_every_other_browser_out(house) -> None:
    account = house.account("em", password=PASSWORD)
    here, there = house.sign_in(account), house.sign_in(account)
    by = Reader(account, "em")
    assert change_password(house.engine, house.now, by, PASSWORD, OTHER, session_kept=here, address="192.0.2.7") == 0
    assert reader_of_session(house.engine, here, house.now) is not None
    assert reader_of_session(house.engine, there, house.now) is None
    assert sign_in(house.engine, house.now, "em", PASSWORD, HERE).session == ""
    assert sign_in(house.engine, house.now, "em", OTHER, HERE).session
    assert ("password", "em") in told(house, account)


def test_the_old_password_is_asked_for_and_the_new_one_looked_at(house) -> None:
    account = house.account("giang", password=PASSWORD)
    by, cookie = Reader(account, "giang"), house.sign_in(account)
    with pytest.raises(AccessError) as caught:
        change_password(house.engine, house.now, by, "wrong", OTHER, session_kept=cookie, address="192.0.2.7")
    assert (caught.value.field, str(caught.value)) == ("old", "The present password is wrong. Type it again.")
    with pytest.raises(WeakPasswordError):
        change_password(house.engine, house.now, by, PASSWORD, "short", session_kept=cookie, address="192.0.2.7")
    for _ in range(WRONG_ATTEMPTS - 1):
        with pytest.raises(AccessError):
            change_password(house.engine, house.now, by, "wrong", OTHER, session_kept=cookie, address="192.0.2.7")
    waits = change_password(house.engine, house.now, by, PASSWORD, OTHER, session_kept=cookie, address="192.0.2.7")
    assert waits == 300


def test_one_browser_or_all_can_be_signed_out(house) -> None:
    account = house.account("hanh")
    first, second, third = (house.sign_in(account) for _ in range(3))
    by = Reader(account, "hanh")
    with transaction(house.engine) as session:
        mark = next(one.mark for one in sessions_of(session, account, house.now, second) if one.is_this)
        assert sessions.end_one(session, by, house.now, account, mark)
        assert not sessions.end_one(session, by, house.now, account, "")
        assert not sessions.end_one(session, by, house.now, "0" * 32, mark)
    assert [_is_in(house, one) for one in (first, second, third)] == [True, False, True]
    with transaction(house.engine) as session:
        sessions.end_all(session, by, house.now, account)
    assert [_is_in(house, one) for one in (first, third)] == [False, False]
    assert [one for one, _ in told(house, account)][-2:] == ["sign_out", "sign_out_everywhere"]


def test_an_account_that_was_closed_lets_nobody_in_by_any_way(house) -> None:
    account = house.account("khoa", password=PASSWORD)
    cookie = house.sign_in(account)
    with transaction(house.engine) as session:
        link = links.make_link(session, SYSTEM, house.now, account)
        close_account(session, SYSTEM, house.now, account)
    assert not _is_in(house, cookie)
    assert sign_in(house.engine, house.now, "khoa", PASSWORD, HERE).session == ""
    assert choose_password(house.engine, house.now, link, OTHER, HERE).session == ""


def test_a_link_chooses_a_password_once_and_signs_the_others_out(house) -> None:
    account = house.account("lan")
    there = house.sign_in(account)
    with transaction(house.engine) as session:
        earlier = links.make_link(session, SYSTEM, house.now, account)
        link = links.make_link(session, SYSTEM, house.now, account)
    assert choose_password(house.engine, house.now, earlier, PASSWORD, HERE).session == ""
    with pytest.raises(WeakPasswordError):
        choose_password(house.engine, house.now, link, "short", HERE)
    assert _is_in(house, choose_password(house.engine, house.now, link, PASSWORD, HERE).session)
    assert not _is_in(house, there)
    assert choose_password(house.engine, house.now, link, OTHER, HERE).session == ""
    assert sign_in(house.engine, house.now, "lan", PASSWORD, HERE).session


def test_a_link_ends_after_a_day(house) -> None:
    account = house.account("minh")
    with transaction(house.engine) as session:
        link = links.make_link(session, SYSTEM, house.now, account)
    day = 86_400 * 10**9
    assert choose_password(house.engine, house.now + day, link, PASSWORD, HERE).session == ""
    assert choose_password(house.engine, house.now + day - 1, link, PASSWORD, HERE).session


def test_a_link_that_was_sent_before_another_password_was_chosen_opens_no_more(house) -> None:
    account = house.account("mo", password=PASSWORD)
    by, cookie = Reader(account, "mo"), house.sign_in(account)

    def link() -> str:
        with transaction(house.engine) as session:
            return links.make_link(session, SYSTEM, house.now, account)

    secret = link()
    change_password(house.engine, house.now, by, PASSWORD, OTHER, session_kept=cookie, address="192.0.2.7")
    assert choose_password(house.engine, house.now, secret, PASSWORD, HERE).session == ""
    secret = link()
    with transaction(house.engine) as session:
        signing_in.set_password(session, SYSTEM, house.now, "mo", PASSWORD)
    assert choose_password(house.engine, house.now, secret, PASSWORD, HERE).session == ""
    secret, token = link(), house.token(by)[1]
    with transaction(house.engine) as session:
        assert signing_in.sign_out_everywhere(session, SYSTEM, house.now, account) == 1
    assert choose_password(house.engine, house.now, secret, PASSWORD, HERE).session == ""
    assert reader_of_token(house.engine, token, house.now) is None


def test_nobody_makes_a_link_for_themselves(house) -> None:
    account = house.account("my", Grant(Role.ADMINISTRATOR))
    with pytest.raises(NotYoursError) as caught, transaction(house.engine) as session:
        links.make_link(session, Reader(account, "my", (Grant(Role.ADMINISTRATOR),)), house.now, account)
    assert str(caught.value) == (
        "Nobody makes a link for themselves. Change the password on the page Account, or ask an administrator."
    )


def test_a_shared_link_chooses_no_password_and_opens_as_often_as_was_said(house) -> None:
    account = house.account("nga")
    with transaction(house.engine) as session:
        link = links.make_link(session, SYSTEM, house.now, account, uses=2)
    assert choose_password(house.engine, house.now, link, PASSWORD, HERE).session == ""
    opened = [bool(signing_in.open_shared(house.engine, house.now, link, HERE).session) for _ in range(3)]
    assert opened == [True, True, False]


def test_the_first_start_makes_one_administrator_and_no_second(new_registry_url, backend) -> None:
    from gateway.registry import connect

    engine = connect(new_registry_url(made=True))
    now = 10**18
    with transaction(engine) as session:
        link = links.make_link(session, SYSTEM, now, "")
    with pytest.raises(AccessError) as caught:
        make_first(engine, now, link, "Mai Nguyễn", "", PASSWORD, HERE)
    assert caught.value.field == "name"
    assert make_first(engine, now, "wrong", "mai", "", PASSWORD, HERE).session == ""
    entry = make_first(engine, now, link, "Mai", "Nguyễn Thị Mai", PASSWORD, HERE)
    reader = reader_of_session(engine, entry.session, now)
    assert reader is not None
    assert (reader.name, reader.grants) == ("mai", (Grant(Role.ADMINISTRATOR),))
    assert make_first(engine, now, link, "eve", "", OTHER, HERE).session == ""
    with transaction(engine) as session:
        second = links.make_link(session, SYSTEM, now, "")
    assert make_first(engine, now, second, "eve", "", OTHER, HERE).session == ""
    with Session(engine) as session:
        assert list(verify(session)) == []
        account = find_account(session, "mai")
        written = "".join(f"{row.before}{row.after}" for row in session.scalars(select(AuditRow)))
    assert account is not None
    assert account.full_name == "Nguyễn Thị Mai"
    for secret in (PASSWORD, link, entry.session, "Nguyễn", "argon2"):
        assert secret not in written
    engine.dispose()


def _is_in(house, cookie: str) -> bool:
    return reader_of_session(house.engine, cookie, house.now) is not None
