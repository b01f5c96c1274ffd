"""The columns of a segmented regression, and what the pilot changed as a combination of its coefficients.

::

    level             y = b0                  + b1 after               + weekdays + mix + e
    level_over_trend  y = b0 + b2 (t - t0)    + b1 after               + weekdays + mix + e
    level_and_slope   y = b0 + b2 (t - t0)    + b1 after + b3 (t - t0) after + weekdays + mix + e

t is the day, t0 the day on which the pilot begins, ``after`` is 1 in the result window and 0 before. The effect is
what the fit of the result's days has over its counterfactual (the same without b1 and b3), on the mean of these days::

    effect = b1 + b3 mean(t - t0)

Decision: of columns that hang together, later ones of weekdays and mix go; never those of the pilot.
Because: a mix that changed with the pilot must not hide in its effect: then the effect cannot be said.

Source: A. K. Wagner et al., "Segmented regression analysis of interrupted time series studies in medication use
research", J. Clin. Pharm. Ther. 27 (2002) 299; R. B. Penfold, F. Zhang, Acad. Pediatr. 13 (2013) S38.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.indicators.orthogonal import beside
from gateway.indicators.pilot_days import Series, Shape

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALONE = 1e-7
"""What is left of a column beside the others, relative to its length, below which it repeats them."""
CLOSE = 0.1
"""Likewise, squared, of the level (a variance inflation factor of 10): the pilot and another change hardly part."""


class Design(NamedTuple):
    """A regression's columns.

    Attributes:
        columns: X, shape (n, k).
        names: Of the columns: ``base``, ``trend``, a weekday, ``mix:product``, ``level``, ``slope``.
        dropped: Columns that repeat others and were left out.
        confounded: The pilot's columns repeat others: its effect cannot be said.
        is_close: They nearly do.
    """

    columns: Floats
    names: tuple[str, ...]
    dropped: tuple[str, ...]
    confounded: bool
    is_close: bool

    def rows(self, series: Series, after: Bools, begins: int) -> Floats:
        """The same columns for other days; NaN where the mix of a day is not known."""
        named = dict(_all_columns(series, after, begins, has_weekdays=True))
        return np.column_stack([named[name] for name in self.names])

    def change(self, rows: Floats) -> Floats:
        """What of these rows the pilot makes: its columns, and 0 in the others."""
        mine = np.array([name in ("level", "slope") for name in self.names])
        return np.where(mine, rows, 0.0)


def design(series: Series, after: Bools, begins: int, shape: Shape, *, has_weekdays: bool) -> Design:
    """The columns of a regression.

    Args:
        series: Days with a value and a mix.
        after: Which of them are in the result window.
        begins: Ordinal of the day on which the pilot begins.
        shape: What the pilot may change.
        has_weekdays: Weekdays may differ.
    """
    wanted = dict(_all_columns(series, after, begins, has_weekdays=has_weekdays))
    if shape is Shape.LEVEL:
        del wanted["trend"]
    if shape is not Shape.LEVEL_AND_SLOPE:
        del wanted["slope"]
    kept: list[str] = []
    dropped: list[str] = []
    left: dict[str, float] = {}
    basis = np.empty((len(series.days), 0))
    for name, column in wanted.items():
        length = float(np.linalg.norm(column))
        if length == 0 and name not in ("level", "slope"):
            continue  # a weekday or a product that never was
        rest, _ = beside(basis, column / length if length > 0 else column)
        left[name] = float(np.linalg.norm(rest))
        if left[name] <= ALONE:
            dropped.append(name)
            continue
        kept.append(name)
        basis = np.column_stack([basis, rest / left[name]])
    centred = wanted["level"] - np.mean(wanted["level"])
    spread = float(centred @ centred) / max(float(np.sum(wanted["level"])), 1.0)
    is_close = left["level"] ** 2 < CLOSE * spread
    confounded = "level" in dropped or "slope" in dropped
    return Design(np.column_stack([wanted[name] for name in kept]), tuple(kept), tuple(dropped), confounded, is_close)


def _all_columns(series: Series, after: Bools, begins: int, *, has_weekdays: bool) -> list[tuple[str, Floats]]:
    since = (series.days - begins).astype(float)
    columns = [("base", np.ones(len(since))), ("trend", since)]
    if has_weekdays:
        weekday = (series.days + 6) % 7  # of ordinal 1, a Monday, 0
        columns += [(name, (weekday == index).astype(float)) for index, name in enumerate(WEEKDAYS)]
        columns = [one for one in columns if one[0] != "monday"]
    columns += [(f"mix:{name}", series.mix[:, index]) for index, name in enumerate(series.products)]
    return [*columns, ("level", after.astype(float)), ("slope", np.where(after, since, 0.0))]
