"""The plans of Đồng Nai and Tuyên Quang count what their words say: small provinces, figures worked out by hand."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from gateway.indicators.facts import CapacityYear, Facts, FigureChange, PilotJudged, Record
from gateway.indicators.plans import evaluate_plan
from gateway.indicators.results import Evaluated
from gateway.programme.plan_files import load_plans

PLANS = load_plans()
NONE: dict[str, Any] = {"document_number": ""}
SCHOOLS = {"5s-21001": ("5s", "iso_21001"), "5s-only": ("5s",)}


class World:
    """Rows of one province, made one after the other; each with a document unless told otherwise."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.rows: dict[str, list[Record]] = defaultdict(list)
        self.judged: list[PilotJudged] = []
        self.capacity: tuple[CapacityYear, ...] = ()
        self.add("province", "here", code=code, name="Tỉnh")

    def add(self, noun: str, name: str = "", /, **values: Any) -> str:
        name = name or f"{noun}-{len(self.rows[noun]) + 1}"
        of = {"of_province": "here", "document_number": "NT-1"} if noun != "province" else {}
        self.rows[noun].append(Record(noun=noun, id=name, label=name, values=of | values))
        return name

    def organisation(self, name: str, kind: str = "enterprise", **values: Any) -> None:
        """An organisation with its site and a person."""
        self.add("organisation", name, name=name, code=name, kind=kind, **values)
        self.add("site", f"{name}-site", organisation=name, kind=kind if kind == "hospital" else "factory")
        self.add("person", f"{name}-person", organisation=name)

    def support(self, organisation: str, kind: str, begins: str, **values: Any) -> None:
        self.add(
            "support", organisation=organisation, kind=kind, begins=begins, **{"tools": (), "amount": None} | values
        )

    def pilot(self, name: str, organisation: str, state: str, begins: str, **values: Any) -> None:
        usual = {"tools": ("lean",), "figures": ("oee",), "replaces": ""}
        self.add("pilot", name, site=f"{organisation}-site", state=state, begins=begins, **usual | values)

    def evaluated(self, plan: str, year: int) -> dict[str, Evaluated]:
        """The plan as of the last day of a year."""
        records = {noun: tuple(rows) for noun, rows in self.rows.items()}
        facts = Facts(
            province=self.code, gathered=0, records=records, pilots=tuple(self.judged), capacity=self.capacity
        )
        found = evaluate_plan(PLANS[plan], facts, date(year, 12, 31), others=PLANS)
        return {one.indicator: one for one in found.indicators}


def dong_nai() -> World:
    world = World("75")
    for name in ("e1", "e2", "e3"):
        world.organisation(name, is_key_export=name != "e3")
    for name, kind in (("b1", "branch"), ("coop", "cooperative"), ("home", "household"), ("clinic", "hospital")):
        world.organisation(name, kind, is_key_export=True)
    for name, industry in (("high", "P8523"), ("uni", "8541"), ("primary", "P8521"), ("unknown", "")):
        world.organisation(name, "school", industry=industry)
    _people(world)
    for organisation, kind, begins, its in (
        *(("e1", "basic_tool", "2026-02-01", {}), ("e1", "specific_tool", "2027-02-01", {})),  # one, twice
        *(("b1", "basic_tool", "2026-02-01", {}), ("coop", "basic_tool", "2026-02-01", {})),  # no cooperative
        *(("e2", "basic_tool", "2026-02-01", NONE), ("e3", "guidance", "2026-02-01", {})),
        *(("e1", "new_system", "2026-03-01", {}), ("coop", "organic", "2026-03-01", {})),
        *(("e2", "green_productivity", "2026-03-01", {}), ("e3", "traceability", "2026-03-01", {})),
        *(("e1", "drafting", "2026-04-01", {"amount": 5}), ("e2", "drafting", "2026-04-01", {})),  # not paid
        *(("e1", "certification", "2026-05-01", {"amount": 5}), ("e3", "certification", "2026-05-01", {"amount": 5})),
        ("high", "new_system", "2027-02-01", {"tools": SCHOOLS["5s-21001"]}),
        ("unknown", "new_system", "2027-02-01", {"tools": SCHOOLS["5s-21001"]}),
        ("primary", "new_system", "2027-02-01", {"tools": SCHOOLS["5s-21001"]}),
        ("uni", "new_system", "2027-02-01", {"tools": SCHOOLS["5s-only"]}),
    ):
        world.support(organisation, kind, begins, **its)
    world.add("certification", organisation="e1", issued="2026-09-01", number="1")
    world.add(
        "traceability", organisation="coop", gtin="1", lot="1", published="2026-09-01", valid_events=2, accepted=""
    )
    for organisation, number in (("e1", "1"), ("e1", "2"), ("coop", "3")):
        world.add("inhouse_standard", organisation=organisation, number=number, declared="2026-06-01", support="")
    for organisation, state in (("e1", "filed"), ("e1", "decided"), ("e2", "guided"), ("e3", "mobilised")):
        world.add("award", organisation=organisation, state=state, year=2027 if state == "decided" else 2026)
    for name, is_integrated, plan in (("a", True, 0), ("b", False, 0), ("c", True, 0), ("d", False, 1)):
        its = {"plan": ("dong-nai-2026-2030", "other")[plan], "is_integrated": is_integrated}
        world.add("programme_check", name, name=name, **its)
    _products(world)
    _models(world)
    return world


