"""Targets, values and measures of plans in words."""

from collections.abc import Callable

from edge_agent.speech import Speech
from gateway.indicators.beside import words_beside
from gateway.indicators.counted import COUNTED
from gateway.indicators.measures import (
    Capacity,
    LabourProductivityGrowth,
    Milestone,
    NewFields,
    OverPlan,
    PilotChange,
    Records,
    Share,
    SignedTfp,
    Source,
    Statistic,
    TfpGrowth,
    TfpShare,
    Trend,
    Wanted,
)
from gateway.indicators.schema import Due, Indicator, Plan, Words
from gateway.programme.telling import series_told
from gateway.registry.fields import Choice, Field, Link
from gateway.registry.nouns import NOUNS
from gateway.registry.pilots import FIGURES

Measured = (
    Records
    | Share
    | Milestone
    | SignedTfp
    | TfpShare
    | TfpGrowth
    | LabourProductivityGrowth
    | NewFields
    | Trend
    | OverPlan
    | Statistic
    | Capacity
    | PilotChange
)


_SINCE = "since_"
"""A second count from an earlier year on has its first year behind this."""

_WITHOUT_WORD = ("milestone", "qualitative", "rows", "year")
"""Units that a figure shows without a word behind it."""


class PlanWords:
    """How plans are told in one language.

    Args:
        say: The language.
    """

    def __init__(self, say: Speech) -> None:
        self._say = say

    def words(self, words: Words) -> str:
        """A label of a plan."""
        return words.vi if self._say.language == "vi" else words.en

    def unit(self, unit: str) -> str:
        """What is counted; a unit that no plan knows as it is."""
        return "" if unit in _WITHOUT_WORD else self._say.word("plans.unit", unit)

    def value(self, value: float | None, unit: str) -> str:
        """A figure with its unit; a milestone in a word; none: a dash."""
        if value is None:
            return "\N{EM DASH}"
        if unit == "milestone":
            return self._say("plans.reached" if value else "plans.not_reached")
        if unit == "year":
            return f"{value:.0f}"
        told = self._say.number(round(value, 2))
        return f"{told} {self.unit(unit)}".strip()

    def beside(self, plan: Plan, one: Indicator, name: str) -> str:
        """What a figure beside a value is: as the plan itself calls it, else as all plans do."""
        own = words_beside(one.measure).get(name)
        if own is not None:
            return self.words(own)
        if isinstance(one.measure, OverPlan) and name in one.measure.pairs:
            return self.words(plan.indicator(name).title)
        if name.startswith(_SINCE):
            return self._say("plans.beside_since", year=name.removeprefix(_SINCE))
        return self._say.word("plans.beside", name)

    def target(self, one: Indicator) -> str:
        """What the plan asks for, with its period."""
        period = self._say(f"plans.period_{one.period}", since=one.since, until=one.until)
        if one.comparator == "trend":
            return self._say("plans.wish", since=one.since, until=one.until)
        if one.comparator == "=" and one.target is True:
            return self._say("plans.to_reach", until=one.until)
        if isinstance(one.target, tuple):
            low, high = (self._say.number(number) for number in one.target)
            told = self._say("plans.range", low=low, high=high, unit=self.unit(one.unit))
        else:
            names = {">=": "least", ">": "over", "about": "about", "=": "exactly"}
            number = self._say.number(float(one.target or 0))
            told = self._say(f"plans.{names[one.comparator]}", number=number, unit=self.unit(one.unit))
        return f"{told} {period}"

    def due(self, due: Due) -> str:
        """When something is to be done."""
        return self._say(f"plans.due_{due.kind}", year=due.year, until=due.until or "", quarter=due.quarter)

    # ------------------------------------------------------------------ measures

    def measure(self, of: Measured, title: Callable[[str], str] = str) -> list[str]:
        """How a figure is counted, a sentence each.

        Args:
            of: What is counted.
            title: Id of an indicator of another plan -> what people call it.
        """
        if isinstance(of, Records):
            return self._records(of)
        if isinstance(of, Share):
            return self._share(of)
        key: str = of.kind
        if isinstance(of, TfpShare):
            key = f"{of.kind}_{of.judged}"
        elif isinstance(of, Capacity):
            key = f"{of.kind}_{of.figure}"
        told = [self._say(f"plans.measure_{key}", **self._parts(of))]
        if isinstance(of, OverPlan):
            told += [f"{title(a)} → {title(b)}" for a, b in of.pairs.items()]
        return told

    def _parts(self, of: Measured) -> dict[str, str]:
        """What the sentence of a measure names."""
        parts = {name: str(value) for name, value in of.model_dump().items() if isinstance(value, str)}
        if isinstance(of, PilotChange) and of.figure in FIGURES:
            parts["figure"] = FIGURES[of.figure][self._say.language]
        if isinstance(of, Statistic):
            parts["series"] = series_told(of.series, self._say.language)
        sector = parts.get("sector")
        parts["of_sector"] = " " + self._say("plans.of_sector", sector=sector) if sector else ""
        return parts

    def _share(self, of: Share) -> list[str]:
        return [
            self._say("plans.measure_share"),
            *(f"{self._say('plans.numerator')} {one}" for one in self._records(of.numerator)),
            *(f"{self._say('plans.denominator')} {one}" for one in self.measure(of.denominator)),
            *([self._say("plans.measure_within")] if of.within else []),
        ]

    def _records(self, of: Records) -> list[str]:
        told = [self._source(one) for one in of.sources]
        head = [self._say("plans.measure_records", what=told[0])]
        head += [self._say("plans.measure_or", what=one) for one in told[1:]]
        by = self._say("plans.measure_rows") if of.count == "rows" else self._distinct(of)
        return [*head, by, self._say("plans.measure_proof")]

    def _distinct(self, of: Records) -> str:
        _, field = field_at(of.sources[0].of, of.count)
        name = of.count if field is None else field.title[self._say.language]
        return self._say("plans.measure_distinct", what=name.lower())

    def _source(self, of: Source) -> str:
        language = self._say.language
        told = [NOUNS[of.of].noun.title[language] if of.of in NOUNS else of.of]
        conditions = [self._condition(of.of, path, wanted) for path, wanted in of.where.items()]
        for path, all_of_them in of.has_all.items():
            conditions.append(self._condition(of.of, path, all_of_them, self._say("plans.and")))
        for path, least in of.least.items():
            name = self._name(of.of, path)
            conditions.append(self._say("plans.measure_least", what=name, n=least))
        if of.also_has:
            proofs = [self._say(f"plans.success_{one}") for one in of.also_has]
            conditions.append(self._say("plans.measure_also", what=f" {self._say('plans.or')} ".join(proofs)))
        if conditions:
            told.append(f"({'; '.join(conditions)})")
        return " ".join(told)

    def _condition(self, noun: str, path: str, wanted: Wanted, joined: str = "") -> str:
        name = self._name(noun, path)
        if wanted == "*":
            return self._say("plans.measure_any", what=name)
        _, field = field_at(noun, path)
        values = [self._value(field, one) for one in wanted]
        return f"{name}: {f' {joined} '.join(values) if joined else ', '.join(values)}"

    def _name(self, noun: str, path: str) -> str:
        _, field = field_at(noun, path)
        return path if field is None else field.title[self._say.language].lower()

    def _value(self, field: Field | None, one: object) -> str:
        if isinstance(one, bool):
            return self._say("plans.yes" if one else "plans.no")
        text = str(one)
        if isinstance(field, Choice) and text in field.options:
            return field.options[text][self._say.language]
        return text


def field_at(noun: str, path: str) -> tuple[str, Field | None]:
    """Noun and field at a path such as ``training.topic``; None: the registry has none.

    >>> field_at("attendance", "training.topic")[0], field_at("attendance", "training.nothing")[1]
    ('training', None)
    >>> field_at("pilot", "organisation")[0]
    'site'
    """
    first, _, rest = path.partition(".")
    meant = COUNTED[noun].paths.get(first, (first,))[0] if noun in COUNTED else first
    *before, last = f"{meant}.{rest}".rstrip(".").split(".")
    for name in before:
        link = NOUNS[noun].links().get(name) if noun in NOUNS else None
        if not isinstance(link, Link):
            return noun, None
        noun = link.to
    return noun, (NOUNS[noun].all_fields().get(last) if noun in NOUNS else None)
