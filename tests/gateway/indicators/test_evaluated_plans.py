"""Whole plans: without facts, in any order, with a plan of a province's own; what never changes a figure."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.indicators.facts import Facts, canonical, facts_hash
from gateway.indicators.plans import evaluate_plan
from gateway.programme.plan_files import load_plans
from gateway.programme.telling import codes, gap_told

PLANS = load_plans()
REACHED = {"met", "exceeded", "up", "down", "unchanged"}
MEASURES = {
    "turns": {"kind": "records", "sources": [{"of": "support"}]},
    "distinct": {"kind": "records", "sources": [{"of": "support"}], "count": "organisation"},
    "successful": {
        "kind": "records",
        "sources": [{"of": "support", "also_has": ["certification"]}],
        "count": "organisation",
    },
}


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("day", ["2020-12-31", "2021-01-01", "2025-12-31", "2026-11-25", "2031-06-30"])
def test_without_facts_nothing_of_a_shipped_plan_is_met_and_every_gap_has_words(name, day) -> None:
    plan = PLANS[name]
    facts = Facts(province=plan.province.code, gathered=0)
    found = evaluate_plan(plan, facts, date.fromisoformat(day), others=PLANS)
    assert [one.indicator for one in found.indicators] == [one.id for one in plan.indicators]
    for one in found.indicators:
        assert one.state not in REACHED, one.indicator
        for gap in (*one.missing, *one.doubts, *(series for each in one.components for series in each.missing)):
            vi, en = gap_told(gap, "vi"), gap_told(gap, "en")
            assert vi != en
            assert "{" not in vi + en


def test_every_code_that_is_said_anywhere_has_words() -> None:
    folder = Path(evaluate_plan.__code__.co_filename).parent
    text = "\n".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    found = {part.split('"')[0] for part in text.split('Gap(code="')[1:]}
    found |= {part.split('"')[0] for part in text.split('self.say("')[1:]}
    assert len(found) > 40
    assert not found - codes()


def test_facts_of_another_province_are_refused(known, plan_with) -> None:
    plan = plan_with({"measure": MEASURES["turns"]})
    with pytest.raises(ValueError, match="plan own-plan") as caught:
        evaluate_plan(plan, msgspec.structs.replace(known.facts(), province="75"), date(2026, 1, 1))
    assert str(caught.value) == (
        "plan own-plan: expected facts of province 82, got those of 75. Gather the facts of the plan's province."
    )


def everything(known) -> None:
    known.organisations("a", "b", "c")
    for one in "abc":
        known.add("site", f"site-{one}", organisation=one, kind="factory")
        known.support(f"s-{one}", one, "2026-03-01", proof="" if one == "c" else "1")
        known.pilot(f"p-{one}", f"site-{one}", "2026-04-01")
        known.judge(f"p-{one}", "improved", "2026-09-30")
        known.training(f"t-{one}", "2026-05-01")
        known.attendance(f"x-{one}", f"t-{one}", f"n-{one}", one)
        known.add("listed", f"l-{one}", organisation=one, kind="high_risk", since="", until="", product=one)
        known.add("certification", f"z-{one}", organisation=one, issued="2026-06-01")
    for year in (2024, 2025, 2026):
        for series, level in (("grdp_constant", 100), ("employed", 50), ("capital_stock", 200)):
            known.statistic(
                series, year, level * 1.08 ** (year - 2024), unit="persons" if series == "employed" else "VND"
            )


@pytest.mark.parametrize("name", [one for one, plan in PLANS.items() if plan.province.code == "82"])
def test_the_same_facts_in_any_order_give_the_same_bytes(known, name) -> None:
    everything(known)
    told = set()
    for seed in (None, 1, 2, 3):
        facts = known.facts(seed)
        found = evaluate_plan(PLANS[name], facts, date(2026, 11, 25), others=PLANS)
        told.add((msgspec.json.encode(found), canonical(facts), facts_hash(facts)))
    assert len(told) == 1


def test_facts_come_back_from_a_file_as_they_were(known) -> None:
    everything(known)
    facts = known.facts()
    again = msgspec.json.decode(canonical(facts), type=Facts)
    assert facts_hash(again) == facts_hash(facts)
    plan = PLANS["dong-thap-2026-2030"]
    day = date(2026, 11, 25)
    assert evaluate_plan(plan, again, day) == evaluate_plan(plan, facts, day)


AGAIN = """
import sys
from datetime import date
import msgspec
from gateway.indicators.facts import Facts
from gateway.indicators.plans import evaluate_plan
from gateway.programme.plan_files import load_plans
plans = load_plans()
facts = msgspec.json.decode(sys.stdin.buffer.read(), type=Facts)
for name in ("dong-thap-2021-2025", "dong-thap-2026-2030"):
    sys.stdout.buffer.write(msgspec.json.encode(evaluate_plan(plans[name], facts, date(2026, 11, 25), others=plans)))
"""


def test_another_process_makes_the_same_bytes_of_kept_facts(known) -> None:
    everything(known)
    kept = canonical(known.facts(1))
    found = b"".join(
        msgspec.json.encode(evaluate_plan(PLANS[name], known.facts(), date(2026, 11, 25), others=PLANS))
        for name in ("dong-thap-2021-2025", "dong-thap-2026-2030")
    )
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    again = subprocess.run(
        [sys.executable, "-c", AGAIN], input=kept, env=environment, stdout=subprocess.PIPE, check=True
    )
    assert again.stdout == found


def test_one_row_more_gives_another_hash(known) -> None:
    everything(known)
    before = facts_hash(known.facts())
    known.support("s-new", "a", "2026-03-01")
    assert facts_hash(known.facts()) != before


def test_a_plan_of_a_provinces_own_needs_no_code(known, tmp_path) -> None:
    (tmp_path / "own.yaml").write_text(
        """
