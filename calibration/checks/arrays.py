"""Vectors and matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.checks.numbers import LOOK, refuse

Array = NDArray[np.float64]

# A matrix that was computed in double precision may have eigenvalues this far below zero, times its size.
ROUNDING = 1e-9


def vector(who: str, what: str, values: ArrayLike, least: int = 1) -> Array:
    """Finite numbers in a row, shape (n,), as an array of its own kind (not copied where it is one).

    Args:
        who: Who refuses.
        what: The argument.
        values: The numbers.
        least: How many at least.

    Raises:
        ValueError: Not numbers, not one row, too few, or one is ``nan`` or infinite; its index is named.

    >>> vector("mean", "readings", [1, 2]).tolist()
    [1.0, 2.0]
    """
    array = _array(who, what, values)
    if array.ndim != 1:
        advice = "Give them as one row."
        raise refuse(who, what, "a vector", f"an array of shape {array.shape}", advice)
    if array.size < least:
        raise refuse(who, what, f"{least} values or more", str(array.size), "Give more values.")
    _need_finite(who, what, array)
    return array


def matrix(who: str, what: str, values: ArrayLike, shape: tuple[int | None, int | None] = (None, None)) -> Array:
    """Finite numbers in rows and columns, shape (m, n).

    Args:
        who: Who refuses.
        what: The argument.
        values: The numbers.
        shape: Rows and columns that it must have; None where any number will do.

    Raises:
        ValueError: Not numbers, not two-dimensional, another shape, or one is ``nan`` or infinite.

    >>> matrix("fit", "covariance", [[1, 0], [0, 1]]).shape
    (2, 2)
    """
    array = _array(who, what, values)
    fits = array.ndim == len(shape) and all(n in {None, got} for n, got in zip(shape, array.shape, strict=True))
    if not fits:
        expected = " x ".join("any" if n is None else str(n) for n in shape)
        raise refuse(
            who, what, f"a matrix, {expected}", f"an array of shape {array.shape}", "Look at rows and columns."
        )
    _need_finite(who, what, array)
    return array


def _array(who: str, what: str, values: ArrayLike) -> Array:
    advice = "Give equally long rows of numbers."
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise refuse(who, what, "numbers without a mask", f"{values!r}", "Leave out what is masked, and say so.")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise refuse(who, what, "numbers", "rows of different lengths", advice) from error
    if array.size and array.dtype.kind not in "iuf":
        raise refuse(who, what, "numbers", f"{values!r}", advice)
    return np.asarray(array, dtype=np.float64)


def _need_finite(who: str, what: str, array: Array) -> None:
    bad = ~np.isfinite(array)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        where = place[0] if len(place) == 1 else place
        got = f"{float(array[place])!r} at index {where}"
        raise refuse(who, what, "finite numbers", got, "Leave it out, and say so, or measure again.")


def non_negatives(who: str, what: str, values: ArrayLike, least: int = 1) -> Array:
    """A vector of finite numbers, each 0 or more: standard uncertainties, weights.

    Raises:
        ValueError: They are not.

    >>> non_negatives("fit", "u_y", [0.1, 0.0]).tolist()
    [0.1, 0.0]
    """
    array = vector(who, what, values, least)
    _need_each(who, what, array, array >= 0, "0 or more")
    return array


def positives(who: str, what: str, values: ArrayLike, least: int = 1) -> Array:
    """A vector of finite numbers, each above 0.

    Raises:
        ValueError: They are not.

    >>> positives("fit", "u_y", [0.1, 0.2]).tolist()
    [0.1, 0.2]
    """
    array = vector(who, what, values, least)
    _need_each(who, what, array, array > 0, "numbers above 0")
    return array


def increasing(who: str, what: str, values: ArrayLike, least: int = 1) -> Array:
    """A vector of finite numbers, each above the one before it.

    Raises:
        ValueError: They are not.

    >>> increasing("correct", "points", [1, 2, 4]).tolist()
    [1.0, 2.0, 4.0]
    """
    array = vector(who, what, values, least)
    rises = np.ones(array.shape, dtype=bool)
    rises[1:] = np.diff(array) > 0
    _need_each(who, what, array, rises, "numbers that increase")
    return array


def _need_each(who: str, what: str, array: Array, good: NDArray[np.bool_], expected: str) -> None:
    if not good.all():
        index = int(np.argmin(good))
        raise refuse(who, what, expected, f"{float(array[index])!r} at index {index}", LOOK)


def same_length(who: str, **vectors: Sequence[object] | Array) -> int:
    """The common length of named vectors.

    Raises:
        ValueError: They differ.

    >>> same_length("fit", x=[1, 2], y=[3, 4])
    2
    """
    lengths = {name: len(values) for name, values in vectors.items()}
    if len(set(lengths.values())) > 1:
        got = " and ".join(f"{n} ({name})" for name, n in lengths.items())
        raise refuse(who, ", ".join(lengths), "one length", got, "Give one value of each for every point.")
    return next(iter(lengths.values()))


def covariance_matrix(who: str, what: str, values: ArrayLike, size: int) -> Array:
    """A symmetric, positive semidefinite matrix, shape (size, size); what rounding did is let pass.

    Raises:
        ValueError: Another shape, not finite, not symmetric, or not positive semidefinite.

    >>> covariance_matrix("fit", "covariance", [[1, 0], [0, 4]], 2).tolist()
    [[1.0, 0.0], [0.0, 4.0]]
    """
    array = matrix(who, what, values, (size, size))
    diagonal = np.diagonal(array)
    if (diagonal < 0).any():
        _need_each(who, f"{what}, diagonal", diagonal, diagonal >= 0, "0 or more")
    scale = np.sqrt(diagonal)
    # Units may differ by many powers of ten: judged as correlations.
    unit = array / np.outer(np.where(scale > 0, scale, 1), np.where(scale > 0, scale, 1))
    _need_semidefinite(who, what, unit)
    return array


def correlation_matrix(who: str, what: str, values: ArrayLike, size: int) -> Array:
    """A correlation matrix, shape (size, size): ones on the diagonal, symmetric, positive semidefinite.

    Raises:
        ValueError: It is not; where not semidefinite, its least eigenvalue is named.

    >>> correlation_matrix("propagate", "correlation", [[1, 0.5], [0.5, 1]], 2).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    array = matrix(who, what, values, (size, size))
    _need_each(who, f"{what}, diagonal", np.diagonal(array), np.abs(np.diagonal(array) - 1) <= ROUNDING, "ones")
    _need_semidefinite(who, what, array)
    return array


def _need_semidefinite(who: str, what: str, array: Array) -> None:
    skew = np.abs(array - array.T)
    if skew.size and skew.max() > ROUNDING:
        i, j = (int(k) for k in np.unravel_index(int(np.argmax(skew)), skew.shape))
        got = f"{float(array[i, j])!r} at {(i, j)} and {float(array[j, i])!r} at {(j, i)}"
        raise refuse(who, what, "a symmetric matrix", got, "Write both halves alike.")
    least = float(np.linalg.eigvalsh(array)[0]) if array.size else 0.0
    if least < -ROUNDING * max(1, len(array)):
        got = f"a least eigenvalue of {least:.6g}"
        advice = "No quantities are correlated so; give more digits of the coefficients or look for a wrong one."
        raise refuse(who, what, "a positive semidefinite matrix", got, advice)
