"""Reference values with their uncertainty: of material measures, of standards that are read off, of channels.

Decision: the values of pieces that are used together add up, and so do their standard uncertainties.
Because: the pieces of a set were calibrated against the same standard by the same hands, and may all be off the same
way (EURAMET cg-18 takes weights of one set so too); the sum is never less than any correlation would give.
Instead of: the root of the sum of squares, which is right only for pieces that know nothing of each other.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from calibration.certificate import Point
from calibration.correction import Correction, Interpolated
from edge_agent.wire.bench import Reading
from edge_agent.wire.bench_settings import BenchStandard, StatedValue

THREE = 3
NEAR = 1e-9
"""Relative difference below which two figures in double precision are the same one."""


class Reference(NamedTuple):
    """What a reference stands for.

    Attributes:
        value: By its certificate, in its unit.
        u: Standard uncertainty of that by the certificate.
        drift_u: Standard uncertainty of its drift since then, where it is not in ``u``.
    """

    value: float
    u: float
    drift_u: float


def piece_name(piece: StatedValue) -> str:
    """What a piece of a material measure is called: its label, or its nominal value.

    >>> piece_name(StatedValue(nominal=20.0, value=20.00001, u=1e-5))
    '20'
    """
    return piece.label or f"{piece.nominal:.12g}"


def stated(standards: Sequence[BenchStandard], parts: Sequence[str], unit: str) -> Reading:
    """The reading of a material measure, or of several of its pieces together.

    ::

        value = sum(value_i)        u = sum(u_i)        drift_u = sum(drift_u_i)

    Args:
        standards: The sets that the pieces may come from.
        parts: Labels or nominal values: ``["50", "20*"]``.
        unit: Of the procedure's reference.

    Raises:
        ValueError: No piece of this name is in the sets, two are, one is named twice, or the unit is another.
    """
    if not parts:
        raise _refusal(standards, "pieces", "one or more", "none", "Choose what lies on the item.")
    for name in parts:
        if parts.count(name) > 1:
            raise _refusal(standards, "pieces", "each piece once", f"{name} twice", "Choose another piece, as 20*.")
    used = [_piece(standards, name, unit) for name in parts]
    value = math.fsum(piece.value for _, piece in used)
    return Reading(
        value=value,
        unit=unit,
        corrected=value,
        u=math.fsum(piece.u for _, piece in used),
        drift_u=math.fsum(piece.drift_u for _, piece in used),
        certificate=", ".join(dict.fromkeys(standard.certificate for standard, _ in used)),
        parts=tuple(parts),
    )


def read_off(standard: BenchStandard, indication: float) -> Reading:
    """The reading of a standard that a person reads off, corrected by the error curve of its certificate.

    Args:
        standard: One with ``points``.
        indication: What it showed, in its unit.

    Raises:
        ValueError: The certificate says nothing there, or has no points.
    """
    if not math.isfinite(indication):
        raise _refusal([standard], "indication", "a number", str(indication), "Enter what it showed.")
    value, u = _corrected(standard, indication)
    return Reading(
        value=indication,
        unit=standard.unit,
        corrected=value,
        u=u,
        drift_u=standard.drift_u,
        certificate=standard.certificate,
        is_typed=True,
    )


def reference(reading: Reading, standards: Sequence[BenchStandard], role: str, unit: str) -> Reference:
    """What a captured reading of a reference stands for.

    A reading that carries its corrected value and u is taken at its word: so it was when it was captured. Another is
    looked up in the certificates of the standards.

    Args:
        reading: As captured.
        standards: Those of the session in this role.
        role: Of the procedure.
        unit: That the procedure wants.

    Raises:
        ValueError: The unit is another, a number is none, or no certificate speaks for the reading.
    """
    if reading.unit != unit:
        msg = f"reference {role}: expected readings in {unit}, got {reading.unit}. Take a standard of that unit."
        raise ValueError(msg)
    if reading.corrected is None or reading.u is None:
        reading = _looked_up(reading, standards, role, unit)
    assert reading.corrected is not None, "looked up"
    assert reading.u is not None, "looked up"
    found = Reference(reading.corrected, reading.u, reading.drift_u)
    if not all(map(math.isfinite, (reading.value, *found))) or min(found.u, found.drift_u) < 0:
        got = f"{reading.corrected!r} with u = {reading.u!r} and drift_u = {reading.drift_u!r}"
        msg = f"reference {role}: expected numbers, u of 0 or more, got {got}. Capture the point again."
        raise ValueError(msg)
    return found


def _looked_up(reading: Reading, standards: Sequence[BenchStandard], role: str, unit: str) -> Reading:
    measures = [one for one in standards if one.values]
    if reading.parts:
        return stated(measures, reading.parts, unit)
    read = [one for one in standards if one.points]
    if len(read) == 1:
        return read_off(read[0], reading.value)
    pieces = [
        (one, piece)
        for one in measures
        for piece in one.values
        if math.isclose(piece.value, reading.value, rel_tol=NEAR, abs_tol=0.0)
    ]
    if len(pieces) == 1:
        standard, piece = pieces[0]
        return stated([standard], [piece_name(piece)], unit)
    by = f" by certificate {reading.certificate}" if reading.certificate else ""
    msg = (
        f"reference {role}: expected a value{by} with its uncertainty at {reading.value:.9g} {unit}, got none. "
        "Take a standard whose certificate covers this point, and capture it again."
    )
    raise ValueError(msg)


def _piece(standards: Sequence[BenchStandard], name: str, unit: str) -> tuple[BenchStandard, StatedValue]:
    found = [(one, piece) for one in standards for piece in one.values if piece_name(piece) == name]
    if len(found) != 1:
        got = "none" if not found else f"it in {' and '.join(one.code for one, _ in found)}"
        advice = "Choose a piece that its certificate lists, and one set for a session."
        raise _refusal(standards, f"piece {name}", "it in one set", got, advice)
    standard, piece = found[0]
    if standard.unit != unit:
        advice = "Take a standard of that unit."
        raise _refusal([standard], f"piece {name}", f"values in {unit}", standard.unit, advice)
    return standard, piece


def _corrected(standard: BenchStandard, indication: float) -> tuple[float, float]:
    points = sorted(standard.points)
    if not points or not points[0][0] <= indication <= points[-1][0]:
        covered = f"{points[0][0]:.9g} to {points[-1][0]:.9g} {standard.unit}" if points else "no point"
        what, got = f"certificate {standard.certificate}", f"{indication:.9g} {standard.unit}"
        advice = "Take a standard whose certificate covers this point, and capture it again."
        raise _refusal([standard], what, f"indications that it covers, {covered}", got, advice)
    own = standard.resolution / math.sqrt(12)
    for shown, error, u in points:
        if shown == indication:
            return indication - error, math.hypot(u, own)
    if len(points) < THREE:
        what, got = f"certificate {standard.certificate}", f"{len(points)} points, none at {indication:.9g}"
        advice = "Set the standard to one of its certificate's points."
        raise _refusal([standard], what, "three points or more to go between", got, advice)
    curve = Interpolated([Point(shown, shown - error, u, 1.0) for shown, error, u in points])
    found = Correction(curve, resolution=standard.resolution).at(indication)
    assert found is not None, "within its range, as was looked at"
    return found.value, found.u


def _refusal(standards: Sequence[BenchStandard], what: str, expected: str, got: str, advice: str) -> ValueError:
    who = "standard " + (", ".join(one.code for one in standards) or "of this reference")
    return ValueError(f"{who}: {what}: expected {expected}, got {got}. {advice}")
