"""Files of plans: every mistake is told, all at once, with its place and what to do."""

import os
import unicodedata
from pathlib import Path

import pytest

from gateway.indicators.schema import Plan
from gateway.programme.plan_files import TEMPLATE, PlanFileError, load_plans, parse_plan, read_plan, read_plans

PLAN = """\
form: nhipdo-plan/1
id: an-2026
title: {vi: Kế hoạch, en: Plan}
province: {code: "91", name: {vi: An Giang, en: An Giang}}
issuer: science
since: 2026
until: 2030
tiers: [province]
agencies: {science: {vi: Sở Khoa học và Công nghệ, en: Department of Science}}
indicators:
  - id: an-1
    section: "1"
    title: {vi: Lượt người, en: Turns}
    unit: person_turns
    comparator: ">="
    target: 500
    period: per_year
    since: 2026
    until: 2030
    due: {kind: yearly}
    feed: registry
    measure: {kind: records, sources: [{of: attendance}]}
"""


def mistakes(*changes: tuple[str, str], plan: str = PLAN) -> list[str]:
    """What is told of a plan in which some texts were replaced."""
    for before, after in changes:
        assert before in plan
        plan = plan.replace(before, after)
    with pytest.raises(PlanFileError) as caught:
        parse_plan(plan, "an.yaml")
    return str(caught.value).splitlines()


def test_a_plan_is_read() -> None:
    plan = parse_plan(PLAN, "an.yaml")
    assert (plan.id, plan.province.code, plan.indicator("an-1").target) == ("an-2026", "91", 500.0)


NO_NUMBER = "an.yaml: an-1: target: expected a number, [low, high], true or null; got {}."
COUNTED = "an.yaml: an-1: person_turns are counted and need a whole number from 1 on as target. Correct one of them."


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ('"500"', NO_NUMBER.format('"500"') + " Write its digits alone; what it is of stands in unit."),
        ("5%", NO_NUMBER.format('"5%"') + " Write its digits alone; what it is of stands in unit."),
        ("500 lượt", NO_NUMBER.format('"500 lượt"') + " Write its digits alone; what it is of stands in unit."),
        (".nan", NO_NUMBER.format('".nan"') + " Write its digits alone; what it is of stands in unit."),
        ("1e999", NO_NUMBER.format("inf") + " Correct it."),
        ("false", NO_NUMBER.format("false") + " Correct it."),
        ("5.5", COUNTED),
        ("-3", COUNTED),
        ("0", COUNTED),
        ("true", "an.yaml: an-1: comparator >= needs target a number. Correct one of them."),
        ("[1, 2]", "an.yaml: an-1: comparator >= needs target a number. Correct one of them."),
        (
            "05",
            'an.yaml: an-1: target: begins with 0. Write "05" in quotes where it is a code, 5 where it is a number.',
        ),
    ],
)
def test_a_target_is_a_number_that_can_be_reached(target: str, told: str) -> None:
    assert mistakes(("target: 500", f"target: {target}")) == [told]


