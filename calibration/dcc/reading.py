"""From a document to a certificate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from calibration.certificate import Certificate, ChannelResults
from calibration.dcc import words
from calibration.dcc.administration import (
    amendment_of,
    condition_of,
    conformity_of,
    day,
    instrument_of,
    method_of,
    party_of,
    persons_of,
    standard_of,
    statements_of,
)
from calibration.dcc.document import MOST_BYTES, Element, root_of
from calibration.dcc.practice import faults_of_practice
from calibration.dcc.problems import DccError, Problem
from calibration.dcc.quantities import columns_of
from calibration.dcc.speech import Speech, find, find_all, token, words_of
from calibration.dcc.structure import faults_of_form
from calibration.dcc.tables import channel_of, results_of

ADMINISTRATION = "administrativeData"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document says.

    Attributes:
        certificate: As far as a certificate can hold it.
        left_out: What it cannot, with its place: dates for a next calibration, tables that are none of indications,
            statements of its own; and faults of practice, where these were let pass.
    """

    certificate: Certificate
    left_out: tuple[Problem, ...]


def check_dcc(document: bytes | str, *, most_bytes: int = MOST_BYTES) -> tuple[Problem, ...]:
    """Everything that is wrong with a document, as far as can be seen without a schema.

    Args:
        document: XML, as bytes or as text.
        most_bytes: Larger ones are not looked at.

    Returns:
        In the order of the document; empty: nothing. Where it is not of the form, nothing else is looked at.

    Raises:
        MissingLibraryError: lxml is not installed.

    Source:
        Digital Calibration Certificate 3.3.0; Digital System of Units 2.2; PTB's schematron for both.

    >>> [str(problem) for problem in check_dcc(b"<a><b></a>")]
    ['line 1: not well-formed: Opening and ending tag mismatch: b line 1 and a']
    """
    try:
        root = root_of(document, most_bytes)
    except DccError as error:
        return error.problems
    return _faults(root)


def _faults(root: Element) -> tuple[Problem, ...]:
    faults = list(faults_of_form(root)) or list(faults_of_practice(root))
    return tuple(sorted(faults, key=lambda fault: fault.line))


def read_dcc(
    document: bytes | str,
    *,
    language: str | None = None,
    units: Sequence[str] = (),
    strict: bool = True,
    most_bytes: int = MOST_BYTES,
) -> Reading:
    """Read a digital calibration certificate.

    Args:
        document: XML, as bytes or as text.
        language: ISO 639-1 code of the texts that are wanted; None, or not in it: its first mandatory one.
        units: UCUM codes to be preferred where a quantity stands in several.
        strict: Whether faults of practice are a reason to refuse, as those of the form are.
        most_bytes: Larger documents are refused.

    Raises:
        DccError: The document is broken, or its numbers make no sense; each reason has its line.
        MissingLibraryError: lxml is not installed.

    Source:
        See ``check_dcc``.
    """
    root = root_of(document, most_bytes)
    faults = _faults(root)
    if any(fault.kind != "practice" or strict for fault in faults):
        raise DccError(faults)
    speech = Speech.of(root, language)
    try:
        results, left = _results(root, speech, units)
        fields, more = _administration(root, speech, results)
        certificate = Certificate(**fields)
    except DccError:
        raise
    except ValueError as error:
        raise DccError([Problem(0, "", str(error).rstrip("."), "content")]) from error
    left_out = sorted((*faults, *left, *more), key=lambda problem: problem.line)
    return Reading(certificate, tuple(left_out))


def _administration(
    root: Element, speech: Speech, results: Sequence[ChannelResults]
) -> tuple[dict[str, Any], list[Problem]]:
    part = find(root, ADMINISTRATION)
    core = find(part, "coreData")
    fields, statements, left = statements_of(find(part, "statements"), speech)
    items = find_all(part, "items/item")
    left += [_further_item(item, speech) for item in items[1:]]
    laboratory = find(part, "calibrationLaboratory")
    conditions, untold = _conditions(root, speech)
    change = fields.pop("change", "")
    channels = _channels(root, speech)
    fields |= {
        "number": token(core, "uniqueIdentifier"),
        "language": speech.language,
        "laboratory": party_of(find(laboratory, "contact"), speech, token(laboratory, "calibrationLaboratoryCode")),
        "customer": party_of(find(part, "customer"), speech),
        "instrument": instrument_of(items[0], speech),
        "results": tuple(_with_ranges(items[0], results, channels)),
        "methods": _distinct(method_of(used, speech) for used in _anywhere(root, "usedMethods/usedMethod")),
        "standards": _distinct(
            standard_of(used, speech) for used in _anywhere(root, "measuringEquipments/measuringEquipment")
        ),
        "conditions": conditions,
        "place": token(core, "performanceLocation"),
        "received": day(core, "receiptDate"),
        "begun": day(core, "beginPerformanceDate"),
        "ended": day(core, "endPerformanceDate"),
        "issued": day(core, "issueDate"),
        "conformity": tuple(conformity_of(statement, channels) for statement in statements),
        "amends": amendment_of(core, change),
    }
    return fields | persons_of(find(part, "respPersons"), speech), left + untold


