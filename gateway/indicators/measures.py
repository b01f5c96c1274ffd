"""What an indicator measures, as a plan's file says it: a province writes its own plan without touching code."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool

from gateway.indicators.sources import (
    ANY,
    SUCCESS,
    Label,
    Name,
    PathName,
    Records,
    Shown,
    Source,
    Strict,
    Success,
    Wanted,
)

__all__ = [
    "ANY",
    "SUCCESS",
    "Capacity",
    "Component",
    "LabourProductivityGrowth",
    "Measure",
    "Milestone",
    "NamedChange",
    "NamedRecords",
    "NewFields",
    "OverPlan",
    "PilotChange",
    "Records",
    "Share",
    "Shown",
    "SignedTfp",
    "Source",
    "Statistic",
    "Strict",
    "Success",
    "TfpGrowth",
    "TfpShare",
    "Trend",
    "Wanted",
]

DAY_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _read_day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        msg = f"{value} is no day of the calendar. Correct it."
        raise ValueError(msg) from None
    return value


class Statistic(Strict):
    """An imported figure of the year: the newest of the series up to the day that is asked for.

    Attributes:
        series: Of the registry's statistics.
        sector: Empty: all.
    """

    kind: Literal["statistic"] = "statistic"
    series: Name
    sector: str = ""


class Share(Strict):
    """A percentage: 100 * numerator / denominator; without a denominator it cannot be said.

    Attributes:
        numerator: What is counted.
        denominator: What it is a share of.
        within: Only what the denominator's records name too is counted above.
    """

    kind: Literal["share"] = "share"
    numerator: Records
    denominator: Annotated[Records | Statistic, Field(discriminator="kind")]
    within: StrictBool = False


class NamedRecords(Records):
    """A count that stands beside a figure, with what people call it.

    Attributes:
        vi: What people call it.
        en: The same in English.
    """

    vi: Label
    en: Label


class Milestone(Strict):
    """Something that is reached on a day, as somebody enters it with its document.

    Attributes:
        beside: Counts that the system can prove, shown and never judged: name -> what.
    """

    kind: Literal["milestone"] = "milestone"
    beside: dict[Name, NamedRecords] = Field(default_factory=dict)


class SignedTfp(Strict):
    """Reached when a calculation of TFP over the indicator's years, complete, is saved and signed off."""

    kind: Literal["signed_tfp"] = "signed_tfp"


class TfpShare(Strict):
    """The share of TFP in the growth of output, per cent: of a year and of the period, both shown.

    Attributes:
        judged: Which of both the target is held to.
    """

    kind: Literal["tfp_share"] = "tfp_share"
    judged: Literal["period", "last_year"] = "period"


class TfpGrowth(Strict):
    """Growth of TFP, per cent a year; of the period by mean growth rates."""

    kind: Literal["tfp_growth"] = "tfp_growth"


class NewFields(Strict):
    """Fields of calibration, verification and testing that came into the scope after a day.

    Attributes:
        base: The day, ISO 8601.
    """

    kind: Literal["new_fields"] = "new_fields"
    base: Annotated[str, Field(pattern=DAY_PATTERN), AfterValidator(_read_day)]


class Capacity(Strict):
    """A figure of the laboratories.

    Attributes:
        figure: ``documents`` issued in the year; ``fields`` of the scope; ``in_order``, the share of instruments in
            use, per cent; ``turnaround``, the median of days from receipt to issue; ``requests_served``, per cent.
    """

    kind: Literal["capacity"] = "capacity"
    figure: Literal["documents", "fields", "in_order", "turnaround", "requests_served"]


class PilotChange(Strict):
    """The median measured change over pilots that are judged in the year, per cent of the baseline.

    Attributes:
        figure: Key of a pilot's figures: ``oee``, ``labour_productivity``, ``quality_ratio`` ...
        where: As of a source; of ``pilot``.
    """

    kind: Literal["pilot_change"] = "pilot_change"
    figure: Name
    where: dict[PathName, Wanted] = Field(default_factory=dict)


class NamedChange(PilotChange):
    """A change that stands beside a figure, with what people call it.

    Attributes:
        vi: What people call it.
        en: The same in English.
    """

    vi: Label
    en: Label


class LabourProductivityGrowth(Strict):
    """Mean growth of output per employed person at constant prices, per cent a year, geometric.

    Attributes:
        beside: What pilots changed: name -> what. Shown and never judged, and no part of the growth.
    """

    kind: Literal["labour_productivity_growth"] = "labour_productivity_growth"
    beside: dict[Name, NamedChange] = Field(default_factory=dict)


class Component(Strict):
    """One of the series by which a wish without a number is told.

    Attributes:
        id: Name within the indicator.
        vi: What people call it.
        en: The same in English.
        better: Which way is wished for.
        measure: What it is.
    """

    id: Name
    vi: str
    en: str
    better: Literal["up", "down"] = "up"
    measure: Annotated[
        Records | Statistic | Share | Capacity | PilotChange | TfpShare | TfpGrowth | LabourProductivityGrowth,
        Field(discriminator="kind"),
    ]


class Trend(Strict):
    """A wish without a number: its series against the full year before; never met.

    Attributes:
        components: The series.
    """

    kind: Literal["trend"] = "trend"
    components: Annotated[tuple[Component, ...], Field(min_length=1)]


class OverPlan(Strict):
    """By how much indicators of a later plan exceed the same ones of an earlier plan, per cent.

    Attributes:
        plan: Id of the later plan.
        pairs: Indicator of this plan -> the one of the later plan with the same definition.
    """

    kind: Literal["over_plan"] = "over_plan"
    plan: str
    pairs: dict[str, str]


Measure = Annotated[
    Records
    | Share
    | Milestone
    | SignedTfp
    | TfpShare
    | LabourProductivityGrowth
    | NewFields
    | Trend
    | OverPlan
    | Statistic,
    Field(discriminator="kind"),
]
