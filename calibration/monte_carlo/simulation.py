"""Propagation of distributions, with as many trials as the result needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from calibration.checks import Array, one_of, positive, refuse, whole
from calibration.checks import probability as checked_probability
from calibration.monte_carlo.coverage import least_trials, shortest_of_sorted, symmetric_of_sorted
from calibration.monte_carlo.drawing import Drawing
from calibration.monte_carlo.result import JointSimulation, Simulation, covariance_of
from calibration.monte_carlo.trials import Trials
from calibration.records import record
from calibration.uncertainty.inputs import Input
from calibration.uncertainty.propagation import Correlation, known_correlation, named_inputs
from calibration.uncertainty.rounding import significant_digits
from calibration.uncertainty.sensitivity import Model
from calibration.uncertainty.validation import numerical_tolerance

if TYPE_CHECKING:
    from numpy.random import Generator

Interval = Literal["symmetric", "shortest"]
INTERVALS = {"symmetric": symmetric_of_sorted, "shortest": shortest_of_sorted}

BLOCK = 10_000
MOST_TRIALS = 2_000_000
LIMIT = 100_000_000  # 1.6 GB of values.
OUTPUT = "output"


def simulate(
    model: Model,
    inputs: Sequence[Input],
    generator: Generator,
    correlation: Correlation | None = None,
    *,
    probability: float = 0.95,
    interval: Interval = "symmetric",
    digits: int = 2,
    tolerance: float | None = None,
    trials: int | None = None,
    most_trials: int = MOST_TRIALS,
    unit: str = "1",
) -> Simulation:
    """Distribution of an output, from the distributions of its inputs.

    Blocks of trials are made until, over the h blocks, twice the standard deviation of the averages of estimate, u
    and both ends of the coverage interval is no more than the numerical tolerance delta::

        2 * s(y), 2 * s(u), 2 * s(y_low), 2 * s(y_high) <= delta        s(a)**2 = sum((a_r - a)**2) / (h * (h - 1))

    Inputs are drawn as the ``Input`` says: normal; Student's t, shifted and scaled by u, where degrees of freedom are
    finite; within limits as rectangular, triangular, arcsine or trapezoidal. Finite degrees of freedom of limits make
    these inexact: the half width is drawn evenly from ``a * (1 -+ 1 / sqrt(2 * dof))``, for a rectangle the
    curvilinear trapezoid. Correlated normal inputs are multivariate normal, correlated t of one number of degrees of
    freedom multivariate t. All others are tied by a Gaussian copula whose parameters are the stated coefficients: each
    keeps its distribution, and their coefficients come out a little nearer to zero (two rectangular ones: 0.483 for
    0.5).

    Of an input with 4 degrees of freedom or fewer a standard deviation has none of its own: u then comes out a little
    small now and then though it stands still, with fewer than 3 by a tenth; the interval's ends are not touched by it.

    Args:
        model: Takes the inputs as keyword arguments. It is called with arrays; where it does not take them, or answers
            otherwise than for single numbers, once for each trial.
        inputs: One for each argument of the model.
        generator: Source of chance, as ``numpy.random.default_rng(seed)``.
        correlation: Coefficients of correlation; None where the inputs are independent.
        probability: Coverage probability of the interval that is to stand still.
        interval: Which one that is.
        digits: Significant digits of u that are to stand; see ``numerical_tolerance``.
        tolerance: delta itself, in ``unit``, instead of the digits.
        trials: A number of trials, instead of as many as it needs.
        most_trials: Where to stop when it does not stand still; 8 bytes each are kept, twice.
        unit: UCUM code of the output.

    Raises:
        ValueError: Names that repeat, a matrix that is no correlation matrix, Student's t with 2 degrees of freedom or
            fewer, a model that gives no finite number, or a number that is outside its range.

    Source:
        JCGM 101:2008, 6.4, 7.2 to 7.7 and 7.9.4.

    >>> import numpy as np
    >>> from calibration.uncertainty import normal
    >>> inputs = [normal("a", 0.0, 1.0), normal("b", 0.0, 1.0)]
    >>> found = simulate(lambda a, b: a + b, inputs, np.random.default_rng(1), digits=1)
    >>> found.converged, found.tolerance, round(found.u, 1)
    (True, 0.5, 1.4)
    """
    goal = Goal(
        "simulate", checked_probability("simulate", "probability", probability), interval, digits, trials, most_trials
    )
    wanted = None if tolerance is None else {OUTPUT: tolerance}
    found = _simulate(goal, {OUTPUT: model}, inputs, generator, correlation, wanted, {OUTPUT: unit})
    return found.outputs[OUTPUT]


def simulate_together(
    models: Mapping[str, Model],
    inputs: Sequence[Input],
    generator: Generator,
    correlation: Correlation | None = None,
    *,
    probability: float = 0.95,
    interval: Interval = "symmetric",
    digits: int = 2,
    tolerances: Mapping[str, float] | None = None,
    trials: int | None = None,
    most_trials: int = MOST_TRIALS,
    units: Mapping[str, str] | None = None,
) -> JointSimulation:
    """Joint distribution of several outputs of the same inputs.

    Trials are made until every output stands still as :func:`simulate` says; their correlation is not looked at.

    Args:
        models: By the outputs' names; each takes all the inputs as keyword arguments.
        inputs: As of :func:`simulate`, as is all that is not named here.
        generator: Source of chance.
        correlation: Of the inputs.
        probability: Coverage probability.
        interval: Which interval is to stand still.
        digits: Significant digits of every u.
        tolerances: delta of some outputs, by name, each in its unit.
        trials: A number of trials, instead of as many as it needs.
        most_trials: Where to stop.
        units: UCUM codes of the outputs, by name.

    Raises:
        ValueError: As of :func:`simulate`; there is no model.

    Source:
        JCGM 102:2011, clause 7.

    >>> import numpy as np
    >>> from calibration.uncertainty import normal
    >>> models = {"twice": lambda a: 2 * a, "half": lambda a: a / 2}
    >>> found = simulate_together(models, [normal("a", 1.0, 0.1)], np.random.default_rng(1), trials=10_000)
    >>> found.correlation.round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    who = "simulate_together"
    goal = Goal(who, checked_probability(who, "probability", probability), interval, digits, trials, most_trials)
    if not models:
        raise refuse(who, "models", "one or more", 0, "Name the outputs.")
    return _simulate(goal, models, inputs, generator, correlation, tolerances, units)


