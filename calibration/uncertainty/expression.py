"""Measurement models written in a configuration: read as a tree, never run as a program.

Decision: a white list of nodes, each turned into a function of ours.
Because: a model comes from a file that a customer may edit, and ``eval`` cannot be made safe by taking names away.
Instead of: ``eval`` or ``exec`` with fewer names.
"""

from __future__ import annotations

import ast
import cmath
import math
import warnings
from collections.abc import Callable, Collection, Mapping

import numpy as np

from calibration.checks import refuse
from calibration.uncertainty.functions import CONSTANTS, FUNCTIONS, FUNCTIONS_OF_TWO, OPERATORS, Value, power
from calibration.uncertainty.inputs import normalised

MOST_CHARACTERS = 2000
MOST_NODES = 500
MOST_DEPTH = 40
MOST_EXPONENT = 64.0
KNOWN = frozenset({*FUNCTIONS, *FUNCTIONS_OF_TWO})
ALLOWED = "Allowed are numbers, names, + - * / **, parentheses and " + ", ".join(sorted(KNOWN)) + "."
MANY = "Write it in parts, as several models."
PLAIN = frozenset({float, complex})

Node = Callable[[Mapping[str, Value]], Value]


class Expression:
    """A model that was read from text; called as any model, with numbers, complex numbers or arrays.

    Attributes:
        text: As it was written.
        names: Its inputs, in the order in which they appear.
    """

    def __init__(self, text: str, names: tuple[str, ...], root: Node) -> None:
        self.text = text
        self.names = names
        self._root = root
        self._wanted = frozenset(names)

    def __repr__(self) -> str:
        return f"parse_model({self.text!r})"

    def __call__(self, **values: Value) -> Value:
        """The model's value; names that it does not use are let pass.

        Args:
            values: A number, or numbers in an array of any shape, for every name.

        Raises:
            ValueError: A name is missing, or the model has no finite value there.
        """
        plain = PLAIN.issuperset(map(type, values.values()))
        if not plain:
            values = {name: _numbers(self.text, name, value) for name, value in values.items()}
            plain = PLAIN.issuperset(map(type, values.values()))
        if not self._wanted <= values.keys():
            values = self._with_all(values)
        try:
            # NumPy has no say over plain numbers, and asking it takes most of the time.
            result = self._root(values) if plain else self._of_arrays(values)
        except (ArithmeticError, ValueError) as error:
            raise self._no_value(str(error)) from error
        if not (np.isfinite(result).all() if isinstance(result, np.ndarray) else cmath.isfinite(result)):
            got = repr(result)[:40]
            raise self._no_value(got)
        return result

    def _of_arrays(self, values: Mapping[str, Value]) -> Value:
        with np.errstate(divide="raise", invalid="raise", over="raise"):
            return self._root(values)

    def _with_all(self, values: Mapping[str, Value]) -> dict[str, Value]:
        known = {normalised(name): value for name, value in values.items()}
        missing = [name for name in self.names if name not in known]
        if missing:
            who, expected, got = f"model {self.text!r}", ", ".join(self.names), f"none for {', '.join(missing)}"
            raise refuse(who, "inputs", expected, got, "Add these inputs.")
        return known

    def _no_value(self, got: str) -> ValueError:
        who = f"model {self.text!r}"
        return refuse(who, "value", "a finite number", f"{got} there", "Look at the inputs.")


def _numbers(text: str, name: str, value: object) -> Value:
    """A float, a complex number, or an array of one of them: whole numbers of NumPy would run over."""
    try:
        array = np.asarray(value)
        if isinstance(value, int) or array.dtype.kind in "iuf":
            array = np.asarray(value, dtype=np.float64)
    except (OverflowError, ValueError):
        array = np.asarray(None)
    if array.dtype.kind not in "fc":
        who, got = f"model {text!r}", repr(value)[:40]
        raise refuse(who, name, "a number, or an array of numbers", got, "Look at the input.")
    if array.ndim:
        return array
    return complex(array) if array.dtype.kind == "c" else float(array)


