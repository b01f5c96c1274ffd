"""Every route, asked by every role at its own enterprise and at a foreign one, by a limited token, and by a stranger.

The table, ``matrix.toml``, is written by hand: what it says is what was decided, and not what the program computes. A
route that is not in it fails the first test below. A line has a letter for each role in the order of ``WHO``::

    y   may it at their own, and gets 404 at a foreign one, as if it did not exist
    a   may it; the route names nobody's place, and shows nothing of a foreign one
    A   may it, at foreign ones too
    g   may it at their own; 403 where the body names a foreign place
    f   may look at it, and not do this: 403 at their own, 404 at a foreign one
    n   may do such things, but nothing of either enterprise is theirs: 404
    -   403, whatever it is about
"""

import tomllib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gateway.access.secret_words import derived
from gateway.api.guard import PUBLIC, PUBLIC_UNDER
from gateway.api.permission import routes_of
from gateway.api.security import COOKIE
from gateway.laboratory.recompute import Wish
from gateway.registry.nouns import NOUNS
from gateway.registry.roles import SYSTEM, Action, Grant, Reader, Role

SECRET = "a secret of this test"
NOW = 1_764_028_860 * 10**9
"""As in conftest.py."""
WHO = (
    "operator",
    "manager",
    "laboratory_staff",
    "laboratory_authoriser",
    "analyst",
    "agency_reporter",
    "provincial_officer",
    "administrator",  # of its own organisation
    "everywhere",  # an administrator of everything
    "token",  # of a manager, for series:read
    "gateway",  # the gateway's own secret
)
EVERYBODY = "aaaaaaaaaaa"
IN_PERSON = "aaaaaaaaa--"
PRODUCTION = "yy--y-yyA-A"
SERIES = "yyyyy--yAyA"
EDGES = "yyyy--yyA-A"
ALL_EDGES = "aaaa--aaA-A"
ADMIT = "-y-----yA-A"
ALL_PRODUCTION = "aa--a-aaA-A"
"""Of production and of improvement."""
SET_UP = "-y-----yA-A"
ALL_SET_UP = "-a-----aA-A"
PEOPLE = "-y----yyA-A"
ALL_PEOPLE = "-a----aaA-A"
MANAGERS = "-y---------"
"""What leaves an enterprise its own manager decides, and no administrator."""
ROWS = "yyyyy-yyA-A"
"""Of the pages of an enterprise's rows: who may read organisations and sites."""
IMPORTS = "yyyyyyyyAyA"
LABORATORY = "-aaaa-aaA-A"
LABORATORY_ROW = "-yyyy-yyA-A"
LABORATORY_WRITES = "--yy---yA-A"
LIFT = "-y----fyA-A"
"""Whoever could make an operator of somebody: a provincial officer has no right to write improvements."""

TABLE: dict[str, str] = {
    route: str(globals().get(letters, letters))
    for route, letters in tomllib.loads(Path(__file__).with_name("matrix.toml").read_text("utf-8")).items()
}
"""Method, path and, where a place is asked for behind it, query -> what becomes of each of ``WHO``."""

JSON: dict[str, Any] = {
    "POST /api/v1/edges/{site}/{edge}/admit": {"who": "Mai"},
    "POST /api/v1/accounts/{account_id}/close": {"why": "gone"},
    "POST /api/v1/sharing/{agreement}/withdraw": {"why": "over"},
    "POST /api/v1/accounts/{account_id}/grants": "grant",
    "POST /api/v1/accounts/{account_id}/grants/revoke": "grant",
    "POST /api/v1/accounts": "account",
    "POST /api/v1/tokens": {"title": "a test"},
}
"""What is sent; ``grant`` and ``account`` are made for the place."""
PRODUCTION_NAMES = {"table": "trend", "section": "actions", "key": "b", "part": "products", "since": str(NOW)} | {
    "paper": "receipt"
}
SIGNS_OUT = {"POST /logout", "POST /account/sign-out-everywhere"}
REFUSED = (401, 403, 404)


def route_of(line: str) -> str:
    return line.partition("?")[0]


def is_of_a_noun(route: str) -> bool:
    parts = f"{route.partition('/api/v1/')[2]}/".split("/")
    of_edges = parts[0] == "sites" and parts[2:3] and parts[2] in ("work-units", "entries", "photos")
    return parts[0] in {of.path() for of in NOUNS.values()} and not of_edges


def is_closed(path: str) -> bool:
    return path not in PUBLIC and not f"{path}/".startswith(PUBLIC_UNDER)


def test_every_route_is_in_the_table_and_nothing_else_is(app) -> None:
    answered = {f"{method} {path}" for method, path, _ in routes_of(app) if method != "HEAD" and is_closed(path)}
    # Those of the registry's nouns have a table of their own, in test_noun_matrix.
    answered -= {one for one in answered if is_of_a_noun(one)}
    assert sorted({route_of(line) for line in TABLE}) == sorted(answered)
    assert {line: letters for line, letters in TABLE.items() if len(letters) != len(WHO)} == {}


