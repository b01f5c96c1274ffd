"""The shipped plans count what their words say: small provinces with traps, every figure worked out by hand."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from gateway.indicators.facts import Facts, Record
from gateway.indicators.plans import evaluate_plan
from gateway.indicators.results import Evaluated
from gateway.programme.plan_files import load_plans

PLANS = load_plans()
NONE: dict[str, Any] = {"document_number": ""}


class World:
    """Rows of one province, made one after the other."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.rows: dict[str, list[Record]] = defaultdict(list)
        self.row("province", "here", code=code, name="Tỉnh")

    def row(self, noun: str, name: str = "", /, **values: Any) -> str:
        """A row with a document that proves it, unless told otherwise; its id."""
        name = name or f"{noun}-{len(self.rows[noun]) + 1}"
        of = {"of_province": "here", "document_number": "NT-1"} if noun != "province" else {}
        self.rows[noun].append(Record(noun=noun, id=name, label=name, values=of | values))
        return name

    def organisation(self, name: str, kind: str, industry: str = "") -> None:
        """An organisation with a site of its own and one person, both named after it."""
        self.row("organisation", name, name=name, code=name, kind=kind, industry=industry)
        self.row("site", f"{name}-site", organisation=name, kind=kind if kind in ("school", "hospital") else "factory")
        self.row("person", f"{name}-person", organisation=name)

    def evaluated(self, plan: str, year: int) -> dict[str, Evaluated]:
        """The plan as of the last day of a year."""
        facts = Facts(province=self.code, gathered=0, records={noun: tuple(rows) for noun, rows in self.rows.items()})
        found = evaluate_plan(PLANS[plan], facts, date(year, 12, 31), others=PLANS)
        return {one.indicator: one for one in found.indicators}


def dong_thap() -> World:
    world = World("82")
    for name, kind, industry in (
        *(("e1", "enterprise", "C1020"), ("e2", "enterprise", ""), ("e3", "enterprise", ""), ("b1", "branch", "")),
        *(("coop", "cooperative", ""), ("home", "household", ""), ("clinic", "hospital", ""), ("office", "other", "")),
        *(
            ("high", "school", "P8523"),
            ("high2", "school", "85230"),
            ("high3", "school", "P85230"),
            ("college", "school", "8533"),
        ),
    ):
        world.organisation(name, kind, industry)
    _trainings(world)
    _pilots(world)
    _supports(world)
    for organisation, kind, year, proof in (
        *(("e1", "mobilised", 2026, {}), ("e1", "filed", 2027, {})),
        *(("coop", "filed", 2026, {}), ("e2", "filed", 2026, NONE)),
    ):
        world.row("award", organisation=organisation, state=kind, year=year, **proof)
    for kind, answered in (("standards", "2026-02-01"), ("standards", "2026-02-02"), ("standards", ""), ("other", "")):
        world.row("information_request", kind=kind, received="2026-01-31", answered=answered)
    for person, scheme, issued in (
        ("e1", "course", "2026-03-01"),
        ("e1", "apo", "2027-03-01"),
        ("e2", "apo", "2025-12-31"),
    ):
        world.row("expert", person=f"{person}-person", scheme=scheme, issued=issued)
    world.row("certification_activity", organisation="office", issued="2024-01-01", expires="")
    world.row("certification_activity", organisation="e3", issued="2024-01-01", expires="2026-05-31")
    world.row("milestone", plan="dong-thap-2026-2030", indicator="dt26-traceability-system", reached="2026-06-30")
    for series, value in (("upper_secondary_schools", 40.0), ("colleges", 4.0)):
        world.row("statistic", series=series, sector="", year=2026, value=value, unit="schools", territory="")
    return world


def _trainings(world: World) -> None:
    for name, topic, begins, proof in (
        *(("a", "productivity", "2026-03-01", {}), ("b", "quality", "2026-04-01", {})),
        *(
            ("c", "traceability", "2026-05-01", {}),
            ("f", "traceability", "2026-05-02", {}),
            ("d", "productivity", "2026-06-01", NONE),
        ),
        ("e", "productivity", "2027-01-01", {}),
    ):
        world.row("training", name, topic=topic, begins=begins, **proof)
    for training, person, organisation, is_official in (
        *(("a", "e1", "e1", False), ("b", "e1", "", False)),  # one person in two classes: two turns
        ("a", "office", "office", True),  # an official of a department: none
        ("a", "high", "high", True),  # a teacher is an official, of a school
        ("a", "college", "", True),  # the same, told by the person's row
        *(
            ("c", "e1", "e1", False),
            ("d", "e1", "e1", False),
            ("e", "e1", "e1", False),
        ),  # topic, document, year
    ):
        its = {"training": training, "person": f"{person}-person", "is_official": is_official, "completed": True}
        world.row("attendance", organisation=organisation, **its)