def parse_model(text: str, names: Collection[str] | None = None) -> Expression:
    """Read a measurement model.

    Known are ``+ - * / **``, parentheses, ``sqrt exp log log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh
    atanh abs``, ``atan2(y, x)`` and the constants ``pi`` and ``e``; ``log`` is the natural one, angles are in radians.

    Args:
        text: As ``(m_s + delta) / V``.
        names: Names that may stand in it; None allows any.

    Raises:
        ValueError: It is not such an expression; the message names the column, from 1.

    >>> parse_model("(m_s + delta) / V")(m_s=99.0, delta=1.0, V=2.0)
    50.0
    """
    if not isinstance(text, str):
        who = "parse_model"
        raise refuse(who, "text", "a text, as 'a + b'", repr(text), "Put it in quotes.")
    if len(text) > MOST_CHARACTERS:
        raise _wrong(text[:40] + " ...", 1, f"{MOST_CHARACTERS} characters at most", str(len(text)), MANY)
    known = None if names is None else {normalised(str(name)) for name in names}
    for constant in sorted((known or set()) & (CONSTANTS.keys() | KNOWN)):
        msg = f"model {text!r}: inputs: expected other names than {constant!r}, which has a meaning. Rename it."
        raise ValueError(msg)
    text = " ".join(text.split())
    if "#" in text:  # To Python the rest of the text would be a comment, and two lines are one here.
        raise _wrong(text, text.index("#") + 1, "an expression", "#", "Leave comments out.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # As of "1if a": a warning would go past whoever wrote the model.
            tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise _wrong(text, error.offset or len(text) + 1, "an expression", error.msg, ALLOWED) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise _wrong(text, 1, "an expression", "one that cannot be read", ALLOWED) from error
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        raise _wrong(text, 1, f"{MOST_NODES} parts at most", "more", MANY)
    reader = _Reader(text, known)
    root = reader.read(tree.body, 1)
    return Expression(text, tuple(reader.found), root)


def _wrong(text: str, column: int, expected: str, got: str, advice: str) -> ValueError:
    return ValueError(f"model {text!r}: column {column}: expected {expected}, got {got}. {advice}")


class _Reader:
    """Turns a tree into functions, node by node."""

    def __init__(self, text: str, names: Collection[str] | None) -> None:
        self.text = text
        self.names = names
        self.found: dict[str, None] = {}

    def read(self, node: ast.expr, depth: int) -> Node:
        if depth > MOST_DEPTH:
            raise self.wrong(node, f"{MOST_DEPTH} levels at most", "a deeper one", MANY)
        match node:
            case ast.BinOp():
                return self.pair(node, depth)
            case ast.UnaryOp(op=ast.USub()):
                inner = self.read(node.operand, depth + 1)
                return lambda values: -inner(values)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.read(node.operand, depth + 1)
            case ast.Call():
                return self.call(node, depth)
            case ast.Name():
                return self.name(node)
            case ast.Constant():
                return self.number(node)
        got = (ast.get_source_segment(self.text, node) or type(node).__name__)[:40]
        advice = "Write a decimal number with a point. " + ALLOWED if isinstance(node, ast.Tuple) else ALLOWED
        raise self.wrong(node, "an expression", repr(got), advice)

    def pair(self, node: ast.BinOp, depth: int) -> Node:
        # A sum of many terms is one level, though its tree leans to the left; MOST_NODES bounds it.
        left = self.read(node.left, depth if isinstance(node.left, ast.BinOp) else depth + 1)
        right = self.read(node.right, depth + 1)
        if isinstance(node.op, ast.Pow):
            self.need_small_exponent(node.right)
            return lambda values: power(left(values), right(values))
        operator = OPERATORS.get(type(node.op))
        if operator is None:
            caret = isinstance(node.op, ast.BitXor)
            advice = "Write ** for a power." if caret else ALLOWED
            raise self.wrong(node, "+ - * / or **", "^" if caret else type(node.op).__name__, advice)
        return lambda values: operator(left(values), right(values))

    def need_small_exponent(self, node: ast.expr) -> None:
        while isinstance(node, ast.UnaryOp):
            node = node.operand
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value > MOST_EXPONENT:
            raise self.wrong(node, f"an exponent of {MOST_EXPONENT:g} at most", repr(node.value), "Write exp(...).")

    def call(self, node: ast.Call, depth: int) -> Node:
        known = node.func.id if isinstance(node.func, ast.Name) else ""
        if known not in KNOWN:
            got = (ast.get_source_segment(self.text, node.func) or "another")[:40]
            raise self.wrong(node, "a known function", repr(got), _near(got, KNOWN) + ALLOWED)
        wanted = 1 if known in FUNCTIONS else 2
        if len(node.args) != wanted or node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            expected = f"{'one argument' if wanted == 1 else 'two arguments'} of {known}"
            raise self.wrong(node, expected, f"{len(node.args) + len(node.keywords)}", ALLOWED)
        inner = self.read(node.args[0], depth + 1)
        if wanted == 1:
            of_one = FUNCTIONS[known]
            return lambda values: of_one(inner(values))
        of_two, second = FUNCTIONS_OF_TWO[known], self.read(node.args[1], depth + 1)
        return lambda values: of_two(inner(values), second(values))

    def name(self, node: ast.Name) -> Node:
        known = node.id
        if known in CONSTANTS:
            constant = CONSTANTS[known]
            return lambda _: constant
        if known in KNOWN:
            raise self.wrong(node, f"{known}(...)", known, "Give it its argument in parentheses.")
        if self.names is not None and known not in self.names:
            expected = "one of " + ", ".join(sorted(self.names))
            raise self.wrong(
                node, expected, repr(known), _near(known, self.names) + "Add it to the inputs or correct it."
            )
        self.found[known] = None
        return lambda values: values[known]

    def number(self, node: ast.Constant) -> Node:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.wrong(node, "a number", repr(node.value)[:40], ALLOWED)
        try:
            value = float(node.value)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise self.wrong(node, "a number below 1e308", "a larger one", "Look at its exponent.")
        return lambda _: value

    def wrong(self, node: ast.expr, expected: str, got: str, advice: str) -> ValueError:
        # The tree counts bytes; a person counts letters.
        column = len(self.text.encode()[: node.col_offset].decode()) + 1
        return _wrong(self.text, column, expected, got, advice)


def _near(name: str, names: Collection[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  (only a mistake pays for it)

    near = get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}? " if near else ""