@pytest.mark.parametrize(
    ("comparator", "told"),
    [
        (
            '"=>"',
            'an.yaml: an-1: comparator: expected one of >=, >, =, range, about, trend; got "=>". Choose one.',
        ),
        (
            ">=",
            (
                "an.yaml: line 15: expected chomping or indentation indicators, but found '='. "
                'Put signs such as ">=" in quotes.'
            ),
        ),
        ("=", "an.yaml: an-1: comparator = needs target true. Correct one of them."),
        ("range", "an.yaml: an-1: comparator range needs target [low, high]. Correct one of them."),
        ("trend", "an.yaml: an-1: comparator trend needs target null. Correct one of them."),
    ],
)
def test_a_comparator_is_one_that_plans_use_and_fits_its_target(comparator: str, told: str) -> None:
    assert mistakes(('comparator: ">="', f"comparator: {comparator}")) == [told]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            'code: "91"',
            "code: 08",
            'province: code: begins with 0. Write "08" in quotes where it is a code, 8 where it is a number.',
        ),
        ('code: "91"', "code: 91", 'province: code: expected text; got 91. Write it in quotes: "91".'),
        (
            'code: "91"',
            'code: "99"',
            "province: code: 99 is no province since 1 July 2025. Look for its code in Decision 19/2025/QĐ-TTg.",
        ),
        (
            'code: "91"',
            'code: "91", former_code: "87"',
            "province: former_code: 87 was not merged into 91. Correct one of them.",
        ),
        ('section: "1"', "section: 1.10", 'an-1: section: expected text; got 1.10. Write it in quotes: "1.10".'),
        ('section: "1"', 'section: "  "', "an-1: section: is empty. Write it, or leave out its key."),
        ("  - id: an-1\n", "  -\n", "indicators 1: id: is missing. Write it."),
        (
            "  - id: an-1",
            "  - id: An Giang 1",
            (
                "An Giang 1: id: expected small letters without marks, digits, hyphens and points; "
                'got "An Giang 1". Correct it.'
            ),
        ),
        ("tiers: [province]", "tiers: province", 'tiers: expected a list; got "province". Write [province].'),
        ("tiers: [province]", "teirs: [province]\ntiers: []", "teirs: is not known here; did you mean tiers?"),
        (
            "{vi: Lượt người, en: Turns}",
            "{vi: Lượt người, cả năm, en: Turns}",
            (
                "an-1: title.cả năm: is not known here. Remove it, or look at where it belongs. "
                "A text with a comma between { } needs quotes."
            ),
        ),
        (
            "{vi: Lượt người, en: Turns}",
            "Lượt người",
            'an-1: title: expected keys below it; got "Lượt người". Write them as in the template.',
        ),
        (
            "{vi: Lượt người, en: Turns}",
            "Lượt: người",
            (
                "line 13: mapping values are not allowed here. "
                "Put texts with a colon in quotes, and indent what belongs together alike."
            ),
        ),
        (
            "feed: registry",
            "feed: registri",
            (
                "an-1: feed: expected one of measured, calibration, registry, statistics, traceability; "
                'got "registri". Choose one.'
            ),
        ),
        ("feed: registry", "feed: registry\n    feed: measured", "an-1: feed: stands twice. Remove one."),
        (
            "feed: registry",
            "feed: registry\n    lead_inferred: yes",
            'an-1: lead_inferred: expected true or false; got "yes". Write one of them, without quotes.',
        ),
        (
            "due: {kind: yearly}",
            "due: {kind: window, year: 2027}",
            "an-1: due: window needs until. Write it beside kind.",
        ),
        (
            "due: {kind: yearly}",
            "due: {kind: window, year: 2027, until: 2026}",
            "an-1: due: until 2026 lies before year 2027. Correct one of them.",
        ),
        (
            "since: 2026\n    until: 2030",
            "since: 2028\n    until: 2027",
            "an-1: until 2027 lies before since 2028. Correct one of them.",
        ),
        (
            "since: 2026\n    until: 2030",
            "since: 2025\n    until: 2030",
            "an-1: since: 2025 to 2030 lies outside of the plan's 2026 to 2030. Correct one of them.",
        ),
        (
            "issuer: science\nsince: 2026",
            'issuer: science\nsince: "2026"',
            'since: expected a whole number; got "2026". Write the digits alone, without quotes.',
        ),
        ("issuer: science\nsince: 2026", "issuer: science\nsince: 26", "since: 26 is less than 1990. Correct it."),
        (
            "issuer: science",
            "issuer: scienc",
            ("issuer: scienc is not among the plan's agencies. Add it under agencies. Or did you mean science?"),
        ),
        (
            "feed: registry",
            "feed: registry\n    coordinate: [finance]",
            "an-1: coordinate: finance is not among the plan's agencies. Add it under agencies.",
        ),
        ("form: nhipdo-plan/1", "form: 1", "form: expected one of nhipdo-plan/1; got 1. Choose one."),
        ("form: nhipdo-plan/1", "form: nhipdo-plan/1\n2026: x", "2026: is no word. Write keys as in the template."),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(before: str, after: str, told: str) -> None:
    assert mistakes((before, after)) == [f"an.yaml: {told}"]


