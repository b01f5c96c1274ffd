"""Contributions of sectors to growth: every row adds up, and each figure by a second method."""

import math
from random import Random

import pytest

from gateway.indicators.accounting import account
from gateway.indicators.accounts import Options
from gateway.indicators.figures import SECTORS, Figure
from gateway.reports.growth_told import tables_of

YEARS = range(2020, 2026)


def economy(random: Random, *, with_taxes: bool = True) -> tuple[list[Figure], dict[str, list[float]]]:
    """Levels of three sectors and product taxes that add up, without capital or labour."""
    levels = {}
    for name in (*SECTORS, "taxes"):
        levels[name] = [random.uniform(50, 400)]
        for _ in YEARS[1:]:
            levels[name].append(levels[name][-1] * random.uniform(0.93, 1.15))
    levels["whole"] = [sum(values) for values in zip(*levels.values(), strict=True)]
    found = []
    for name, values in levels.items():
        series = "product_taxes_constant" if name == "taxes" else "grdp_constant"
        if name == "taxes" and not with_taxes:
            continue
        for year, value in zip(YEARS, values, strict=True):
            sector = name if name in SECTORS else ""
            found.append(Figure(series=series, year=year, value=value, unit="tỷ đồng", sector=sector))
    return found, levels


@pytest.mark.parametrize("seed", range(5))
def test_sectors_and_taxes_add_up_to_growth_without_any_capital(seed: int) -> None:
    found, levels = economy(Random(seed))
    *yearly, mean = account(found, 2021, 2025).contributions
    assert [one.year for one in yearly] == [2021, 2022, 2023, 2024, 2025]
    for k, one in enumerate(yearly, 1):
        before = levels["whole"][k - 1]
        assert one.output == pytest.approx(100 * (levels["whole"][k] / before - 1))
        for name in SECTORS:
            assert one.by_sector[name] == pytest.approx(100 * (levels[name][k] - levels[name][k - 1]) / before)
        assert one.taxes == pytest.approx(100 * (levels["taxes"][k] - levels["taxes"][k - 1]) / before)
        assert one.rest == pytest.approx(0, abs=1e-9)
    assert (mean.before, mean.year) == (2020, 2025)
    assert sum(mean.by_sector.values()) + mean.taxes + mean.rest == pytest.approx(mean.output)
    assert mean.output == pytest.approx(sum(one.output for one in yearly) / 5)


def test_tornqvist_leaves_only_the_little_that_logarithms_leave() -> None:
    found, levels = economy(Random(1))
    one = account(found, 2021, 2025, Options(method="tornqvist")).contributions[0]
    weight = sum(levels["industry"][k] / levels["whole"][k] for k in (0, 1)) / 2
    assert one.by_sector["industry"] == pytest.approx(
        weight * 100 * math.log(levels["industry"][1] / levels["industry"][0])
    )
    assert one.output == pytest.approx(100 * math.log(levels["whole"][1] / levels["whole"][0]))
    assert abs(one.rest) < 0.02


def test_product_taxes_that_are_not_given_stand_in_what_is_left() -> None:
    found, levels = economy(Random(2), with_taxes=False)
    one = account(found, 2021, 2025).contributions[0]
    assert one.taxes is None
    assert one.rest == pytest.approx(100 * (levels["taxes"][1] - levels["taxes"][0]) / levels["whole"][0])


def test_a_row_of_the_table_adds_up_to_its_first_figure() -> None:
    found, _ = economy(Random(3))
    whole = account(found, 2021, 2025)
    [table] = [one for one in tables_of(whole, "vi") if one.key == "contributions"]
    assert table.title == "Đóng góp của khu vực và thuế sản phẩm vào tăng trưởng"
    assert [row[0] for row in table.rows][-1] == "2021–2025 (trung bình các năm)"  # noqa: RUF001  as people write it
    for _, growth, *parts in table.rows:
        assert sum(parts) == pytest.approx(growth)
