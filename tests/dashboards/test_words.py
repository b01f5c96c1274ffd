"""The words of both languages: the same keys, all that are used, none that are not, and the trade's terms."""

import re
import string
from pathlib import Path
from typing import get_args

import pytest

from drivers import errors
from drivers.serial.mt_sics import UNSETTLED
from edge_agent.kpi.buckets import Bucket
from edge_agent.kpi.losses import SIX
from edge_agent.speech import LANGUAGES
from edge_agent.wire.schema import (
    ADJUSTED_UNCERTIFIED,
    BAD,
    CALIBRATION_OVERDUE,
    CLOCK_UNSURE,
    GOOD,
    OUT_OF_RANGE,
    UNCALIBRATED,
    UNCERTAIN,
)
from edge_agent.wire.settings import KINDS as SETTINGS
from gateway.api.catalogues import load_catalogues
from gateway.api.edges_pages import CERTIFICATES
from gateway.api.improvement_tables import SECTIONS, TABLES
from gateway.api.laboratory_work import PAPERS
from gateway.api.live import NO_DATA, STATES
from gateway.api.menu import MENU
from gateway.api.pages import RANGES
from gateway.api.setup import PARTS
from gateway.improvement import ActionState
from gateway.indicators.measures import SUCCESS
from gateway.indicators.pilots import Direction, Reason, Verdict, Warn
from gateway.indicators.results import State as State_
from gateway.indicators.schema import Due, Period, Unit
from gateway.laboratory.bench_settings import NOUNS as BENCH_NOUNS
from gateway.laboratory.due import URGENCIES
from gateway.laboratory.findings import KINDS
from gateway.laboratory.in_order import FACES
from gateway.laboratory.interval_proposals import BY_LAW, NO_MPE, NOTHING_LEFT, ONE_CALIBRATION
from gateway.laboratory.publishing import IN_FORCE, NEVER, REFUSED, WAITING
from gateway.laboratory.traceability import WARNINGS
from gateway.laboratory.work import TURNS
from gateway.overview import KEYS
from gateway.overview.system import STEPS
from gateway.production.judging import GREYS
from gateway.production.periods import Kind
from gateway.production_setup import State
from gateway.programme.judgement import NO_CONTROL, NOT_IMPROVED, OBSTACLES, OTHER_PILOT
from gateway.programme.pilot_evidence import HELD, MISSING, OVERDUE, UNREGISTERED
from gateway.programme.report_files import FORMATS
from gateway.registry.laboratory import INSTRUMENT_STATES
from gateway.registry.laboratory_quality import OUTCOMES
from gateway.registry.pilots import MODELS, WEEKDAYS
from gateway.registry.roles import Action

ROOT = Path(__file__).parents[2]
WEB = ROOT / "dashboards" / "web"
LOSS_REASONS = (
    *("queue_full", "disk_full", "not_written", "skipped", "back_off", "power_cut"),
    *("rotten", "evicted", "set_aside", "withdrawn"),
)
"""Of the wire's ``Loss`` and ``Declared``."""
WORDS = {language: load_catalogues(WEB, language) for language in LANGUAGES}


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys_and_the_same_parts() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    for key in WORDS["vi"]:
        assert fields(WORDS["vi"][key]) == fields(WORDS["en"][key]), key
        assert WORDS["vi"][key].strip() == WORDS["vi"][key] != "", key


def used_keys() -> set[str]:
    """Keys that templates and code name whole."""
    texts = [file.read_text("utf-8") for file in (WEB / "templates").rglob("*") if file.is_file()]
    code = (file for file in (ROOT / "gateway").rglob("*.py") if file.parent.name != "reports")  # which has words.toml
    texts += [file.read_text("utf-8") for file in code]
    keys = {key for text in texts for key in re.findall(r'(?:say|self)\("([a-z_]+\.[a-z0-9_]+)"', text)}
    # One that ends so is put together from a name behind it.
    keys = {key for key in keys if not key.endswith("_")}
    return keys | {"admit.name_wanted", "admit.form_old", "series.problem_span"}


