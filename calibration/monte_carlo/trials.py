"""Calls of a model for many trials: with arrays where it takes them, else one by one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import SupportsFloat

import numpy as np

from calibration.checks import Array, refuse
from calibration.uncertainty.sensitivity import NAMES, Model

FEW = 5
AGREES = 1e-6
UNFIT = (ArithmeticError, AttributeError, IndexError, TypeError, ValueError, RuntimeWarning)
LEFT = "The model's domain ends within reach of the inputs; look at both."


class Trials:
    """A model that is called for blocks of trials."""

    def __init__(self, who: str, model: Model) -> None:
        self.who = who
        self.model = model
        self._arrays: bool | None = None

    def __call__(self, drawn: Mapping[str, Array]) -> Array:
        """The output for each trial.

        Raises:
            ValueError: It is not one finite real number.
        """
        if self._arrays is False:
            return self._one_by_one(drawn)
        values = self._at_once(drawn)
        if values is None:
            values = self._one_by_one(drawn)  # Also tells which trial it was that failed.
            self._arrays = False
        elif self._arrays is None and not self._is_as_single(drawn, values):
            self._arrays = False
            return self._one_by_one(drawn)
        else:
            self._arrays = True
        if not np.isfinite(values).all():
            raise self._not_finite(drawn, int(np.argmin(np.isfinite(values))), values)
        return values

    def _at_once(self, drawn: Mapping[str, Array]) -> Array | None:
        """None where the model does not take arrays."""
        count = len(next(iter(drawn.values())))
        try:
            with np.errstate(all="ignore"):
                values = self.model(**drawn)
        except UNFIT:
            return None
        if not isinstance(values, np.ndarray) or values.shape != (count,) or values.dtype.kind not in "fiu":
            return None
        return values.astype(np.float64, copy=False)

    def _is_as_single(self, drawn: Mapping[str, Array], values: Array) -> bool:
        """Whether the values of a few trials are those of single calls; also where it takes arrays only."""
        few = {name: array[:FEW] for name, array in drawn.items()}
        try:
            single = self._one_by_one(few)
        except UNFIT:
            return True  # It takes arrays only; what else is wrong with it shows in the array.
        spread = float(np.ptp(single)) if single.size else 0.0
        return bool(np.allclose(values[:FEW], single, rtol=AGREES, atol=AGREES * spread))

    def _one_by_one(self, drawn: Mapping[str, Array]) -> Array:
        names = list(drawn)
        columns = [array.tolist() for array in drawn.values()]
        with np.errstate(all="ignore"):
            return np.asarray([self._one(dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)])

    def _one(self, where: dict[str, float]) -> float:
        try:
            y = self.model(**where)
        except (ArithmeticError, ValueError, RuntimeWarning) as error:
            raise refuse(self.who, "model", f"a value at {_told(where)}", str(error), LEFT) from error
        except TypeError as error:
            raise refuse(self.who, "model", f"one that takes {', '.join(where)}", str(error), NAMES) from error
        if type(y) is float and math.isfinite(y):  # Most are; what follows takes far longer.
            return y
        alone = isinstance(y, SupportsFloat) and not isinstance(y, complex) and getattr(y, "size", 1) == 1
        if not alone:
            raise refuse(self.who, "model", "one real number", repr(y), "Give one model for each output.")
        number = float(np.asarray(y, dtype=np.float64).item())
        if not math.isfinite(number):
            raise refuse(self.who, "model", f"a finite value at {_told(where)}", number, LEFT)
        return number

    def _not_finite(self, drawn: Mapping[str, Array], index: int, values: Array) -> ValueError:
        where = {name: float(array[index]) for name, array in drawn.items()}
        return refuse(self.who, "model", f"a finite value at {_told(where)}", float(values[index]), LEFT)


def _told(where: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:.6g}" for name, value in where.items())
