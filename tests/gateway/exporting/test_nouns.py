"""Nouns and certificates as tables for programs."""

from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

from gateway.exporting.nouns import noun_names, noun_rows
from gateway.registry.book import Book
from gateway.registry.catalogue import NOUNS
from gateway.registry.roles import SYSTEM

pytestmark = pytest.mark.parametrize("store", ["embedded"], indirect=True)
NOW = 1_795_330_800 * 10**9


@pytest.fixture
def lab(shop):
    """A balance that an edge reads, with two certificates: of one the points, of the other none."""
    book = Book(shop.stores.engine, lambda: NOW)
    province = book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp"}).id
    firm = {"code": "1400000001", "name": "Công ty Cơ khí", "kind": "enterprise", "province": province}
    organisation = book.make(SYSTEM, "organisation", firm).id
    place = {"name": "sa-dec", "title": "Xưởng", "organisation": organisation, "kind": "factory"}
    site = book.make(SYSTEM, "site", place).id
    balance = {"organisation": organisation, "code": "C-01", "name": "Cân kỹ thuật", "unit": "g"}
    balance |= {"site": site, "edge": "press-shop", "edge_instrument": "scale-1", "status": "in_use"}
    instrument = book.make(SYSTEM, "instrument", balance).id
    for number, issued in (("A-2", "2026-03-01"), ("A-1", "2025-03-01")):
        its = {"instrument": instrument, "number": number, "kind": "calibration", "issued": issued, "issued_by": "TT 3"}
        certificate = book.make(SYSTEM, "certificate", its).id
        if number == "A-1":
            for point, (reference, indication) in enumerate([(100.0, 100.5), (200.0, 200.25)], 1):
                its = {"certificate": certificate, "run": "as_found", "channel": "mass", "number": point, "unit": "g"}
                its |= {"reference": reference, "indication": indication, "expanded": 0.2, "coverage_factor": 2.0}
                book.make(SYSTEM, "calibration_point", its)
    person = {"full_name": "Nguyễn Thị Lan", "code": "P-1", "province": province, "phone": "0912345678"}
    book.make(SYSTEM, "person", person)
    return shop


def test_a_certificate_has_a_row_for_each_point_with_its_error(lab):
    table = pd.read_parquet(lab.export("certificates"))
    said = [
        "certificate",
        "issued",
        "calibrated",
        "site",
        "edge",
        "instrument",
        "channel",
        "point",
        "error",
        "u",
        "unit",
    ]
    rows = table[said].astype(object).where(table[said].notna(), None).to_numpy().tolist()
    where = ["sa-dec", "press-shop", "scale-1"]
    assert rows == [
        ["A-1", *[date(2025, 3, 1)] * 2, *where, "mass", 1, 0.5, 0.1, "g"],
        ["A-1", *[date(2025, 3, 1)] * 2, *where, "mass", 2, 0.25, 0.1, "g"],
        ["A-2", *[date(2026, 3, 1)] * 2, *where, "", None, None, None, ""],
    ]


def test_certificates_can_be_chosen_by_day_and_instrument(lab):
    span = ("--since", "2026-01-01", "--until", "2027-01-01")
    assert pd.read_parquet(lab.export("certificates", *span))["certificate"].tolist() == ["A-2"]
    assert len(pd.read_parquet(lab.export("certificates", "--instrument", "scale-1", "--site", "sa-dec"))) == 3
    assert len(pd.read_parquet(lab.export("certificates", "--instrument", "C-01"))) == 3
    assert lab.nhipdo("export", "certificates", "--instrument", "scale-9", "--out", lab.folder / "x.csv") == (
        2,
        "",
        (
            "instrument 'scale-9': is not known here; did you mean scale-1? Known: C-01, scale-1. "
            "Name one of these, or leave it out for all.\n"
        ),
    )


def test_rows_of_a_noun_have_links_by_name_and_id_and_choices_by_key(lab):
    table = pd.read_parquet(lab.export("measuring-instruments"))
    [row] = table.to_dict("records")
    book = Book(lab.stores.engine, lambda: NOW)
    entry = book.find(SYSTEM, "instrument", code="C-01")
    assert row["id"] == entry.id
    organisation = dict(entry.values)["organisation"]
    assert (row["status"], row["legal_use"], row["range_low"] is None or pd.isna(row["range_low"])) == (
        "in_use",
        False,
        True,
    )
    assert (row["organisation_id"], row["organisation"]) == (organisation, entry.labels["organisation"])
    assert row["made_at"].value == NOW


def test_personal_data_stay_in_the_registry(lab):
    out = lab.export("persons")
    kept = set(NOUNS["person"].personal)
    assert {"full_name", "phone"} <= kept
    assert not kept & set(pq.read_schema(out).names)
    assert b"0912345678" not in out.read_bytes()
    attendances = [column.name for column in noun_rows(lab.stores.engine, NOUNS["attendance"]).columns]
    assert [name for name in attendances if name.startswith(("person", "training"))] == [
        "training",
        "training_id",
        "person_id",
    ]


def test_every_noun_can_be_exported(lab):
    book = Book(lab.stores.engine, lambda: NOW)
    for noun, of in noun_names().items():
        table = noun_rows(lab.stores.engine, of)
        rows = list(table.rows)
        assert len(rows) == book.count(SYSTEM, of.__tablename__), noun
        assert {len(row) for row in rows} <= {len(table.columns)}
