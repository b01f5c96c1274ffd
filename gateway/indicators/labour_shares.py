"""The labour share of a year: by the accounts of that year, entered, kept from an earlier year, or assumed."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gateway.indicators.facts import Gap
from gateway.indicators.figures import Figure, Key
from gateway.indicators.tfp import USUAL_LABOUR_SHARE

BY_INCOME, BY_COMPENSATION, ENTERED, KEPT, ASSUMED = "by_income", "by_compensation", "entered", "kept", "assumed"
ACCOUNTS_FIRST, ENTERED_FIRST, ALWAYS_ASSUMED = "accounts", "entered", "assumed"
CHOICES = (ACCOUNTS_FIRST, ENTERED_FIRST, ALWAYS_ASSUMED)
_ROUNDED = 1e-3


class LabourShare(msgspec.Struct, frozen=True, kw_only=True):
    """The weight of labour in a year.

    Attributes:
        year: Which.
        value: 0 to 1.
        source: ``by_income``: full income of labour / value added; ``by_compensation``: compensation per employee times
            all employed / value added; ``entered``; ``kept``: that of another year; ``assumed``.
        of_year: Of which year it is.
        is_estimate: One of its figures is somebody's estimate.
        refs: Figures that it rests on.
    """

    year: int
    value: float
    source: str
    of_year: int
    is_estimate: bool = False
    refs: tuple[str, ...] = ()


def labour_shares(
    good: Mapping[Key, Sequence[Figure]], sector: str, years: Iterable[int], choice: str = ACCOUNTS_FIRST
) -> tuple[dict[int, LabourShare], list[Gap]]:
    """The labour share of each year that is asked for.

    ::

        by income        labour_income / grdp_current
        by compensation  employee_compensation / employees * employed / grdp_current

    A year without a share keeps that of the last year that has one, as the statistics office keeps the coefficients of
    a table until the next; before the first that of the first. Where no year has one it is 0.7, which is an assumption.

    Args:
        good: Figures that were checked, shares as fractions.
        sector: Of what.
        years: Which.
        choice: What goes first where both are there: ``accounts`` or ``entered``; ``assumed``: always 0.7.

    Returns:
        Year -> share; what was refused.

    Source:
        General Statistics Office of Viet Nam: income of labour over value added at current prices of one year.
    """
    problems: list[Gap] = []
    found: dict[int, LabourShare] = {}
    if choice != ALWAYS_ASSUMED:
        ways = [_by_accounts(good, sector, problems), _entered(good, sector, problems)]
        if choice == ENTERED_FIRST:
            ways.reverse()
        found = ways[1] | ways[0]
    return {year: _of_year(found, year) for year in years}, problems


def _of_year(found: Mapping[int, LabourShare], year: int) -> LabourShare:
    if year in found:
        return found[year]
    if not found:
        return LabourShare(year=year, value=USUAL_LABOUR_SHARE, source=ASSUMED, of_year=year)
    earlier = [one for one in found if one < year]
    kept = found[max(earlier)] if earlier else found[min(found)]
    return msgspec.structs.replace(kept, year=year, source=KEPT)


def _by_accounts(good: Mapping[Key, Sequence[Figure]], sector: str, problems: list[Gap]) -> dict[int, LabourShare]:
    """By figures of one year and one territory; the newest territory goes first."""
    found: dict[int, LabourShare] = {}
    added = _by_place(good, "grdp_current", sector)
    income, compensation = (_by_place(good, name, sector) for name in ("labour_income", "employee_compensation"))
    employees, employed = (_by_place(good, name, sector) for name in ("employees", "employed"))
    newest = {place: max(year for year, at in added if at == place) for _, place in added}
    for at in sorted(added, key=lambda one: newest[one[1]]):
        if at in income:
            parts, value, source = [income[at], added[at]], income[at].value / added[at].value, BY_INCOME
        elif at in compensation and at in employees and at in employed:
            parts = [compensation[at], employees[at], employed[at], added[at]]
            each = compensation[at].value / employees[at].value
            value, source = each * employed[at].value / added[at].value, BY_COMPENSATION
        else:
            continue
        if not 0 <= value <= 1:
            where = {"series": "labour_share", "sector": sector, "year": str(at[0]), "value": f"{value:.4g}"}
            problems.append(Gap(code="share_outside", parts=where))
            continue
        found[at[0]] = _share(at[0], value, source, parts)
    return found


def _entered(good: Mapping[Key, Sequence[Figure]], sector: str, problems: list[Gap]) -> dict[int, LabourShare]:
    labour = {one.year: one for one in good.get(("labour_share", sector), ())}
    capital = {one.year: one for one in good.get(("capital_share", sector), ())}
    found = {}
    for year in sorted(set(labour) | set(capital)):
        given = [rows[year] for rows in (labour, capital) if year in rows]
        value = labour[year].value if year in labour else 1 - capital[year].value
        if len(given) > 1 and abs(sum(one.value for one in given) - 1) > _ROUNDED:
            total = f"{sum(one.value for one in given):.4g}"
            parts = {"sector": sector, "year": str(year), "sum": total}
            problems.append(Gap(code="shares_do_not_sum", parts=parts))
            continue
        found[year] = _share(year, value, ENTERED, given)
    return found


def _share(year: int, value: float, source: str, parts: Sequence[Figure]) -> LabourShare:
    return LabourShare(
        year=year,
        value=value,
        source=source,
        of_year=year,
        is_estimate=any(one.is_estimate for one in parts),
        refs=tuple(one.ref for one in parts if one.ref),
    )


def _by_place(good: Mapping[Key, Sequence[Figure]], series: str, sector: str) -> dict[tuple[int, str], Figure]:
    return {(one.year, one.territory): one for one in good.get((series, sector), ())}