form: nhipdo-plan/1
id: my-plan
title: {vi: Kế hoạch, en: Plan}
province: {code: "82", name: {vi: Đồng Tháp, en: Đồng Tháp}}
issuer: office
issued: 2026
since: 2026
until: 2027
tiers: [province]
agencies: {office: {vi: Sở, en: Department}}
indicators:
  - id: my-awards
    section: "1"
    title: {vi: Giải thưởng, en: Awards}
    unit: enterprises
    comparator: ">"
    target: 1
    period: per_year
    since: 2026
    until: 2027
    due: {kind: yearly}
    feed: registry
    measure:
      kind: records
      sources: [{of: award, where: {result: [gold, silver]}}]
      count: organisation
""",
        "utf-8",
    )
    plan = load_plans(tmp_path)["my-plan"]
    for n, result in enumerate(("gold", "silver", "none")):
        known.add("award", f"w{n}", organisation=f"o{n}", year=2026, result=result, document_number="9")
    (found,) = evaluate_plan(plan, known.facts(), date(2026, 11, 25)).indicators
    assert (found.value, found.state) == (2, "met")


def territory(known) -> None:
    known.add("province", "new", code="82", successor=None)
    known.add("province", "old-87", code="87", successor="new")
    known.add("province", "old-82", code="82", successor="new")
    for n, place in enumerate(("new", "old-87", "old-82")):
        known.support(f"s{n}", f"o{n}", "2026-01-01", of_province=place)


@pytest.mark.parametrize(
    ("former", "counted", "doubts"),
    [("87", ["s0", "s1"], ["territory_of_today"]), (None, ["s0", "s1", "s2"], [])],
)
def test_a_plan_from_before_a_merger_counts_no_rows_of_the_others(known, plan_with, former, counted, doubts) -> None:
    territory(known)
    words = {"vi": "Tỉnh", "en": "Province"}
    plan = plan_with({"measure": MEASURES["turns"]}, province={"code": "82", "name": words, "former_code": former})
    (found,) = evaluate_plan(plan, known.facts(), date(2026, 12, 31)).indicators
    assert [ref.id for ref in found.rests_on] == counted
    assert [one.code for one in found.doubts] == doubts


ROWS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(["2025-12-31", "2026-01-01", "2026-06-30", "2026-12-31", "2027-01-01"]),
        st.sampled_from(["", "1"]),
        st.booleans(),
    ),
    max_size=8,
)


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=30, deadline=None)
@given(rows=ROWS, more=st.tuples(st.sampled_from("abcde"), st.sampled_from(["2026-02-02", "2027-02-02"])))
def test_one_proven_row_more_never_lowers_a_count_and_rows_out_of_use_never_matter(
    new_known, plan_with, rows, more, measure
) -> None:
    values = []
    for with_retired, with_more in ((True, False), (False, False), (False, True)):
        known = new_known()
        for n, (owner, day, proof, retired) in enumerate(rows):
            if with_retired or not retired:
                known.add("support", f"s{n}", retired=retired, organisation=owner, begins=day, document_number=proof)
        known.add("certification", "z", organisation="a", issued="2026-03-03")
        if with_more:
            known.support("s-more", *more)
        (found,) = evaluate_plan(
            plan_with({"measure": MEASURES[measure]}), known.facts(), date(2026, 12, 31)
        ).indicators
        values.append(found.value)
    assert values[0] == values[1] <= values[2]


@pytest.mark.parametrize("seed", range(60))
def test_counts_agree_with_a_plain_reading_of_the_rules(new_known, plan_with, seed) -> None:
    """Distinct organisations with a proven basic tool, or with proven guidance and a certification, by sets."""
    draw, known = Random(seed), new_known()

    def day() -> str:
        return f"{draw.randint(2025, 2028)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"

    supports = [
        (
            draw.choice("abcdef"),
            day(),
            draw.choice(["", "1"]),
            draw.random() < 0.1,
            draw.choice(["basic_tool", "guidance"]),
        )
        for _ in range(draw.randint(0, 25))
    ]
    gained = [(draw.choice("abcdef"), day()) for _ in range(draw.randint(0, 4))]
    for n, (owner, begins, proof, retired, kind) in enumerate(supports):
        values = {"organisation": owner, "begins": begins, "document_number": proof, "kind": kind}
        known.add("support", f"s{n}", retired=retired, **values)
    for n, (owner, issued) in enumerate(gained):
        known.add("certification", f"z{n}", organisation=owner, issued=issued)
    sources = [
        {"of": "support", "where": {"kind": ["basic_tool"]}},
        {"of": "support", "where": {"kind": ["guidance"]}, "also_has": ["certification"]},
    ]
    measure = {"kind": "records", "sources": sources, "count": "organisation"}
    for as_of in ("2026-07-15", "2027-12-31"):
        for period, since in (("per_year", f"{as_of[:4]}-01-01"), ("whole_period", "2026-01-01")):
            won = {owner for owner, issued in gained if since <= issued <= as_of}
            expected = {
                owner
                for owner, begins, proof, retired, kind in supports
                if since <= begins <= as_of and proof and not retired and (kind == "basic_tool" or owner in won)
            }
            plan = plan_with({"measure": measure, "period": period})
            (found,) = evaluate_plan(plan, known.facts(seed), date.fromisoformat(as_of)).indicators
            assert found.value == len(expected)
