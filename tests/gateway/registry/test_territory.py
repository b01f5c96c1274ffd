"""The provinces that a new registry begins with."""

from collections import Counter

from gateway.registry.book import Asked, Book
from gateway.registry.roles import SYSTEM
from gateway.registry.territory import provinces, write_provinces


def test_52_provinces_became_23_and_11_stayed_as_they_were() -> None:
    today, former = provinces()
    sizes = Counter(one.successor for one in former)
    assert (len(today), len(former), len(sizes)) == (34, 52, 23)
    assert sorted(Counter(sizes.values()).items()) == [(2, 17), (3, 6)]
    assert set(sizes) <= set(today)
    assert {today[one.successor] for one in former if one.name in ("Tiền Giang", "Đồng Tháp")} == {"Đồng Tháp"}
    assert {today[one.successor] for one in former if one.name == "Bình Phước"} == {"Đồng Nai"}
    # Every code and name of before stands once: 52 that were merged, 11 that were not.
    unmerged = set(today) - set(sizes)
    assert len({one.code for one in former} | unmerged) == 63


def test_an_empty_registry_gets_them_once(engine) -> None:
    book = Book(engine, lambda: 7)
    assert write_provinces(book) == 86
    assert write_provinces(book) == 0
    asked = Asked(where={"code": "82"})
    found = {one.label: one for one in book.page(SYSTEM, "province", asked).entries}
    assert set(found) == {"Tiền Giang", "Đồng Tháp"}
    assert found["Tiền Giang"].labels == {"successor": "Đồng Tháp"}
    assert found["Tiền Giang"].values["until"] == "2025-06-30"
    assert book.find(SYSTEM, "province", code="11", until="").values["since"] == ""


def test_they_are_listed_as_if_names_had_no_marks(engine) -> None:
    book = Book(engine, lambda: 7)
    write_provinces(book)
    names = [one.label for one in book.all(SYSTEM, "province", Asked(where={"until": ""}))]
    assert names[:9] == [
        "An Giang",
        "Bắc Ninh",
        "Cà Mau",
        "Cần Thơ",
        "Cao Bằng",
        "Đà Nẵng",
        "Đắk Lắk",
        "Điện Biên",
        "Đồng Nai",
    ]
