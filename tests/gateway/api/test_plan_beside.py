"""What stands beside an indicator's value is called in words, in every shipped plan and both languages."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge_agent.speech import LANGUAGES, Speech
from gateway.api.catalogues import load_catalogues
from gateway.api.plan_telling import PlanWords
from gateway.indicators.facts import Facts
from gateway.indicators.plans import evaluate_plan
from gateway.programme.plan_files import load_plans

WEB = Path(__file__).parents[3] / "dashboards" / "web"
PLANS = load_plans()
SAY = {one: Speech(one, load_catalogues(WEB, one), ZoneInfo("Asia/Ho_Chi_Minh")) for one in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PLANS)
def test_every_figure_beside_a_value_has_words(name: str, language: str) -> None:
    plan, words = PLANS[name], PlanWords(SAY[language])
    facts = Facts(province=plan.province.code, gathered=0)
    for one in evaluate_plan(plan, facts, date(plan.until, 12, 31), others=PLANS).indicators:
        for beside in one.beside:
            told = words.beside(plan, plan.indicator(one.indicator), beside.name)
            assert told != beside.name.replace("_", " "), f"{one.indicator}: {beside.name}"


def test_a_count_from_an_earlier_year_names_the_year() -> None:
    plan = PLANS["lai-chau-2021-2025"]
    one = plan.indicator("lc30-certified-enterprises")
    assert PlanWords(SAY["vi"]).beside(plan, one, "since_2021") == "Cộng dồn từ năm 2021"


def test_a_pair_of_two_plans_is_called_as_its_indicator() -> None:
    plan = PLANS["dong-thap-2021-2025"]
    told = PlanWords(SAY["en"]).beside(plan, plan.indicator("dt21-next-period"), "dt21-experts")
    assert told == "Productivity and quality experts trained"


def test_a_year_is_no_quantity() -> None:
    assert PlanWords(SAY["vi"]).value(2026.0, "year") == "2026"


def test_an_organisation_of_a_pilot_is_named_though_it_stands_behind_the_site() -> None:
    measure = PLANS["dong-thap-2026-2030"].indicator("dt26-5s-iso21001-colleges").measure
    told = PlanWords(SAY["vi"]).measure(measure)
    assert not any("organisation" in sentence for sentence in told)
    assert any("tổ chức" in sentence for sentence in told)


def test_a_denominator_is_called_in_words() -> None:
    measure = PLANS["dong-thap-2026-2030"].indicator("dt26-5s-iso21001-colleges").measure
    assert PlanWords(SAY["vi"]).measure(measure)[-1] == "Mẫu số: Số liệu đã nhập: số trường cao đẳng, năm mới nhất."
    assert PlanWords(SAY["en"]).measure(measure)[-1].endswith("An imported figure: colleges, of the newest year.")