def composed_keys() -> set[str]:
    """Keys that are put together from a name."""
    failures = [kind.code for kind in vars(errors).values() if isinstance(kind, type)]
    calibrated = (UNCALIBRATED, OUT_OF_RANGE, CALIBRATION_OVERDUE, ADJUSTED_UNCERTIFIED)
    problems = [403, 404, 422, 429, 500, 503, "other"]
    return {
        *(f"state.{state}" for state in STATES),
        *(f"range.{name}" for name in RANGES),
        *(f"plan_reports.get_{ending}" for ending in FORMATS),
        *(f"plan_reports.calendar_{name}" for name in ("name", "why")),
        *(f"edge.{state}" for state in ("online", "stopped", "lost", "checking", "unknown")),
        *(
            f"reason.{code}"
            for code in (*failures, *calibrated, CLOCK_UNSURE, UNSETTLED, "not_finite", "no_value", "old")
        ),
        *(f"{family}.{unit}" for family in ("age", "lasting") for unit in ("s", "min", "h", "d")),
        *(f"bucket.{bucket.name}" for bucket in Bucket),
        *(f"loss.{name}" for name in SIX),
        *(f"figure.{name}" for name in ("oee", "availability", "effectiveness", "quality_ratio")),
        *(f"grey.{why}" for why in ("no_shift", "nothing_planned", "coverage", "no_pieces", "no_figure")),
        *(f"stale.{why}" for why in ("silent", "lost", "stopped")),
        *(f"pieces.{where}" for where in ("behind", "ahead")),
        *(f"problem.{status}" for status in problems),
        *(f"problem.{status}_then" for status in problems),
        *(f"production.{said}_{why}" for said in ("why", "grey") for why in GREYS),
        *(f"production.{way}" for way in ("rose", "fell", "same")),
        *(f"production.change_{way}" for way in ("rose", "fell", "same", "rose_by", "fell_by")),
        *(f"period.{kind.value}_word" for kind in Kind),
        *(f"period.day_{weekday}" for weekday in range(1, 8)),
        *(f"overview.{key}" for key in (*KEYS, *(f"no_{key}" for key in KEYS))),
        *(f"overview.step_{step}{how}" for step in STEPS for how in ("", "_how")),
        *(f"loss_reason.{reason}" for reason in LOSS_REASONS),
        *_of_setup(),
        *_of_improvement(),
        *_of_assurance(),
        *_of_laboratory_work() | _of_documents() | _of_tfp() | _of_plans() | _of_pilots(),
        *(entry.words for entry in MENU),
        *(f"overview.go_{entry.path[1:]}" for entry in MENU if entry.path != "/"),
        *(f"action.{action.value}" for action in Action),
        *(f"edges.certificate_{whose}" for whose in CERTIFICATES),
        *(f"sharing.state_{state}" for state in ("in_force", "draft", "ended")),
    }


def _of_pilots() -> set[str]:
    """How a pilot stands, why, and what it rests on."""
    words = {
        "state": (*Verdict, NOT_IMPROVED),
        "figure": Verdict,
        "why": (*Reason, *OBSTACLES, OTHER_PILOT, NO_CONTROL, "no_labour_hours", "no_energy", "no_pieces"),
        "warn": Warn,
        "way": ("model", "alone", "newey_west", "bootstrap"),
        "papers": (HELD, MISSING, OVERDUE, UNREGISTERED),
        "better": Direction,
        "model": MODELS,
        "weekdays": WEEKDAYS,
    }
    return {f"pilots.{family}_{name}" for family, names in words.items() for name in names}


def _of_setup() -> set[str]:
    return {
        *(f"setup.state_{state}" for state in State),
        *(f"setup.noun_{noun}" for noun in SETTINGS),
        *(f"setup.empty_{noun}" for noun in PARTS),
    }


