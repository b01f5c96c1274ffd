"""Results of a certificate, written: methods, standards, conditions and tables."""

from __future__ import annotations

from collections.abc import Sequence

from calibration.certificate import Certificate, ChannelResults, Condition, Method, Point, Standard
from calibration.dcc import words
from calibration.dcc.document import Element
from calibration.dcc.elements import Pen, unit

BEFORE, AFTER = "beforeAdjustment", "afterAdjustment"
NAMES = {
    "vi": {words.AS_FOUND: "Kết quả khi tiếp nhận", words.AS_LEFT: "Kết quả sau hiệu chỉnh", "": "Kết quả"},
    "en": {words.AS_FOUND: "Results as found", words.AS_LEFT: "Results as left", "": "Results"},
}

NONE = {"vi": "Không có bổ sung, sai khác.", "en": "No additions, deviations or exclusions."}


def write_results(pen: Pen, listed: Element, certificate: Certificate) -> None:
    """As found, with every channel in its place; then as left, with the channels that were adjusted."""
    linked = _linked(certificate)
    left = [results for results in certificate.results if results.as_left]
    measured = _open(pen, listed, certificate, words.AS_FOUND if left else "", BEFORE if left else None)
    for index, results in enumerate(certificate.results, start=1):
        identity = f"channel-{index}" if results.channel in linked else None
        _write_result(pen, measured, results, results.as_found, words.AS_FOUND, identity)
    if not left:
        return
    measured = _open(pen, listed, certificate, words.AS_LEFT, AFTER)
    for results in left:
        _write_result(pen, measured, results, results.as_left, words.AS_LEFT, None)


def _linked(certificate: Certificate) -> set[str]:
    """Channels that something else in the document is about."""
    ranged = {r.channel for r in certificate.results if (r.low, r.high, r.resolution) != (None, None, None)}
    return ranged | {statement.channel for statement in certificate.conformity}


def _open(pen: Pen, listed: Element, certificate: Certificate, state: str, status: str | None) -> Element:
    measured = pen.put(listed, "measurementResult")
    pen.say(measured, "name", NAMES.get(pen.language, NAMES["en"])[state])
    methods = pen.put(measured, "usedMethods")
    for method in certificate.methods:
        _write_method(pen, pen.put(methods, "usedMethod"), method)
    software = pen.put(pen.put(measured, "usedSoftware"), "software")
    pen.say(software, "name", words.SOFTWARE)
    pen.put(software, "release", words.RELEASE)
    if certificate.standards:
        equipment = pen.put(measured, "measuringEquipments")
        for standard in certificate.standards:
            _write_standard(pen, pen.put(equipment, "measuringEquipment", refType="basic_normalUsed"), standard)
    conditions = pen.put(measured, "influenceConditions")
    for condition in certificate.conditions:
        _write_condition(pen, pen.put(conditions, "influenceCondition"), condition, status)
    return pen.put(measured, "results")


def _write_method(pen: Pen, used: Element, method: Method) -> None:
    pen.say(used, "name", method.name)
    if method.deviations:
        pen.say(used, "description", method.deviations, words.DEVIATIONS)
    elif method.deviations is not None:
        pen.say(used, "description", NONE.get(pen.language, NONE["en"]), words.NO_DEVIATIONS)
    pen.stated(used, "norm", method.document)
    pen.stated(used, "reference", method.version)


def _write_standard(pen: Pen, equipment: Element, standard: Standard) -> None:
    pen.say(equipment, "name", standard.name)
    if standard.manufacturer:
        pen.say(pen.put(equipment, "manufacturer"), "name", standard.manufacturer)
    pen.stated(equipment, "model", standard.model)
    pen.identify(
        equipment,
        (
            ("manufacturer", standard.serial, words.SERIAL),
            ("calibrationLaboratory", standard.identity, words.IDENTITY),
            ("other", standard.certificate, words.CERTIFICATE),
            ("other", standard.issuer, words.ISSUER),
        ),
    )


def _write_condition(pen: Pen, influence: Element, condition: Condition, status: str | None) -> None:
    pen.say(influence, "name", condition.name)
    if status is not None:
        pen.put(influence, "status", status)
    data = pen.put(influence, "data")
    dsi = unit(condition.unit)
    if condition.value is not None:
        pen.real(pen.put(data, "quantity"), condition.value, dsi, condition.u)
    for word, limit in ((words.LOW, condition.low), (words.HIGH, condition.high)):
        if limit is not None:
            pen.real(pen.put(data, "quantity", refType=word), limit, dsi)


def _write_result(
    pen: Pen, listed: Element, results: ChannelResults, points: Sequence[Point], state: str, identity: str | None
) -> None:
    result = pen.put(listed, "result", id=identity, refType=f"{words.CHANNEL} {state}")
    pen.say(result, "name", results.quantity)
    pen.say(result, "description", results.channel)
    data = pen.put(result, "data")
    if not points:
        # The channel keeps its place among the others.
        pen.say(data, "text", words.NOT_STATED)
        return
    table = pen.put(data, "list")
    dsi = unit(results.unit)
    pen.column(table, words.INDICATION, [point.indication for point in points], dsi)
    pen.column(table, words.REFERENCE, [point.reference for point in points], dsi)
    pen.expanded(pen.column(table, words.ERROR, [point.error for point in points], dsi), points)
    if any(point.dof is not None for point in points):
        dof = [words.NOT_STATED if point.dof is None else repr(point.dof) for point in points]
        pen.put(pen.put(table, "quantity", refType=words.DOF), "charsXMLList", " ".join(dof))
    if results.provider:
        stated = pen.put(pen.put(table, "measurementMetaData"), "metaData", refType=words.PROVIDER)
        pen.say(stated, "declaration", results.provider)
