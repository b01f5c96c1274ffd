"""Figures as officers write them: sectors, units, shares."""

import pytest

from gateway.indicators.economy import years_told
from gateway.indicators.figures import Figure, checked, sector_of, unit_of


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("Khu vực Nông nghiệp, lâm nghiệp và thuỷ sản", "agriculture"),
        ("Nông - lâm - thủy sản", "agriculture"),
        ("Công nghiệp – Xây dựng", "industry"),  # noqa: RUF001  as people write it
        ("NGÀNH CÔNG NGHIỆP VÀ XÂY DỰNG", "industry"),
        ("Thương mại - dịch vụ", "services"),
        ("Tổng số", ""),
        ("Khai khoáng", None),
    ],
)
def test_a_sector_is_known_as_officers_write_it(text: str, sector: str | None) -> None:
    assert sector_of(text) == sector


@pytest.mark.parametrize(
    ("text", "unit"),
    [("1000 người", "thousand persons"), ("tỉ VNĐ", "VND billion"), ("Nghìn tỷ", "VND trillion"), ("tấn", "tấn")],
)
def test_a_unit_is_known_as_officers_write_it(text: str, unit: str) -> None:
    assert unit_of(text) == unit


def test_a_fraction_under_per_cent_is_refused() -> None:
    good, wrong = checked([Figure(series="labour_share", year=2024, value=0.62, unit="%")])
    assert good == {}
    parts = {"series": "labour_share", "sector": "", "year": "2024", "value": "0.62"}
    assert [(one.code, one.parts) for one in wrong] == [("fraction_as_percent", parts)]
    assert checked([Figure(series="labour_share", year=2024, value=0.62, unit="1")])[1] == []


def test_the_years_that_were_not_said_are_those_of_output_not_of_old_investment() -> None:
    found = [Figure(series="investment_constant", year=year, value=1) for year in range(2000, 2027)]
    found += [Figure(series="grdp_constant", year=year, value=1, sector="Toàn tỉnh") for year in range(2020, 2026)]
    assert years_told(found) == (2021, 2025)
    assert years_told(found, 2023) == (2023, 2025)
    assert years_told(found[:1]) == (2000, 2000)