def _of_improvement() -> set[str]:
    """The heads of its tables, and the words that stand in their cells."""
    words = {
        "state": (*ActionState, "closed", "running", "planned"),
        "verdict": ("effective", "not_effective"),
        "kind": ("operator", "maintenance", "planned", "breakdown", "autonomous", "improvement"),
        "need": ("overdue", "to_verify", "actions", "tags", "maintenance", "audits"),
        "refusal": ("overlap", "held", "nothing_planned", "observed", "coverage"),
        "empty": SECTIONS,
        "head": {head for heads, _ in TABLES.values() for head in heads},
    }
    composed = {f"improvement.{family}_{name}" for family, names in words.items() for name in names}
    return (
        composed
        | {f"improvement.{name}" for name in (*SECTIONS, "before_word", "after_word")}
        | {f"improvement.{name}" for name in ("fell", "rose", "surely", "not_surely", "too_early", "too_little")}
    )


def _of_assurance() -> set[str]:
    """Words of instruments and of what assures their results."""
    reasons = ("in_date", "overdue", "no_certificate", "term_over", "no_due_day", "verified", "verified_once")
    legal = ("verification_over", "calibrated_only", "not_verified", "adjusted_since", "no_term")
    nothing = (ONE_CALIBRATION, NO_MPE, NOTHING_LEFT, BY_LAW)
    words = {
        "state": FACES,
        "why": (*reasons, *legal, *(state for state in INSTRUMENT_STATES if state != "in_use")),
        "urgency": URGENCIES,
        "link": (*WARNINGS, "national", "fine", "closed"),
        "propose": ("control_chart", "staircase", *nothing),
        "drift": (ONE_CALIBRATION, "without_u", "contradicts"),
        "run": ("as_found", "as_left", "unadjusted", "check"),
        "reminded": ("before", "over"),
        "kind": KINDS,
        "verdict": ("acceptable", "warning", "action", "unsaid"),
        "compared": ("acceptable", "warning", "action", "unsaid"),
        "depth": ("0", "1", "more"),
        "window": ("baseline", "result"),
        "notice": OUTCOMES,
        "calendar": ("name", "due", "why"),
    }
    sections = ("findings", "comparisons", "scope", "capacity", "reminders")
    composed = {f"assurance.{family}_{name}" for family, names in words.items() for name in names}
    at_edge = {f"instruments.edge_{state}" for state in (NEVER, WAITING, IN_FORCE, REFUSED)}
    fields = {f"instruments.recompute_{field}" for field in ("start", "end", "why")}
    return composed | at_edge | fields | {f"assurance.{name}" for name in sections}


def _of_laboratory_work() -> set[str]:
    """Turns, steps, papers, and what benches say."""
    item = ("mpe", "specification", "accuracy_class", "condition", "resolution", "range_low", "range_high", "owner")
    words = {
        "turn_": (*TURNS.values(), "take_over"),
        "do_": ("in_progress", "calculated", "reviewed", "authorised"),
        "session_": ("open", "finished", "abandoned"),
        "paper_": PAPERS,
        "sign_gives_": ("receipt", "return"),
        "sign_takes_": ("receipt", "return"),
        "way_": ("up", "down"),
        "item.": (*item, "serial_number", "maker", "model", "name", "code", "unit"),
        "verdict.": ("pass", "fail", "conditionalPass", "conditionalFail"),
        "why.": ("not_settled", "environment", "reference_overdue", "unit", "clock_unsure", "redone", "by_person"),
        "quantity.": ("temperature", "humidity", "pressure"),
        "": BENCH_NOUNS,
    }
    return {f"lab_work.{family}{name}" for family, names in words.items() for name in names}


