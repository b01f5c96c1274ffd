"""Plans with one indicator, and facts by hand."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import msgspec
import pytest

from gateway.indicators.facts import CapacityYear, Facts, FigureChange, PilotJudged, Record, ScopeHeld
from gateway.indicators.plans import evaluate_plan
from gateway.indicators.results import Evaluated
from gateway.indicators.schema import Plan

WORDS = {"vi": "Chữ", "en": "Words"}


class Known:
    """Facts that a test writes down."""

    def __init__(self) -> None:
        self.rows: list[Record] = []
        self.pilots: list[PilotJudged] = []
        self.capacity: list[CapacityYear] = []
        self.scope: list[ScopeHeld] = []

    def add(self, noun: str, row: str, *, attached: int = 0, retired: bool = False, **values: Any) -> str:
        """A row; gives its id."""
        label = str(values.get("name") or "")
        of = Record(
            noun=noun, id=row, label=label, values=values, attached=attached, retired_at=1_764_000_000 if retired else 0
        )
        self.rows.append(of)
        return row

    def organisations(self, *ids: str, kind: str = "enterprise") -> None:
        for number, one in enumerate(ids, len(self.rows)):
            self.add("organisation", one, name=f"Xưởng {one}", code=f"{1_400_000_000 + number}", kind=kind)

    def support(self, row: str, organisation: str, day: str, proof: str = "12/QĐ", **values: Any) -> str:
        values = {"kind": "basic_tool", "tools": (), **values}
        return self.add("support", row, organisation=organisation, begins=day, document_number=proof, **values)

    def pilot(self, row: str, site: str, day: str, proof: str = "13/QĐ", **values: Any) -> str:
        values = {"state": "closed", "tools": ("tpm", "5s"), "replaces": None, **values}
        return self.add("pilot", row, site=site, begins=day, document_number=proof, **values)

    def judge(
        self, pilot: str, state: str, day: str, figure: str = "oee", before: float = 0.5, change: float = 0.05
    ) -> None:
        figures = (FigureChange(figure=figure, state="improved", before=before, change=change),)
        self.pilots.append(PilotJudged(pilot=pilot, state=state, figures=figures, judged=day))

    def training(self, row: str, day: str, proof: str = "14/QĐ", topic: str = "productivity", **values: Any) -> str:
        return self.add("training", row, begins=day, document_number=proof, topic=topic, **values)

    def attendance(self, row: str, training: str, person: str, organisation: str | None = None) -> str:
        return self.add("attendance", row, training=training, person=person, organisation=organisation, completed=True)

    def statistic(self, series: str, year: int, value: float, row: str = "", **values: Any) -> str:
        values = {"sector": "", "territory": "", "price_base": None, "unit": "", "is_estimate": False, **values}
        row = row or f"s-{series}-{year}-{values['territory']}"
        return self.add("statistic", row, series=series, year=year, value=value, **values)

    def facts(self, shuffled: int | None = None) -> Facts:
        """All of it; in another order with a seed."""
        parts = [list(part) for part in (self.rows, self.pilots, self.capacity, self.scope)]
        if shuffled is not None:
            for part in parts:
                Random(shuffled).shuffle(part)
        rows, pilots, capacity, scope = parts
        records: dict[str, list[Record]] = {}
        for one in rows:
            records.setdefault(one.noun, []).append(one)
        return Facts(
            province="82",
            gathered=1,
            records={noun: tuple(found) for noun, found in records.items()},
            pilots=tuple(pilots),
            capacity=tuple(capacity),
            scope=tuple(scope),
        )


def make_plan(*indicators: dict[str, Any], name: str = "own-plan", **values: Any) -> Plan:
    """A plan of 2026 to 2030 with some indicators; what a test does not say of one is as usual."""
    usual = {
        "section": "I.1",
        "title": WORDS,
        "unit": "enterprises",
        "comparator": ">=",
        "target": 2,
        "period": "whole_period",
        "since": 2026,
        "until": 2030,
        "due": {"kind": "unsaid"},
        "feed": "registry",
    }
    return Plan.model_validate(
        {
            "form": "nhipdo-plan/1",
            "id": name,
            "title": WORDS,
            "province": {"code": "82", "name": WORDS},
            "issuer": "committee",
            "issued": 2026,
            "since": 2020,
            "until": 2030,
            "tiers": ["province"],
            "agencies": {"committee": WORDS},
            "indicators": [{"id": f"{name}-{n}", **usual, **one} for n, one in enumerate(indicators)],
            **values,
        }
    )


class Asked:
    """Evaluates one indicator."""

    def __init__(self, known: Known) -> None:
        self.known = known

    def __call__(self, day: str, **indicator: Any) -> Evaluated:
        plan = make_plan(indicator)
        (found,) = evaluate_plan(plan, self.known.facts(), date.fromisoformat(day)).indicators
        # What comes out can be kept in a file and read back.
        assert msgspec.json.decode(msgspec.json.encode(found), type=Evaluated) == found
        return found


@pytest.fixture
def known() -> Known:
    return Known()


@pytest.fixture
def asked(known: Known) -> Asked:
    return Asked(known)


@pytest.fixture(scope="session")
def new_known() -> Callable[[], Known]:
    """For generated examples, which share fixtures."""
    return Known


@pytest.fixture(scope="session")
def plan_with() -> Callable[..., Plan]:
    return make_plan
