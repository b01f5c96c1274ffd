"""``nhipdo user`` and ``nhipdo check audit``: accounts by the gateway's own user, and whether the audit is whole."""

import io
import re
import sys
from shutil import copyfile

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from gateway.access.signing_in import From, choose_password, sign_in
from gateway.commands import accounts
from gateway.config import load_config
from gateway.opening import opened_registry
from gateway.registry import AuditHeadRow, AuditRow, connect, transaction, upgrade
from gateway.registry.audit import last
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

PASSWORD = "tre xanh sông Tiền"
HERE = From("192.0.2.7")


@pytest.fixture(scope="module")
def empty_registry(tmp_path_factory):
    """A registry with the tables of today, which costs more to make than to copy."""
    path = tmp_path_factory.mktemp("registry") / "registry.sqlite"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(autouse=True)
def _registry(config, empty_registry) -> None:
    state = config.parent / "state"
    state.mkdir()
    copyfile(empty_registry, state / "registry.sqlite")


@pytest.fixture
def typed(monkeypatch):
    """What comes on standard input."""

    def say(words: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(words))

    return say


def may_enter(config, name: str, password: str = PASSWORD) -> bool:
    import time

    with opened_registry(load_config(config)) as engine:
        return bool(sign_in(engine, time.time_ns(), name, password, HERE).session)


def test_there_is_nobody_at_first_and_no_usual_password(nhipdo, config) -> None:
    assert nhipdo("user") == (0, "", "no account yet. Run: nhipdo user add NAME --role administrator\n")
    assert not may_enter(config, "admin", "admin")


def test_an_account_is_made_with_a_password_from_standard_input(nhipdo, config, typed) -> None:
    typed(f"{PASSWORD}\n")
    assert nhipdo("user", "add", "Mai", "--role", "administrator", "--full-name", "Nguyễn Thị Mai") == (
        0,
        "user mai: made\n",
        "",
    )
    assert may_enter(config, "mai")
    code, listed, _ = nhipdo("user", "list")
    assert code == 0
    assert re.fullmatch(
        r"name  full name       state             roles\n"
        r"mai   Nguyễn Thị Mai  since \d{4}-\d\d-\d\d  administrator\n",
        listed,
    )


def test_at_a_terminal_the_password_is_asked_for_twice(nhipdo, config, monkeypatch) -> None:
    said = [PASSWORD, "another", PASSWORD, PASSWORD]
    asked = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(accounts.getpass, "getpass", lambda prompt: asked.append(prompt) or said.pop(0))
    assert nhipdo("user", "add", "mai")[::2] == (2, "user: both were not the same. Try again.\n")
    assert nhipdo("user", "add", "mai") == (0, "user mai: made, without any role; see nhipdo user grant\n", "")
    assert asked == ["Password of mai: ", "Once more: "] * 2
    assert may_enter(config, "mai")


