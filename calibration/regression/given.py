"""What a fit is given: rows, standard uncertainties, covariance matrices; looked at once, refused where they are wrong.

Covariances are kept as a row of variances while no two points share anything, and as a matrix otherwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from calibration.checks import covariance_matrix, finite, matrix, non_negative, non_negatives, positives, refuse, vector
from calibration.records import record
from calibration.regression.solving import MATRIX, WHO
from calibration.regression.wide import Array

MOST = 1e50


@record(eq=False)
class Known:
    """How well the points are known, all of it absolute.

    Attributes:
        y: Variances of y, shape (n,), or their covariance matrix, shape (n, n).
        x: The same of x; None: x is exact.
        xy: Covariances of x_i with y_i, shape (n,), or of x_i with y_j, shape (n, n).
    """

    y: Array
    x: Array | None
    xy: Array | None

    def parts(self) -> tuple[Array, Array, Array]:
        """Of y, of x, and between them: three rows, or three matrices when one of them is one."""
        given = [np.zeros(len(self.y)) if part is None else part for part in (self.y, self.x, self.xy)]
        if any(part.ndim == MATRIX for part in given):
            given = [part if part.ndim == MATRIX else np.diag(part) for part in given]
        return given[0], given[1], given[2]


def known(
    size: int,
    u_y: ArrayLike | None,
    cov_y: ArrayLike | None,
    u_x: ArrayLike | None = None,
    cov_x: ArrayLike | None = None,
    cov_xy: ArrayLike | None = None,
) -> Known | None:
    """Uncertainties of all points; None where none are given.

    Raises:
        ValueError: One is negative, twice given, of another size, or together they are no covariance matrix.
    """
    y = _variances("y", u_y, cov_y, size)
    x = _variances("x", u_x, cov_x, size)
    if y is None:
        if x is not None or cov_xy is not None:
            raise refuse(WHO, "u_y", "one beside what is said of x", "none", "Give u_y too; 0 where y is exact.")
        return None
    if cov_xy is None:
        return Known(y, x, None)
    if x is None:
        raise refuse(WHO, "cov_xy", "it together with u_x or cov_x", "neither", "Give the uncertainties of x.")
    pairs = np.asarray(cov_xy, dtype=object).ndim == 1
    xy = ordinary("cov_xy", row("cov_xy", cov_xy, size) if pairs else matrix(WHO, "cov_xy", cov_xy, (size, size)), 0.0)
    given = Known(y, x, xy)
    _need_joint(given)
    return given


def relative_scale(weights: ArrayLike | None, size: int) -> Array | None:
    """Standard uncertainties up to a common factor, from weights.

    Raises:
        ValueError: A weight is not above zero.
    """
    if weights is None:
        return None
    return np.asarray(ordinary("weights", _sized("weights", positives(WHO, "weights", weights), size)) ** -0.5)


def scale_of(
    size: int, u_y: ArrayLike | None, cov_y: ArrayLike | None, weights: ArrayLike | None
) -> tuple[Array | None, bool]:
    """Scale of the residuals, and whether it is absolute.

    Raises:
        ValueError: Two of the three are given, or one is out of its range.
    """
    given = known(size, u_y, cov_y)
    need_one_kind(weights, given)
    if given is None:
        return relative_scale(weights, size), False
    return cholesky(given.y, "u_y or cov_y"), True


def need_one_kind(weights: ArrayLike | None, given: Known | None) -> None:
    """Refuse weights beside uncertainties.

    Raises:
        ValueError: Both are given.
    """
    if weights is not None and given is not None:
        advice = "Leave the weights out: the uncertainties weigh the points."
        raise refuse(WHO, "weights", "either them or uncertainties", "both", advice)


def row(name: str, values: ArrayLike, size: int | None = None) -> Array:
    """One row of finite numbers, a copy.

    Raises:
        ValueError: It is none, or not as long as it has to be.
    """
    array = vector(WHO, name, values).copy()
    return array if size is None else _sized(name, array, size)


def ordinary(name: str, values: Array, least: float = 1 / MOST) -> Array:
    """Numbers whose products a float can hold.

    Raises:
        ValueError: In a column one is above 1e50, or all are below ``least`` without being 0.
    """
    if values.ndim == 1 and least <= np.abs(values).max(initial=0.0) <= MOST:
        return values
    greatest = np.atleast_1d(np.abs(values).max(axis=0, initial=0.0))
    bad = (greatest > 0) & ~((greatest >= least) & (greatest <= MOST))
    if bad.any():
        expected = f"a greatest magnitude of {least:g} to {MOST:g}, or 0"
        raise refuse(WHO, name, expected, f"{greatest[bad][0]:g}", "Choose a unit that suits it.")
    return values


def single(name: str, value: object) -> float:
    """One number of that kind; it may be as near to 0 as it likes.

    Raises:
        ValueError: It is none, or above 1e50.
    """
    number = finite(WHO, name, value)
    if abs(number) > MOST:
        raise refuse(WHO, name, f"a magnitude up to {MOST:g}", number, "Choose a unit that suits it.")
    return number


def spread(name: str, value: object) -> float:
    """One standard uncertainty.

    Raises:
        ValueError: It is negative, no finite number, or above 1e50.
    """
    return single(name, non_negative(WHO, name, value))


def cholesky(variances: Array, name: str) -> Array:
    """Standard uncertainties of a row of variances, or the lower Cholesky factor of a covariance matrix.

    Raises:
        ValueError: A variance is zero, or some combination of the points has none.
    """
    if variances.ndim < MATRIX:
        if not (variances > 0).all():
            place = int(np.flatnonzero(~(variances > 0))[0])
            advice = "Say how well it is known: a point without any uncertainty outweighs all others."
            raise refuse(WHO, name, "above 0 at every point", f"0 at index {place}", advice)
        return np.sqrt(variances)
    try:
        return np.asarray(np.linalg.cholesky(variances), dtype=float)
    except np.linalg.LinAlgError as error:
        advice = "Add what each point has of its own, its repeatability."
        got = "one by which some combination of points is exactly known"
        raise refuse(WHO, name, "a positive definite covariance matrix", got, advice) from error


def _variances(axis: str, u: ArrayLike | None, covariance: ArrayLike | None, size: int) -> Array | None:
    name = f"u_{axis}"
    if u is not None and covariance is not None:
        advice = f"Leave {name} out: cov_{axis} has it on its diagonal."
        raise refuse(WHO, name, f"either it or cov_{axis}", "both", advice)
    if u is not None:
        each = np.full(size, single(name, u)) if np.isscalar(u) or getattr(u, "ndim", 1) == 0 else u
        return np.asarray(_sized(name, ordinary(name, non_negatives(WHO, name, each)), size) ** 2)
    if covariance is None:
        return None
    return ordinary(f"cov_{axis}", covariance_matrix(WHO, f"cov_{axis}", covariance, size))


def _sized(name: str, array: Array, size: int) -> Array:
    if array.size != size:
        raise refuse(WHO, name, f"{size} values, as many as y", array.size, "Give one for each point.")
    return array


def _need_joint(given: Known) -> None:
    y, x, xy = (part if part.ndim == MATRIX else np.diag(part) for part in given.parts())
    covariance_matrix(WHO, "cov_x, cov_xy and cov_y together", np.block([[x, xy], [xy.T, y]]), 2 * len(y))
