"""An answer beside the figures that somebody expected: whole numbers agree exactly, ratios to 1e-9."""

from math import isclose
from typing import Any

from edge_agent.kpi.document_reading import Place, named, show

_TOLERANCE = 1e-9
_NOT_THERE = object()
_EXACT = ("seconds", "pieces", "failures")
"""Parts of a window in which nothing is rounded."""


def differences(expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """Where an answer is not as expected, one line each with its place; only what is expected is compared.

    Args:
        expected: ``windows`` and ``issues`` as the answer has them, or some of it.
        got: The answer.

    >>> differences({"windows": {"A": {"failures": 2}}}, {"windows": {"A": {"failures": 1, "oee": 0.5}}})
    ['windows.A.failures: expected 2, got 1']
    """
    return _below(Place(), expected, got, exact=False)


def _below(place: Place, expected: object, got: object, *, exact: bool) -> list[str]:
    if isinstance(expected, dict) and isinstance(got, dict):
        found = []
        for key, value in expected.items():
            other = got.get(key, _NOT_THERE)
            found += _below(place / named(key), value, other, exact=exact or key in _EXACT)
        return found
    if got is _NOT_THERE:
        return [f"{place}: expected {show(expected)}, but there is no such figure"]
    if isinstance(expected, list) and isinstance(got, list):
        return _listed(place, expected, got)
    return [] if _same(expected, got, exact=exact) else [f"{place}: expected {show(expected)}, got {show(got)}"]


def _listed(place: Place, expected: list[object], got: list[object]) -> list[str]:
    """Rows such as issues are sought anywhere, for those of one instant have no order; numbers stand where they do."""
    if any(isinstance(one, list) for one in (*expected, *got)):
        left = list(got)
        absent = []
        for one in expected:
            if one in left:
                left.remove(one)
            else:
                absent.append(one)
        return [
            *(f"{place}: expected {show(one)}, but it is not there" for one in absent),
            *(f"{place}: {show(one)} was not expected" for one in left),
        ]
    return [] if expected == got else [f"{place}: expected {show(expected)}, got {show(got)}"]


def _same(expected: object, got: object, *, exact: bool) -> bool:
    if _is_number(expected) and _is_number(got) and not exact:
        return isclose(expected, got, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)  # type: ignore[arg-type]
    return _is_number(expected) == _is_number(got) and expected == got


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
