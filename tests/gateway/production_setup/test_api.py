"""A program reads where the settings of a site stand, and sends what it has read."""

import pytest
from fastapi.testclient import TestClient

from edge_agent.wire.messages import SettingKept
from edge_agent.wire.shop_floor import WorkUnitDescription
from gateway.registry.roles import SYSTEM, Role

READ = SEND = "/api/v1/production/settings/sa-dec"


@pytest.fixture
def program(office, make) -> TestClient:
    """One with the gateway's own secret, at a site whose press has a product and an order of what it cannot make."""
    office.gateway.keep(
        WorkUnitDescription(
            key="press-1",
            revision=1,
            at=office.gateway.now,
            title={"vi": "Máy dập 1"},
            micro_stop_s=120,
            max_gap_s=60,
            bucket_s=600,
            timezone="Asia/Ho_Chi_Minh",
        )
    )
    make("product", code="cap", name_vi="Nắp", ideal_cycle_s=2.0)
    lid = make("product", code="lid", name_vi="Vung", ideal_cycle_s=2.0, work_units="sa-dec/other/oven")
    order = {"work_unit": "press-shop/press-1", "quantity": 10, "state": "planned"}
    make("production_order", number="ĐH-1", product=lid.id, **order)
    return TestClient(office.app, headers={"Authorization": f"Bearer {office.gateway.secret}"}, follow_redirects=False)


def test_what_was_read_is_sent_and_the_edges_answer_is_read_again(office, program) -> None:
    read = program.get(READ)
    told = read.json()
    assert (told["site"], told["to_send"]) == ("sa-dec", 1)
    states = {f"{one['edge']}/{one['noun']}/{one['key']}": one["state"] for one in told["settings"]}
    assert states == {"press-shop/orders/press-1": "never", "press-shop/products/press-1": "never"}
    assert program.get(READ, headers={"If-None-Match": read.headers["ETag"]}).status_code == 304

    sent = program.post(SEND, json={}, headers={"If-Match": read.headers["ETag"]})
    assert (sent.status_code, sent.json()["to_send"]) == (200, 0)
    [one] = [one for one in sent.json()["settings"] if one["noun"] == "products"]
    body = {"products": [{"name": "cap", "ideal_cycle_s": 2.0, "title": {"vi": "Nắp"}}]}
    assert (one["state"], one["sent"], one["wanted"], one["sent_by"]) == ("waiting", body, body, "nhipdo")
    assert (one["accepted"], one["in_force_revision"]) == (None, None)

    answer = {"key": "products/press-1", "setting_revision": one["revision"], "at": office.gateway.now}
    why = "setting products/press-1: no. Correct it."
    office.gateway.keep(SettingKept(revision=1, accepted=False, why=why, in_force_revision=7, **answer))
    again = program.get(READ, headers={"If-None-Match": sent.headers["ETag"]})  # an answer makes it another one
    [one] = [one for one in again.json()["settings"] if one["noun"] == "products"]
    assert (one["state"], one["accepted"], one["refusal"], one["in_force_revision"]) == ("refused", False, why, 7)


def test_only_those_that_are_named_are_sent_and_none_that_its_edge_would_refuse(office, program) -> None:
    tag = {"If-Match": program.get(READ).headers["ETag"]}
    order = {"edge": "press-shop", "noun": "orders", "key": "press-1"}
    refused = program.post(SEND, json={"which": [order]}, headers=tag)
    assert refused.status_code == 422
    assert refused.json()["detail"] == (
        "setting press-shop/orders/press-1: order ĐH-1: press-1 makes no lid. "
        "Choose another work unit, or let the product be made there."
    )
    nobody = program.post(SEND, json={"which": [order | {"key": "press-9"}]}, headers=tag)
    assert nobody.json()["detail"] == (
        "setting press-shop/orders/press-9: there is no such setting. Read the settings of the site."
    )
    assert program.post(SEND, json={"which": []}, headers=tag).json()["to_send"] == 1
    assert {one["revision"] for one in program.get(READ).json()["settings"]} == {0}


def test_who_has_not_read_what_is_in_force_sends_nothing(office, program, make) -> None:
    tag = program.get(READ).headers["ETag"]
    assert program.post(SEND, json={}).status_code == 428
    make("product", code="new", name_vi="Mới", ideal_cycle_s=2.0)
    late = program.post(SEND, json={}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert [one["wanted"] for one in late.json()["in_force"]["settings"] if one["noun"] == "products"] != []
    assert {one["revision"] for one in program.get(READ).json()["settings"]} == {0}


def test_a_site_that_is_not_registered_is_told(office, program) -> None:
    for answer in (program.get(READ.replace("sa-dec", "nowhere")), program.post(SEND.replace("sa-dec", "no"), json={})):
        assert answer.status_code == 404
    assert answer.json()["detail"] == "site no: is not registered. Register it, then set up its production."


@pytest.mark.parametrize("body", [{"which": "all"}, {"which": [{"edge": "a"}]}, {"all": True}, []])
def test_a_body_that_is_none_is_refused(office, program, body) -> None:
    tag = {"If-Match": program.get(READ).headers["ETag"]}
    assert program.post(SEND, json=body, headers=tag).status_code == 422


def test_an_operator_reads_and_does_not_send(office, program) -> None:
    cookies = office.browser(Role.OPERATOR).client.cookies
    operator = TestClient(office.app, cookies=dict(cookies), follow_redirects=False)
    assert operator.get(READ).status_code == 200
    assert operator.post(SEND, json={}).status_code == 403
    assert office.book.count(SYSTEM, "product") == 2
