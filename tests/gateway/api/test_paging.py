"""Lists in pages, as JSON and as CSV: all of it, once, whatever is added meanwhile."""

import csv
import io

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field
from sqlalchemy import Integer, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

from gateway.api.accept import OR_CSV
from gateway.api.conventions import keep_to_conventions
from gateway.api.paging import Page, Paged, Whole, _encoded


class Base(DeclarativeBase):
    pass


class ProductRow(Base):
    __tablename__ = "product"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    size: Mapped[int] = mapped_column(Integer, primary_key=True)


class ProductOut(BaseModel):
    name: str
    size: int
    title: dict[str, str] = {}
    more: list[int] | None = Field(None, serialization_alias="rest")


def out(row: ProductRow) -> ProductOut:
    return ProductOut(name=row.name, size=row.size, title={"vi": "=1+1"})


@pytest.fixture
def engine():
    engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(ProductRow(name=f"p{k // 2:03}", size=k % 2) for k in range(250))
    yield engine
    engine.dispose()


@pytest.fixture
def client(engine) -> TestClient:
    app = FastAPI()
    keep_to_conventions(app, None)

    @app.get("/api/v1/products", response_model=Page[ProductOut], responses={**OR_CSV})
    def read(asked: Paged, newest_first: str = "") -> Page[ProductOut] | Response:
        statement = asked.keyset(select(ProductRow), ProductRow.name, ProductRow.size, descending=bool(newest_first))
        with Session(engine) as session:
            cut = asked.cut(session.scalars(statement), lambda row: (row.name, row.size), is_after=True)
        return asked.answer(cut, ProductOut, out, "products")

    @app.get("/api/v1/all", response_model=list[ProductOut], responses={**OR_CSV})
    def read_all(asked: Whole) -> list[ProductOut] | Response:
        with Session(engine) as session:
            rows = session.scalars(select(ProductRow).order_by(ProductRow.name, ProductRow.size)).all()
        cut = asked.cut(rows, lambda row: (row.name, row.size))
        return asked.unchanged(len(rows)) or asked.array(cut, ProductOut, out, "products")

    return TestClient(app)


def add(engine, name: str) -> None:
    with Session(engine) as session, session.begin():
        session.add(ProductRow(name=name, size=0))


def test_a_page_has_a_hundred_rows_and_leads_to_the_next(client) -> None:
    answer = client.get("/api/v1/products")
    told = answer.json()
    assert len(told["items"]) == 100
    assert told["next"].startswith("/api/v1/products?cursor=")
    assert answer.headers["link"] == f'<{told["next"]}>; rel="next"'
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize("query", ["limit=7", "limit=7&newest_first=true", "limit=250", "limit=1000"])
def test_following_next_gives_every_row_once_and_in_order(client, query) -> None:
    address, names = f"/api/v1/products?{query}", []
    while address:
        told = client.get(address).json()
        names += [(one["name"], one["size"]) for one in told["items"]]
        address = told["next"]
    assert names == sorted(((f"p{k // 2:03}", k % 2) for k in range(250)), reverse="newest" in query)


def test_what_is_added_or_deleted_meanwhile_neither_repeats_nor_hides_a_row(client, engine) -> None:
    first = client.get("/api/v1/products?limit=3").json()
    add(engine, "a-before")
    with Session(engine) as session, session.begin():
        session.delete(session.get(ProductRow, ("p001", 0)))  # the row that the cursor holds
    second = client.get(first["next"]).json()
    assert [one["name"] for one in first["items"]] == ["p000", "p000", "p001"]
    assert [(one["name"], one["size"]) for one in second["items"]] == [("p001", 1), ("p002", 0), ("p002", 1)]


def test_an_array_comes_whole_and_in_pages_when_asked(client) -> None:
    assert len(client.get("/api/v1/all").json()) == 250
    answer = client.get("/api/v1/all?limit=240")
    assert len(answer.json()) == 240
    rest = client.get(answer.headers["link"].partition(">")[0][1:])
    assert len(rest.json()) == 10
    assert "link" not in rest.headers