class Asker:
    """Somebody in a role, or a program, with whom every route is asked for."""

    def __init__(self, opened, house, who: str) -> None:
        self._opened, self._house, self.who = opened, house, who
        self._number = 0
        if who == "gateway":
            self._client = self._program(SECRET)
            return
        grants = self._grants(house.own)
        self._reader = house.reader(who.replace("_", "-"), *grants)
        if who == "token":
            self._client = self._program(house.token(self._reader, ("series", Action.READ))[1])
        else:
            self._enter()

    def _grants(self, at) -> tuple[Grant, ...]:
        scopes = {"agency_reporter": "agency", "provincial_officer": "province"}
        if self.who == "everywhere":
            return (Grant(Role.ADMINISTRATOR),)
        if self.who == "token":
            return (Grant(Role.MANAGER, "organisation", at.organisation),)
        scope = scopes.get(self.who, "organisation")
        return (Grant(Role(self.who), scope, getattr(at, scope)),)

    def _program(self, token: str) -> TestClient:
        return self._opened(headers={"Authorization": f"Bearer {token}"})

    def _enter(self) -> None:
        cookie = self._house.sign_in(self._reader.account)
        self._client = self._opened(cookies={COOKIE: cookie})

    def ask(self, line: str, side):
        """The answer to a request about what belongs to ``side``."""
        method, path = line.format_map(self._names(line, side)).split(" ")
        sent: dict[str, Any] = {}
        if line in JSON or line.startswith("POST /api/"):
            sent["json"] = self._body(JSON.get(line, {}), side)
        elif method == "POST":
            cookie = self._client.cookies.get(COOKIE, "")
            sent["data"] = {"token": derived(cookie, "form"), "who": "Mai", "again": "twice"}
        answer = self._client.request(method, path, **sent)
        if line in SIGNS_OUT and self.who not in ("token", "gateway"):
            self._enter()
        return answer

    def _names(self, line: str, side) -> dict[str, str]:
        names = {"site": side.site, "edge": "edge-1", "instrument": "meter-1", "channel": "power", "unit": "press-1"}
        names |= {"noun": "stop_reason", "rows": "sites", "mark": "0" * 16} | PRODUCTION_NAMES
        names["photo"] = sha256(b"\xff\xd8 no real one").hexdigest()
        if "{account_id}" in line:
            self._number += 1
            grant = Grant(Role.OPERATOR, "organisation", side.organisation)
            names["account_id"] = self._house.account(f"{self.who.replace('_', '-')}-{self._number}-{side.site}", grant)
        if "/{part}/{row}" in line:
            names["row"] = self._house.product(side)
        names |= self._of_laboratory(line, side)
        if "{agreement}" in line:
            names["agreement"] = self._house.agreement(side)
        if "{token_id}" in line:
            names["token_id"] = self._token_of(side, names.get("account_id", ""))
        names |= {"training": side.training, "agency": side.agency, "pilot": side.pilot}
        own = side is self._house.own
        names |= {"plan": "dong-thap-2026-2030" if own else "dong-nai-2026-2030"}
        names |= {"indicator": "dt26-training-turns" if own else "dn26-training-turns"}
        if "/report/{row}/" in line:
            names["row"] = self._house.plan_report(side, names["plan"])
        if "/tfp/runs/{run}" in line:
            names["run"] = self._house.tfp_run(side)
        names["ending"] = "xlsx"
        if "/registry/" in line or "{import_id}" in line:
            names |= self._of_registry(line, side)
        return names

    def _of_laboratory(self, line: str, side) -> dict[str, str]:
        """Rows of the place's laboratory, for its pages."""
        names: dict[str, str] = {}
        if "/instruments/{row}" in line:
            names["row"] = self._house.measuring_instrument(side)
        if "{run_id}" in line:
            runs = cast(FastAPI, self._client.app).state.recomputing
            names["run_id"] = runs.begin(SYSTEM, names["row"], Wish("f" * 32, "mass", 1, 2), 60).id
        if "/laboratory/" in line and "{row}" in line:
            noun = "work_order" if "laboratory/work/" in line else "calibration_request"
            names["row"] = self._house.laboratory_row(side, noun)
        if "/laboratory/external/{row}" in line:
            names["row"] = self._house.certificate(side)
        if "/laboratory/documents/" in line:
            names |= self._house.laboratory_documents(side)
        if "/nonconforming/{row}" in line:
            names["row"] = self._house.nonconforming_work(side)
        return names

    def _of_registry(self, line: str, side) -> dict[str, str]:
        """A row of the place, for the pages that all nouns have; an import of theirs, or of a stranger."""
        self._number += 1
        names = {"noun": "sites", "row": side.site_id}
        if "/documents" in line:
            names = {"noun": "organisations", "row": side.organisation}
        if "{document}" in line:
            names["document"] = self._house.document("organisation", side.organisation, f"{self.who}-{self._number}")
        if "{import_id}" in line:
            is_own = side is self._house.own and self.who != "gateway"
            names["import_id"] = self._house.imported(self._reader.account if is_own else "f" * 32)
        return names

    def _token_of(self, side, account: str) -> str:
        self._number += 1
        if account:
            return self._house.token(Reader(account, account))[0]
        if self.who == "gateway":
            return "0" * 32
        if side is self._house.own:
            return self._house.token(self._reader)[0]
        stranger = self._house.reader(f"stranger-{self.who.replace('_', '-')}-{self._number}")
        return self._house.token(stranger)[0]

    def _body(self, body: Any, side) -> Any:
        grant = {"role": "operator", "scope": "organisation", "of": side.organisation}
        if body == "grant":
            return grant
        if body == "account":
            self._number += 1
            return {"name": f"new-{self.who.replace('_', '-')}-{self._number}", "grants": [grant]}
        return body


