"""Pages of every noun: list, form, row, history, documents, export; what was typed comes back, nobody overwrites."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from gateway.registry.book import Book, Entry
from gateway.registry.catalogue import NOUNS, in_order
from gateway.registry.fields import Choice, Day, Field, Flag, Link, Number, Whole
from gateway.registry.roles import SYSTEM

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
MORE: dict[str, dict[str, Any]] = {}
"""Where the examples of the fields do not make a row."""


def values_for(noun: str, made: dict[str, Entry]) -> dict[str, Any]:
    """A row of the examples that the fields give, linked to the rows that were made before."""
    values: dict[str, Any] = {}
    for name, one in NOUNS[noun].all_fields().items():
        if isinstance(one, Link):
            values[name] = made[one.to].id if one.required else None
        elif one.example not in ("", None) or one.required:
            values[name] = one.example if one.example not in ("", None) else filler(one)
    return values | MORE.get(noun, {})


def filler(one: Field) -> Any:
    """Something that a field takes which gives no example."""
    if isinstance(one, Choice):
        return next(iter(one.options))
    if isinstance(one, Day):
        return "2026-03-02"
    return 1 if isinstance(one, Number | Whole) else "Thử"


@pytest.fixture
def rows(gateway) -> dict[str, Entry]:
    """One row of every noun."""
    return make_rows(gateway.engine, gateway.now)


def make_rows(engine: Engine, now: int) -> dict[str, Entry]:
    book = Book(engine, lambda: now)
    made: dict[str, Entry] = {}
    for of in in_order():
        noun = of.__tablename__
        made[noun] = book.make(SYSTEM, noun, values_for(noun, made))
    return made


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def typed_in(page: str) -> dict[str, list[str]]:
    """What a form sends when nobody touches it."""
    form = page[page.index('<form method="post" class="fields"') :]
    form = form[: form.index("</form>")]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            sent.setdefault(name[1], []).append(unescaped(value[1]) if value else "")
    for name, body in re.findall(r'<select id="([^"]+)" name="[^"]+"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        sent[name] = [chosen[1] if chosen else ""]
    for name, text in re.findall(r'<textarea id="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [unescaped(text)]
    return sent


def unescaped(text: str) -> str:
    for sign, name in (("<", "&lt;"), (">", "&gt;"), ('"', "&#34;"), ("'", "&#39;"), ("&", "&amp;")):
        text = text.replace(name, sign)
    return text


def pages_of(noun: str, row: str) -> Iterator[str]:
    path = f"/registry/{NOUNS[noun].path()}"
    yield from (path, f"{path}?search=th%E1%BB%AD&retired=1", f"{path}/new", f"{path}/{row}", f"{path}/{row}/change")
    yield f"/registry/imports?noun={NOUNS[noun].path()}"
    for name, one in NOUNS[noun].fields().items():
        if isinstance(one, Link | Flag):
            yield f"{path}?f.{name}=" + ("0" if isinstance(one, Flag) else row)


def test_every_page_of_every_noun_answers(person, rows) -> None:
    for at, (noun, entry) in enumerate(rows.items()):
        for number, address in enumerate(pages_of(noun, entry.id)):
            # Each noun has half of its pages in Vietnamese, the other half in English.
            language = ("vi", "en")[(at + number) % 2]
            page = person.get(address, headers={"Accept-Language": language})
            assert page.status_code == 200, (address, page.text)
            assert NOUNS[noun].noun.many[language] in unescaped(page.text), address


def test_a_form_that_nobody_touched_changes_nothing(person, rows, gateway) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    for at, (noun, entry) in enumerate(rows.items()):
        language = ("vi", "en")[at % 2]
        address = f"/registry/{NOUNS[noun].path()}/{entry.id}"
        sent = typed_in(person.get(f"{address}/change", headers={"Accept-Language": language}).text)
        answer = person.post(f"{address}/change", data=sent, headers={"Accept-Language": language})
        assert (answer.status_code, answer.headers.get("location")) == (303, address), (noun, answer.text)
        assert book.get(SYSTEM, noun, entry.id).revision == 1, (noun, language)


def test_two_persons_do_not_overwrite_each_other(person, rows, gateway) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    row = rows["organisation"].id
    address = f"/registry/organisations/{row}/change"
    sent = typed_in(person.get(address).text)
    book.change(SYSTEM, "organisation", row, {"name": "Tên của người kia"}, None)
    mine = sent | {"name": ["Tên của tôi"]}
    refused = person.post(address, data=mine)
    assert refused.status_code == 409
    assert "Có người vừa sửa bản ghi này." in refused.text
    assert "Hiện nay: <strong>Tên của người kia</strong>" in refused.text
    assert typed_in(refused.text)["name"] == ["Tên của tôi"]
    assert person.post(address, data=typed_in(refused.text)).status_code == 303
    assert book.get(SYSTEM, "organisation", row).values["name"] == "Tên của tôi"


def test_what_was_typed_comes_back_with_the_mistake_beside_its_field(person, rows) -> None:
    typed = {"token": token_of(person.get("/account").text), "code": "12", "name": "<b>Sữa</b>", "province": "Đồng"}
    page = person.post("/registry/organisations/new", data=typed)
    assert page.status_code == 422
    assert re.search(r'<p class="mistake" id="code-problem" role="alert">Cần 10 chữ số.*đã nhận «12»', page.text)
    assert re.search(r'id="kind-problem" role="alert">Chưa có giá trị. Hãy điền ô này.</p>', page.text)
    assert "Không có Tỉnh, thành phố «Đồng» trong phạm vi của bạn" in page.text
    assert 'value="&lt;b&gt;Sữa&lt;/b&gt;"' in page.text
    assert "<b>Sữa" not in page.text


def test_a_name_that_means_several_asks_which_one(person, rows, gateway) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    firm = {"kind": "enterprise", "province": rows["province"].id}
    firms = [
        book.make(SYSTEM, "organisation", firm | {"code": f"140000{n:04d}", "name": name})
        for n, name in enumerate(["Cơ khí Sa Đéc", "Cơ khí Cao Lãnh", *(f"Hộ {n}" for n in range(60))])
    ]
    typed = {"token": token_of(person.get("/account").text), "name": "moi", "title": "Cơ sở mới", "kind": "factory"}
    asked = person.post("/registry/sites/new", data=typed | {"organisation": "co khi"})
    assert asked.status_code == 422
    assert "«co khi» chưa rõ là Tổ chức nào. Hãy chọn một dòng dưới đây." in asked.text
    assert all(f'<option value="{one.id}">{one.label}</option>' in asked.text for one in firms[:2])
    chosen = typed | {"organisation": "co khi", "organisation.picked": firms[1].id}
    assert person.post("/registry/sites/new", data=chosen).status_code == 303
    assert book.find(SYSTEM, "site", name="moi").values["organisation"] == firms[1].id
    by_code = typed | {"name": "moi-2", "organisation": "1400000000"}
    assert person.post("/registry/sites/new", data=by_code).status_code == 303


def test_a_document_is_kept_saved_and_taken_away(person, rows) -> None:
    address = f"/registry/organisations/{rows['organisation'].id}"
    token = {"token": token_of(person.get(address).text)}
    none = person.post(f"{address}/documents", data=token | {"number": "12/QĐ"})
    assert none.status_code == 422
    assert 'value="12/QĐ"' in none.text
    file = {"file": ("Quyết định.pdf", PDF, "application/pdf")}
    assert person.post(f"{address}/documents", data=token | {"date": "02/03/2026"}, files=file).status_code == 303
    page = person.get(address).text
    saved = re.search(r'href="([^"]+/documents/[0-9a-f]{32})" download>Quyết định.pdf', page)
    assert saved
    assert "ngày 02/03/2026" in page
    content = person.get(saved[1])
    assert (content.content, content.headers["content-disposition"].partition(";")[0]) == (PDF, "attachment")
    assert person.post(f"{saved[1]}/remove", data=token).status_code == 303
    assert person.get(saved[1]).status_code == 404


def test_a_row_goes_out_of_use_with_a_reason_and_comes_back(person, rows) -> None:
    address = f"/registry/milestones/{rows['milestone'].id}"
    token = {"token": token_of(person.get(address).text)}
    assert "Chưa có lý do. Hãy viết một câu." in person.post(f"{address}/retire", data=token).text
    assert person.post(f"{address}/retire", data=token | {"why": "nhập trùng"}).status_code == 303
    assert "Đã ngừng dùng từ" in person.get(address).text
    assert "Lý do: nhập trùng" in person.get(address).text
    assert person.post(f"{address}/restore", data=token).status_code == 303
    assert "Đã ngừng dùng từ" not in person.get(address).text


def test_an_export_has_what_the_list_shows(person, rows, gateway) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    row = {"code": "1400000009", "name": "Chỉ hộ này", "kind": "household", "province": rows["province"].id}
    book.make(SYSTEM, "organisation", row)
    table = person.get("/registry/organisations/export?form=csv&f.kind=household").text
    assert len(table.strip().splitlines()) == 2
    assert "Chỉ hộ này" in table


def test_a_day_in_what_a_row_is_called_is_written_as_people_write_it(person, rows, gateway) -> None:
    values = {"name": "5S", "begins": "2026-09-15", "topic": "quality", "province": rows["province"].id}
    row = Book(gateway.engine, lambda: gateway.now).make(SYSTEM, "training", values)
    for path in ("/registry/trainings", f"/registry/trainings/{row.id}", "/records/attendance"):
        assert "5S · 15/09/2026" in person.get(path, headers={"Accept-Language": "vi"}).text, path
