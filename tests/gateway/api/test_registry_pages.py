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


def test_every_page_of_every_noun_answers_in_both_languages(person, rows) -> None:
    for noun, entry in rows.items():
        for address in pages_of(noun, entry.id):
            for language in ("vi", "en"):
                page = person.get(address, headers={"Accept-Language": language})
                assert page.status_code == 200, (address, page.text)
                title = NOUNS[noun].noun.many[language] if "/new" not in address else NOUNS[noun].noun.title[language]
                assert title in unescaped(page.text), address


def test_a_form_that_nobody_touched_changes_nothing(person, rows, gateway) -> None:
    book = Book(gateway.engine, lambda: gateway.now)
    for noun, entry in rows.items():
        for language in ("vi", "en"):
            address = f"/registry/{NOUNS[noun].path()}/{entry.id}"
            sent = typed_in(person.get(f"{address}/change", headers={"Accept-Language": language}).text)
            answer = person.post(f"{address}/change", data=sent, headers={"Accept-Language": language})
            assert (answer.status_code, answer.headers.get("location")) == (303, address), (noun, answer.text)
            assert book.get(SYSTEM, noun, entry.id).revision == 1, (noun, language)
