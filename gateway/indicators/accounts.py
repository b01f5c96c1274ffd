"""What growth accounting gives: total, sectors, product taxes, reallocation, sensitivity, productivity of labour."""

import msgspec

from gateway.indicators.capital import END_OF_YEAR, CapitalBasis
from gateway.indicators.facts import Gap
from gateway.indicators.labour_shares import ACCOUNTS_FIRST, LabourShare
from gateway.indicators.linking import Link
from gateway.indicators.productivity import ShiftShare
from gateway.indicators.tfp import DISCRETE, Step

ESTIMATE, LINKED, ASSUMED_SHARE, KEPT_SHARE = "estimate", "linked", "labour_share_assumed", "labour_share_kept"
BASES_DIFFER, YEAR_FELL = "bases_differ", "year_fell"


class Options(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to calculate.

    Attributes:
        method: ``discrete`` or ``tornqvist``.
        labour_share: What goes first: ``accounts``, ``entered``, or always ``assumed``.
        timing: Of perpetual inventory: ``end_of_year`` or ``mid_year``.
        depreciation: A year, as a fraction; None: as the series ``depreciation_rate`` says.
        start_growth: A year, as a fraction; None: as the series ``capital_start_growth`` says.
    """

    method: str = DISCRETE
    labour_share: str = ACCOUNTS_FIRST
    timing: str = END_OF_YEAR
    depreciation: float | None = None
    start_growth: float | None = None


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """Growth of an economy or a sector.

    Attributes:
        sector: Which; empty: the whole economy.
        steps: Each year whose growth can be said.
        period: From the year before the first to the last year that can be said; None: it cannot be said.
        mean_of_shares: Mean of the yearly shares of TFP; None: a year of the period has none.
        shares: The labour share of each year.
        capital: What its stock rests on; None: there is none.
    """

    sector: str
    steps: tuple[Step, ...] = ()
    period: Step | None = None
    mean_of_shares: float | None = None
    shares: tuple[LabourShare, ...] = ()
    capital: CapitalBasis | None = None


class Taxes(msgspec.Struct, frozen=True, kw_only=True):
    """Product taxes less subsidies: the fourth row of output, which has no capital and no labour.

    Attributes:
        before: The year from which.
        year: The year to which.
        growth: Per cent a year; None: it was zero or negative at an end.
        contribution: To growth of output, percentage points a year.
    """

    before: int
    year: int
    growth: float | None
    contribution: float


class Contributions(msgspec.Struct, frozen=True, kw_only=True):
    """Growth of output by sectors, percentage points a year.

    Attributes:
        before: The year from which.
        year: The year to which.
        output: Growth of output; the others add up to it.
        by_sector: Sector -> its part.
        taxes: Part of product taxes less subsidies; None: not given, and then it is in ``rest``.
        rest: What is left.
    """

    before: int
    year: int
    output: float
    by_sector: dict[str, float]
    taxes: float | None
    rest: float


class Reallocation(msgspec.Struct, frozen=True, kw_only=True):
    """TFP of the whole less what its sectors account for.

    Attributes:
        before: The year from which.
        year: The year to which.
        total: Growth of total TFP.
        by_sector: Sector -> weight in output at the start (Törnqvist: mean of both ends) times growth of its TFP.
        reallocation: ``total`` less the sum of ``by_sector``.
        taxes: Of it the contribution of product taxes less subsidies; None: not known.
    """

    before: int
    year: int
    total: float
    by_sector: dict[str, float]
    reallocation: float
    taxes: float | None = None


class Sensitivity(msgspec.Struct, frozen=True, kw_only=True):
    """The period with another labour share.

    Attributes:
        change: Of the labour share of every year.
        period: Then; None: the share would lie outside 0 to 1.
    """

    change: float
    period: Step | None


class ProductivityYear(msgspec.Struct, frozen=True, kw_only=True):
    """Labour productivity of a year.

    Attributes:
        year: Which.
        value: Output at constant prices per person, in the unit of output per unit of persons.
        growth: Against the year before, per cent; None: that year is not there.
        flags: ``estimate``, ``linked``.
    """

    year: int
    value: float
    growth: float | None
    flags: tuple[str, ...] = ()


class Productivity(msgspec.Struct, frozen=True, kw_only=True):
    """Labour productivity over some years.

    Attributes:
        years: Each year that can be said, the one before the first too.
        n: Yearly steps between the end years; 0: the period cannot be said.
        growth: Geometric mean, per cent a year.
        output: Geometric mean growth of output, per cent a year.
        by_year: Where the growth of each year comes from.
        period: Where that of the whole period comes from; not a mean.
        unit: Of the values, such as ``VND billion / thousand persons``.
    """

    years: tuple[ProductivityYear, ...] = ()
    n: int = 0
    growth: float | None = None
    output: float | None = None
    by_year: tuple[ShiftShare, ...] = ()
    period: ShiftShare | None = None
    unit: str = ""


class Accounting(msgspec.Struct, frozen=True, kw_only=True):
    """Growth accounting of an economy.

    Attributes:
        since: First year whose growth counts.
        until: Last year.
        options: How it was calculated, with the rates that were used.
        total: The whole economy.
        sectors: Those that figures were given of.
        taxes: Product taxes less subsidies by year, and last over the period.
        contributions: Growth of output by sectors and product taxes, by year, and last over the period.
        reallocation: By year, and last over the period.
        sensitivity: With a labour share of 0.05 less and more.
        productivity: Of labour.
        links: Where series were joined.
        flags: Of the period.
        problems: What was refused or is missing.
        rests_on: Refs of the figures that went into the whole economy, sorted.
    """

    since: int
    until: int
    options: Options
    total: Course
    sectors: tuple[Course, ...] = ()
    taxes: tuple[Taxes, ...] = ()
    contributions: tuple[Contributions, ...] = ()
    reallocation: tuple[Reallocation, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()
    productivity: Productivity = Productivity()
    links: tuple[Link, ...] = ()
    flags: tuple[str, ...] = ()
    problems: tuple[Gap, ...] = ()
    rests_on: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every year of the period has its TFP, and none rests on an estimate."""
        has_all = [one.year for one in self.total.steps] == list(range(self.since, self.until + 1))
        return has_all and self.total.period is not None and ESTIMATE not in self.flags