KINDS = (
    "records, share, milestone, signed_tfp, tfp_share, "
    "labour_productivity_growth, new_fields, trend, over_plan, statistic"
)
FIELDS = "training, person, organisation, completed, is_official"


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("{kind: record}", f'measure: expected one of {KINDS}; got "record". Choose one.'),
        ("{sources: []}", "measure: does not say what it is. Write kind, as kind: records."),
        ("{kind: records, sources: []}", "measure.sources: is empty. Write one at least, or leave out its key."),
        (
            "{kind: records, sources: [{of: attendance, where: {complete: [true]}}]}",
            f"measure.sources 1.where.complete: attendance has no field complete. Choose one of: {FIELDS}.",
        ),
        (
            "{kind: records, sources: [{of: attendance, where: {completed: [yes]}}]}",
            'measure.sources 1.where.completed: expected true or false; got "yes". Write one of them, without quotes.',
        ),
        (
            "{kind: records, sources: [{of: attendance, where: {training.topic: productivity}}]}",
            (
                'measure.sources 1.where.training.topic: expected a list of values such as [basic_tool], or "*"; '
                "got productivity. Numbers stand in quotes."
            ),
        ),
        (
            "{kind: records, sources: [{of: attendance, where: {training.topic: [productivty]}}]}",
            (
                'measure.sources 1.where.training.topic: "productivty" is none of its values. '
                "Choose of: productivity, quality, traceability, standards, measurement, expert, other."
            ),
        ),
        (
            "{kind: records, sources: [{of: attendance, least: {completed: 2}}]}",
            "measure.sources 1.least.completed: least is for fields of several choices. Write it under where.",
        ),
        (
            "{kind: records, sources: [{of: attendance}], count: people}",
            f"measure.count: attendance has no field people. Choose one of: {FIELDS}.",
        ),
        (
            "{kind: records, sources: [{of: attendance}], beside: [completed.day]}",
            "measure.beside: completed of attendance leads nowhere. Leave out .day.",
        ),
        (
            "{kind: tfp_share}",
            "unit person_turns needs a measure of kind records, new_fields, statistic; got tfp_share. Choose one.",
        ),
        (
            '{kind: new_fields, base: "2026-02-30"}',
            "measure.base: 2026-02-30 is no day of the calendar. Correct it.",
        ),
    ],
)
def test_what_a_measure_names_is_there(measure: str, told: str) -> None:
    before = "{kind: records, sources: [{of: attendance}]}"
    assert mistakes((before, measure)) == [f"an.yaml: an-1: {told}"]


def test_a_noun_that_cannot_be_counted_is_told_with_those_that_can() -> None:
    [told] = mistakes(("of: attendance", "of: attendence"))
    assert told.startswith("an.yaml: an-1: measure.sources 1: attendence cannot be counted. Choose one of: attendance,")


def test_components_of_a_wish_have_names_of_their_own_and_figures_that_pilots_have() -> None:
    part = "{id: oee, vi: OEE, en: OEE, measure: {kind: pilot_change, figure: %s}}"
    wish = f"{{kind: trend, components: [{part % 'oee'}, {part % 'ooe'}]}}"
    told = mistakes(
        ("{kind: records, sources: [{of: attendance}]}", wish),
        ("unit: person_turns", "unit: qualitative"),
        ('comparator: ">="', "comparator: trend"),
        ("target: 500", "target: null"),
    )
    assert told[0] == 'an.yaml: an-1: measure.components 2.id: "oee" stands twice. Give each its own.'
    assert told[1].startswith("an.yaml: an-1: measure.components 2.measure.figure: ooe is no figure of a pilot. Choose")


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    assert mistakes(
        ('comparator: ">="', 'comparator: "=>"'),
        ("target: 500", "target: 5%"),
        ('code: "91"', "code: 08"),
        ("    feed: registry", "    lead: [finance]\n    feed: registry"),
        ("    due", "    duee: 1\n    due"),
    ) == [
        'an.yaml: province: code: begins with 0. Write "08" in quotes where it is a code, 8 where it is a number.',
        'an.yaml: an-1: comparator: expected one of >=, >, =, range, about, trend; got "=>". Choose one.',
        ('an.yaml: an-1: target: expected a number, [low, high], true or null; got "5%". '
        "Write its digits alone; what it is of stands in unit."),
        "an.yaml: an-1: duee: is not known here; did you mean due?",
        "an.yaml: an-1: lead: finance is not among the plan's agencies. Add it under agencies.",
    ]  # fmt: skip


