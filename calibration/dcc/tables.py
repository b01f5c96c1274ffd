"""From tables of results to points of calibration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from calibration.certificate import ChannelResults, Point
from calibration.dcc import words
from calibration.dcc.document import DCC, Element, children_of, name_of, place_of, text_of
from calibration.dcc.problems import Problem
from calibration.dcc.quantities import Column, Uncertainty, cannot, chosen, columns_of
from calibration.dcc.simple import entries
from calibration.dcc.speech import Speech, find, find_all, words_of
from calibration.units import same_step

# Last part of a refType -> what the quantity is of a point. PTB's words, whatever the field before them.
ROLES = {
    "measuredValue": "indication",
    "indicatedValue": "indication",
    "referenceValue": "reference",
    "measurementError": "error",
    "correction": "correction",
    "degreesOfFreedom": "dof",
}
DIFFERENCES = ("error", "correction")
# An uncertainty of the reference value alone is that of the standard, not that of the result.
STATED_WITH = ("error", "correction", "indication")
RELATIVE = {"1": 1.0, "%": 1e-2, "[ppm]": 1e-6}


@dataclass(frozen=True, slots=True)
class Table:
    """Points of one table.

    Attributes:
        unit: UCUM code.
        points: Its lines.
    """

    unit: str
    points: tuple[Point, ...]


def tables_of(data: Element, units: Sequence[str]) -> Iterator[tuple[Element, Table | Problem]]:
    """Every table of a result: lists of quantities, and quantities that stand alone.

    Yields:
        The element, and its points or why there are none.
    """
    for element in (data, *data.iter(f"{{{DCC}}}list")):
        if any(name_of(above) == "measurementMetaData" for above in element.iterancestors()):
            continue
        quantities = [child for child in children_of(element) if name_of(child) == "quantity"]
        if quantities:
            yield element, _table(element, quantities, units)


def _table(element: Element, quantities: Sequence[Element], units: Sequence[str]) -> Table | Problem:
    given: dict[str, list[Column]] = {}
    dof: list[float | None] = []
    for quantity in quantities:
        role = next((ROLES[w.rpartition("_")[2]] for w in words_of(quantity) if w.rpartition("_")[2] in ROLES), None)
        if role == "dof":
            dof = _dof(quantity)
        elif role is not None:
            given[role] = columns_of(quantity) or given.get(role, [])
    given = {role: columns for role, columns in given.items() if columns}
    # What stands in one unit alone decides for what stands in several.
    wanted = [*units, *(columns[0].unit for columns in given.values() if len(columns) == 1)]
    columns = {role: chosen(options, wanted) for role, options in given.items()}
    if len(columns) < 2 or not columns.keys() & {"indication", "reference"}:  # noqa: PLR2004
        return _left(element, "indication and reference value, or one of them and the error", ", ".join(columns))
    if all(columns[role].uncertainty is None for role in STATED_WITH if role in columns):
        return _left(element, "an uncertainty of the error or the indication", "")
    return _points(element, columns, dof)


def _left(element: Element, expected: str, got: str) -> Problem:
    what = f"left out: expected {expected}, got {got or 'none'}"
    return Problem(element.sourceline or 0, place_of(element), what, "content")


def _dof(quantity: Element) -> list[float | None]:
    stated = find(quantity, "charsXMLList")
    if stated is None:
        columns = columns_of(quantity)
        return [value if value >= 1 else None for value in columns[0].values] if columns else []
    try:
        return [None if word == words.NOT_STATED else float(word) for word in entries(text_of(stated))]
    except ValueError as error:
        raise cannot(quantity, f"expected numbers of degrees of freedom, got {text_of(stated)!r}") from error


def _points(element: Element, columns: Mapping[str, Column], dof: Sequence[float | None]) -> Table:
    count = max(len(column.values) for column in columns.values())
    unit = next(columns[role].unit for role in ("indication", "reference") if role in columns)
    lines = _lines(element, columns, unit, count)
    uncertainty = _uncertainty(element, columns, unit, lines["reference"])
    points = []
    for index in range(count):
        numbers = {role: values[index] for role, values in lines.items()}
        if any(math.isnan(number) for number in numbers.values()):
            continue
        stated = {
            "expanded": uncertainty.expanded[index],
            "k": uncertainty.k[index],
            "probability": uncertainty.probability[index],
            "dof": dof[index] if len(dof) == count else None,
        }
        try:
            points.append(Point(**numbers, **stated))  # type: ignore[arg-type]
        except ValueError as error:
            raise cannot(element, f"entry {index + 1}: {str(error).rstrip('.')}") from error
    return Table(unit, tuple(points))


def _lines(element: Element, columns: Mapping[str, Column], unit: str, count: int) -> dict[str, list[float]]:
    """Indications, reference values and errors where stated, in one unit and of one length."""
    lines = {role: _spread(element, role, column, count) for role, column in columns.items()}
    for role, column in columns.items():
        if role in DIFFERENCES:
            scales = _scales(element, role, column, unit, lines.get("reference"), count)
            lines[role] = [scale * value for scale, value in zip(scales, lines[role], strict=True)]
        elif column.unit != unit:
            raise cannot(element, f"expected {role} in {unit}, got {column.unit}")
    if "correction" in lines:
        corrections = lines.pop("correction")
        lines.setdefault("error", [-value for value in corrections])
    if "reference" not in lines:
        lines["reference"] = [i - e for i, e in zip(lines["indication"], lines["error"], strict=True)]
    if "indication" not in lines:
        lines["indication"] = [r + e for r, e in zip(lines["reference"], lines["error"], strict=True)]
    return lines


def _spread(element: Element, role: str, column: Column, count: int) -> list[float]:
    values = list(column.values) * (count if len(column.values) == 1 else 1)
    if len(values) != count:
        raise cannot(element, f"expected {count} entries of {role}, got {len(values)}")
    return values


def _scales(
    element: Element, role: str, column: Column, unit: str, reference: Sequence[float] | None, count: int
) -> list[float]:
    """What a difference is multiplied by to be in the unit: 1, or of the reference value where it is relative."""
    if same_step(column.unit, unit):
        return [1.0] * count
    if column.unit not in RELATIVE:
        raise cannot(element, f"expected {role} in {unit}, got {column.unit}")
    if reference is None:
        raise cannot(element, f"expected reference values beside {role} in {column.unit}, got none")
    return [RELATIVE[column.unit] * value for value in reference]


def _uncertainty(element: Element, columns: Mapping[str, Column], unit: str, reference: Sequence[float]) -> Uncertainty:
    count = len(reference)
    for role in STATED_WITH:
        column = columns.get(role)
        if column is None or column.uncertainty is None:
            continue
        stated = column.uncertainty
        many = count if len(stated.expanded) == 1 else 1
        scales = _scales(element, role, column, unit, reference, count) if role in DIFFERENCES else [1.0] * count
        expanded = tuple(abs(scale) * u for scale, u in zip(scales, stated.expanded * many, strict=True))
        return Uncertainty(expanded, stated.k * many, stated.probability * many)
    raise cannot(element, "expected an uncertainty, got none")


def results_of(
    result: Element, speech: Speech, units: Sequence[str], number: int
) -> tuple[list[ChannelResults], list[Problem]]:
    """Channels of one result, each with its points as found, and what was left out.

    Args:
        result: The element.
        speech: For names.
        units: UCUM codes to be preferred where a quantity stands in several.
        number: Of the result in its document, for a channel that has no name of ours.
    """
    data = find(result, "data")
    quantity = speech.text(result, "name")
    channel = channel_of(result, speech, number)
    found: list[ChannelResults] = []
    left: list[Problem] = []
    for element, table in tables_of(data, units) if data is not None else ():
        if isinstance(table, Problem):
            left.append(table)
            continue
        name = f"{channel}_{len(found) + 1}" if found else channel
        found.append(ChannelResults(name, quantity, table.unit, table.points, provider=_provider(element, speech)))
    return found, left


def channel_of(result: Element, speech: Speech, number: int) -> str:
    """The channel that a result of ours is about; of another's the number of the result."""
    return speech.text(result, "description") if words.CHANNEL in words_of(result) else f"result_{number}"


def _provider(element: Element, speech: Speech) -> str:
    for stated in find_all(element, "measurementMetaData/metaData"):
        if words.PROVIDER in words_of(stated):
            return speech.text(stated, "declaration")
    return ""
