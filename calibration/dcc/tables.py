"""From tables of results to points of calibration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from calibration.certificate import ChannelResults, Conformity, Point
from calibration.dcc import words
from calibration.dcc.document import DCC, Element, children_of, name_of, place_of, text_of
from calibration.dcc.problems import Problem, left_out
from calibration.dcc.quantities import Column, Uncertainty, UnfitError, cannot, chosen, columns_of, unfit
from calibration.dcc.simple import entries
from calibration.dcc.speech import Speech, find, find_all, token, words_of
from calibration.records import record
from calibration.units import same_step

# Last part of a refType -> what the quantity is of a point. PTB's words, whatever the field before them.
ROLES = {
    "measuredValue": "indication",
    "indicatedValue": "indication",
    "referenceValue": "reference",
    "measurementError": "error",
    "error": "error",
    "correction": "correction",
    "degreesOfFreedom": "dof",
}
DIFFERENCES = ("error", "correction")
# An uncertainty of the reference value alone is that of the standard, not that of the result.
STATED_WITH = ("error", "correction", "indication")
# How many of the unit are one.
RELATIVE = {"1": 1, "%": 100, "[ppm]": 1_000_000}


@record
class Table:
    """Points of one table.

    Attributes:
        unit: UCUM code.
        points: Its lines.
        empty: Numbers of the lines that hold no number, from 1.
    """

    unit: str
    points: tuple[Point, ...]
    empty: tuple[int, ...] = ()


def tables_of(data: Element, units: Sequence[str]) -> Iterator[tuple[Element, Table | Problem]]:
    """Every table of a result: lists of quantities, and quantities that stand alone.

    Yields:
        The element, and its points or why there are none.
    """
    for element in (data, *data.iter(f"{{{DCC}}}list")):
        if any(name_of(above) == "measurementMetaData" for above in element.iterancestors()):
            continue
        quantities = [child for child in children_of(element) if name_of(child) == "quantity"]
        if not quantities:
            continue
        try:
            yield element, _table(element, quantities, units)
        except UnfitError as error:
            (problem,) = error.problems
            yield element, replace(problem, what=f"left out: {problem.what}")


def _table(element: Element, quantities: Sequence[Element], units: Sequence[str]) -> Table | Problem:
    given: dict[str, list[Column]] = {}
    dof: list[float | None] = []
    for quantity in quantities:
        role = next((ROLES[w.rpartition("_")[2]] for w in words_of(quantity) if w.rpartition("_")[2] in ROLES), None)
        if role == "dof":
            dof = _dof(quantity)
        elif role is not None:
            options = columns_of(quantity)
            if options and role in given:
                raise unfit(quantity, f"expected one quantity of the kind {role} in a table, got a second")
            given |= {role: options} if options else {}
    columns = _in_units(given, units)
    if len(columns) < 2 or not columns.keys() & {"indication", "reference"}:  # noqa: PLR2004
        return _left(element, "indication and reference value, or one of them and the error", ", ".join(columns))
    if all(columns[role].uncertainty is None for role in STATED_WITH if role in columns):
        return _left(element, "an uncertainty of the error or the indication", "")
    return _points(element, columns, dof)


def _in_units(given: Mapping[str, list[Column]], units: Sequence[str]) -> dict[str, Column]:
    """Of each quantity the column in the wanted unit; where an uncertainty stands in another one alone, in that."""
    # What stands in one unit alone decides for what stands in several.
    wanted = [*units, *(columns[0].unit for columns in given.values() if len(columns) == 1)]
    chosen_ones = {role: chosen(options, wanted) for role, options in given.items()}
    if any(chosen_ones[role].uncertainty for role in STATED_WITH if role in chosen_ones):
        return chosen_ones
    certain = [c.unit for role in STATED_WITH for c in given.get(role, ()) if c.uncertainty is not None]
    return {role: chosen(options, [*certain, *wanted]) for role, options in given.items()}


def _left(element: Element, expected: str, got: str) -> Problem:
    return left_out(element, place_of(element), f"expected {expected}, got {got or 'none'}")


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
    if len(dof) not in {0, 1, count}:
        raise cannot(element, f"expected {count} entries of degrees of freedom, got {len(dof)}")
    dofs = list(dof) * (count if len(dof) == 1 else 1) or [None] * count
    uncertainty = _uncertainty(element, columns, unit, lines["reference"])
    points, empty = [], []
    for index in range(count):
        numbers = {role: values[index] for role, values in lines.items()}
        if any(math.isnan(number) for number in numbers.values()):
            empty.append(index + 1)
            continue
        stated = {
            "expanded": uncertainty.expanded[index],
            "k": uncertainty.k[index],
            "probability": uncertainty.probability[index],
            "dof": dofs[index],
        }
        try:
            points.append(Point(**numbers, **stated))  # type: ignore[arg-type]
        except ValueError as error:
            raise cannot(element, f"entry {index + 1}: {str(error).rstrip('.')}") from error
    return Table(unit, tuple(points), tuple(empty))


def _lines(element: Element, columns: Mapping[str, Column], unit: str, count: int) -> dict[str, list[float]]:
    """Indications, reference values and errors where stated, in one unit and of one length."""
    lines = {role: _spread(element, role, column, count) for role, column in columns.items()}
    for role, column in columns.items():
        if role in DIFFERENCES:
            scales = _scales(element, role, column, unit, lines.get("reference"), count)
            lines[role] = [scale * value for scale, value in zip(scales, lines[role], strict=True)]
        elif column.unit != unit:
            raise unfit(element, f"expected {role} in {unit}, got {column.unit}")
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
    """What a difference is multiplied by to be in the unit: 1, or of the reference value where it is relative.

    Among numbers without a dimension (relative humidity in % with errors in 1) nothing is relative.
    """
    if same_step(column.unit, unit):
        return [1.0] * count
    if column.unit not in RELATIVE:
        raise unfit(element, f"expected {role} in {unit}, got {column.unit}")
    if unit in RELATIVE:
        return [RELATIVE[unit] / RELATIVE[column.unit]] * count
    if reference is None:
        raise unfit(element, f"expected reference values beside {role} in {column.unit}, got none")
    return [value / RELATIVE[column.unit] for value in reference]


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


@record
class Found:
    """What one result gives.

    Attributes:
        results: Its channels, each with its points as found.
        conformity: Statements about them by channel, each with its element.
        left: What was left out.
    """

    results: list[ChannelResults]
    conformity: dict[str, list[tuple[Element, Conformity]]]
    left: list[Problem]


def results_of(result: Element, speech: Speech, units: Sequence[str], number: int) -> Found:
    """Channels of one result.

    Args:
        result: The element.
        speech: For names.
        units: UCUM codes to be preferred where a quantity stands in several.
        number: Of the result in its document, for a channel that has no name of ours.
    """
    data = find(result, "data")
    quantity = speech.text(result, "name")
    channel = channel_of(result, speech, number)
    found = Found([], {}, [])
    for element, table in tables_of(data, units) if data is not None else ():
        if isinstance(table, Problem):
            found.left.append(table)
            continue
        if table.empty:
            entries_left = ", ".join(map(str, table.empty))
            found.left.append(left_out(element, place_of(element), f"entries without a number: {entries_left}"))
        if not table.points:
            continue
        name = f"{channel}_{len(found.results) + 1}" if found.results else channel
        provider = _provider(element, speech)
        found.results.append(ChannelResults(name, quantity, table.unit, table.points, provider=provider))
        _state_conformity(element, name, found)
    return found


def _state_conformity(element: Element, channel: str, found: Found) -> None:
    """Statements of conformity that stand with a table or one of its quantities."""
    quantities = [child for child in children_of(element) if name_of(child) == "quantity"]
    for stated in (s for e in (element, *quantities) for s in find_all(e, "measurementMetaData/metaData")):
        verdict: Any = token(stated, "conformity") or token(stated, "conformityXMLList")
        if len(set(entries(verdict))) > 1:
            what = f"the statements of conformity of single entries, {verdict}"
            found.left.append(left_out(stated, place_of(stated), what))
        elif verdict:
            one = conformity_of(stated, entries(verdict)[0], channel)
            found.conformity.setdefault(channel, []).append((stated, one))


def conformity_of(statement: Element, verdict: Any, channel: str) -> Conformity:
    """One statement of conformity."""
    return Conformity(
        verdict,
        channel,
        ", ".join(text_of(norm) for norm in find_all(statement, "norm")),
        ", ".join(text_of(reference) for reference in find_all(statement, "reference")),
    )


def channel_of(result: Element, speech: Speech, number: int) -> str:
    """The channel that a result of ours is about; of another's the number of the result."""
    return speech.text(result, "description") if words.CHANNEL in words_of(result) else f"result_{number}"


def _provider(element: Element, speech: Speech) -> str:
    for stated in find_all(element, "measurementMetaData/metaData"):
        if words.PROVIDER in words_of(stated):
            return speech.text(stated, "declaration")
    return ""