def _of_plans() -> set[str]:
    """States, periods, units, and how things are counted."""
    units = set(get_args(Unit)) - {"milestone", "qualitative"}
    measures = {"rows", "distinct", "records", "or", "proof", "least", "also", "any", "share", "within", "statistic"}
    measures |= {"trend", "over_plan", "tfp_share_period", "tfp_share_last_year", "tfp_growth", "new_fields"}
    measures |= {"labour_productivity_growth", "milestone", "signed_tfp", "pilot_change"}
    figures = ("documents", "fields", "in_order", "turnaround", "requests_served")
    fields = ("rows", "organisation", "person", "training", "site", "gtin", "support", "club")
    more = ("output_growth", "statistic_year", "fields_whatever_work", *fields)
    words = {
        "state_": [state.value for state in State_],
        "trend_": ("up", "down", "unchanged"),
        "pilot_": ("improved", "not_improved", "not_yet", "cannot_be_said"),
        "unit.": units,
        "beside.": ("mean_of_shares", "last_year", "period", "numerator", "denominator", "denominator_year", *more),
        "period_": get_args(Period),
        "due_": get_args(Due.model_fields["kind"].annotation),
        "measure_": (*measures, *(f"capacity_{one}" for one in figures)),
        "success_": SUCCESS,
        "apart_": ("period", "years", "conditions", "strictness", "year", "unit", "price_base"),
        "series.": ("labour_productivity_ppp",),
        "": ("least", "over", "about", "exactly", "numerator", "denominator", "or", "no", "not_reached"),
    }
    return {f"plans.{family}{name}" for family, names in words.items() for name in names}


def _of_tfp() -> set[str]:
    """Parts of growth, and ways to calculate."""
    words = {
        "part_": ("capital", "labour", "tfp", "output"),
        "method": ("", "_discrete", "_tornqvist"),
        "share": ("", "_accounts", "_entered", "_assumed"),
        "timing": ("", "_end_of_year", "_mid_year"),
    }
    return {f"tfp.{family}{name}" for family, names in words.items() for name in names}


def _of_documents() -> set[str]:
    """States, what happened, languages, boxes of a draft; and what a stranger is told."""
    words = {
        "documents.state_": ("draft", "exported", "voided", "issued", "amended", "withdrawn", "unknown"),
        "documents.did_": ("issued", "amended", "withdrawn"),
        "documents.language_": ("vi", "en", "vi_en"),
        "documents.": ("change", "stamp", "label", "valid_until", "opinions", "sampling"),
        "verify.": ("issued", "amended", "withdrawn"),
    }
    return {f"{family}{name}" for family, names in words.items() for name in names}


def test_every_key_that_is_used_exists_and_every_other_is_gone() -> None:
    assert used_keys() <= WORDS["vi"].keys()
    assert used_keys() | composed_keys() == set(WORDS["vi"])


@pytest.mark.parametrize(
    ("key", "vietnamese", "english"),
    [
        (f"state.{GOOD}", "tốt", "good"),
        (f"state.{UNCERTAIN}", "chưa chắc chắn", "uncertain"),
        (f"state.{BAD}", "không dùng được", "bad"),
        (f"state.{NO_DATA}", "không có dữ liệu", "no data"),
        ("channel.u", "độ không đảm bảo đo chuẩn", "standard uncertainty"),
        ("edge.missing", "Dữ liệu thiếu", "Missing"),
        ("edge.findings", "Cảnh báo", "Findings"),
        ("bucket.RUN", "Đang chạy", "Running"),
        ("bucket.MINOR_STOP", "Dừng ngắn", "Minor stop"),
        ("bucket.FAULT", "Hỏng máy", "Breakdown"),
        ("bucket.PLANNED_STOP", "Dừng theo kế hoạch", "Planned stop"),
        ("bucket.NOT_SCHEDULED", "Ngoài ca", "Not scheduled"),
        ("figure.availability", "Mức sẵn sàng", "Availability"),
        ("figure.effectiveness", "Hiệu suất tốc độ", "Performance"),
        ("figure.quality_ratio", "Tỷ lệ chất lượng", "Quality"),
        ("pieces.reject", "Phế phẩm", "Scrap"),
    ],
)
def test_terms_are_those_of_the_glossary(key, vietnamese, english) -> None:
    assert (WORDS["vi"][key], WORDS["en"][key]) == (vietnamese, english)


def test_sentences_are_short() -> None:
    for language, words in WORDS.items():
        for key, text in words.items():
            for sentence in re.split(r"[.!?:]\s", text):
                limit = 15 if language == "en" else 20  # a Vietnamese word is often two syllables
                assert len(sentence.split()) <= limit, (language, key)