def _people(world: World) -> None:
    for name, topic, begins in (
        *(("a", "productivity", "2026-03-01"), ("b", "traceability", "2026-04-01")),
        *(("c", "measurement", "2026-05-01"), ("d", "productivity", "2027-03-01")),
    ):
        world.add("training", name, topic=topic, begins=begins)
    for training, person, is_official in (
        *(("a", "e1", False), ("b", "e1", False), ("c", "e1", False), ("a", "e2", True)),
        *(("b", "e3", True), ("d", "e2", True), ("d", "home", True)),  # officials: e2 twice, home once, e3 elsewhere
    ):
        its = {"training": training, "person": f"{person}-person", "is_official": is_official, "completed": True}
        world.add("attendance", organisation="", **its)
    for person, scheme in (("e1", "tcvn_13751"), ("e1", "apo"), ("e2", "course"), ("e3", "apo")):
        world.add("expert", person=f"{person}-person", scheme=scheme, issued="2026-08-01")
    series = "officials_in_charge_of_quality"
    world.add("statistic", series=series, sector="", year=2026, value=8.0, unit="persons", territory="")


def _products(world: World) -> None:
    for organisation, kind, gtin in (
        *(("e1", "high_risk", "10"), ("e1", "key_export", "10")),  # on both lists: one product
        *(("e2", "key_export", "20"), ("e3", "high_risk", "30"), ("e3", "ocop", "40")),
    ):
        world.add("listed", organisation=organisation, kind=kind, product=gtin, gtin=gtin, since="2026-01-01", until="")
    for gtin, events, accepted in (
        *(("10", 3, "2026-10-01"), ("20", 3, ""), ("30", 0, "2026-10-01"), ("40", 3, "2026-10-01")),
    ):
        its = {"published": "2026-09-15", "valid_events": events, "accepted": accepted}
        world.add("traceability", organisation="home", gtin=gtin, lot="1", **its)


def _models(world: World) -> None:
    three = {"tools": ("mes_erp", "tpm"), "figures": ("oee", "energy_per_unit")}
    world.pilot("whole", "e1", "closed", "2027-03-01", **three)
    world.pilot("running", "e2", "running", "2027-03-01", **three)
    world.pilot("no-energy", "e2", "closed", "2027-03-01", tools=("mes_erp",))
    world.pilot("early", "e3", "closed", "2026-03-01", **three)
    world.pilot("ward", "clinic", "running", "2027-03-01")
    world.pilot("ward-dropped", "clinic", "abandoned", "2027-03-01")
    world.pilot("campus", "uni", "running", "2028-03-01", tools=SCHOOLS["5s-21001"])
    world.pilot("high-too", "high", "running", "2028-03-01", tools=SCHOOLS["5s-21001"])
    for name, founded in (("k1", "2026-01-01"), ("k2", "2026-01-01"), ("k3", "2026-01-01")):
        world.add("club", name, name=name, founded=founded)
    for club, day in (("k1", "2026-05-01"), ("k1", "2027-05-01"), ("k1", "2027-06-01"), ("k2", "2026-05-01")):
        world.add("club_activity", club=club, name="x", date=day)


