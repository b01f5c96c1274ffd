"""Columns at right angles.

Decision: Gram and Schmidt, twice.
Because: it is as exact as reflections ("twice is enough"), and a few columns of thousands of days need only sums of
products, which ``einsum`` takes in one thread: on a busy machine, threads of a library for large matrices wait for one
another ten times as long as they reckon.

Source: L. Giraud, J. Langou, M. Rozložník, J. van den Eshof, Numer. Math. 101 (2005) 87.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def factor(columns: Floats) -> tuple[Floats, Floats]:
    """``columns = basis @ triangle``, basis of orthonormal columns, triangle upper.

    Args:
        columns: Shape (n, k), n >= k. A column that hangs together with those before it has next to nothing on
            the diagonal of the triangle, and its column of the basis means nothing.
    """
    n, k = columns.shape
    basis = np.zeros((n, k), order="F")
    triangle = np.zeros((k, k))
    for index in range(k):
        rest, along = beside(basis[:, :index], columns[:, index])
        length = float(np.sqrt(rest @ rest))
        triangle[:index, index] = along
        triangle[index, index] = length
        if length > 0:
            basis[:, index] = rest / length
    return basis, triangle


def beside(basis: Floats, column: Floats) -> tuple[Floats, Floats]:
    """What of a column is at right angles to a basis, and its parts along the basis."""
    along = np.einsum("ij,i->j", basis, column)
    rest = column - np.einsum("ij,j->i", basis, along)
    again = np.einsum("ij,i->j", basis, rest)
    return rest - np.einsum("ij,j->i", basis, again), along + again
