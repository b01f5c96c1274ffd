"""``nhipdo user``: accounts and their roles, by the gateway's own user."""

import argparse
import getpass
import sys
import time
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.access import links
from gateway.access.accounts import Account, all_accounts, checked_name, close_account, find_account, make_account
from gateway.access.granting import grant, revoke
from gateway.access.passwords import WeakPasswordError, check_strength
from gateway.access.refusals import AccessError
from gateway.access.signing_in import set_password, sign_out_everywhere
from gateway.commands.asking import print_table
from gateway.config import GatewayConfig, load_config
from gateway.opening import opened_registry
from gateway.people import DecisionError
from gateway.registry import transaction
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.roles import SYSTEM, Grant, Role

_KEYS = {"organisation": "code", "province": "code", "agency": "name"}
"""Scope -> the field by which the command line names one."""


def add_arguments(commands: argparse.ArgumentParser) -> None:
    """What ``nhipdo user`` may be told."""
    commands.set_defaults(run=users, action="list")
    actions = commands.add_subparsers(metavar="ACTION")
    actions.add_parser("list", help="every account and its roles").set_defaults(action="list")
    add = actions.add_parser("add", help="make an account; asks for its password, or reads it from standard input")
    add.add_argument("name", help="what they sign in with, e.g. mai.nguyen")
    add.add_argument("--full-name", default="", metavar="NAME", help="of the person")
    add.add_argument("--language", default="", choices=("vi", "en"))
    add.add_argument("--link", action="store_true", help="print a link that chooses the password, instead of asking")
    add.set_defaults(action="add")
    _add_grant(add, required=False)
    for action, what in (("grant", "give a role"), ("revoke", "take a role back")):
        change = actions.add_parser(action, help=what)
        change.add_argument("name")
        _add_grant(change, required=True)
        change.set_defaults(action=action)
    for action, what in (
        ("link", "print a one-time link that chooses a new password"),
        ("password", "set a password; asks for it, or reads it from standard input"),
        ("sign-out", "sign out every browser, and take every token back"),
        ("close", "let nobody in by it any more"),
    ):
        one = actions.add_parser(action, help=what)
        one.add_argument("name")
        one.set_defaults(action=action)


