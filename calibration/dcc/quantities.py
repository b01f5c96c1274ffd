"""Numbers with units and uncertainties, in every form that D-SI 2.2 has for real quantities."""

from __future__ import annotations

import math
from collections.abc import Sequence

from calibration.dcc.document import SI, Element, children_of, name_of, place_of, text_of
from calibration.dcc.problems import DccError, Problem
from calibration.dcc.simple import entries
from calibration.records import record
from calibration.units import from_dsi

LIST = "XMLList"
# Element of an uncertainty -> where its value stands. A standard uncertainty is one with k = 1.
_EXPANDED = {"expandedMU": "valueExpandedMU", "expandedUnc": "uncertainty"}
_STANDARD = {
    "standardMU": "valueStandardMU",
    "coverageIntervalMU": "valueStandardMU",
    "coverageInterval": "standardUnc",
}


@record
class Uncertainty:
    """Of every value of a column.

    Attributes:
        expanded: U.
        k: Coverage factors.
        probability: Coverage probabilities; None where not stated.
    """

    expanded: tuple[float, ...]
    k: tuple[float, ...]
    probability: tuple[float | None, ...]


@record
class Column:
    """One quantity: a value, or a list of them.

    Attributes:
        line: Of the document.
        unit: UCUM code.
        values: The numbers.
        uncertainty: None where none is stated.
    """

    line: int
    unit: str
    values: tuple[float, ...]
    uncertainty: Uncertainty | None


def cannot(element: Element, what: str) -> DccError:
    """Content that a certificate cannot hold."""
    return DccError([Problem(element.sourceline or 0, place_of(element), what, "content")])


class UnfitError(DccError):
    """Nothing is wrong with it, and a certificate of ours cannot hold it: it is left out, and named."""


def unfit(element: Element, what: str) -> UnfitError:
    """A quantity that is left out."""
    return UnfitError([Problem(element.sourceline or 0, place_of(element), what, "content")])


def columns_of(quantity: Element) -> list[Column]:
    """A quantity in each unit that the document gives it in and that we know; empty: no real quantity.

    Raises:
        UnfitError: No unit of it is known here.
    """
    real = [child for child in children_of(quantity) if name_of(child) in {"si:real", "si:realListXMLList"}]
    hybrid = quantity.find(f"{{{SI}}}hybrid")
    if hybrid is not None:
        real = [child for child in children_of(hybrid) if name_of(child) in {"si:real", "si:realListXMLList"}]
    columns, reasons = [], []
    for element in real:
        try:
            unit = _unit(element)
        except ValueError as error:
            reasons.append(unfit(element, str(error).rstrip(".")))
            continue
        columns.append(_column(element, unit))
    if not columns and reasons:
        raise reasons[0]
    return columns


def _leaf(element: Element, name: str) -> Element | None:
    """The element of that name, whether of a single quantity or of a list."""
    for ending in ("", LIST):
        found = element.find(f"{{{SI}}}{name}{ending}")
        if found is not None:
            return found
    return None


def _unit(element: Element) -> str:
    leaf = _leaf(element, "unit")
    units = entries("" if leaf is None else text_of(leaf))
    if len(set(units)) != 1:
        msg = f"expected one unit for all values, got {len(set(units))}"
        raise ValueError(msg)
    return from_dsi(units[0])


def _column(element: Element, unit: str) -> Column:
    values = _numbers(element, "value", 0)
    assert values is not None  # the form was checked
    return Column(element.sourceline or 0, unit, values, _uncertainty(element, len(values)))


def _numbers(element: Element, name: str, count: int) -> tuple[float, ...] | None:
    """Numbers of a leaf; one for all is repeated."""
    leaf = _leaf(element, name)
    if leaf is None:
        return None
    numbers = tuple(float(entry) for entry in entries(text_of(leaf)))
    return numbers * count if len(numbers) == 1 and count > 1 else numbers


def _uncertainty(element: Element, count: int) -> Uncertainty | None:
    for child in children_of(element):
        stated = child
        if name_of(child).startswith("si:measurementUncertaintyUnivariate"):
            stated = children_of(child)[0]
        name = name_of(stated).removeprefix("si:").removesuffix(LIST)
        if name in _EXPANDED or name in _STANDARD:
            return _stated(stated, name, count)
    return None


def _stated(element: Element, name: str, count: int) -> Uncertainty | None:
    expanded = _numbers(element, _EXPANDED.get(name) or _STANDARD[name], count) or ()
    factors = _numbers(element, "coverageFactor", count) if name in _EXPANDED else None
    k = factors or (1.0,) * count
    # The probability of an interval is not that of its standard uncertainty.
    chances = _numbers(element, "coverageProbability", count) if name in _EXPANDED else None
    if any(math.isnan(number) for number in expanded + k):
        return None
    return Uncertainty(expanded, k, tuple(None if _unsaid(chance) else chance for chance in chances or (None,) * count))


def _unsaid(chance: float | None) -> bool:
    return chance is None or not 0 < chance < 1


def chosen(columns: Sequence[Column], units: Sequence[str]) -> Column:
    """The column in the first of these units that it has; else in the first that the document gives."""
    for unit in units:
        for column in columns:
            if column.unit == unit:
                return column
    return columns[0]
