"""Two enterprises in two provinces, each with a site whose edge speaks, and somebody in every role at one of them."""

import asyncio
import base64
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx2
import msgspec
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from edge_agent.wire.entries import ImprovementAction, Photo, StopReason
from edge_agent.wire.lines import format_line, line_head
from edge_agent.wire.messages import ChannelMeaning, InstrumentDescription, Record
from edge_agent.wire.shop_floor import ProductDescription, Stop, WorkUnitDescription
from gateway.access.accounts import make_account
from gateway.access.granting import grant
from gateway.access.sessions import begin_session
from gateway.access.tokens import make_token
from gateway.api.app import create_app
from gateway.api.security import COOKIE
from gateway.config import GatewayConfig
from gateway.ingest.ingest import Ingest
from gateway.ingest.journals import EdgeId
from gateway.ingest.receipts import Draft, Receipts
from gateway.ingest.records import take_records
from gateway.registry import AccountRow, EdgeRow, connect, transaction, upgrade
from gateway.registry.book import Asked, Book
from gateway.registry.documents import Documents
from gateway.registry.files import ImportRow
from gateway.registry.issued_documents import DocumentDraftRow, IssuedDocumentRow
from gateway.registry.laboratory_work import WorkOrderRow
from gateway.registry.roles import SYSTEM, Action, Grant, Reader, Role
from gateway.registry.writing import Writing
from gateway.service import Service
from gateway.timeseries.embedded import EmbeddedStore

WEB = Path(__file__).parents[3] / "dashboards" / "web"
SECRET = "a secret of this test"
S = 10**9
NOW = 1_764_028_860 * S
"""2025-11-25 00:01 UTC."""
ACTION = {"what": "Mend the guide", "owner": "", "due": "2025-12-01"}
OWN, FOREIGN = "own-site", "foreign-site"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n%"
PILOT = {
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
}
_DOCUMENTS = ("draft", "document")
PHOTO = b"\xff\xd8 no real one"


class Nobody:
    """A way back to edges that nobody listens on."""

    def publish(self, topic: str, payload: bytes) -> None:
        pass


@dataclass
class Side:
    """One enterprise, and what belongs to it."""

    site: str
    province: str
    organisation: str
    agency: str
    site_id: str
    training: str
    pilot: str


