"""The routes of nouns all ask for their noun's group; files go in and out by the same rights."""

import pytest
from fastapi.testclient import TestClient

from gateway.api.noun_routes import AllowRows
from gateway.api.permission import needs_of, routes_of
from gateway.api.security import COOKIE
from gateway.registry.catalogue import NOUNS
from gateway.registry.roles import Action, Grant, Role

WHO = (
    ("operator", "organisation"),
    ("manager", "organisation"),
    ("laboratory_staff", "organisation"),
    ("laboratory_authoriser", "organisation"),
    ("analyst", "organisation"),
    ("agency_reporter", "agency"),
    ("provincial_officer", "province"),
    ("administrator", "organisation"),
    ("administrator", ""),
    ("gateway", ""),
)
SECRET = "a secret of this test"


def test_every_route_of_every_noun_asks_for_its_group(app) -> None:
    found = {}
    for method, path, route in routes_of(app):
        first, _, rest = path.removeprefix("/api/v1/").partition("/")
        of = next((of for of in NOUNS.values() if of.path() == first), None)
        if method == "HEAD" or of is None or not path.startswith("/api/v1/") or (rest and not rest.startswith("{row}")):
            continue
        needs = [need for need in needs_of(route) if isinstance(need, AllowRows)]
        found[method, path] = [(need.action, need.group) for need in needs]
        action = Action.READ if method == "GET" else Action.WRITE
        assert found[method, path] == [(action, of.noun.group)], path
    assert len(found) >= 7 * len(NOUNS)


def client_of(opened, house, role: str, scope: str) -> TestClient:
    if role == "gateway":
        return opened(headers={"Authorization": f"Bearer {SECRET}"})
    of = getattr(house.own, scope) if scope else ""
    reader = house.reader(f"noun-{role}-{scope or 'all'}".replace("_", "-"), Grant(Role(role), scope, of))
    return opened(cookies={COOKIE: house.sign_in(reader.account)})


@pytest.fixture(scope="module")
def clients(opened, house) -> list[TestClient]:
    return [client_of(opened, house, *who) for who in WHO]


def test_files_go_in_and_out_by_the_same_rights(clients, house) -> None:
    told = {}
    for who, client in zip(WHO, clients, strict=True):
        content = (
            f"name,title,organisation,kind\nnew-{who[0][:5].replace('_', '')},N,{house.own.organisation},factory\n"
        )
        upload = {"files": {"file": ("a.csv", content.encode())}, "data": {"noun": "sites"}}
        told[who] = (
            client.post("/api/v1/imports", **upload).status_code,
            client.get("/api/v1/templates/sites?format=csv").status_code,
            house.foreign.site in client.get("/api/v1/exports/sites?format=csv").text,
            len(client.get("/api/v1/nouns").json()),
        )
    reads = (403, 200, False)
    assert {who: found[:3] for who, found in told.items()} == {
        ("operator", "organisation"): reads,
        ("manager", "organisation"): (202, 200, False),
        ("laboratory_staff", "organisation"): reads,
        ("laboratory_authoriser", "organisation"): reads,
        ("analyst", "organisation"): reads,
        ("agency_reporter", "agency"): (403, 403, False),
        ("provincial_officer", "province"): (202, 200, False),
        ("administrator", "organisation"): (202, 200, False),
        ("administrator", ""): (202, 200, True),
        ("gateway", ""): (202, 200, True),
    }
    assert told["administrator", ""][3] == len(NOUNS)
    assert told["operator", "organisation"][3] < len(NOUNS)