@pytest.mark.parametrize(
    ("year", "indicator", "value"),
    [
        (2026, "dn26-training-turns", 4),
        (2027, "dn26-training-turns", 2),
        (2027, "dn26-experts", 2),
        (2027, "dn26-public-sector-training", 100 * 2 / 8),
        (2027, "dn26-supported-tools", 2),
        (2026, "dn26-supported-new-systems", 2),
        (2026, "dn26-inhouse-standards", 1),
        (2026, "dn26-national-standards-drafting", 1),
        (2026, "dn26-export-certification", 1),
        (2026, "dn26-traceability-products", 100 / 3),
        (2028, "dn26-smart-green-models", 1),
        (2028, "dn26-hospital-models", 1),
        (2027, "dn26-education-models", 2),
        (2028, "dn26-education-models", 3),
        (2026, "dn26-clubs", 2),
        (2027, "dn26-clubs", 1),
        (2027, "dn26-quality-award", 2),
        (2026, "dn26-programs-integrated", 200 / 3),
    ],
)
def test_dong_nai_counts_what_its_words_say(year: int, indicator: str, value: float) -> None:
    assert dong_nai().evaluated("dong-nai-2026-2030", year)[indicator].value == pytest.approx(value)


def test_persons_that_are_trained_and_not_certified_stand_beside_and_do_not_count() -> None:
    world = dong_nai()
    world.add("training", "deep", topic="expert", begins="2026-06-01")
    for person, completed in (("e1", True), ("home", True), ("coop", False)):  # e1 is certified
        world.add("attendance", training="deep", person=f"{person}-person", organisation="", completed=completed)
    world.add("expert", person="clinic-person", scheme="course", issued="2026-09-01")
    world.add("expert", person="clinic-person", scheme="apo", issued="2025-09-01")  # certified before the plan
    found = world.evaluated("dong-nai-2026-2030", 2027)["dn26-experts"]
    assert [(one.name, one.value) for one in found.beside] == [("trained_only", 2)], "e2 and home"
    assert found.value == 2
    assert all(ref.noun == "expert" for ref in found.rests_on)


def test_an_improvement_that_was_measured_is_a_success_too() -> None:
    world = dong_nai()
    world.pilot("better", "e2", "closed", "2026-04-01")
    figure = FigureChange(figure="oee", state="improved", before=0.5, change=0.1, low=0.05, high=0.15)
    world.judged.append(PilotJudged(pilot="better", state="improved", figures=(figure,), judged="2026-11-01"))
    found = world.evaluated("dong-nai-2026-2030", 2026)["dn26-supported-new-systems"]
    assert (found.value, found.measured) == (3, 1)
    assert [one.why.code for one in found.not_counted] == ["no_result"]


def test_without_the_number_of_officials_their_share_cannot_be_said() -> None:
    world = dong_nai()
    world.rows["statistic"].clear()
    found = world.evaluated("dong-nai-2026-2030", 2027)["dn26-public-sector-training"]
    assert (found.value, found.state) == (None, "cannot_be_said")
    assert [(one.code, one.parts) for one in found.missing] == [
        ("no_denominator", {"of": "officials_in_charge_of_quality"})
    ]


