"""What one page shows of very many channels: a list that leads to them, then whole instruments; and what it costs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import msgspec
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from edge_agent.wire.messages import ChannelMeaning, EdgeStatus, InstrumentDescription
from gateway.api.live import EdgeView, InstrumentView
from gateway.api.measurements_shown import MOST_CHANNELS, MOST_LISTED, _cut_channels
from gateway.api.security import COOKIE
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM, Grant, Role

EN = {"Accept-Language": "en"}


def described(name: str, channels: int, title: str = "Áp suất") -> InstrumentDescription:
    meanings = {f"c{k}": ChannelMeaning(unit="Pa", title={"vi": f"{title} {k}"}) for k in range(channels)}
    return InstrumentDescription(
        key=name, revision=1, bus="rtu", model="m", model_sha256="0" * 64, period_s=1.0, channels=meanings
    )


@pytest.fixture
def many(gateway):
    """Three edges of twenty instruments each at two sites; one edge is silent, one has two poor instruments."""

    def edge(site: str, name: str, poor: int = 0, *, silent: bool = False):
        instruments = {f"i{k}": "bad.no_reply" if k < poor else "good" for k in range(20)}
        for key in instruments:
            gateway.keep(described(key, 3), edge=name, site=site)
        status = EdgeStatus(state="online", instruments=instruments)
        return replace(gateway.edges[0], site=site, edge=name, status=status, silent=silent)

    gateway.edges = [edge("sa-dec", "a"), edge("sa-dec", "b", poor=2), edge("cao-lanh", "c", silent=True)]
    gateway.described = []
    return gateway


def edges_of(page: str) -> list[str]:
    return re.findall(r'<li class="channel [^"]*" id="e-([^"]+)"', page)


def test_of_very_many_channels_the_edges_are_listed_what_needs_somebody_first(many, person) -> None:
    page = person.get("/measurements", headers=EN).text
    assert edges_of(page) == ["cao-lanh.c", "sa-dec.b", "sa-dec.a"]
    assert "Instruments: 20 · <strong>2 not good</strong>" in page
    assert 'href="/measurements?site=sa-dec&amp;edge=b&amp;search=&amp;page=1"' in page
    assert 'data-every="10000"' in page
    assert 'id="c-' not in page
    assert edges_of(person.get("/measurements?site=sa-dec").text) == []  # forty instruments are shown at once


def test_an_edge_that_is_chosen_shows_its_channels_and_keeps_to_them_when_it_is_refreshed(many, person) -> None:
    many.show(many.now, 5.0, edge="a")
    page = person.get("/measurements", params={"site": "sa-dec", "edge": "a"}).text
    assert 'id="c-sa-dec.a.meter-1.active_power"' in page
    assert 'data-refresh="/live?site=sa-dec&amp;edge=a&amp;search=&amp;page=1" data-every="2000"' in page
    assert "sa-dec.b" not in page


@pytest.mark.parametrize(("search", "found"), [("ap suat c2", 20), ("Áp", 60), ("c i7", 3)])
def test_of_what_is_sought_too_many_are_counted_by_edge(many, person, search, found, monkeypatch) -> None:
    monkeypatch.setattr("gateway.api.measurements_shown.MOST_SOUGHT", 0)
    page = person.get("/measurements", params={"search": search}, headers=EN).text
    assert f"Channels found: {found}" in page
    assert (
        person.get("/measurements", params={"search": "no such"}, headers=EN).text.count("No channel was found.") == 1
    )


def test_nobody_finds_or_is_listed_what_is_not_theirs(many, app) -> None:
    book = Book(many.engine, lambda: many.now)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Cơ khí", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    book.make(SYSTEM, "site", {"name": "cao-lanh", "title": "X", "organisation": organisation, "kind": "factory"})
    cookie = many.sign_in("lan", Grant(Role.MANAGER, "organisation", organisation))
    client = TestClient(app, cookies={COOKIE: cookie})
    for query in ("", "?edge=a", "?search=ap", "?page=99", "?search=i7"):
        assert "sa-dec" not in client.get(f"/measurements{query}").text
        assert "sa-dec" not in client.get(f"/live{query}").text
    assert 'id="nobody"' in client.get("/measurements?site=sa-dec").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "٣", "2"])
def test_a_page_that_is_none_is_one_that_is(many, person, page) -> None:
    assert person.get("/measurements", params={"page": page}).status_code == 200


def test_pages_hold_whole_instruments_and_together_all_of_them(gateway) -> None:
    def view(name: str, *sizes: int) -> EdgeView:
        instruments = (InstrumentView(f"{name}{k}", None, (None,) * size) for k, size in enumerate(sizes))  # type: ignore[arg-type]
        return EdgeView(replace(gateway.edges[0], edge=name), tuple(instruments))

    views = [view("a", 150, 60, 500, 10), view("b"), view("c", 180, 11)]
    pages = [_cut_channels(views, k) for k in range(1, 9)]
    names = [[one.name for edge in page.edges for one in edge.instruments] for page in pages]
    assert names[:5] == [["a0"], ["a1"], ["a2"], ["a3", "c0"], ["c1"]]
    assert names[5:] == [["c1"]] * 3
    assert [page.pages for page in pages] == [5] * 8
    assert "b" in [one.health.edge for one in pages[3].edges]
    assert MOST_CHANNELS == 200


def test_a_long_list_has_pages(many, person) -> None:
    many.edges = [replace(many.edges[0], edge=f"e{k:03}") for k in range(MOST_LISTED + 5)]
    first, second = (person.get("/measurements", params={"page": k}, headers=EN).text for k in (1, 2))
    assert (len(edges_of(first)), len(edges_of(second))) == (MOST_LISTED, 5)
    assert "Page 1 of 2" in first
    assert 'rel="next" href="/measurements?site=&amp;edge=&amp;search=&amp;page=2"' in first
    assert 'rel="prev"' in second


@contextmanager
def questions(engine) -> Iterator[list[str]]:
    """What is asked of the registry meanwhile."""
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_the_list_asks_as_much_for_a_hundred_edges_as_for_three(many, person) -> None:
    counts = []
    for n in (1, 30):
        many.edges = [replace(one, edge=f"{one.edge}{k}") for one in many.edges for k in range(n)]
        for query in ("", "?search=ap"):
            with questions(many.engine) as asked:
                assert person.get(f"/measurements{query}").status_code == 200
            counts.append(len(asked))
    assert counts[:2] == counts[2:]


def test_its_size_stays_what_a_phone_takes(many, person) -> None:
    status = msgspec.structs.replace(many.edges[0].status, instruments={f"i{k}": "good" for k in range(500)})
    many.edges = [replace(many.edges[0], edge=f"e{k}", status=status) for k in range(200)]
    assert len(person.get("/measurements").content) < 80_000