@record
class Goal:
    """When to stop, checked."""

    who: str
    probability: float
    interval: Interval
    digits: int
    trials: int | None
    most_trials: int

    def __post_init__(self) -> None:
        one_of(self.who, "interval", self.interval, INTERVALS)
        significant_digits(self.who, self.digits)
        for what, count in (("trials", self.trials), ("most_trials", self.most_trials)):
            if count is not None and whole(self.who, what, count, 2) > LIMIT:
                advice = "Values are kept in memory; see which digits matter."
                raise refuse(self.who, what, f"{LIMIT} at most", count, advice)
        if self.trials is None:
            whole(self.who, "most_trials", self.most_trials, 2 * self.block)

    @property
    def block(self) -> int:
        """Trials of a block: whole portions of draws, enough for the ends of its interval."""
        return BLOCK * math.ceil(least_trials(self.probability) / BLOCK)

    @property
    def most(self) -> int:
        """Trials for which there must be room: whole blocks, or the number that was given."""
        return self.trials or self.most_trials // self.block * self.block


def _simulate(
    goal: Goal,
    models: Mapping[str, Model],
    inputs: Sequence[Input],
    generator: Generator,
    correlation: Correlation | None,
    tolerances: Mapping[str, float] | None,
    units: Mapping[str, str] | None,
) -> JointSimulation:
    who = goal.who
    if not hasattr(generator, "bit_generator"):
        advice = "Pass numpy.random.default_rng(seed)."
        raise refuse(who, "generator", "a numpy.random.Generator", repr(generator), advice)
    known = named_inputs(who, inputs)
    draw = Drawing(who, known, known_correlation(who, known, correlation))
    wanted = _wanted(who, models, tolerances or {})
    calls = [Trials(who if name == OUTPUT else f"{who}: {name}", model) for name, model in models.items()]
    values = np.empty((len(calls), goal.most))  # Memory is taken only as it is filled.
    watch = Watch(goal, wanted)
    made = 0
    while made < goal.most and not watch.still:
        count = min(BLOCK, goal.most - made)
        drawn = draw(generator, count)
        for row, call in zip(values, calls, strict=True):
            row[made : made + count] = call(drawn)
        made += count
        if goal.trials is None and made % goal.block == 0:
            watch.see(values[:, made - goal.block : made])
    return _joint(goal, watch, values[:, :made], models, units or {})


