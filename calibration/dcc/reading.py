"""From a document to a certificate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from calibration.certificate import Certificate
from calibration.checks import refuse
from calibration.dcc.administration import (
    amendment_of,
    condition_of,
    day,
    instrument_of,
    method_of,
    party_of,
    persons_of,
    standard_of,
    statements_of,
)
from calibration.dcc.channels import CONDITION, Channels, channels_of, holds_results, ids_of_channels, with_ranges
from calibration.dcc.document import DCC, MOST_BYTES, Element, root_of
from calibration.dcc.practice import faults_of_practice
from calibration.dcc.problems import DccError, Problem, left_out
from calibration.dcc.quantities import UnfitError, cannot
from calibration.dcc.speech import Speech, find, find_all, token
from calibration.dcc.structure import faults_of_form
from calibration.dcc.tables import conformity_of
from calibration.dcc.unread import unread
from calibration.records import record

ADMINISTRATION = "administrativeData"


@record
class Reading:
    """What a document says.

    Attributes:
        certificate: As far as a certificate can hold it.
        left_out: What it cannot, with its place: dates for a next calibration, tables that are none of indications or
            whose units are not known here, signatures, attachments, descriptions; and faults of practice, where these
            were let pass.
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
    faults = list(faults_of_form(root))
    if all(fault.kind == "practice" for fault in faults):
        faults += faults_of_practice(root)
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
        strict: Whether faults of practice are a reason to refuse, as those of the form are; the version of the DCC
            is one of them where it is 3.0 to 3.3 and the document has the form of 3.3.0.
        most_bytes: Larger documents are refused.

    Raises:
        ValueError: The document is neither bytes nor text, or the units are one text.
        DccError: The document is broken, or its numbers make no sense; each reason has its line.
        MissingLibraryError: lxml is not installed.

    Source:
        See ``check_dcc``.

    >>> read_dcc(b"<a/>")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    calibration.dcc.problems.DccError: digital certificate: line 1: a: expected the root ...
    """
    if isinstance(units, str):
        who = "digital certificate"
        raise refuse(who, "units", "several UCUM codes", repr(units), f"Write units=({units!r},) for one.")
    root = root_of(document, most_bytes)
    faults = _faults(root)
    if any(fault.kind != "practice" or strict for fault in faults):
        raise DccError(faults)
    speech = Speech.of(root, language)
    try:
        channels = channels_of(root, speech, units)
        fields, left = _administration(root, speech, channels)
        certificate = Certificate(**fields)
    except DccError:
        raise
    except ValueError as error:
        # What is refused only now are dates out of order: all else has been looked at where it stands.
        raise cannot(find(root, f"{ADMINISTRATION}/coreData"), str(error).rstrip(".")) from error
    told = (*faults, *channels.left, *left, *unread(root, speech))
    return Reading(certificate, tuple(sorted(told, key=lambda problem: problem.line)))


def _administration(root: Element, speech: Speech, channels: Channels) -> tuple[dict[str, Any], list[Problem]]:
    part = find(root, ADMINISTRATION)
    core = find(part, "coreData")
    fields, statements, left = statements_of(find(part, "statements"), speech)
    items = find_all(part, "items/item")
    left += [_further_item(item, speech) for item in items[1:]]
    laboratory = find(part, "calibrationLaboratory")
    conditions, untold = _conditions(root, speech)
    change = fields.pop("change", "")
    ids = ids_of_channels(root, speech)
    stated = [conformity_of(s, token(s, "conformity"), ids.get(s.get("refId") or "", "")) for s in statements]
    fields |= {
        "number": token(core, "uniqueIdentifier"),
        "language": speech.language,
        "laboratory": party_of(find(laboratory, "contact"), speech, token(laboratory, "calibrationLaboratoryCode")),
        "customer": party_of(find(part, "customer"), speech),
        "instrument": instrument_of(items[0], speech),
        "results": tuple(with_ranges(items[0], channels.results, ids)),
        "methods": _distinct(method_of(used, speech) for used in _anywhere(root, "usedMethod")),
        "standards": _distinct(standard_of(used, speech) for used in _anywhere(root, "measuringEquipment")),
        "conditions": conditions,
        "place": token(core, "performanceLocation"),
        "received": day(core, "receiptDate"),
        "begun": day(core, "beginPerformanceDate"),
        "ended": day(core, "endPerformanceDate"),
        "issued": day(core, "issueDate"),
        "conformity": (*stated, *channels.conformity()),
        "amends": amendment_of(core, change),
    }
    return fields | persons_of(find(part, "respPersons"), speech), left + untold


def _further_item(item: Element, speech: Speech) -> Problem:
    return left_out(item, "items/item", f"a further item {speech.text(item, 'name')!r}")


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _anywhere(root: Element, name: str) -> list[Element]:
    """What stands once for all results, or with each of them, their tables or quantities."""
    return [found for part in find_all(root, "measurementResults") for found in part.iter(f"{{{DCC}}}{name}")]


def _conditions(root: Element, speech: Speech) -> tuple[tuple[Any, ...], list[Problem]]:
    told, left = [], []
    for influence in _anywhere(root, "influenceCondition"):
        if holds_results(influence):
            continue
        why = "which has no single value or limits"
        try:
            condition = condition_of(influence, speech)
        except UnfitError as error:
            condition, why = None, error.problems[0].what
        if condition is None:
            what = f"the condition {speech.text(influence, 'name')!r}, {why}"
            left.append(left_out(influence, CONDITION, what))
        else:
            told.append(condition)
    return _distinct(told), left