@pytest.fixture(scope="module")
def askers(opened, house) -> dict[str, Asker]:
    return {who: Asker(opened, house, who) for who in WHO}


def wrong_answers(askers: dict[str, Asker], line: str, house) -> Iterator[str]:
    for who, letter in zip(WHO, TABLE[line], strict=True):
        own, foreign = (askers[who].ask(line, side) for side in (house.own, house.foreign))
        expected = {
            "y": ("in", 404),
            "a": ("in", "in"),
            "A": ("in", "in"),
            "f": (403, 404),
            "g": ("in", 403),
            "n": (404, 404),
            "-": (403, 403),
        }[letter]
        for place, answer, want in (("own", own, expected[0]), ("foreign", foreign, expected[1])):
            fits = answer.status_code not in REFUSED if want == "in" else answer.status_code == want
            if not fits or answer.status_code >= 500:
                yield f"{who} at their {place}: expected {want}, got {answer.status_code} {answer.text[:200]}"
        if letter in "agy" and who not in ("everywhere", "gateway") and house.foreign.site in own.text:
            yield f"{who}: is shown something of {house.foreign.site}"


@pytest.mark.parametrize("line", TABLE)
def test_each_role_gets_what_is_theirs_and_no_more(askers, house, line) -> None:
    assert list(wrong_answers(askers, line, house)) == []


@pytest.mark.parametrize("line", TABLE)
def test_a_stranger_gets_nothing(opened, house, line) -> None:
    names = {"site": house.own.site, "edge": "edge-1", "instrument": "meter-1", "channel": "power", "unit": "press-1"}
    names |= {"noun": "stop_reason", "rows": "sites", "photo": "0" * 64, "mark": "0" * 16} | PRODUCTION_NAMES
    names |= {"account_id": "0" * 32, "token_id": "0" * 32, "ending": "xlsx"}
    rows = (
        "row",
        "document",
        "draft",
        "import_id",
        "run",
        "run_id",
        "agreement",
        "training",
        "agency",
        "pilot",
        "plan",
        "indicator",
    )
    names |= dict.fromkeys(rows, "0" * 32)
    method, path = line.format_map(names).split(" ")
    answer = opened().request(method, path)
    if path.startswith("/api/"):
        assert answer.status_code == 401
    else:
        assert (answer.status_code, answer.headers["location"].partition("=")[0]) == (303, "/login?next")


def test_a_foreign_site_is_refused_word_for_word_as_one_that_nobody_knows(askers, house) -> None:
    for who in ("operator", "analyst"):
        for path in ("/api/v1/sites/{site}/work-units", "/api/v1/latest?site={site}&edge=edge-1"):
            client = askers[who]._client
            foreign, unknown = (client.get(path.format(site=site)).json() for site in (house.foreign.site, "no-such"))
            told = [{**one, "instance": ""} for one in (foreign, unknown)]
            assert told[0]["detail"].replace(house.foreign.site, "no-such") == told[1]["detail"]
            assert {**told[0], "detail": ""} == {**told[1], "detail": ""}


def test_a_second_site_behind_the_first_does_not_let_in(askers, house) -> None:
    client = askers["operator"]._client
    own, foreign = house.own.site, house.foreign.site
    for query in (f"site={own}&site={foreign}", f"site={foreign}&site={own}"):
        answer = client.get(f"/api/v1/latest?{query}&edge=edge-1")
        told = "site: came more than once. Here are cursor, edge, limit, site; look in /api/docs."
        assert (answer.status_code, answer.json()["detail"]) == (422, told)