def _wanted(who: str, models: Mapping[str, Model], tolerances: Mapping[str, float]) -> list[float | None]:
    for name in tolerances:
        if name not in models:
            expected = "names of " + ", ".join(models)
            raise refuse(who, "tolerances", expected, repr(name), "Choose one of these.")
    return [positive(who, "tolerance", tolerances[name]) if name in tolerances else None for name in models]


class Watch:
    """Sees block after block, until the averages stand still.

    Attributes:
        still: Whether all outputs do.
        each: Whether each one does.
        tolerances: delta of each output.
    """

    def __init__(self, goal: Goal, wanted: list[float | None]) -> None:
        self.still = False
        self.each = [False] * len(wanted)
        self.tolerances = [each or 0.0 for each in wanted]
        self._goal = goal
        self._wanted = wanted
        self._seen: list[Array] = []

    def see(self, block: Array) -> None:
        """Take note of mean, u and interval of a block, shape (m, trials)."""
        ends = INTERVALS[self._goal.interval]
        rows = [(*mean_and_u(row), *ends(np.sort(row), self._goal.probability)) for row in block]
        self._seen.append(np.asarray(rows))
        if len(self._seen) < 2:  # noqa: PLR2004  (one has no spread)
            return
        for i, wanted in enumerate(self._wanted):
            figures = np.asarray([rows[i] for rows in self._seen])
            u = _u_of_all(figures[:, 0], figures[:, 1], block.shape[1])
            delta = wanted or (numerical_tolerance(u, self._goal.digits) if u > 0 else 0.0)
            spread = np.std(figures, axis=0, ddof=1) / math.sqrt(len(figures))
            self.tolerances[i] = delta
            self.each[i] = bool((2 * spread <= delta).all())
        self.still = all(self.each)


def _u_of_all(means: Array, us: Array, count: int) -> float:
    """Standard deviation of all values, from those of blocks of one size."""
    squares = (count - 1) * np.sum(us**2) + count * np.sum((means - np.mean(means)) ** 2)
    return math.sqrt(float(squares) / (count * len(means) - 1))


def mean_and_u(values: Array) -> tuple[float, float]:
    """Mean and standard deviation; differences from one value keep the digits of small spreads.

    Source:
        JCGM 101:2008, 7.6, equations (16) and (17).
    """
    first = float(values[0])
    apart = values - first
    mean = float(np.mean(apart))
    apart -= mean
    widest = float(np.abs(apart).max()) or 1.0
    apart /= widest  # No square underflows, nor goes beyond what a float holds.
    return first + mean, widest * math.sqrt(float(apart @ apart) / (len(apart) - 1))


def _joint(
    goal: Goal, watch: Watch, values: Array, models: Mapping[str, Model], units: Mapping[str, str]
) -> JointSimulation:
    outputs = {}
    for i, name in enumerate(models):
        value, u = mean_and_u(values[i])
        ordered = np.sort(values[i])
        ordered.flags.writeable = False
        converged = None if goal.trials is not None else watch.each[i]
        outputs[name] = Simulation(
            value, u, values.shape[1], converged, watch.tolerances[i], units.get(name, "1"), ordered
        )
    covariance = covariance_of(values, outputs.values())
    values.flags.writeable = False
    return JointSimulation(outputs, covariance, values)