def _pilots(world: World) -> None:
    both = ("5s", "iso_21001")
    for name, site, tools, state, begins, replaces in (
        ("two-tools", "e1", ("tpm", "5s"), "running", "2026-03-01", ""),
        ("one-tool", "e1", ("lean",), "running", "2026-03-01", ""),
        ("no-enterprise", "coop", ("tpm", "5s"), "running", "2026-03-01", ""),
        ("planned", "e2", ("tpm", "5s"), "planned", "2026-03-01", ""),
        ("version-1", "e2", ("tpm", "5s"), "running", "2026-03-01", ""),
        ("version-2", "e2", ("tpm", "5s"), "closed", "2026-03-01", "version-1"),
        ("ward", "clinic", ("lean",), "running", "2027-03-01", ""),
        ("clinic-abandoned", "clinic", ("lean",), "abandoned", "2027-03-01", ""),
        ("school", "high3", both, "running", "2027-03-01", ""),
    ):
        its = {"site": f"{site}-site", "tools": tools, "state": state, "begins": begins}
        world.row("pilot", name, replaces=replaces, **its)


def _supports(world: World) -> None:
    for organisation, kind, tools, begins, proof in (
        *(("e1", "basic_tool", (), "2026-02-01", {}), ("e1", "new_system", (), "2026-02-02", {})),
        *(("e1", "traceability", (), "2026-02-03", {}), ("coop", "traceability", (), "2026-02-04", {})),
        ("coop", "traceability", (), "2026-07-04", {}),  # a second turn of one cooperative
        *(("b1", "traceability", (), "2026-02-05", NONE), ("home", "basic_tool", (), "2026-02-06", {})),
        *(("e2", "guidance", (), "2026-02-07", {}), ("e2", "standards", (), "2026-02-08", {})),
        ("e3", "standards", (), "2026-02-09", {}),  # not on the list of high risk
        *(
            ("high", "new_system", ("5s", "iso_21001"), "2027-02-01", {}),
            ("high2", "new_system", ("5s",), "2027-02-01", {}),
        ),
        ("college", "new_system", ("iso_21001", "5s", "lean"), "2027-02-01", {}),
    ):
        its = {"organisation": organisation, "kind": kind, "tools": tools, "begins": begins}
        world.row("support", **(its | proof))
    for organisation in ("e1", "e2", "b1", "coop"):
        world.row("listed", organisation=organisation, kind="high_risk", product="P", since="2025-01-01", until="")
    world.row("traceability", organisation="e1", gtin="1", lot="1", published="2026-09-01", valid_events=3, accepted="")
    world.row(
        "traceability", organisation="coop", gtin="2", lot="1", published="2026-09-01", valid_events=0, accepted=""
    )


@pytest.mark.parametrize(
    ("year", "indicator", "value"),
    [
        (2026, "dt26-training-turns", 4),
        (2026, "dt26-integrated-model", 2),
        (2026, "dt26-highrisk-standards", 100 / 3),
        (2026, "dt26-quality-award", 1),
        (2027, "dt26-hospital-models", 1),
        (2027, "dt26-5s-iso21001-highschools", 200 / 40),
        (2027, "dt26-5s-iso21001-colleges", 100 / 4),
        (2026, "dt26-supported-enterprises", 7),
        (2026, "dt26-supported-traceability", 2),
        (2026, "dt26-standards-information", 200 / 3),
        (2026, "dt26-traceability-system", 1),
        (2027, "dt26-experts", 1),
        (2026, "dt26-certification-body", 1),
        (2026, "dt26-traceability-classes", 2),
        (2026, "dt26-productivity-classes", 2),
    ],
)
def test_dong_thap_2026(year: int, indicator: str, value: float) -> None:
    assert dong_thap().evaluated("dong-thap-2026-2030", year)[indicator].value == pytest.approx(value)


