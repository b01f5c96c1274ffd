"""Functions of model expressions: each takes a number, a complex number or an array."""

from __future__ import annotations

import ast
import cmath
import math
import operator
from collections.abc import Callable
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

Number = float | complex
Value = Number | NDArray[np.float64] | NDArray[np.complex128]

CONSTANTS = {"pi": math.pi, "e": math.e}
OPERATORS: dict[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def _of(name: str, numpy_name: str | None = None) -> Callable[[Value], Value]:
    """One function for the three kinds of values, by the module that is made for each."""

    def in_module(module: ModuleType, called: str) -> Callable[[Value], Value]:
        found: Callable[[Value], Value] = getattr(module, called)
        return found

    real, complex_, array = in_module(math, name), in_module(cmath, name), in_module(np, numpy_name or name)

    def apply(x: Value) -> Value:
        if isinstance(x, np.ndarray):
            return array(x)
        return complex_(x) if isinstance(x, complex) else real(x)

    return apply


def absolute(x: Value) -> Value:
    """``abs``, continued to complex numbers as the sign of the real part times x, so that slopes come out."""
    if isinstance(x, np.ndarray):
        return np.where(np.real(x) < 0, -x, x)
    return -x if x.real < 0 else x


def power(base: Value, exponent: Value) -> Value:
    """``base ** exponent``; a negative base has real powers for whole exponents only.

    Raises:
        ValueError: The power is not real.
    """
    if isinstance(base, np.ndarray) or isinstance(exponent, np.ndarray):
        return np.power(base, exponent)
    if isinstance(base, complex) or isinstance(exponent, complex):
        return base**exponent
    return math.pow(base, exponent)


def angle(y: Value, x: Value) -> Value:
    """``atan2(y, x)``, the angle of the point (x, y); of complex numbers with what small imaginary parts turn it by."""
    if isinstance(y, np.ndarray) or isinstance(x, np.ndarray):
        return np.arctan2(y, x)
    plain = math.atan2(y.real, x.real)
    if not isinstance(y, complex) and not isinstance(x, complex):
        return plain
    square = x.real * x.real + y.real * y.real
    return complex(plain, (x.real * y.imag - y.real * x.imag) / square)


FUNCTIONS_OF_TWO: dict[str, Callable[[Value, Value], Value]] = {"atan2": angle}

FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    **{name: _of(name) for name in ("sqrt", "exp", "log", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{f"a{name}": _of(f"a{name}", f"arc{name}") for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "abs": absolute,
}