def test_an_id_stands_once_in_a_file_whatever_it_is_of() -> None:
    objective = 'objectives: [{id: an-1, section: "1", title: {vi: A, en: B}}]\nindicators:'
    assert mistakes(("indicators:", objective)) == ["an.yaml: an-1: id: stands twice. Give each its own."]


DUTY = (
    'tiers: [province]\nreporting: [{id: r, section: "1", title: {vi: a, en: b}, reporter: [science], '
    "recipients: [science], frequency: yearly, deadline: %s}]"
)


@pytest.mark.parametrize(
    ("deadline", "told"),
    [
        (
            "2026-11-25",
            (
                'r: deadline: expected month and day as "11-25", or a year as "2030", in quotes; '
                'got "2026-11-25". Correct it.'
            ),
        ),
        ("2030", 'r: deadline: expected text; got 2030. Write it in quotes: "2030".'),
        ("11-31", "r: deadline 11-31 is no day. Write month and day, as 11-25."),
    ],
)
def test_a_deadline_is_no_day_of_one_year(deadline: str, told: str) -> None:
    assert mistakes(("tiers: [province]", DUTY % deadline)) == [f"an.yaml: {told}"]


@pytest.mark.parametrize("deadline", ["11-25", '"11-25"', '"2030"'])
def test_a_deadline_may_stand_without_quotes_where_it_is_no_number(deadline: str) -> None:
    plan = parse_plan(PLAN.replace("tiers: [province]", DUTY % deadline), "an.yaml")
    assert plan.reporting[0].deadline == deadline.strip('"')


def test_words_that_yaml_takes_for_yes_and_no_stay_words() -> None:
    changed = PLAN.replace("science", "no").replace("en: Turns", "en: On").replace("en: Plan", "en: 2026-11-25")
    plan = parse_plan(changed, "an.yaml")
    assert (plan.issuer, plan.indicators[0].title.en, plan.title.en) == ("no", "On", "2026-11-25")


def test_letters_that_were_taken_apart_are_composed() -> None:
    plan = parse_plan(unicodedata.normalize("NFD", PLAN), "an.yaml")
    assert plan.agencies["science"].vi == "Sở Khoa học và Công nghệ"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no plan. Begin with: form: nhipdo-plan/1"),
        ("[1]", "holds no plan. Begin with: form: nhipdo-plan/1"),
        ("[" * 5_000, "is nested too deeply for a plan. Begin anew with nhipdo plans template."),
        ("a: &x 1\nb: *x", "line 2: an alias (*) is not allowed. Write the values out."),
        ("a\x00b", "holds the character U+0000, which no text has. Save it as plain text in UTF-8."),
        ("? [a]\n: 1", "line 1: found unhashable key. Begin each line with a word and a colon."),
        (
            "a: 1\n--- b",
            "line 2: but found another document. Take out the line --- and give each plan a file of its own.",
        ),
        (
            "a: !!python/object:os.system x",
            (
                "line 1: could not determine a constructor for the tag 'tag:yaml.org,2002:python/object:os.system'. "
                "Take out what begins with !."
            ),
        ),
        (
            "\ta: 1",
            (
                "line 1: found character '\\t' that cannot start any token. "
                "Put texts that begin with a sign in quotes; indent with blanks, not with tabs."
            ),
        ),
    ],
    ids=["empty", "list", "deep", "alias", "null", "key", "two", "tag", "tab"],
)
def test_what_is_no_plan_is_told(text: str, told: str) -> None:
    assert mistakes(plan=text) == [f"an.yaml: {told}"]


