"""What judging a figure of a pilot gives."""

from datetime import date
from enum import StrEnum

import msgspec

from gateway.indicators.pilot_days import Direction, Shape, Windows


class Verdict(StrEnum):
    """How a figure stands."""

    IMPROVED = "improved"
    """The interval, after Holm, lies wholly on the side that was declared."""
    WORSE = "worse"
    """It lies wholly on the other side."""
    UNCLEAR = "unclear"
    """It holds 0."""
    NOT_YET = "not_yet"
    """Too few days, or too little of them measured."""
    CANNOT_BE_SAID = "cannot_be_said"
    """The days are there and cannot answer."""


class Reason(StrEnum):
    """Why a figure is not judged."""

    FEW_DAYS_BEFORE = "few_days_before"
    FEW_DAYS_AFTER = "few_days_after"
    LOW_COVERAGE_BEFORE = "low_coverage_before"
    LOW_COVERAGE_AFTER = "low_coverage_after"
    NO_VARIATION = "no_variation"
    """The model leaves no error: a figure that never moves has no uncertainty that could be told."""
    CONFOUNDED = "confounded"
    """Product mix or weekdays changed exactly with the pilot: whose effect it is cannot be told."""
    TOO_MANY_TERMS = "too_many_terms"
    """Hardly more days than columns."""


class Warn(StrEnum):
    """What speaks against believing an effect at once."""

    LAG_2 = "lag_2"
    """Normalised residuals two days apart hang together: the errors are no AR(1)."""
    WANDERS = "wanders"
    """Neighbouring days are nearly equal (rho above 0.95): the series wanders, and few days count."""
    ALTERNATES = "alternates"
    """Neighbouring days are opposed (rho clearly below 0), as where work is carried over night."""
    WORST_BASELINE = "worst_baseline"
    """The baseline is the worst stretch of the longer history: figures come back by themselves."""
    PLACEBO = "placebo"
    """One of ten made-up dates within the baseline, or more, shows an effect as large."""
    SENSITIVE = "sensitive"
    """Newey-West or the bootstrap decides otherwise."""
    TERMS_DROPPED = "terms_dropped"
    """Weekdays or products that repeat other columns were left out."""
    CLOSE_TERMS = "close_terms"
    """Product mix or weekdays changed nearly with the pilot."""
    FEW_FREE_DAYS = "few_free_days"
    """Fewer than 5 degrees of freedom are left: the interval is wide because of that."""


class Interval(msgspec.Struct, frozen=True):
    """An interval of an effect.

    Attributes:
        confidence: In (0, 1).
        low: Lower end, in the figure's unit.
        high: Upper end.
    """

    confidence: float
    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        """No change is among what it allows."""
        return self.low <= 0 <= self.high


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted segmented regression.

    Attributes:
        names: Of the columns.
        coefficients: In the figure's unit; of trend and slope, per day.
        u: Their standard errors.
        n: Days with a value.
        k: Columns.
        rho: Correlation of neighbouring days.
        sigma: Standard deviation of a day about the model.
        dof: Degrees of freedom of t: ``min(n - k, max(1, n (1 - rho) / (1 + rho) - k))``.
        log_likelihood: Restricted.
        dropped: Columns that repeat others and were left out.
        lag_2: Autocorrelation of the normalised residuals two days apart; None: too few such pairs.
    """

    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    u: tuple[float, ...]
    n: int
    k: int
    rho: float
    sigma: float
    dof: float
    log_likelihood: float
    dropped: tuple[str, ...]
    lag_2: float | None


class Placebo(msgspec.Struct, frozen=True, kw_only=True):
    """The same model at days of the baseline at which nothing began.

    Attributes:
        dates: How many days were tried.
        share: Share of them with an effect of this size or more, either way, 0 to 1.
        largest: The largest of these effects by size.
    """

    dates: int
    share: float
    largest: float


class Sensitivity(msgspec.Struct, frozen=True, kw_only=True):
    """The same question by other ways; shown, and not what decides.

    Attributes:
        least_squares: Effect by least squares, as if days were independent.
        newey_west: Its interval with errors after Newey and West.
        lags: Of Newey and West, days.
        bootstrap: Percentile interval of the moving-block bootstrap; None: no generator was given.
        block: Length of a block, in days with a value.
        placebo: Made-up dates; None: the baseline is too short.
        history: Mean of the history before the baseline; None: none, or less than two baselines of it.
    """

    least_squares: float
    newey_west: Interval
    lags: int
    bootstrap: Interval | None
    block: int
    placebo: Placebo | None
    history: float | None


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The series for a picture, each field with one entry for each day of the windows that was given.

    Attributes:
        days: Rising.
        observed: The figure (or pilot less control); None: a gap.
        fitted: The model, on days of both windows; None elsewhere, and where the mix is not known.
        counterfactual: The model without the pilot, from its beginning on.
        low: Counterfactual and lower end of the effect's interval (after Holm), on days of the result.
        high: Likewise the upper end. The counterfactual lies outside the band where the effect is clear.
    """

    days: tuple[date, ...]
    observed: tuple[float | None, ...]
    fitted: tuple[float | None, ...]
    counterfactual: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a pilot changed in one figure.

    Attributes:
        figure: Key of the figure.
        direction: Which way was declared better.
        shape: What the pilot was allowed to change.
        windows: When.
        verdict: How it stands, after Holm.
        reasons: Why it is not judged.
        warnings: What speaks against believing it at once.
        n_before: Days with a value in the baseline.
        n_after: Likewise in the result window.
        coverage_before: Share of the baseline's planned time that was measured; None: no day was planned.
        coverage_after: Likewise of the result window.
        has_control: The figure is pilot less control.
        before: Mean of the baseline's days; None: it has none.
        counterfactual: Mean over the result's days of the model without the pilot; None: not judged.
        effect: What the pilot changed, on the mean of the result's days; None: not judged.
        u: Its standard error.
        p: Two-sided probability of an effect of this size or more where there is none.
        interval: Of this figure alone.
        figures: How many figures were judged together.
        p_adjusted: After Holm.
        adjusted: The interval after Holm, at the confidence at which this figure was decided.
        fit: The model.
        sensitivity: Other ways.
        picture: Series, fit, counterfactual, band.
    """

    figure: str
    direction: Direction
    shape: Shape
    windows: Windows
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Warn, ...] = ()
    n_before: int
    n_after: int
    coverage_before: float | None
    coverage_after: float | None
    has_control: bool
    before: float | None = None
    counterfactual: float | None = None
    effect: float | None = None
    u: float | None = None
    p: float | None = None
    interval: Interval | None = None
    figures: int = 1
    p_adjusted: float | None = None
    adjusted: Interval | None = None
    fit: Fit | None = None
    sensitivity: Sensitivity | None = None
    picture: Picture
