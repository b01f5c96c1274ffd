"""The least-squares solution itself: whitening, orthogonal columns, back-substitution; in wide arithmetic."""

from __future__ import annotations

import numpy as np

from calibration.checks import refuse
from calibration.records import record
from calibration.regression.wide import FEW, Array, Wide, columns_of, exponents, inner

DEPENDENT = 1e-25
SHORT = 4
"""A row so short is quicker number by number."""
ROUNDING = 1e-30
"""Of squares about zero: what squares about the mean may be by the rounding of y alone."""
MATRIX = 2
WHO = "regression"


@record(eq=False)
class Solution:
    """What minimises the weighted sum of squares of ``y - columns @ coefficients``.

    Attributes:
        coefficients: Shape (p,).
        root: ``T``, upper triangular, shape (p, p); ``T @ T.T`` is the covariance matrix for unit weights.
        weighted: Weighted residuals, shape (n,): independent, each of the unit that the weights leave.
    """

    coefficients: Wide
    root: Wide
    weighted: Array

    @property
    def squares(self) -> float:
        """Sum of squared weighted residuals."""
        return float(np.sum(self.weighted**2))

    def values(self, columns: Wide) -> Array:
        """``columns @ coefficients``, shape (m,), for columns of shape (m, p)."""
        if columns.hi.size <= SHORT and len(columns.hi) == 1:
            [row], [known] = columns_of(_transposed(columns)), columns_of(_as_column(self.coefficients))
            return np.array([inner(row, known)])
        return _transposed(columns * self.coefficients).sum().rounded()

    def errors(self, columns: Wide) -> Array:
        """Standard uncertainty of ``values`` for unit weights, shape (m,)."""
        return np.asarray(np.sqrt(np.sum(self._spread(columns) ** 2, axis=1)))

    def covariance(self, columns: Wide | None = None) -> Array:
        """Covariance matrix for unit weights, of the coefficients, shape (p, p), or of ``values``, shape (m, m)."""
        if columns is not None:
            spread = self._spread(columns)
            return spread @ spread.T
        # Rows of one triangular root: the diagonal is a sum of squares and cannot come out below zero.
        rows = _transposed(self.root)
        return (rows[:, :, np.newaxis] * rows[:, np.newaxis]).sum().rounded()

    def _spread(self, columns: Wide) -> Array:
        if columns.hi.size <= SHORT and len(columns.hi) == 1:
            [row] = columns_of(_transposed(columns))
            return np.array([[inner(row, column) for column in columns_of(self.root)]])
        if columns.hi.size <= FEW:
            return (_transposed(columns)[:, :, np.newaxis] * self.root[:, np.newaxis]).sum().rounded()
        # Of many rows one column after another: all at once would not stay near the processor.
        size = columns.hi.shape[1]
        parts = [_transposed(columns[:, : j + 1] * self.root[: j + 1, j]).sum().rounded() for j in range(size)]
        return np.stack(parts, axis=-1)


def solve(columns: Wide, y: Wide, scale: Array | None = None, independent: float = DEPENDENT) -> Solution:
    """Least squares by the modified Gram-Schmidt process on the columns with ``y`` as the last of them.

    Args:
        columns: Shape (n, p), n >= p.
        y: Shape (n,).
        scale: Standard uncertainties, shape (n,), or the lower Cholesky factor of the covariance matrix of y,
            shape (n, n); None: all 1.
        independent: Smallest share of a column that may be left after what the columns before it explain.

    Raises:
        ValueError: A column is (nearly) a combination of those before it.

    Source:
        Bjoerck, BIT 7 (1967) 1; Golub and Van Loan, Matrix Computations, 5.3.
    """
    size = columns.hi.shape[1]
    # Each column in one piece: what is done to all of them then runs along it.
    table = Wide(np.vstack([columns.hi.T, y.hi]).T, np.vstack([columns.lo.T, y.lo]).T)
    powers = exponents(table.hi)
    table, unit = _whitened(table.shifted(-powers), scale)
    rows: list[Wide] = []
    whole = np.sqrt(np.sum(table.hi**2, axis=0))
    for k in range(size):
        column = table[:, :1]
        # Squared length of the column, and its products with those after it, in one.
        products = (column * table).sum()
        length = products[0].root() if products.hi[0] > 0 else Wide.of(0.0)
        _need_independent(k, float(length.hi), float(whole[k]), independent)
        rest, shares = table[:, 1:], products[1:] / products[0]
        table = rest - column * shares
        rows.append(_row(k, length, shares * length, size + 1))
    upper = Wide(np.stack([row.hi for row in rows]), np.stack([row.lo for row in rows]))
    root, coefficients = _inverse(upper[:, :size], upper[:, size])
    # Undo the scaling by powers of two: columns, y, and the unit of the weights.
    return Solution(
        coefficients.shifted(powers[size] - powers[:size]),
        root.shifted((unit - powers[:size])[:, np.newaxis]),
        np.ldexp(table[:, 0].rounded(), powers[size] - unit),
    )


def _whitened(table: Wide, scale: Array | None) -> tuple[Wide, int]:
    if scale is None:
        return table, 0
    unit = int(exponents(scale.ravel()))
    near = Wide.of(np.ldexp(scale, -unit))
    if scale.ndim < MATRIX:
        return table / _as_column(near), unit
    done: list[Wide] = []
    for j in range(len(scale)):
        row = table[0] / near[j, j]
        done.append(row)
        table = table[1:] - _as_column(near[j + 1 :, j]) * row
    return Wide(np.stack([row.hi for row in done]), np.stack([row.lo for row in done])), unit


def _inverse(upper: Wide, right: Wide) -> tuple[Wide, Wide]:
    """Inverse of a triangle, and that inverse times ``right``, row by row from the last."""
    size = upper.hi.shape[0]
    sides = np.column_stack([np.eye(size), right.hi])
    whole = Wide(sides, np.column_stack([np.zeros((size, size)), right.lo]))
    for i in reversed(range(size)):
        known = (_as_column(upper[i, i + 1 :]) * whole[i + 1 :]).sum()
        row = (whole[i] - known) / upper[i, i]
        whole.hi[i], whole.lo[i] = row.hi, row.lo
    return whole[:, :size], whole[:, size]


def _need_independent(k: int, length: float, whole: float, independent: float) -> None:
    if not length > independent * whole:
        got = f"one of which they leave {length / whole if whole else 0:.1g}"
        advice = "Leave the column out, or measure at more different places."
        raise refuse(WHO, f"column {k + 1}", "one that the columns before it do not give", got, advice)


def _row(k: int, length: Wide, shares: Wide, size: int) -> Wide:
    hi, lo = np.zeros(size), np.zeros(size)
    hi[k], lo[k] = length.hi, length.lo
    hi[k + 1 :], lo[k + 1 :] = shares.hi, shares.lo
    return Wide(hi, lo)


def _as_column(row: Wide) -> Wide:
    return row[:, np.newaxis]


def _transposed(matrix: Wide) -> Wide:
    return Wide(matrix.hi.T, matrix.lo.T)
