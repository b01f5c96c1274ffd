"""Stretches of time, and functions that are constant between instants."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.int64]
"""UTC ns."""
Codes = NDArray[np.int8]
_MANY = 8


def no_spans() -> Instants:
    """Not one stretch: shape (0, 2)."""
    return np.empty((0, 2), dtype=np.int64)


def union(spans: Instants) -> Instants:
    """The same instants as stretches that neither overlap nor touch, in order of time.

    Args:
        spans: Half-open stretches, shape (n, 2), in any order; empty or reversed ones count nothing.

    >>> union(np.array([[5, 9], [1, 3], [3, 4], [7, 12]])).tolist()
    [[1, 4], [5, 12]]
    """
    spans = spans[spans[:, 0] < spans[:, 1]]
    if not len(spans):
        return no_spans()
    spans = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(spans[:, 1])
    first = np.concatenate(([True], spans[1:, 0] > reach[:-1]))
    last = np.concatenate((first[1:], [True]))
    return np.column_stack((spans[first, 0], reach[last]))


def places(edges: Instants, instants: Instants, side: Literal["left", "right"]) -> NDArray[np.int64]:
    """``np.searchsorted(edges, instants, side)``; quick where instants are many more and in order: merged instead.

    >>> places(np.array([2, 4]), np.repeat([1, 2, 3, 4, 5], 9), "left")[::9].tolist()
    [0, 0, 1, 1, 2]
    """
    if len(instants) < _MANY * len(edges) or not bool(np.all(instants[1:] >= instants[:-1])):
        return np.searchsorted(edges, instants, side=side).astype(np.int64, copy=False)
    first = np.searchsorted(instants, edges, side="right" if side == "left" else "left")
    return np.repeat(np.arange(len(edges) + 1), np.diff(first, prepend=0, append=len(instants)))


@dataclass(frozen=True, slots=True)
class Steps:
    """A function of time that is constant between instants.

    Attributes:
        edges: Where it changes, strictly rising, shape (n,).
        codes: Its values, shape (n + 1,): ``codes[0]`` before the first edge, ``codes[-1]`` from the last one on.
    """

    edges: Instants
    codes: Codes

    def at(self, instants: Instants) -> Codes:
        """Its value at each instant: the one that begins there where it changes there."""
        return self.codes[places(self.edges, instants, "right")]

    def before(self, instants: Instants) -> Codes:
        """Its value just before each instant."""
        return self.codes[places(self.edges, instants, "left")]


def inside(spans: Instants) -> Steps:
    """1 inside the union of some stretches, 0 elsewhere."""
    edges = union(spans).ravel()
    return Steps(edges, np.resize(np.array([0, 1], dtype=np.int8), len(edges) + 1))


def steps(at: Instants, codes: Codes, before: int) -> Steps:
    """The function that takes ``codes[k]`` at ``at[k]``; the last of several at one instant counts.

    Args:
        at: In rising order, repeats allowed, shape (n,).
        codes: Shape (n,).
        before: Its value before the first instant.
    """
    keep = np.concatenate((at[1:] != at[:-1], [True])) if len(at) else np.zeros(0, dtype=bool)
    at, codes = at[keep], codes[keep]
    whole = np.concatenate((np.array([before], dtype=np.int8), codes))
    changes = whole[1:] != whole[:-1]
    return Steps(at[changes], np.concatenate((whole[:1], whole[1:][changes])))


def measure(of: Steps, windows: Instants, n_codes: int) -> Instants:
    """How long a function takes each value within each window, ns.

    Args:
        of: The function.
        windows: Shape (k, 2), each ``start <= end``; they may overlap.
        n_codes: Values are 0 to ``n_codes - 1``.

    Returns:
        Shape (k, n_codes); each row sums exactly to the length of its window.
    """
    points = np.unique(np.concatenate((of.edges, windows.ravel())))
    if len(points) < 2:  # noqa: PLR2004  two points make a stretch
        return np.zeros((len(windows), n_codes), dtype=np.int64)
    lengths = np.diff(points)
    codes = of.at(points[:-1])
    sums = np.zeros((len(points), n_codes), dtype=np.int64)
    sums[np.arange(1, len(points)), codes] = lengths
    np.cumsum(sums, axis=0, out=sums)
    places = np.searchsorted(points, windows)
    return sums[places[:, 1]] - sums[places[:, 0]]