def test_turns_have_their_distinct_count_beside_them() -> None:
    found = dong_thap().evaluated("dong-thap-2026-2030", 2026)
    beside = {name: {one.name: one.value for one in found[name].beside} for name in found}
    assert beside["dt26-training-turns"]["person"] == 3
    assert beside["dt26-supported-enterprises"]["organisation"] == 4
    assert beside["dt26-traceability-system"] == {
        "accepted_lots": 0, "published_lots": 2, "publishing_organisations": 2,
    }  # fmt: skip


def test_a_valid_lot_is_of_which_measured_and_takes_nothing_away() -> None:
    found = dong_thap().evaluated("dong-thap-2026-2030", 2026)["dt26-supported-traceability"]
    assert (found.value, found.measured) == (2, 1)
    assert [(one.ref.noun, one.why.code) for one in found.not_counted] == [("support", "no_document")]


def test_dong_thap_2021_counts_its_own_territory_and_what_was_entered_under_the_new_one() -> None:
    world = World("82")
    world.row("province", "old", code="87", name="Đồng Tháp", successor="here", until="2025-06-30")
    world.row("province", "other", code="82", name="Tiền Giang", successor="here", until="2025-06-30")
    for name in ("e1", "e2", "e3"):
        world.organisation(name, "enterprise")
    world.organisation("home", "household")
    world.row("training", "a", topic="quality", begins="2023-03-01", of_province="old")
    world.row("training", "b", topic="standards", begins="2023-03-01")
    world.row("training", "c", topic="standards", begins="2023-03-01", of_province="other")
    world.row("training", "d", topic="expert", begins="2023-03-01")
    for training, person in (("a", "e1"), ("b", "e1"), ("b", "e2"), ("d", "e3")):
        world.row("attendance", training=training, person=f"{person}-person", organisation="", is_official=False)
    for organisation, kind in (("e3", "guidance"), ("e3", "diagnosis"), ("home", "technology"), ("e1", "basic_tool")):
        world.row("support", organisation=organisation, kind=kind, begins="2023-04-01", tools=())
    for organisation, result in (("e1", "gold"), ("e2", "silver"), ("e2", "gold")):
        world.row("award", organisation=organisation, state="decided", result=result, year=2024)
    world.row("expert", person="e1-person", scheme="course", issued="2022-01-01")
    found = world.evaluated("dong-thap-2021-2025", 2023)
    values = {name: found[name].value for name in ("dt21-classes", "dt21-guided-organisations", "dt21-experts")}
    assert values == {"dt21-classes": 2, "dt21-guided-organisations": 3, "dt21-experts": 1}
    later = world.evaluated("dong-thap-2021-2025", 2025)
    names = ("dt21-supported-enterprises", "dt21-quality-award", "dt21-quality-award-gold")
    assert {name: later[name].value for name in names} == dict.fromkeys(names, 2)


def test_lai_chau_counts_certifications_from_supports_and_organic_farming() -> None:
    world = World("12")
    for name in ("e1", "e2", "e3"):
        world.organisation(name, "enterprise")
    world.organisation("coop", "cooperative")
    system = world.row("support", organisation="e1", kind="new_system", begins="2022-01-01", tools=())
    world.row("certification", organisation="e1", number="1", issued="2022-06-01", support=system)
    world.row("certification", organisation="e2", number="2", issued="2022-06-01", support="")  # of its own accord
    for organisation, kind, begins in (
        *(("e3", "smart_production", "2025-12-31"), ("e3", "certification", "2026-01-01")),
        *(("coop", "organic", "2022-01-01"), ("e2", "organic", "2022-01-01"), ("e1", "traceability", "2026-02-01")),
    ):
        world.row("support", organisation=organisation, kind=kind, begins=begins, tools=())
    for topic in ("productivity", "other", "measurement"):
        world.row("training", topic=topic, begins="2025-03-01")
    found = world.evaluated("lai-chau-2021-2025", 2025)
    names = ("lc21-certified-enterprises", "lc21-traceability-enterprises", "lc21-courses")
    assert [found[name].value for name in names] == [2, 1, 2]
    later = world.evaluated("lai-chau-2021-2025", 2026)
    told = {name: {one.name: one.value for one in later[name].beside} for name in later if name.startswith("lc30")}
    assert [later[name].value for name in ("lc30-certified-enterprises", "lc30-traceability-enterprises")] == [1, 1]
    assert told["lc30-certified-enterprises"]["since_2021"] == 2
    assert told["lc30-traceability-enterprises"]["since_2021"] == 2
