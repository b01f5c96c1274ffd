"""Growth accounting of one step, from one year to another: what capital, labour and the rest of growth add.

The names ``capital_share`` and ``labour_share`` stand everywhere, because Vietnamese texts swap the Greek letters.

Decision: a share of falling output is never a target that is met.
Because: where output falls by 4 % and TFP by 3 %, TFP's share is 75 %, and nobody wished for that.
"""

import math

import msgspec

DISCRETE, TORNQVIST = "discrete", "tornqvist"
METHODS = (DISCRETE, TORNQVIST)
SMALL = 0.1
"""Growth, in percentage points, below which a share of it says little."""
USUAL_LABOUR_SHARE = 0.7
"""An assumption that Vietnamese texts make; used only where nothing is given, and said so."""
_NOTHING = 1e-9
OUTPUT_FELL, SMALL_GROWTH = "output_fell", "small_growth"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Growth from a year to a later one, per cent a year; logarithmic (100 * ln) by Törnqvist.

    Attributes:
        before: The year from which.
        year: The year to which.
        output: Growth of output at constant prices.
        capital: Growth of capital.
        labour: Growth of labour.
        labour_share: Weight of labour, 0 to 1; that of capital is the rest.
        capital_contribution: Percentage points.
        labour_contribution: Percentage points.
        tfp: Growth of TFP, which is its contribution.
        tfp_share: 100 * tfp / output; None: output did not grow.
        capital_part: 100 * contribution of capital / output.
        labour_part: 100 * contribution of labour / output.
        flags: What is doubtful.
    """

    before: int
    year: int
    output: float
    capital: float
    labour: float
    labour_share: float
    capital_contribution: float
    labour_contribution: float
    tfp: float
    tfp_share: float | None
    capital_part: float | None
    labour_part: float | None
    flags: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """How many yearly steps it covers."""
        return self.year - self.before

    @property
    def capital_share(self) -> float:
        """Weight of capital, 0 to 1."""
        return 1 - self.labour_share


def rate(before: float, after: float, n: int = 1, method: str = DISCRETE) -> float:
    """Growth a year between two levels, per cent: geometric mean, or logarithmic by Törnqvist.

    >>> round(rate(100, 121, 2), 6), round(rate(100, 121, 2, TORNQVIST), 3)
    (10.0, 9.531)
    """
    if not (before > 0 and after > 0 and math.isfinite(before) and math.isfinite(after) and n > 0):
        msg = f"levels must be finite and > 0 and n > 0, got {before}, {after}, {n}"
        raise ValueError(msg)
    grown = math.log(after / before) / n
    return 100 * (grown if method == TORNQVIST else math.expm1(grown))


def growth_step(
    before: int,
    year: int,
    rates: tuple[float, float, float],
    labour_share: float,
    flags: tuple[str, ...] = (),
) -> Step:
    """What capital, labour and TFP add to growth.

    ::

        g_tfp = g_output - capital_share * g_capital - labour_share * g_labour        capital_share = 1 - labour_share

    Args:
        before: The year from which.
        year: The year to which.
        rates: Growth of output, capital and labour, per cent a year; of several years their geometric means.
        labour_share: 0 to 1; discrete: of the year, of several years their mean; Törnqvist: mean of both years.
        flags: Known already.

    Raises:
        ValueError: A value is outside its range.

    Source:
        General Statistics Office of Viet Nam, definition of the share of TFP in growth (discrete).
    """
    output, capital, labour = rates
    if not 0 <= labour_share <= 1 or not all(map(math.isfinite, rates)):
        msg = f"labour_share must be 0 to 1 and rates finite, got {labour_share}, {rates}"
        raise ValueError(msg)
    of_capital, of_labour = (1 - labour_share) * capital, labour_share * labour
    tfp = output - of_capital - of_labour
    return accounted(before, year, rates, labour_share, (of_capital, of_labour, tfp), flags)


def accounted(
    before: int,
    year: int,
    rates: tuple[float, float, float],
    labour_share: float,
    contributions: tuple[float, float, float],
    flags: tuple[str, ...] = (),
) -> Step:
    """A step of known contributions (capital, labour, TFP), with its shares and what is doubtful about them."""
    output = rates[0]
    parts = [None if abs(output) < _NOTHING else 100 * one / output for one in contributions]
    return Step(
        before=before,
        year=year,
        output=output,
        capital=rates[1],
        labour=rates[2],
        labour_share=labour_share,
        capital_contribution=contributions[0],
        labour_contribution=contributions[1],
        tfp=contributions[2],
        capital_part=parts[0],
        labour_part=parts[1],
        tfp_share=parts[2],
        flags=tuple(dict.fromkeys([*flags_of(output), *flags])),
    )


def flags_of(output: float) -> tuple[str, ...]:
    """What growth says of a share of it.

    >>> flags_of(-0.05), flags_of(6.5)
    (('output_fell', 'small_growth'), ())
    """
    found = []
    if output < -_NOTHING:
        found.append(OUTPUT_FELL)
    if abs(output) < SMALL:
        found.append(SMALL_GROWTH)
    return tuple(found)


def is_share_met(step: Step | None, target: float, *, strictly: bool = True) -> bool | None:
    """Whether TFP's share reaches a target; with falling output never; None: there is no share.

    >>> fell = growth_step(2019, 2020, (-4.0, 2.0, -1.0), 0.5)
    >>> fell.tfp_share, is_share_met(fell, 55)
    (112.5, False)
    """
    if step is None:
        return None
    if OUTPUT_FELL in step.flags:
        return False
    if step.tfp_share is None:
        return None
    return step.tfp_share > target if strictly else step.tfp_share >= target
