"""An input quantity: an estimate, its standard uncertainty, and how much is known of both."""

from __future__ import annotations

import keyword
import math
from typing import Literal, get_args

from calibration.checks import degrees_of_freedom, finite, non_negative, one_of, positive, refuse
from calibration.records import record

Shape = Literal["normal", "student", "rectangular", "triangular", "arcsine", "trapezoidal"]
"""What is known of the quantity, as JCGM 101 assigns it; a Monte Carlo calculation draws from it."""

Evaluation = Literal["A", "B"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
EVALUATIONS: tuple[Evaluation, ...] = get_args(Evaluation)
BOUNDED = ("rectangular", "triangular", "arcsine", "trapezoidal")


def normalised(name: str) -> str:
    """A name as Python itself writes it: letters that look alike, as the two signs for micro, are one (NFKC).

    >>> normalised("\u00b5") == "\u03bc"
    True
    """
    if name.isascii():
        return name
    import unicodedata  # noqa: PLC0415  (only other alphabets pay for its tables)

    return unicodedata.normalize("NFKC", name)


@record
class Input:
    """One input quantity of a measurement. Made by ``mean``, ``rectangular``, ``certificate`` and their like.

    Attributes:
        name: What the model calls it; kept in Unicode's form NFKC, as Python keeps names.
        value: Its estimate, in ``unit``.
        u: Standard uncertainty of the estimate, in ``unit``; 0 for a constant.
        distribution: Shape of what is known of the quantity.
        dof: Degrees of freedom of ``u``, 1 or more; ``inf`` where ``u`` is exactly known.
        unit: UCUM code; ``1`` for a plain number.
        divisor: What a half width, or an expanded uncertainty, was divided by to give ``u``.
        top: Of a trapezoid: width of its top over that of its base, in [0, 1]; else 0.
        evaluation: Type A, by statistics of readings, or type B, by other knowledge.

    Raises:
        ValueError: A number is outside its range.

    Source:
        JCGM 100:2008, 4.1 to 4.3; JCGM 101:2008, table 1.

    >>> Input("m", 100.0, 0.5).half_width
    inf
    """

    name: str
    value: float
    u: float
    distribution: Shape = "normal"
    dof: float = math.inf
    unit: str = "1"
    divisor: float = 1.0
    top: float = 0.0
    evaluation: Evaluation = "B"

    def __post_init__(self) -> None:
        if not self._plain():
            self._check()

    def _plain(self) -> bool:
        """Whether all is as it is kept, as nearly always: all at once, in a fifth of the time."""
        name, value, u, dof, divisor = self.name, self.value, self.u, self.dof, self.divisor
        return (
            type(name) is str
            and type(value) is type(u) is type(dof) is type(divisor) is type(self.top) is float
            and -math.inf < value < math.inf
            and 0 <= u < math.inf
            and dof >= 1
            and 0 < divisor < math.inf
            and 0 <= self.top <= 1
            and self.distribution in SHAPES
            and self.evaluation in EVALUATIONS
            and name.isascii()
            and name.isidentifier()
            and not keyword.iskeyword(name)
        )

    def _check(self) -> None:
        who = f"input {self.name!r}"
        if not isinstance(self.name, str) or not self.name.isidentifier() or keyword.iskeyword(self.name):
            advice = "Begin with a letter, go on with letters, digits and _."
            raise refuse(who, "name", "a name that a model can use", repr(self.name), advice)
        one_of(who, "distribution", self.distribution, SHAPES)
        one_of(who, "evaluation", self.evaluation, EVALUATIONS)
        checked: dict[str, object] = {
            "name": normalised(self.name),
            "value": finite(who, "value", self.value),
            "u": non_negative(who, "u", self.u),
            "dof": degrees_of_freedom(who, "dof", self.dof),
            "divisor": positive(who, "divisor", self.divisor, "Give the coverage factor."),
            "top": fraction_of_top(who, self.top),
        }
        for field, kept in checked.items():  # Whatever kind of number came: a model gets floats.
            object.__setattr__(self, field, kept)

    @property
    def half_width(self) -> float:
        """Half width of the limits, in ``unit``; ``inf`` for a distribution without limits."""
        return self.u * self.divisor if self.distribution in BOUNDED else math.inf


def fraction_of_top(who: str, top: float) -> float:
    """A trapezoid's top over its base.

    Raises:
        ValueError: It is not between 0 and 1.
    """
    number = finite(who, "top", top)
    if not 0 <= number <= 1:
        raise refuse(who, "top", "0 (triangle) to 1 (rectangle)", top, "Divide the top by the base.")
    return number
