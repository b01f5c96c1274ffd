"""A result in words and digits, Vietnamese or English."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Literal

from calibration.checks import one_of
from calibration.distributions import normal_cdf
from calibration.uncertainty.budget import Expanded
from calibration.uncertainty.rounding import Rounded, Rounding, round_result

Language = Literal["vi", "en"]

LANGUAGES: tuple[Language, ...] = ("vi", "en")
ALMOST_ALL = 98.5
SIGN = {"vi": ",", "en": "."}
STATEMENT = {
    "vi": (
        "Độ không đảm bảo đo mở rộng là độ không đảm bảo đo chuẩn nhân với hệ số phủ k = {k}{dof}, "
        "tương ứng với xác suất phủ {p} %."
    ),
    "en": (
        "The expanded uncertainty is the standard uncertainty multiplied by the coverage factor k = {k}{dof}, "
        "for a coverage probability of {p} %."
    ),
}
STATEMENT_OF_FACTOR = {
    "vi": (
        "Độ không đảm bảo đo mở rộng là độ không đảm bảo đo chuẩn nhân với hệ số phủ k = {k}, "
        "ứng với xác suất phủ khoảng {p} % nếu là phân bố chuẩn."
    ),
    "en": (
        "The expanded uncertainty is the standard uncertainty multiplied by the coverage factor k = {k}, "
        "which for a normal distribution corresponds to a coverage probability of about {p} %."
    ),
}
DOF = {"vi": " (phân bố t, {n} bậc tự do)", "en": " (t-distribution, {n} degrees of freedom)"}


def report(
    result: Expanded,
    *,
    language: Language = "vi",
    digits: int = 2,
    rule: Rounding = "half_even",
    symbol: str | None = None,
) -> str:
    """A printed line: value, expanded uncertainty, unit and coverage factor.

    Args:
        result: Of ``Budget.expand``.
        language: Decides the decimal sign.
        digits: Significant digits of the expanded uncertainty.
        rule: How it is rounded.
        symbol: How the unit is printed, where its UCUM code is not how people write it; ``"°C"`` for ``Cel``.

    Raises:
        ValueError: There is no such language or rule, or the uncertainty is 0.

    Source:
        JCGM 100:2008, 7.2.3, 7.2.4 and 7.2.6.

    >>> report(Expanded(100.021474, 0.00035, 2.25, None, None, "g"))
    '100,02147 g ± 0,00079 g, k = 2,25'
    """
    sign = SIGN[one_of("report", "language", language, LANGUAGES)]
    rounded = round_result(result.value, result.expanded, digits=digits, rule=rule)
    unit = symbol if symbol is not None else ("" if result.unit == "1" else result.unit)
    after = f" {unit}" if unit else ""
    value, uncertainty = printed(rounded, sign)
    return f"{value}{after} ± {uncertainty}{after}, k = {factor(result.k, sign)}"


def printed(rounded: Rounded, sign: str) -> tuple[str, str]:
    """Both numbers with a decimal sign; a digit for tens and more is followed by zeros, not by an exponent."""
    return f"{rounded.value:f}".replace(".", sign), f"{rounded.uncertainty:f}".replace(".", sign)


def factor(k: float, sign: str) -> str:
    """A coverage factor with two decimals; a stated whole one without."""
    short = f"{k:.0f}" if k == int(k) else f"{k:.2f}"
    return short.replace(".", sign)


def statement(result: Expanded, *, language: Language = "vi") -> str:
    """The sentence that belongs below the result: what the expanded uncertainty is.

    Args:
        result: Of ``Budget.expand``.
        language: Of the sentence.

    Raises:
        ValueError: There is no such language.

    Source:
        JCGM 100:2008, 7.2.4; EA-4/02 M:2022, 6.2; ILAC-P14:09/2020, 5.4 (the coverage probability is to be stated).

    >>> print(statement(Expanded(1.0, 0.1, 2.0, None, None, "g"), language="en"))
    The expanded uncertainty is the standard uncertainty multiplied by the coverage factor k = 2, \
which for a normal distribution corresponds to a coverage probability of about 95 %.
    """
    sign = SIGN[one_of("statement", "language", language, LANGUAGES)]
    k = factor(result.k, sign)
    if result.probability is None or result.dof is None:
        return STATEMENT_OF_FACTOR[language].format(k=k, p=_of_normal(result.k).replace(".", sign))
    dof = DOF[language].format(n=f"{result.dof:g}".replace(".", sign)) if math.isfinite(result.dof) else ""
    percent = f"{Decimal(repr(result.probability)) * 100:f}"
    percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
    return STATEMENT[language].format(k=k, dof=dof, p=percent.replace(".", sign))


def _of_normal(k: float) -> str:
    """Percent of a normal distribution within k: whole ones, as people say, where that is not 99 or more."""
    percent = 100 * (1 - 2 * normal_cdf(k, upper=True))
    return f"{percent:.0f}" if percent < ALMOST_ALL else f"{percent:.1f}"