def test_a_bomb_of_merges_does_nothing() -> None:
    assert "an.yaml: <<: is not known here. Remove it, or look at where it belongs." in mistakes(plan="<<: {a: 1}")


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + PLAN.encode(), PLAN.replace("\n", "\r\n").encode(), ("# c\n" + PLAN + "\n\n").encode()],
    ids=["mark of Windows", "line ends of Windows", "comment and blanks"],
)
def test_files_of_other_programs_are_read(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "an.yaml"
    file.write_bytes(content)
    assert read_plan(file).id == "an-2026"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\xff", "an.yaml: is not UTF-8. Save it as UTF-8."),
        (PLAN.encode("utf-16"), "an.yaml: is not UTF-8. Save it as UTF-8."),
        (b"#" * 1_000_001, "an.yaml: has more than 1 MB. Is it a plan?"),
    ],
    ids=["binary", "UTF-16", "huge"],
)
def test_files_that_hold_no_text_are_refused(content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "an.yaml"
    file.write_bytes(content)
    with pytest.raises(PlanFileError) as caught:
        read_plan(file)
    assert str(caught.value) == told


def test_what_cannot_be_read_is_told_and_nothing_waits(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(PlanFileError) as caught:
        load_plans(tmp_path)
    why = "is no file. Name a plan's file, or its folder."
    assert str(caught.value).splitlines() == [f"{name}.yaml: {why}" for name in ("folder", "gone", "pipe")]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError) as caught:
        load_plans(tmp_path / "plans")
    why = "is not there. Make the folder, or take [indicators] plans out of gateway.toml."
    assert str(caught.value) == f"{tmp_path}/plans: {why}"


def test_an_empty_folder_leaves_the_shipped_plans(tmp_path: Path) -> None:
    assert list(load_plans(tmp_path)) == list(load_plans())


def test_a_plan_of_the_folder_stands_beside_the_shipped_ones_or_takes_the_place_of_one(tmp_path: Path) -> None:
    (tmp_path / "an.yml").write_text(PLAN, "utf-8")
    (tmp_path / "read-me.txt").write_text("not a plan", "utf-8")
    assert set(load_plans(tmp_path)) == {*load_plans(), "an-2026"}
    (tmp_path / "an.yml").write_text(PLAN.replace("an-2026", "dong-nai-2026-2030"), "utf-8")
    assert [one.id for one in load_plans(tmp_path)["dong-nai-2026-2030"].indicators] == ["an-1"]


def test_ids_are_of_one_plan_alone_and_all_files_are_told_at_once(tmp_path: Path) -> None:
    files = {
        "a.yaml": PLAN,
        "b.yaml": PLAN,
        "c.yaml": PLAN.replace("an-2026", "an-2027").replace("an-1", "tq21-experts"),
        "d.yaml": "",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(PlanFileError) as caught:
        read_plans(sorted(tmp_path.iterdir()))
    assert str(caught.value).splitlines() == [
        "b.yaml: an-2026: id: stands in a.yaml too. Give each plan an id of its own.",
        "d.yaml: holds no plan. Begin with: form: nhipdo-plan/1",
        "c.yaml: tq21-experts: id: stands in tuyen-quang-2021-2025.yaml too. Give it another.",
    ]


def test_indicators_of_plans_that_are_compared_are_there(tmp_path: Path) -> None:
    over = PLAN.replace("unit: person_turns", "unit: percent_of_plan").replace(
        "{kind: records, sources: [{of: attendance}]}", "{kind: over_plan, plan: %s, pairs: {an-1: dn26-none}}"
    )
    told = []
    for later in ("dong-nai-2026-2030", "dong-nai"):
        (tmp_path / "an.yaml").write_text(over % later, "utf-8")
        with pytest.raises(PlanFileError) as caught:
            load_plans(tmp_path)
        told.append(str(caught.value))
    assert told[0] == "an.yaml: an-1: measure.pairs: dn26-none is no indicator of dong-nai-2026-2030. Correct it."
    assert told[1].startswith("an.yaml: an-1: measure.plan: dong-nai is no plan that is known. Choose one of: an-2026,")


def test_of_many_mistakes_the_first_are_shown_and_the_others_counted() -> None:
    extra = "".join(f"key-{n}-of-mine: 1\n" for n in range(30))
    told = mistakes(plan=PLAN + extra)
    assert (len(told), told[-1]) == (21, "... and 10 more.")


def test_the_template_is_a_plan_once_its_ids_are_filled_in() -> None:
    text = TEMPLATE.read_text("utf-8")
    plan = parse_plan(text.replace("XX", "ag").replace('code: "00"', 'code: "91"'), "mine.yaml")
    assert isinstance(plan, Plan)
    assert {one.measure.kind for one in plan.indicators} == {"records", "share", "milestone", "trend"}
    told = mistakes(plan=text)
    assert [line.split(": ")[2 if line.count(": ") > 2 else 1] for line in told].count("id") == len(told) - 1