@dataclass
class House:
    """A gateway with two enterprises in it; ``now`` is its clock."""

    engine: Engine
    store: EmbeddedStore
    now: int = NOW
    own: Side = field(init=False)
    foreign: Side = field(init=False)

    def build(self) -> None:
        self.own = self._side(OWN, "82", "1400000001")
        self.foreign = self._side(FOREIGN, "75", "1400000002")

    def account(self, name: str, *grants: Grant, password: str = "") -> str:
        """The id of a new account."""
        with transaction(self.engine) as session:
            row = make_account(session, SYSTEM, self.now, name, password=password)
            for one in grants:
                grant(session, SYSTEM, self.now, row.id, one)
            return row.id

    def reader(self, name: str, *grants: Grant) -> Reader:
        return Reader(self.account(name, *grants), name, grants)

    def sign_in(self, account: str) -> str:
        """What the cookie of a browser holds."""
        with transaction(self.engine) as session:
            return begin_session(session, session.get_one(AccountRow, account), self.now, "192.0.2.1", "a test")

    def token(self, reader: Reader, *limits: tuple[str, Action]) -> tuple[str, str]:
        """Id and secret of a new token."""
        with transaction(self.engine) as session:
            return make_token(session, reader, self.now, "a test", frozenset(limits) or None, 30)

    def document(self, noun: str, row: str, content: str) -> str:
        """The id of a document that a row gets."""
        documents = Documents(self.engine, lambda: self.now)
        return documents.add(SYSTEM, noun, row, PDF + content.encode(), file="a.pdf")[0].id

    def imported(self, account: str) -> str:
        """The id of an import that somebody tried."""
        row = ImportRow(
            id=token_hex(16),
            account=account,
            name="a test",
            noun="site",
            file="sites.csv",
            dry_run=True,
            state="interrupted",
            done=0,
            total=0,
            outcome="",
            made_at=self.now,
            seen_at=self.now,
            ended_at=self.now,
        )
        with Session(self.engine) as session, session.begin():
            session.add(row)
            return row.id

    def measuring_instrument(self, side: Side) -> str:
        """The id of an instrument of this enterprise."""
        book = Book(self.engine, lambda: self.now)
        its = {"organisation": side.organisation, "code": f"M-1 of {side.site}"}
        known = list(book.all(SYSTEM, "instrument", Asked(where=its)))
        return known[0].id if known else book.make(SYSTEM, "instrument", its | {"name": "M", "status": "in_use"}).id

    def nonconforming_work(self, side: Side) -> str:
        """The id of work of this enterprise's laboratory that did not conform."""
        book = Book(self.engine, lambda: self.now)
        its = {"organisation": side.organisation, "name": f"Laboratory of {side.site}"}
        known = list(book.all(SYSTEM, "laboratory", Asked(where=its)))
        laboratory = known[0].id if known else book.make(SYSTEM, "laboratory", its).id
        key = {"laboratory": laboratory, "number": f"KPH of {side.site}"}
        rows = list(book.all(SYSTEM, "nonconforming_work", Asked(where=key)))
        values = {"cause": "other", "since": "2025-01-01", "found": "2025-11-01", "what": "looked at"}
        return rows[0].id if rows else book.make(SYSTEM, "nonconforming_work", key | values).id

    def plan_report(self, side: Side, plan: str) -> str:
        """The id of a report, not signed, on a plan of this side's province."""
        book = Book(self.engine, lambda: self.now)
        key = {"province": side.province, "plan": plan, "kind": "yearly", "as_of": "2025-11-20"}
        rows = list(book.all(SYSTEM, "plan_report", Asked(where=key)))
        return rows[0].id if rows else book.make(SYSTEM, "plan_report", key).id

    def tfp_run(self, side: Side) -> str:
        """The id of a calculation of TFP of this side's province, whose inputs are not kept."""
        book = Book(self.engine, lambda: self.now)
        key = {"province": side.province, "since": 2021, "until": 2025, "computed": "2025-11-20"}
        rows = list(book.all(SYSTEM, "tfp_run", Asked(where=key)))
        values = key | {"method": "discrete", "inputs_sha256": "0" * 64}
        return rows[0].id if rows else book.make(SYSTEM, "tfp_run", values).id

    def laboratory_documents(self, side: Side) -> dict[str, str]:
        """Ids of a draft, and of a document that was issued, of this enterprise's laboratory."""
        order = self.laboratory_row(side, "work_order")
        names = {
            name: f"{number}{sha256(side.site.encode()).hexdigest()[:31]}" for number, name in enumerate(_DOCUMENTS)
        }
        with transaction(self.engine) as session:
            if session.get(DocumentDraftRow, names["draft"]) is None:
                row = session.get_one(WorkOrderRow, order)
                of = {"laboratory": row.laboratory, "work_order": order, "kind": "calibration", "languages": "vi"}
                of |= {"year": 2025, "amends": "", "pdf": b"%PDF-1.7", "xml": b"<a/>"}
                draft = {"state": "draft", "number": "", "address": "", "chosen": "{}", "content": "", "made_by": ""}
                draft |= {"id": names["draft"], "made_at": 1, "token": names["draft"], "why": ""}
                session.add(DocumentDraftRow(**of, **draft, sequence=None))
                its = {"instrument": row.instrument, "number": "HC", "kind": "calibration", "issued": "2025-11-25"}
                certificate = Writing(session, SYSTEM, 1).make("certificate", its | {"issued_by": "LAB"}).id
                said = '{"kind":"calibration","languages":"vi"}'
                issued = {"id": names["document"], "token": names["document"], "certificate": certificate}
                issued |= {"instrument": row.instrument, "sequence": 1, "number": "HC-2025-0001", "content": said}
                issued |= {"issued": "2025-11-25", "issued_at": 1, "issued_by": "", "signatures": "[]"}
                issued |= dict.fromkeys(("content_sha256", "pdf_sha256", "xml_sha256"), "")
                session.add(IssuedDocumentRow(**of, **issued))
        return names

    def certificate(self, side: Side) -> str:
        """The id of a certificate of an instrument of this enterprise."""
        document = self.laboratory_documents(side)["document"]
        with transaction(self.engine) as session:
            return session.get_one(IssuedDocumentRow, document).certificate

    def laboratory_row(self, side: Side, noun: str) -> str:
        """The id of a work order, or of a request, of this enterprise's laboratory."""
        book = Book(self.engine, lambda: self.now)
        its = {"organisation": side.organisation, "name": f"Laboratory of {side.site}"}
        known = list(book.all(SYSTEM, "laboratory", Asked(where=its)))
        laboratory = known[0].id if known else book.make(SYSTEM, "laboratory", its).id
        key = {"laboratory": laboratory, "number": f"1 of {side.site}"}
        rows = list(book.all(SYSTEM, noun, Asked(where=key)))
        if rows:
            return rows[0].id
        values = key | {"kind": "calibration", "received": "2025-11-20"}
        if noun == "work_order":
            values |= {"instrument": self.measuring_instrument(side), "state": "received"}
            values |= {"condition": "normal", "place_of_work": "laboratory"}
        else:
            values |= {"customer_name": f"Customer of {side.site}"}
        return book.make(SYSTEM, noun, values).id

    def product(self, side: Side) -> str:
        """The id of a new product of this enterprise."""
        name = {"code": f"P-{token_hex(4)}", "name_vi": f"Product of {side.site}"}
        its = name | {"organisation": side.organisation, "ideal_cycle_s": 2.0}
        return Book(self.engine, lambda: self.now).make(SYSTEM, "product", its).id

    def agreement(self, side: Side) -> str:
        """The id of a new draft of this enterprise."""
        book = Book(self.engine, lambda: self.now)
        number = len(list(book.all(SYSTEM, "agreement", Asked(retired=True))))
        said = {"organisation": side.organisation, "partner": f"Partner {number}", "kinds": ["stops"]}
        return book.make(SYSTEM, "agreement", said | {"since": "2025-11-01"}).id

    def _side(self, site: str, province_code: str, code: str) -> Side:
        book = Book(self.engine, lambda: self.now)
        province = book.make(SYSTEM, "province", {"code": province_code, "name": f"Province of {site}"}).id
        firm = {"code": code, "name": f"Firm of {site}", "kind": "enterprise", "province": province}
        organisation = book.make(SYSTEM, "organisation", firm).id
        agency = book.make(SYSTEM, "agency", {"name": f"Agency of {site}", "province": province}).id
        place = {"name": site, "title": f"Site {site}", "organisation": organisation, "kind": "factory"}
        site_id = book.make(SYSTEM, "site", place).id
        self._speak(site)
        training = {"province": province, "name": f"Training of {site}", "topic": "quality", "begins": "2025-11-24"}
        training_id = book.make(SYSTEM, "training", training).id
        pilot_id = book.make(SYSTEM, "pilot", PILOT | {"site": site_id, "name": f"Pilot of {site}"}).id
        return Side(site, province, organisation, agency, site_id, training_id, pilot_id)

    def _speak(self, site: str) -> None:
        said: list[Record] = [
            WorkUnitDescription(
                key="press-1",
                revision=1,
                at=NOW,
                title={"vi": f"Press of {site}"},
                production_line="line-1",
                micro_stop_s=120,
                max_gap_s=60,
                bucket_s=600,
                timezone="Asia/Ho_Chi_Minh",
                products={"cap": ProductDescription(ideal_cycle_s=2.0)},
                reasons={},
            ),
            InstrumentDescription(
                key="meter-1",
                revision=1,
                bus="rtu",
                model=f"model-of-{site}",
                model_sha256="0" * 64,
                period_s=1.0,
                channels={"power": ChannelMeaning(unit="W", title={"en": f"Power of {site}"})},
            ),
            Stop(key=f"press-1.{NOW}", revision=1, at=NOW, work_unit="press-1", since=NOW, until=NOW + S, kind="STOP"),
            ImprovementAction(key="b", revision=1, at=NOW, who="", work_unit="press-1", loss="stops", **ACTION),
            StopReason(key="a", revision=1, at=NOW, who=f"Who of {site}", work_unit="press-1", since=NOW, reason="jam"),
            Photo(
                key=f"{sha256(PHOTO).hexdigest()}.0",
                revision=1,
                at=NOW,
                sha256=sha256(PHOTO).hexdigest(),
                number=0,
                of=1,
                media_type="image/jpeg",
                content=base64.b64encode(PHOTO).decode(),
            ),
        ]
        with Session(self.engine) as session, session.begin():
            session.add(EdgeRow(site=site, edge="edge-1", first_seen=NOW))
            session.flush()
            kept = [(one, msgspec.json.encode(one).decode()) for one in said]
            take_records(session, Draft(Receipts(self.engine), NOW), EdgeId(site, "edge-1"), kept)
        line = format_line(line_head("sample", site, "edge-1", "meter-1"), [("power", 5.0)], [], NOW)
        assert self.store.write([line]) == []


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    engine = connect(f"sqlite:///{folder / 'registry.sqlite'}")
    # Nothing here has to outlive a power cut, and some hundred small transactions are made.
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF").close())
    upgrade(engine)
    store = EmbeddedStore(folder / "series.sqlite", reserve_bytes=0)
    house = House(engine, store)
    house.build()
    yield house
    store.close()
    engine.dispose()