@pytest.mark.parametrize(
    ("words", "stdin", "complaint"),
    [
        (
            ("add", "mai"),
            "",
            "user: no password came on standard input. Write it there, or ask for a link with --link.",
        ),
        (
            ("add", "mai"),
            "short\n",
            "user: A password has 10 to 200 characters, got 5. Choose a longer phrase.",
        ),
        (
            ("add", "Mai Nguyễn", "--link"),
            "",
            "user: A name has 2 to 63 small letters, digits, dots, hyphens; got 'Mai Nguyễn'. Correct it.",
        ),
        (
            ("add", "mai", "--link", "--role", "operator"),
            "",
            "user: The role operator is granted at: organisation; got everything. Choose again.",
        ),
        (
            ("add", "mai", "--link", "--role", "operator", "--organisation", "1"),
            "",
            "organisation 1: 0 have this code, expected one. Look it up in the registry.",
        ),
        (
            ("add", "mai", "--link", "--organisation", "1"),
            "",
            "--organisation without --role: say what they are there, e.g. --role manager.",
        ),
        (("close", "nobody"), "", "user nobody: there is no such account in use. See nhipdo user list."),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_made(nhipdo, typed, words, stdin, complaint) -> None:
    typed(stdin)
    assert nhipdo("user", *words) == (2, "", f"{complaint}\n")
    assert nhipdo("user", "list")[2] == "no account yet. Run: nhipdo user add NAME --role administrator\n"


def test_roles_are_given_and_taken_by_the_code_of_their_place(nhipdo, config) -> None:
    with opened_registry(load_config(config)) as engine:
        book = Book(engine, lambda: 10**18)
        province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
        firm = {"code": "1400123456", "name": "Firm", "kind": "enterprise", "province": province}
        book.make(SYSTEM, "organisation", firm)
        book.make(SYSTEM, "agency", {"name": "Sở KH&CN", "province": province})
    nhipdo("user", "add", "mai", "--link")
    for role, scope, code in (
        ("manager", "organisation", "1400123456"),
        ("provincial_officer", "province", "82"),
        ("agency_reporter", "agency", "Sở KH&CN"),
    ):
        told = nhipdo("user", "grant", "mai", "--role", role, f"--{scope}", code)
        assert told == (0, f"user mai: {role} at {scope} {code} given\n", "")
    listed = nhipdo("user", "list")[1]
    assert "manager at organisation 1400123456, provincial_officer at province 82" in listed
    assert "no password" in listed
    told = nhipdo("user", "revoke", "mai", "--role", "provincial_officer", "--province", "82")
    assert told == (0, "user mai: provincial_officer at province 82 taken back\n", "")
    assert "province 82" not in nhipdo("user", "list")[1]


def test_a_link_chooses_a_password_and_closing_ends_it(nhipdo, config, typed) -> None:
    import time

    printed = nhipdo("user", "add", "mai", "--link")[1]
    secret = re.search(r"opens once, within 24 hours: http://127\.0\.0\.1:8765/\?key=(\S{43})\n$", printed)[1]
    with opened_registry(load_config(config)) as engine:
        assert choose_password(engine, time.time_ns(), secret, PASSWORD, HERE).session
    typed("sen hồng tháng mười\n")
    assert nhipdo("user", "password", "mai")[1] == "user mai: has a new password; every browser was signed out\n"
    assert may_enter(config, "mai", "sen hồng tháng mười")
    assert nhipdo("user", "sign-out", "mai")[1] == "user mai: signed out everywhere; 0 tokens taken back\n"
    assert nhipdo("user", "close", "mai")[1] == "user mai: closed; what it signed stays\n"
    assert not may_enter(config, "mai", "sen hồng tháng mười")
    assert "closed" in nhipdo("user", "list")[1]


# ------------------------------------------------------------------ the audit


@pytest.fixture
def audited(nhipdo, config):
    """A registry with four entries in its audit: two accounts with their links."""
    nhipdo("user", "add", "mai", "--link")
    nhipdo("user", "add", "lan", "--link")
    with opened_registry(load_config(config)) as engine:
        yield engine


def test_an_audit_that_is_whole_is_said_to_be(nhipdo, audited, config) -> None:
    with Session(audited) as session:
        number, sealed = last(session)
    said = (
        f"audit      {number} entries, whole\n"
        f"last       {sealed} (compare it with the log: nhipdo serve tells it once a day)\n"
    )
    assert nhipdo("check", "audit") == (0, said, "")
    assert nhipdo("check", "audit", str(config))[0] == 0


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            update(AuditRow).where(AuditRow.number == 2).values(name="eve"),
            ["2: was altered, or stands where another stood. Compare it with a copy of the database."],
        ),
        (
            delete(AuditRow).where(AuditRow.number == 2),
            ["2: is missing. Look for it in a copy of the database."],
        ),
        (
            delete(AuditRow).where(AuditRow.number == 4),
            ["4: is not the one that was written last: entries behind it are gone. Look in a copy of the database."],
        ),
        (
            delete(AuditHeadRow),
            ["0: is not the one that was written last: entries behind it are gone. Look in a copy of the database."],
        ),
    ],
)
def test_every_break_of_the_chain_is_told(nhipdo, audited, spoil, told) -> None:
    with transaction(audited) as session:
        session.execute(spoil)
    code, said, complaints = nhipdo("check", "audit")
    assert code == 1
    assert said.splitlines()[0].endswith("entries, broken")
    assert complaints.splitlines() == [f"audit entry {one}" for one in told]


def test_an_entry_that_was_sealed_anew_is_found_by_the_one_behind_it(nhipdo, audited) -> None:
    from gateway.registry.audit import _SEALED, _hash

    with transaction(audited) as session:
        entry = session.get(AuditRow, 2)
        entry.name = "eve"
        entry.hash = _hash([getattr(entry, name) for name in _SEALED])
    assert nhipdo("check", "audit")[2].startswith("audit entry 3: was altered")
    with Session(audited) as session:
        assert session.get(AuditHeadRow, 1).number == 4


def test_a_configuration_is_looked_at_as_before_and_one_at_a_time(nhipdo, config) -> None:
    assert nhipdo("check", str(config))[0] == 0
    assert nhipdo("check")[0] == 0
    assert nhipdo("check", str(config), "b.toml") == (
        2,
        "",
        f"check: expected one file, got {config} b.toml. Name gateway.toml alone, or: nhipdo check audit FILE.\n",
    )


@pytest.mark.parametrize(
    ("host", "reached"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("192.168.1.10", "192.168.1.10")],
)
def test_what_is_told_is_an_address_that_a_browser_can_open(nhipdo, host: str, reached: str, tmp_path) -> None:
    (tmp_path / "gateway.toml").write_text(f'[http]\nhost = "{host}"\n', "utf-8")
    config = load_config(tmp_path / "gateway.toml")
    assert accounts.link_address(config, "key-1") == f"http://{reached}:8765/?key=key-1"
    assert f"page       http://{reached}:8765/" in nhipdo("check", tmp_path / "gateway.toml")[1]
