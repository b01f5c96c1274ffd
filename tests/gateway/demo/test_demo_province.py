"""The demo's province shows what it promises: each kind of pilot, targets in several states, all of it marked."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gateway.config import load_config
from gateway.demo.account import NS, OFFICER, demo_links
from gateway.demo.folder import gateway_toml
from gateway.demo.laboratory import MADE_UP, ZONE
from gateway.demo.province import PILOTS, PLAN
from gateway.indicators.results import State
from gateway.opening import opened_registry
from gateway.programme.evaluating import Evaluation, Evaluations
from gateway.programme.plan_files import load_plans
from gateway.registry.book import Book
from gateway.registry.catalogue import NOUNS
from gateway.registry.roles import SYSTEM


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory):
    """The engine, and the plan as it stands on the day on which the demo begins."""
    folder: Path = tmp_path_factory.mktemp("demo")
    file = folder / "gateway.toml"
    file.write_text(gateway_toml("mqtt://127.0.0.1:1", 8080, ""), "utf-8")
    links = demo_links(file)
    assert OFFICER in links
    config = load_config(file)
    with opened_registry(config) as engine:
        now = int(datetime.now(UTC).timestamp()) * NS
        today = datetime.fromtimestamp(now // NS, ZONE).date()
        plans = Evaluations(engine, load_plans(), ZONE, made_up=config.indicators.made_up)
        yield engine, plans.of(SYSTEM, PLAN, today, now)


def test_of_three_pilots_one_improves_one_does_not_and_one_is_too_early(evaluated: tuple[Engine, Evaluation]) -> None:
    engine, done = evaluated
    names = {one.id: one.values["name"] for one in Book(engine, lambda: 0).all(SYSTEM, "pilot")}
    states = {names[one.pilot]: one.state for one in done.facts.pilots}
    assert states == dict(zip([one.name for one in PILOTS], ("improved", "not_improved", "not_yet"), strict=True))


def test_there_are_six_sites_beside_the_laboratory_and_the_live_line_is_one(evaluated) -> None:
    engine, _ = evaluated
    sites = [one.values["name"] for one in Book(engine, lambda: 0).all(SYSTEM, "site")]
    assert len(sites) == 7
    assert {"demo", "demo-lab"} < set(sites)


def test_targets_stand_in_several_states_and_every_figure_is_marked_as_made_up(evaluated) -> None:
    _, done = evaluated
    states = {one.state for one in done.result.indicators}
    assert {State.EXCEEDED, State.MET, State.NOT_YET, State.CANNOT_BE_SAID} <= states
    assert done.result.made_up


def test_every_row_with_a_name_says_that_it_is_made_up(evaluated) -> None:
    engine, _ = evaluated
    book = Book(engine, lambda: 0)
    real = {"province", "commune"}
    bare = [
        (noun, one.values["name"])
        for noun, of in NOUNS.items()
        if "name" in of.all_fields() and noun not in real | {"site"}
        for one in book.all(SYSTEM, noun)
        if MADE_UP not in str(one.values["name"])
    ]
    assert bare == []
