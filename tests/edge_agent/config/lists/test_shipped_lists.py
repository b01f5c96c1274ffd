"""What a pilot enterprise starts with: complete in both languages, short enough for a button."""

from collections import Counter
from collections.abc import Iterator

import pytest

from edge_agent.config.lists import shipped_audit, shipped_checklists, shipped_reasons, with_losses
from edge_agent.config.shop_tables import ReasonConfig

Titled = tuple[str, str, dict[str, str]]


def reasons_of(reasons: tuple[ReasonConfig, ...]) -> Iterator[ReasonConfig]:
    for reason in reasons:
        yield reason
        yield from reasons_of(reason.of)


def titled() -> list[Titled]:
    found: list[Titled] = [("reasons", one.id, one.title) for one in reasons_of(shipped_reasons())]
    for checklist in shipped_checklists():
        found.append(("checklists", checklist.id, checklist.title))
        found += [("items", item.id, item.title) for item in checklist.items]
    audit = shipped_audit()
    found += [("areas", area.id, area.title) for area in audit.areas]
    found += [("questions", one.id, one.title) for questions in audit.questions.values() for one in questions]
    return found


@pytest.mark.parametrize(("of", "id_", "title"), titled(), ids=lambda one: one if isinstance(one, str) else "")
def test_a_title_has_both_languages_and_fits_a_button(of, id_, title) -> None:
    assert title.keys() == {"vi", "en"}
    for words in title.values():
        assert words == " ".join(words.split())
        assert 1 <= len(words) <= 40
        assert words[0].isupper() or words[0].isdigit()


def test_an_id_stands_once_in_its_list() -> None:
    assert [one for one, n in Counter((of, id_) for of, id_, _ in titled()).items() if n > 1] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_two_buttons_beside_each_other_never_read_the_same(language) -> None:
    for beside in [shipped_reasons(), *(one.of for one in shipped_reasons())]:
        assert len({one.title[language] for one in beside}) == len(beside)


def test_what_a_pilot_stops_for_is_there_in_two_levels() -> None:
    first = {one.id: {below.id.removeprefix(f"{one.id}-") for below in one.of} for one in shipped_reasons()}
    assert first["breakdown"] >= {"mechanical", "electrical", "fluid", "tooling", "control"}
    assert first["material"] >= {"missing", "wrong", "poor"}
    assert first["waiting"] >= {"people", "forklift", "instruction", "previous-step", "next-step"}
    assert first["utilities"] >= {"power", "air", "water"}
    assert first.keys() >= {"changeover", "quality", "cleaning", "no-order", "meeting", "other"}
    assert all(not below.of for one in shipped_reasons() for below in one.of), "two taps are enough"


def test_every_reason_below_says_its_big_loss() -> None:
    losses = {one.id: {below.loss for below in one.of} | {one.loss} for one in shipped_reasons()}
    assert losses["breakdown"] == {"breakdown"}
    assert losses["changeover"] == {"setup"}
    assert losses["utilities"] == {"stops"}
    assert losses["other"] == {""}, "the machine's state tells"


def test_a_reason_below_keeps_a_loss_of_its_own() -> None:
    own = ReasonConfig(id="b", title={}, loss="setup")
    none = ReasonConfig(id="c", title={})
    [told] = with_losses((ReasonConfig(id="a", title={}, loss="stops", of=(own, none)),))
    assert [one.loss for one in told.of] == ["setup", "stops"]


def test_each_s_has_five_questions_in_the_order_of_the_five() -> None:
    questions = shipped_audit().questions
    assert list(questions) == ["sort", "set_in_order", "shine", "standardise", "sustain"]
    assert {len(asked) for asked in questions.values()} == {5}


def test_machine_care_has_safety_cleaning_inspection_lubrication_and_tightening() -> None:
    [checklist] = shipped_checklists()
    assert {item.id.split("-")[0] for item in checklist.items} == {"safety", "clean", "inspect", "lubricate", "tighten"}
    assert checklist.work_units == (), "of all machines"
