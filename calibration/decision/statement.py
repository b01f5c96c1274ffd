"""A decision in words, Vietnamese and English, for a certificate.

Decision: the sentence names rule, limits, value, U, k and both risks every time.
Because: a statement of conformity that leaves one out cannot be checked by its reader (ISO/IEC 17025:2017, 7.8.6.2).
Instead of: "Pass".
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Literal, get_args

from calibration.checks import one_of
from calibration.decision.limits import Limits
from calibration.decision.verdict import Decision

Language = Literal["vi", "en"]

_SMALLEST_SHOWN = 1e-6
_CERTAIN = 0.9995

_WORDS: dict[str, dict[Language, str]] = {
    "pass": {"vi": "Đạt", "en": "Pass"},
    "conditional_pass": {"vi": "Đạt có điều kiện", "en": "Conditional pass"},
    "conditional_fail": {"vi": "Không đạt có điều kiện", "en": "Conditional fail"},
    "fail": {"vi": "Không đạt", "en": "Fail"},
    "simple_acceptance": {"vi": "chấp nhận đơn giản", "en": "simple acceptance"},
    "guard_band": {"vi": "dải bảo vệ", "en": "guard band"},
    "non_binary": {"vi": "dải bảo vệ, bốn mức kết luận", "en": "guard band, four verdicts"},
    "iso_14253_1": {"vi": "dải bảo vệ theo ISO 14253-1", "en": "guard band by ISO 14253-1"},
    "three_sigma": {"vi": "dải bảo vệ 3 sigma", "en": "3 sigma guard band"},
    "six_sigma": {"vi": "dải bảo vệ 6 sigma", "en": "6 sigma guard band"},
    "uncritical": {"vi": "dải bảo vệ phía ngoài giới hạn", "en": "guard band outside the limits"},
    "agreed": {"vi": "theo thỏa thuận với khách hàng", "en": "agreed with the customer"},
    "both": {"vi": "từ {lower} đến {upper}", "en": "{lower} to {upper}"},
    "only_upper": {"vi": "không quá {upper}", "en": "at most {upper}"},
    "only_lower": {"vi": "không dưới {lower}", "en": "at least {lower}"},
    "false_acceptance": {
        "vi": "Xác suất giá trị thực nằm ngoài giới hạn: {risk}",
        "en": "Probability that the true value is outside the limits: {risk}",
    },
    "false_rejection": {
        "vi": "Xác suất giá trị thực nằm trong giới hạn: {risk}",
        "en": "Probability that the true value is within the limits: {risk}",
    },
    "frame": {
        "vi": (
            "{verdict}. Giá trị đo {value}, độ không đảm bảo đo mở rộng U = {expanded} (k = {k}), giới hạn {limits}. "
            "Quy tắc ra quyết định: {rule}, w = {r} U = {w}, giới hạn chấp nhận {acceptance} ({source}). "
            "{risk}; rủi ro chấp nhận sai lớn nhất theo quy tắc: {allowed}."
        ),
        "en": (
            "{verdict}. Measured value {value}, expanded uncertainty U = {expanded} (k = {k}), limits {limits}. "
            "Decision rule: {rule}, w = {r} U = {w}, acceptance limits {acceptance} ({source}). "
            "{risk}; largest risk of false acceptance by the rule: {allowed}."
        ),
    },
}


def statement(decision: Decision, unit: str, language: Language) -> str:
    """The statement of conformity for a certificate.

    Figures stand as they were judged, the value with at least the decimals of U: round before deciding.

    Args:
        decision: What was decided.
        unit: As it is to be printed (``mm``, ``°C``); empty for a quantity of dimension one.
        language: ``vi`` or ``en``.

    Raises:
        ValueError: The language is neither.

    Source:
        ISO/IEC 17025:2017, 7.8.6.2; ILAC-G8:09/2019, 6.

    >>> from calibration.decision import SIMPLE_ACCEPTANCE, decide
    >>> statement(decide(9.96, 0.05, Limits(upper=10), SIMPLE_ACCEPTANCE), "mm", "en")[:63]
    'Pass. Measured value 9.96 mm, expanded uncertainty U = 0.05 mm '
    """
    one_of("statement", "language", language, get_args(Language))
    places = _places(decision.expanded)

    def say(number: str) -> str:
        return number.replace(".", ",") if language == "vi" else number

    def length(x: float) -> str:
        return f"{say(f'{x + 0.0:.{max(places, _places(x))}f}')} {unit}".rstrip()

    wrong = "false_acceptance" if decision.accepted else "false_rejection"
    return _WORDS["frame"][language].format(
        verdict=_WORDS[decision.verdict][language],
        value=length(decision.value),
        expanded=length(decision.expanded),
        k=say(f"{decision.k:.3g}"),
        limits=_interval(decision.limits, length, language),
        rule=_WORDS.get(decision.rule.name, _WORDS["agreed"])[language],
        r=say(f"{decision.rule.r:g}"),
        w=length(decision.guard_band),
        acceptance=_interval(decision.acceptance, length, language),
        source=decision.rule.source.replace("table", "bảng") if language == "vi" else decision.rule.source,
        risk=_WORDS[wrong][language].format(risk=say(_percent(decision.risk))),
        allowed=say(_percent(decision.allowed_risk)),
    )


def _interval(limits: Limits, show: Callable[[float], str], language: Language) -> str:
    lower = None if limits.lower is None else show(limits.lower)
    upper = None if limits.upper is None else show(limits.upper)
    form = "only_upper" if lower is None else "only_lower" if upper is None else "both"
    return _WORDS[form][language].format(lower=lower, upper=upper)


def _places(x: float) -> int:
    """Decimals that a figure is written with; twelve digits leave out what binary arithmetic adds."""
    exponent = Decimal(f"{x:.12g}").normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _percent(probability: float) -> str:
    if probability < _SMALLEST_SHOWN:
        return "< 0.0001 %"
    if probability > _CERTAIN:
        return "> 99.9 %"
    return f"{100 * probability:.3g} %"