def _further_item(item: Element, speech: Speech) -> Problem:
    what = f"left out: a further item {speech.text(item, 'name')!r}"
    return Problem(item.sourceline or 0, "items/item", what, "content")


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _anywhere(root: Element, path: str) -> list[Element]:
    """What stands once for all results or again with each of them."""
    found = find_all(root, f"measurementResults/{path}")
    for result in find_all(root, "measurementResults/measurementResult"):
        found += find_all(result, path)
    return found


def _conditions(root: Element, speech: Speech) -> tuple[tuple[Any, ...], list[Problem]]:
    told, left = [], []
    for influence in _anywhere(root, "influenceConditions/influenceCondition"):
        condition = condition_of(influence, speech)
        if condition is None:
            what = f"left out: the condition {speech.text(influence, 'name')!r}, which has no single value or limits"
            left.append(Problem(influence.sourceline or 0, "influenceConditions/influenceCondition", what, "content"))
        else:
            told.append(condition)
    return _distinct(told), left


def _results(root: Element, speech: Speech, units: Sequence[str]) -> tuple[list[ChannelResults], list[Problem]]:
    """Every channel with its tables, those of before and after an adjustment brought together.

    Another laboratory's results have no channel's name: the first of those before belongs to the first of those after.
    """
    merged: dict[str, ChannelResults | None] = {}
    left: list[Problem] = []
    counts = {False: 0, True: 0}
    for measured in find_all(root, "measurementResults/measurementResult"):
        after = _is_after(measured)
        for result in find_all(measured, "results/result"):
            counts[after] += 1
            found, more = results_of(result, speech, units, counts[after])
            left += more
            # A channel without points as found keeps its place for those as left.
            merged.setdefault(channel_of(result, speech, counts[after]), None)
            for one in found:
                before = merged.get(one.channel)
                if before is not None and before.unit != one.unit:
                    one, before = replace(one, channel=f"{one.channel}_left"), None  # noqa: PLW2901
                merged[one.channel] = _joined(before, one, after=after)
    return [results for results in merged.values() if results is not None], left


def _is_after(measured: Element) -> bool:
    states = {token(influence, "status") for influence in find_all(measured, "influenceConditions/influenceCondition")}
    named = {word for result in find_all(measured, "results/result") for word in words_of(result)}
    return words.AS_LEFT in named or any(state.startswith("after") for state in states)


def _joined(before: ChannelResults | None, one: ChannelResults, *, after: bool) -> ChannelResults:
    points = one.as_found
    if before is None:
        return replace(one, as_found=(), as_left=points) if after else one
    if after:
        return replace(before, as_left=before.as_left + points)
    return replace(before, as_found=before.as_found + points)


def _channels(root: Element, speech: Speech) -> dict[str, str]:
    """Id of each result of ours -> its channel."""
    path = "measurementResults/measurementResult/results/result"
    ours = [result for result in find_all(root, path) if words.CHANNEL in words_of(result)]
    return {result.get("id"): speech.text(result, "description") for result in ours if result.get("id")}


def _with_ranges(
    item: Element, results: Sequence[ChannelResults], channels: dict[str, str]
) -> Iterable[ChannelResults]:
    stated: dict[str, dict[str, float]] = {}
    fields = {words.LOW: "low", words.HIGH: "high", words.RESOLUTION: "resolution"}
    for quantity in find_all(item, "itemQuantities/itemQuantity"):
        field = next((fields[word] for word in words_of(quantity) if word in fields), None)
        channel = channels.get(quantity.get("refId") or "")
        columns = columns_of(quantity)
        if field and channel and columns:
            stated.setdefault(channel, {})[field] = columns[0].values[0]
    for one in results:
        yield replace(one, **stated.get(one.channel, {}))  # type: ignore[arg-type]
