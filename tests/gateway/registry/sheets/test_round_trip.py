"""What was exported can be imported again, and changes nothing; into another registry it makes the same."""

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from gateway.registry import connect, upgrade
from gateway.registry.book import Book
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Line, Link, Number, Whole
from gateway.registry.nouns import in_order
from gateway.registry.refusals import WrongValuesError
from gateway.registry.roles import SYSTEM, Grant, Reader, Role
from gateway.registry.sheets import export_csv, import_file
from gateway.registry.sheets.exporting import Exported
from gateway.registry.sheets.template import example_of
from gateway.registry.sheets.to_xlsx import export_xlsx, xlsx_parts

NOW = 1_795_000_000 * 10**9
WORDS = st.text(
    st.one_of(
        st.sampled_from("ĂâđêÔơư áẠ;,\"'=+-@\t1.:/éñ\u201c"), st.characters(codec="utf-8", categories=("L", "N", "P"))
    ),
    min_size=1,
    max_size=40,
)


def is_taken(one: Field, value: object) -> bool:
    try:
        return one.read(value) not in ("", None)
    except ValueError:
        return False


def value_of(one: Field, ids: dict[str, list[str]]) -> st.SearchStrategy[Any]:
    """Values that a field takes; of a link the rows that there are."""
    if isinstance(one, Link):
        found: st.SearchStrategy[Any] = st.sampled_from(ids[one.to]) if ids.get(one.to) else st.nothing()
    elif isinstance(one, Line):
        found = st.from_regex(one.pattern, fullmatch=True) if one.pattern else WORDS
        found = found.filter(lambda text: is_taken(one, text)).map(one.read)
    elif isinstance(one, Whole):
        found = st.integers(one.least, min(one.most, 10**12))
    elif isinstance(one, Number):
        found = st.floats(max(one.least, -1e12), min(one.most, 1e12), allow_nan=False)
    elif isinstance(one, Flag):
        found = st.booleans()
    elif isinstance(one, Day):
        found = st.dates().map(str).filter(lambda day: day >= "1900-03-01")
    elif isinstance(one, Choices):
        found = st.lists(st.sampled_from(list(one.options)), min_size=one.required, unique=True).map(one.read)
    else:
        assert isinstance(one, Choice)
        found = st.sampled_from(list(one.options))
    return found if one.required else st.one_of(st.just(one.empty), found)


def first_row(book: Book, of, ids: dict[str, list[str]], *, everything: bool) -> str | None:
    """A row of the examples of what is required, or of all fields; None: its rules want more."""
    values: dict[str, Any] = {}
    for name, one in of.all_fields().items():
        if isinstance(one, Link):
            values[name] = ids[one.to][0] if one.to in ids and (one.required or everything) else None
        elif one.example not in ("", None) and (one.required or everything):
            values[name] = one.example
        elif one.required:
            values[name] = "A 1" if isinstance(one, Line) else 1
    try:
        return book.make(SYSTEM, of.__tablename__, values).id
    except WrongValuesError:
        return None


@pytest.fixture
def full(engine):
    """A registry with a row of every noun that can be made from its examples."""
    book = Book(engine, lambda: NOW)
    ids: dict[str, list[str]] = {}
    for of in in_order():
        made = first_row(book, of, ids, everything=False) or first_row(book, of, ids, everything=True)
        if made is not None:
            ids[of.__tablename__] = [made]
    assert len(ids) > 0.9 * len(NOUNS)
    return book, ids


def exported(engine, noun: str, form: str, language: str) -> bytes:
    if form == "csv":
        return "".join(export_csv(engine, lambda: NOW, SYSTEM, noun, language)).encode()
    file = io.BytesIO()
    export_xlsx(file, engine, lambda: NOW, SYSTEM, noun, language)
    return file.getvalue()


def again(engine, noun: str, form: str, language: str):
    return import_file(engine, lambda: NOW, SYSTEM, noun, exported(engine, noun, form, language))


def test_every_noun_comes_back_in_both_forms_and_languages(full, engine) -> None:
    for noun in full[1]:
        for form in ("csv", "xlsx"):
            for language in ("vi", "en"):
                outcome = again(engine, noun, form, language)
                assert (outcome.same, outcome.fault_count) == (1, 0), (noun, form, language, outcome)


