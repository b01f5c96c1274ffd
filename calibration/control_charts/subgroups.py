"""Samples of a process as subgroups: one value each, several each, or unequally many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.checks import refuse
from calibration.records import record

Samples = ArrayLike | Sequence[ArrayLike]
"""Shape (m,), one value a sample; shape (m, n), subgroups of n; or m sequences of any lengths."""

Array = NDArray[np.float64]

BLOCK = 2  # dimensions of subgroups of one size


@record(eq=False)
class Subgroups:
    """What charts need of m subgroups.

    Attributes:
        sizes: Values in each, shape (m,).
        means: Mean of each, shape (m,), in the quantity's unit.
        ranges: Largest minus smallest of each, shape (m,).
        squares: Sum of squared deviations from its own mean of each, shape (m,).
    """

    sizes: Array
    means: Array
    ranges: Array
    squares: Array

    @property
    def deviations(self) -> Array:
        """Sample standard deviation of each, n - 1 in the denominator, shape (m,); sizes are 2 or more."""
        return np.sqrt(self.squares / (self.sizes - 1))

    @property
    def grand_mean(self) -> float:
        """Mean of all values, each counted once."""
        return float(np.sum(self.sizes * self.means) / np.sum(self.sizes))

    @classmethod
    def of(cls, who: str, samples: Samples, least: int = 1) -> Subgroups:
        """Look at samples once; everything else rests on that look.

        Args:
            who: Whose samples these are, for the error's text.
            samples: See ``Samples``.
            least: Fewest values that a subgroup must have.

        Raises:
            ValueError: A subgroup is too small or not a row of values, or a value is not finite.
        """
        rows = _rows(who, samples)
        if isinstance(rows, np.ndarray):
            sizes = np.full(len(rows), rows.shape[1], dtype=float)
            finite = np.asarray(np.isfinite(rows).all(axis=1))
            rows = [rows]
        else:
            sizes = np.array([row.size if row.ndim == 1 else 0 for row in rows], dtype=float)
            finite = np.array([np.isfinite(row).all() for row in rows])
            rows = [row[np.newaxis] for row in rows]
        _check(who, sizes, finite, least)
        if not sizes.size:
            return cls(*(np.empty(0) for _ in range(4)))
        parts = [(row.mean(axis=1), np.ptp(row, axis=1)) for row in rows]
        means = np.concatenate([mean for mean, _ in parts])
        squares = [np.sum((row - mean[:, np.newaxis]) ** 2, axis=1) for row, (mean, _) in zip(rows, parts, strict=True)]
        return cls(sizes, means, np.concatenate([spread for _, spread in parts]), np.concatenate(squares))


def values(who: str, samples: Samples) -> Array:
    """Samples of one value each, shape (m,).

    Raises:
        ValueError: The samples are not one row of finite values.
    """
    row = numbers(who, samples)
    if row.ndim != 1:
        msg = f"{who}: samples: expected one value each, got an array of shape {row.shape}. Use a chart for subgroups."
        raise ValueError(msg)
    Subgroups.of(who, row)
    return row


def numbers(who: str, samples: Samples) -> Array:
    """Samples as an array; texts, truth values and masked values are no readings.

    Raises:
        ValueError: They are not numbers, or rows of different lengths.
    """
    advice = "Give one row of numbers, or rows of numbers."
    try:
        block = np.asarray(samples)
    except ValueError as error:
        raise refuse(who, "samples", "numbers", "rows of different lengths", advice) from error
    if block.size and block.dtype.kind not in "iuf":
        raise refuse(who, "samples", "numbers", repr(samples), advice)
    if np.any(getattr(samples, "mask", False)):
        raise refuse(who, "samples", "numbers", "masked ones", "Leave out what was not measured.")
    return np.asarray(block, dtype=np.float64)


def _rows(who: str, samples: Samples) -> Array | list[Array]:
    try:
        np.asarray(samples)
    except ValueError:  # not a block: subgroups of several sizes
        return [numbers(who, row) for row in samples]  # type: ignore[union-attr]
    block = numbers(who, samples)
    if block.ndim == 1:
        return block[:, np.newaxis]
    if block.ndim == BLOCK:
        return block
    return [block] if block.ndim == 0 else list(block)


def _check(who: str, sizes: Array, finite: NDArray[np.bool_], least: int) -> None:
    small = np.flatnonzero(sizes < least)
    if small.size:
        first = int(small[0])
        msg = (
            f"{who}: sample {first + 1}: expected a row of {least} or more values, got {sizes[first]:.0f}. "
            "Leave the sample out, or choose a chart for single values."
        )
        raise ValueError(msg)
    unusable = np.flatnonzero(~finite)
    if unusable.size:
        msg = (
            f"{who}: sample {int(unusable[0]) + 1}: expected finite values, got nan or inf. "
            "Leave out what was not measured."
        )
        raise ValueError(msg)