def tuyen_quang() -> World:
    world = World("08")
    world.add("province", "old", code="08", name="Tuyên Quang", successor="here", until="2025-06-30")
    world.add("province", "other", code="02", name="Hà Giang", successor="here", until="2025-06-30")
    for name in ("e1", "e2", "e3", "e4"):
        world.organisation(name, is_key_product=name == "e1")
    world.organisation("far", of_province="other")
    for name, topic, place in (
        *(("a", "traceability", "old"), ("b", "expert", "old"), ("c", "quality", "other"), ("d", "measurement", "old")),
    ):
        world.add("training", name, topic=topic, begins="2023-03-01", of_province=place)
    for training, person, completed in (
        *(("a", "e1", True), ("a", "e2", True), ("b", "e1", True), ("b", "e2", False), ("d", "e3", True)),
    ):
        its = {"training": training, "person": f"{person}-person", "completed": completed, "is_official": False}
        world.add("attendance", organisation="", of_province="old", **its)
    world.add("attendance", training="c", person="far-person", of_province="other", completed=True, is_official=False)
    world.add("expert", person="e1-person", scheme="course", issued="2023-01-01")
    world.add("expert", person="e3-person", scheme="tcvn_13751", issued="2024-01-01")
    for organisation, kind in (("e1", "basic_tool"), ("e1", "standards"), ("e2", "guidance"), ("e3", "trademark")):
        world.support(organisation, kind, "2024-01-01")
    world.support("far", "basic_tool", "2024-01-01", of_province="other")
    world.support("e4", "guidance", "2024-01-01")
    for organisation, kind, product in (
        *(("e1", "agri_food", "rau"), ("e2", "agri_food", "chè"), ("e3", "agri_food", "cam")),
        *(("e1", "ocop", "chè"), ("e2", "ocop", "cam"), ("e3", "ocop", "miến"), ("e1", "trademark", "chè")),
        *(("e2", "trademark", "cam"), ("e3", "trademark", "gỗ")),  # wood is no product of OCOP
    ):
        world.add("listed", organisation=organisation, kind=kind, product=product, since="2022-01-01", until="")
    world.add("award", organisation="e1", state="guided", year=2024)
    world.add("award", organisation="e1", state="decided", year=2025)
    world.add("award", organisation="e2", state="mobilised", year=2025)
    its = {"plan": "tuyen-quang-2021-2025", "indicator": "tq21-traceability-portal", "reached": "2024-06-01"}
    world.add("milestone", **its)
    return world


@pytest.mark.parametrize(
    ("indicator", "value"),
    [
        ("tq21-training-turns", 4),
        ("tq21-experts", 2),
        ("tq21-supported-enterprises", 1),
        ("tq21-agrifood-informed", 200 / 3),
        ("tq21-quality-award", 1),
        ("tq21-ocop-trademarks", 200 / 3),
        ("tq21-traceability-portal", 1),
    ],
)
def test_tuyen_quang_counts_what_its_words_say_within_its_territory_of_then(indicator: str, value: float) -> None:
    assert tuyen_quang().evaluated("tuyen-quang-2021-2025", 2025)[indicator].value == pytest.approx(value)


def test_wishes_are_compared_with_the_full_year_before_and_are_never_met() -> None:
    world = tuyen_quang()
    world.pilot("before", "e1", "closed", "2024-01-01")
    for name, organisation, day, change in (("p1", "e1", "2024-09-01", 0.05), ("p2", "e1", "2025-09-01", 0.1)):
        world.pilot(name, organisation, "closed", f"{day[:4]}-02-01")
        figure = FigureChange(figure="oee", state="improved", before=0.5, change=change, low=0.01, high=0.2)
        world.judged.append(PilotJudged(pilot=name, state="improved", figures=(figure,), judged=day))
    world.capacity = (CapacityYear(year=2024, documents=5, fields=3), CapacityYear(year=2025, documents=4, fields=3))
    found = world.evaluated("tuyen-quang-2021-2025", 2025)
    parts = {
        name: {one.id: one.direction for one in found[name].components}
        for name in ("tq21-key-products", "tq21-calibration-capacity")
    }
    assert parts["tq21-key-products"] == {"labour_productivity": None, "oee": "up", "quality_ratio": None}
    assert parts["tq21-calibration-capacity"] == {"documents": "down", "fields": "unchanged", "in_order": None}
    assert not {one.state for one in found.values() if one.components} & {"met", "exceeded"}