@pytest.mark.parametrize("path", ["products", "all"])
@pytest.mark.parametrize(
    ("cursor", "why"),
    [
        ("x", "is none of ours"),
        ("!!", "is none of ours"),
        ("bm9uc2Vuc2U", "is none of ours"),
        (_encoded(("a\0", 1)), "is none of ours"),
        (_encoded(("a", 2**63)), "is none of ours"),
        (_encoded(("a",)), "is of another list"),
        (_encoded((1, "a")), "is of another list"),
    ],
)
def test_a_cursor_that_leads_nowhere_is_refused(client, path, cursor, why) -> None:
    answer = client.get(f"/api/v1/{path}", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        f"cursor: {why}. Begin without one, and follow next as it stands.",
    )
    assert answer.json()["errors"] == [{"in": "query", "pointer": "#/cursor", "detail": why}]


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "many"])
def test_a_limit_outside_of_its_range_is_refused(client, limit) -> None:
    for path in ("products", "all"):
        assert client.get(f"/api/v1/{path}?limit={limit}").status_code == 422


# ------------------------------------------------------------------ CSV by Accept


@pytest.mark.parametrize(
    ("accept", "is_csv"),
    [
        ("text/csv", True),
        ("text/*;q=0.9, application/json;q=0.8", True),
        ("TEXT/CSV; q=1, */*;q=0.1", True),
        ("*/*", False),
        ("", False),
        ("application/json, text/csv", False),
        ("text/csv;q=0.5, application/json", False),
        ("text/csv;q=0", False),
        ("text/csv;q=high", False),
        ("image/png", False),
    ],
)
def test_csv_comes_to_who_prefers_it(client, accept, is_csv) -> None:
    kind = client.get("/api/v1/products", headers={"Accept": accept}).headers["content-type"]
    assert kind == ("text/csv; charset=utf-8" if is_csv else "application/json")


def test_a_page_as_csv_is_for_spreadsheets_and_holds_no_formula(client) -> None:
    answer = client.get("/api/v1/products?limit=2", headers={"Accept": "text/csv"})
    assert answer.content.decode() == ("\ufeffname,size,title.vi,rest\r\np000,0,'=1+1,\r\np000,1,'=1+1,\r\n")
    assert answer.headers["content-disposition"] == 'attachment; filename="products.csv"'
    assert answer.headers["vary"] == "Accept"
    assert 'rel="next"' in answer.headers["link"]


@pytest.mark.parametrize("name", ["=1", "+1", "-1", "@a", "\tx", "\rx", "\nx", "\uff1d1", '="a,b"\n'])
def test_a_text_that_a_spreadsheet_takes_for_a_formula_is_marked_as_text(client, engine, name) -> None:
    add(engine, name)
    text = client.get("/api/v1/all", headers={"Accept": "text/csv"}).content.decode("utf-8-sig")
    assert f"'{name}" in [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_no_row_is_a_file_with_its_heading(client, engine) -> None:
    with Session(engine) as session, session.begin():
        session.query(ProductRow).delete()
    answer = client.get("/api/v1/products", headers={"Accept": "text/csv"})
    assert answer.content.decode("utf-8-sig") == "name,size,title,rest\r\n"


# ------------------------------------------------------------------ what one has already


def test_who_has_a_list_already_is_told_that_it_is_so_by_form_and_page(client, engine) -> None:
    tag = client.get("/api/v1/all").headers["etag"]
    again = client.get("/api/v1/all", headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/api/v1/all", headers={"If-None-Match": tag, "Accept": "text/csv"}).status_code == 200
    assert client.get("/api/v1/all?limit=5", headers={"If-None-Match": tag}).status_code == 200
    add(engine, "new")
    assert client.get("/api/v1/all", headers={"If-None-Match": tag}).status_code == 200