@pytest.fixture(scope="module")
def app(house: House, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    ingest = Ingest(house.engine, house.store, Nobody())
    service = Service(house.engine, house.store, SECRET, GatewayConfig(), ingest, lambda: house.now)
    documents = tmp_path_factory.mktemp("documents")
    # Every role asks hundreds of times at once: by this clock each request is a minute after the one before.
    minutes = count(0, 60)
    return create_app(service, web=WEB, clock=lambda: house.now, documents=documents, monotonic=lambda: next(minutes))


class Beside(httpx2.BaseTransport):
    """Asks an app in the thread of the test: for ten thousand requests, to go from thread to thread is half the work.

    Args:
        app: What is asked.
        runner: Of its loop.
        raises: Whether an exception of the app's reaches the test.
    """

    def __init__(self, app: FastAPI, runner: asyncio.Runner, *, raises: bool) -> None:
        self._asked = httpx2.ASGITransport(app, raise_app_exceptions=raises, client=("testclient", 50000))
        self._runner = runner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._runner.run(self._answer(request), context=copy_context())

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._asked.handle_async_request(request)
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        body = b"".join([part async for part in answer.stream])
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(body))


async def _here(call: Callable[..., Any], *args: Any, **_: Any) -> Any:
    return call(*args)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """A loop that also runs what a server would give to its threads."""
    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        patch.setattr("anyio.to_thread.run_sync", _here)
        yield runner


@pytest.fixture(scope="module")
def opened(app: FastAPI, runner: asyncio.Runner) -> Callable[..., TestClient]:
    """Opens a browser, or a program, with the cookies or headers that are given."""

    def client(*, raise_server_exceptions: bool = True, **given: dict[str, str]) -> TestClient:
        one = TestClient(app, follow_redirects=False, **given)
        one._transport = Beside(app, runner, raises=raise_server_exceptions)
        return one

    return client


@pytest.fixture(scope="module")
def browsers(opened: Callable[..., TestClient], house: House) -> dict[str, TestClient]:
    """A browser for each role at its own enterprise, and for an administrator of everything."""
    scopes = {Role.AGENCY_REPORTER: "agency", Role.PROVINCIAL_OFFICER: "province"}
    found = {}
    for name in (*Role, "everywhere"):
        scope = scopes.get(Role(name), "organisation") if name != "everywhere" else ""
        role = Role(name) if name != "everywhere" else Role.ADMINISTRATOR
        account = house.account(f"of-{name.replace('_', '-')}", Grant(role, scope, getattr(house.own, scope, "")))
        found[str(name)] = opened(cookies={COOKIE: house.sign_in(account)})
    return found