def _add_grant(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--role", required=required, choices=[role.value for role in Role])
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--organisation", metavar="CODE", help="at which; without any of these: at everything")
    where.add_argument("--province", metavar="CODE")
    where.add_argument("--agency", metavar="NAME")


def users(args: argparse.Namespace) -> int:
    """Look at accounts, or change them.

    Raises:
        DecisionError: What was asked for makes no sense.
    """
    config, now = load_config(args.config), time.time_ns()
    try:
        with opened_registry(config) as engine:
            return _ACTIONS[args.action](args, config, engine, now)
    except (AccessError, WeakPasswordError) as error:
        msg = f"user: {error}"
        raise DecisionError(msg) from error


def _list(_args: argparse.Namespace, _config: GatewayConfig, engine: Engine, _now: int) -> int:
    with Session(engine) as session:
        rows = [_row(session, account) for account in all_accounts(session)]
    if rows:
        print_table(("name", "full name", "state", "roles"), rows)
    else:
        print("no account yet. Run: nhipdo user add NAME --role administrator", file=sys.stderr)
    return 0


def _row(session: Session, account: Account) -> tuple[str, ...]:
    made = datetime.fromtimestamp(account.made_at / 1e9, UTC).strftime("%Y-%m-%d")
    state = "closed" if account.retired_at else f"since {made}" if account.has_password else "no password"
    roles = ", ".join(_shown(session, one) for one in account.grants)
    return account.name, account.full_name or "-", state, roles or "none"


def _shown(session: Session, one: Grant) -> str:
    if not one.scope:
        return one.role.value
    row = session.get(NOUNS[one.scope], one.of)
    name = getattr(row, _KEYS[one.scope]) if row is not None else one.of
    return f"{one.role.value} at {one.scope} {name}"


def _add(args: argparse.Namespace, config: GatewayConfig, engine: Engine, now: int) -> int:
    name = checked_name(args.name)
    with Session(engine) as session:
        wanted = _grant_of(session, args)
    password = "" if args.link else ask_password(name)
    if password:
        check_strength(password, name, args.full_name)
    with transaction(engine) as session:
        made = make_account(
            session, SYSTEM, now, name, full_name=args.full_name, password=password, language=args.language
        )
        if wanted is not None:
            grant(session, SYSTEM, now, made.id, wanted)
        secret = links.make_link(session, SYSTEM, now, made.id) if args.link else ""
    print(f"user {name}: made" + ("" if wanted else ", without any role; see nhipdo user grant"))
    _print_link(config, secret)
    return 0


def _grant(args: argparse.Namespace, _config: GatewayConfig, engine: Engine, now: int) -> int:
    with transaction(engine) as session:
        account, wanted = _named(session, args.name), _grant_of(session, args)
        assert wanted is not None, "argparse asks for it"
        (grant if args.action == "grant" else revoke)(session, SYSTEM, now, account.id, wanted)
        done = "given" if args.action == "grant" else "taken back"
        print(f"user {account.name}: {_shown(session, wanted)} {done}")
    return 0


def _link(args: argparse.Namespace, config: GatewayConfig, engine: Engine, now: int) -> int:
    with transaction(engine) as session:
        secret = links.make_link(session, SYSTEM, now, _named(session, args.name).id)
    _print_link(config, secret)
    return 0


def _password(args: argparse.Namespace, _config: GatewayConfig, engine: Engine, now: int) -> int:
    with Session(engine) as session:
        name = _named(session, args.name).name
    password = ask_password(name)
    with transaction(engine) as session:
        set_password(session, SYSTEM, now, name, password)
    print(f"user {name}: has a new password; every browser was signed out")
    return 0


def _sign_out(args: argparse.Namespace, _config: GatewayConfig, engine: Engine, now: int) -> int:
    with transaction(engine) as session:
        account = _named(session, args.name)
        gone = sign_out_everywhere(session, SYSTEM, now, account.id)
    print(f"user {account.name}: signed out everywhere; {gone} tokens taken back")
    return 0


def _close(args: argparse.Namespace, _config: GatewayConfig, engine: Engine, now: int) -> int:
    with transaction(engine) as session:
        account = _named(session, args.name)
        close_account(session, SYSTEM, now, account.id)
    print(f"user {account.name}: closed; what it signed stays")
    return 0


_ACTIONS = {
    "list": _list,
    "add": _add,
    "grant": _grant,
    "revoke": _grant,
    "link": _link,
    "password": _password,
    "sign-out": _sign_out,
    "close": _close,
}


def ask_password(name: str) -> str:
    """Twice at a terminal; otherwise the first line of standard input.

    Raises:
        DecisionError: Both are not the same, or nothing came.
    """
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
        if not password:
            msg = "user: no password came on standard input. Write it there, or ask for a link with --link."
            raise DecisionError(msg)
        return password
    password = getpass.getpass(f"Password of {name}: ")
    if getpass.getpass("Once more: ") != password:
        msg = "user: both were not the same. Try again."
        raise DecisionError(msg)
    return password


def link_address(config: GatewayConfig, secret: str, port: int = 0) -> str:
    """Where a link leads, as the configuration says it."""
    return f"{page_address(config, port)}?key={secret}"


def page_address(config: GatewayConfig, port: int = 0) -> str:
    """Where the page is found, from this machine."""
    # Who listens on every address is reached on this one; a browser elsewhere knows no 0.0.0.0.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.http.host, config.http.host)  # noqa: S104  compared with
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{port or config.http.port}/"


def _print_link(config: GatewayConfig, secret: str) -> None:
    if secret:
        print(f"opens once, within {links.HOURS} hours: {link_address(config, secret)}")


def _named(session: Session, name: str) -> Account:
    account = find_account(session, name)
    if account is None or account.retired_at:
        msg = f"user {name}: there is no such account in use. See nhipdo user list."
        raise DecisionError(msg)
    return account


def _grant_of(session: Session, args: argparse.Namespace) -> Grant | None:
    scope = next((name for name in _KEYS if getattr(args, name)), "")
    if args.role is None:
        if scope:
            msg = f"--{scope} without --role: say what they are there, e.g. --role manager."
            raise DecisionError(msg)
        return None
    if not scope:
        return Grant(Role(args.role))
    of: type[Registered] = NOUNS[scope]
    key, value = _KEYS[scope], getattr(args, scope)
    rows = session.scalars(select(of).where(getattr(of, key) == value, of.retired_at == 0)).all()
    rows = [row for row in rows if not getattr(row, "until", "")] or rows
    if len(rows) != 1:
        msg = f"{scope} {value}: {len(rows)} have this {key}, expected one. Look it up in the registry."
        raise DecisionError(msg)
    return Grant(Role(args.role), scope, rows[0].id)
