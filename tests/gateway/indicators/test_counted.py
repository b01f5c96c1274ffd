"""What plans count is there in the registry: nouns, fields, links, choices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from gateway.indicators.counted import COUNTED, LINKED_ONLY, OWN
from gateway.indicators.figures import SERIES
from gateway.indicators.measures import ANY, Capacity, Component, OverPlan, PilotChange, Records, Source, Statistic
from gateway.indicators.schema import Plan
from gateway.programme.plan_files import load_plans
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Line, Link
from gateway.registry.lists import StatisticRow
from gateway.registry.pilots import FIGURES

PLANS = load_plans()


def at_end(noun: str, path: str) -> Field:
    """The registry's field at the end of a path, over links only."""
    *links, last = path.split(".")
    for name in links:
        link = NOUNS[noun].fields()[name]
        assert isinstance(link, Link), f"{noun}.{name} links to nothing"
        noun = link.to
    return NOUNS[noun].fields()[last]


def meant(noun: str, path: str) -> tuple[str, ...]:
    """Paths of the registry that a plan's path means."""
    first, _, rest = path.partition(".")
    return tuple(f"{one}.{rest}" if rest else one for one in COUNTED[noun].paths.get(first, (first,)))


def parts(of: object, at: str = "") -> Iterator[tuple[str, Any]]:
    """All structs within a measure, with the indicator that holds each."""
    if isinstance(of, BaseModel):
        yield at, of
        for name in type(of).model_fields:
            yield from parts(getattr(of, name), at)
    elif isinstance(of, tuple | list):
        for one in of:
            yield from parts(one, at)
    elif isinstance(of, dict):
        for one in of.values():
            yield from parts(one, at)


def measures_of(kind: type) -> list[Any]:
    """Of all shipped plans: id of the indicator and part of its measure."""
    return [
        pytest.param(one, id=f"{at}-{number}")
        for plan in PLANS.values()
        for indicator in plan.indicators
        for number, (at, one) in enumerate(parts(indicator.measure, indicator.id))
        if isinstance(one, kind)
    ]


@pytest.mark.parametrize("noun", COUNTED)
def test_a_counted_noun_has_the_day_the_end_and_the_proof_that_are_said_of_it(noun: str) -> None:
    counted = COUNTED[noun]
    if counted.day:
        day = at_end(noun, counted.day)
        assert isinstance(day, Day) or counted.day == "year"
    if counted.until:
        assert isinstance(at_end(noun, counted.until), Day)
    if counted.proof != OWN:
        assert isinstance(at_end(noun, counted.proof), Line)
    if counted.replaces:
        assert at_end(noun, counted.replaces).to == noun


@pytest.mark.parametrize("noun", [*COUNTED, *LINKED_ONLY])
def test_links_lead_where_the_registry_says_and_to_nouns_that_are_gathered(noun: str) -> None:
    links = COUNTED[noun].links if noun in COUNTED else LINKED_ONLY[noun]
    registered = {name: link.to for name, link in NOUNS[noun].links().items()}
    assert {name: registered[name] for name in links} == dict(links)
    assert set(links.values()) <= {*COUNTED, *LINKED_ONLY}


@pytest.mark.parametrize("noun", COUNTED)
def test_paths_that_have_a_name_of_their_own_end_in_the_registry(noun: str) -> None:
    for name, paths in COUNTED[noun].paths.items():
        ends = {at_end(noun, path).__class__ for path in paths}
        assert ends == {Link}, f"{noun}.{name}"


@pytest.mark.parametrize("records", measures_of(Records))
def test_what_is_counted_is_a_field_of_every_source(records: Records) -> None:
    for source in records.sources:
        for name in (records.count, *records.beside):
            if name == "rows":
                continue
            for path in meant(source.of, name):
                at_end(source.of, path)


@pytest.mark.parametrize("source", measures_of(Source))
def test_what_a_source_asks_for_can_stand_in_the_registry(source: Source) -> None:
    for path, wanted in source.where.items():
        for one in meant(source.of, path):
            field = at_end(source.of, one)
            if wanted == ANY:
                continue
            if isinstance(field, Flag):
                assert all(isinstance(value, bool) for value in wanted), path
            elif isinstance(field, Choice):
                assert {value for value in wanted if value} <= set(field.options), path
            else:
                assert [field.read(value) for value in wanted if value] == [value for value in wanted if value], path


@pytest.mark.parametrize("source", measures_of(Source))
def test_several_choices_are_asked_only_of_fields_that_hold_several(source: Source) -> None:
    for path, all_of in source.has_all.items():
        field = at_end(source.of, path)
        assert isinstance(field, Choices)
        assert set(all_of) <= set(field.options)
    for path, least in source.least.items():
        field = at_end(source.of, path)
        assert isinstance(field, Choices)
        assert 1 <= least <= len(field.options)


@pytest.mark.parametrize("source", measures_of(Source))
def test_every_path_of_a_plan_goes_over_links_that_are_gathered(source: Source) -> None:
    for path in (*source.where, *source.has_all, *source.least):
        for one in meant(source.of, path):
            noun = source.of
            for name in one.split(".")[:-1]:
                noun = (COUNTED[noun].links if noun in COUNTED else LINKED_ONLY[noun])[name]


@pytest.mark.parametrize("statistic", measures_of(Statistic))
def test_a_series_has_a_name_that_the_registry_takes(statistic: Statistic) -> None:
    assert StatisticRow.fields()["series"].read(statistic.series) == statistic.series


@pytest.mark.parametrize("statistic", measures_of(Statistic))
def test_a_series_is_described_for_whoever_imports_it(statistic: Statistic) -> None:
    told = (Path(__file__).parents[3] / "docs" / "plans.md").read_text("utf-8")
    assert statistic.series in SERIES or f"| `{statistic.series}` |" in told


@pytest.mark.parametrize("change", measures_of(PilotChange))
def test_a_figure_of_pilots_is_one_that_pilots_declare(change: PilotChange) -> None:
    assert change.figure in FIGURES
    for path in change.where:
        for one in meant("pilot", path):
            at_end("pilot", one)


@pytest.mark.parametrize("plan", PLANS.values(), ids=lambda plan: plan.id)
def test_components_of_a_wish_have_names_of_their_own(plan: Plan) -> None:
    for indicator in plan.indicators:
        names = [one.id for _, one in parts(indicator.measure) if isinstance(one, Component)]
        assert len(names) == len(set(names)), indicator.id


@pytest.mark.parametrize("over", measures_of(OverPlan))
def test_a_comparison_of_two_plans_names_indicators_that_they_have(over: OverPlan) -> None:
    earlier = {indicator.id for plan in PLANS.values() for indicator in plan.indicators}
    assert set(over.pairs) <= earlier
    later = PLANS[over.plan]
    for name in over.pairs.values():
        assert later.indicator(name).id == name


def test_capacity_is_asked_for_more_than_one_figure() -> None:
    figures = {param.values[0].figure for param in measures_of(Capacity)}
    assert figures == {"documents", "fields", "in_order", "turnaround", "requests_served"}