@pytest.mark.parametrize("noun", ["organisation", "support", "statistic", "person", "training", "province"])
def test_any_values_come_back(full, engine, noun) -> None:
    book, ids = full
    of = NOUNS[noun]
    fields = st.fixed_dictionaries({name: value_of(one, ids) for name, one in of.all_fields().items()})

    @settings(max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(fields, st.sampled_from(["csv", "xlsx"]), st.sampled_from(["vi", "en"]))
    def check(values, form, language) -> None:
        try:
            book.make(SYSTEM, noun, values)
        except ValueError:
            return  # a contradiction, or its key is in use
        outcome = again(engine, noun, form, language)
        assert (outcome.fault_count, outcome.changed, outcome.new) == (0, 0, 0), [f.told("en") for f in outcome.faults]

    check()


def test_what_one_registry_exports_another_takes(full, engine, tmp_path) -> None:
    other = connect(f"sqlite:///{tmp_path / 'other.sqlite'}")
    upgrade(other)
    for noun in full[1]:
        outcome = import_file(other, lambda: NOW, SYSTEM, noun, exported(engine, noun, "xlsx", "vi"))
        assert (outcome.new, outcome.fault_count) == (1, 0), (noun, outcome)
    for noun in full[1]:
        theirs, ours = (list(Exported(one, lambda: NOW, SYSTEM, noun, "vi", None).rows()) for one in (other, engine))
        assert theirs == ours
    other.dispose()


def test_cells_of_a_workbook_are_typed_and_none_is_a_formula(world, engine) -> None:
    values = {"name": '=HYPERLINK("http://x","y")', "note": "+1", "industry": "C1020"}
    world.book.change(SYSTEM, "organisation", world.press.id, values, None)
    sheet = load_workbook(io.BytesIO(exported(engine, "organisation", "xlsx", "vi"))).active
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    for text in values.values():
        assert cells[text].data_type == "s"
    assert cells["+1"].quotePrefix
    text = exported(engine, "organisation", "csv", "vi").decode()
    assert "\"'=HYPERLINK(" in text
    assert ";'+1\r\n" in text
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]][:5] == ["Mã số", "Tên", "Loại hình", "Tỉnh, thành phố", "Ngành (VSIC)"]
    again(engine, "organisation", "csv", "vi")
    assert world.book.get(SYSTEM, "organisation", world.press.id).values["name"] == values["name"]


def test_a_workbook_is_on_its_way_before_its_last_row_was_read(world, engine, monkeypatch) -> None:
    told: list[int] = []
    real = Exported.rows

    def rows(self, progress):
        for row in real(self, progress):
            yield row
            told.append(1)

    monkeypatch.setattr(Exported, "rows", rows)
    parts = xlsx_parts(engine, lambda: NOW, SYSTEM, "organisation")
    first = next(parts)
    assert (first[:2], told) == (b"PK", [])
    sheet = load_workbook(io.BytesIO(first + b"".join(parts))).active
    assert (len(told), sheet.max_row) == (2, 3)


def test_a_day_before_the_calendars_of_spreadsheets_is_text(world, engine) -> None:
    world.book.change(SYSTEM, "province", world.province.id, {"since": "1899-05-01"}, 1)
    sheet = load_workbook(io.BytesIO(exported(engine, "province", "xlsx", "vi"))).active
    assert [cell.value for cell in sheet[2]][2] == "1899-05-01"
    assert again(engine, "province", "xlsx", "vi").same == 1


def test_what_may_not_be_seen_is_not_in_the_file(world, engine) -> None:
    stranger = world.of(Role.MANAGER, world.dairy)
    text = "".join(export_csv(engine, lambda: NOW, stranger, "organisation"))
    assert "Cao Lãnh" in text
    assert "Sa Đéc" not in text
    nobody = Reader("x", "x", (Grant(Role.LABORATORY_STAFF, "organisation", world.dairy.id),))
    values = {"code": "CB-1", "full_name": "Nguyễn Thị Lan", "province": world.province.id}
    world.book.make(SYSTEM, "person", values)
    assert "Lan" not in "".join(export_csv(engine, lambda: NOW, nobody, "person"))


def test_the_example_of_every_field_is_one_that_it_takes() -> None:
    for of in NOUNS.values():
        for name, one in of.all_fields().items():
            if not isinstance(one, Link) and (one.required or one.example != "") and example_of(one) not in ("", None):
                assert one.read(example_of(one)) == one.example, (of.__tablename__, name)
