"""The words of the pages: the same keys in both languages, all that are used, none that are not."""

import re
import string
from pathlib import Path

from screen_floor import WEB

from edge_agent.kpi.losses import SIX
from edge_agent.screen import tpm
from edge_agent.screen.rendering import load_screen_words
from edge_agent.screen.tpm import checklist, maintenance, tags
from edge_agent.screen.tpm.audits import STEPS
from edge_agent.screen.tpm.photo_segments import BROKEN, KIND, LARGE
from edge_agent.speech import LANGUAGES, load_words
from edge_agent.wire.entries import Entry

WORDS = {language: load_words(WEB / "screen", language, "words.tpm") for language in LANGUAGES}
TEMPLATES = sorted((WEB / "screen" / "templates" / "tpm").iterdir())
CODE = sorted(Path(tpm.__file__).parent.glob("*.py"))


def used() -> set[str]:
    """Keys that templates and code name whole."""
    texts = [file.read_text("utf-8") for file in (*TEMPLATES, *CODE)]
    return {key for text in texts for key in re.findall(r'"(tpm\.[a-z0-9_.]*[a-z0-9])"', text)} - {
        "tpm.maintenance.kind",
        "tpm.actions.verdict",
    }


def composed() -> set[str]:
    """Keys that are put together from a name."""
    doors = ("checklist", "tags", "maintenance", "five_s", "changeover", "time_study", "actions")
    refusals = ("not_over", "overlap", "nothing_planned", "held", "observed", "coverage")
    needs = "checklist", "maintenance", "changeover", "overdue", "audit", "verify", *(f"tags_{k}" for k in tags.KINDS)
    return {
        *(f"tpm.{door}.title" for door in doors),
        *(f"tpm.need.{kind}" for kind in needs),
        *(f"tpm.refusal.{why}" for why in refusals),
        *(f"tpm.mistake.photo_{why}" for why in (LARGE, KIND, BROKEN)),
        *(f"tpm.five_s.{step}" for step in STEPS),
        *(f"tpm.checklist.{result}" for result in checklist.RESULTS),
        *(f"tpm.tags.kind_{kind}" for kind in tags.KINDS),
        *(f"tpm.maintenance.kind.{kind}" for kind in maintenance.KINDS),
        *(f"tpm.actions.verdict.{verdict}" for verdict in ("effective", "not_effective")),
        *(f"tpm.actions.{name}" for name in ("overdue", "open", "to_verify", "before", "after")),
    }


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys_and_parts() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    for key in WORDS["vi"]:
        assert fields(WORDS["vi"][key]) == fields(WORDS["en"][key]), key
        assert WORDS["vi"][key].strip() == WORDS["vi"][key] != "", key


def test_every_key_that_is_used_exists_and_every_other_is_gone() -> None:
    assert used() | composed() == set(WORDS["vi"])


def test_what_the_frame_says_of_these_records_has_its_words() -> None:
    for language in LANGUAGES:
        words = load_screen_words(WEB, language)
        nouns = {str(kind.__struct_config__.tag) for kind in Entry.__subclasses__()}
        assert {f"noun.{noun}" for noun in nouns} <= words.keys()
        assert {word for _, word in tpm.MENU} <= words.keys()
        assert {f"loss.{loss}" for loss in SIX} <= words.keys()


def test_sentences_are_short() -> None:
    for language, words in WORDS.items():
        for key, text in words.items():
            for sentence in re.split(r"[.!?:]\s", text):
                limit = 15 if language == "en" else 20  # a Vietnamese word is often two syllables
                assert len(sentence.split()) <= limit, (language, key)


def test_terms_are_those_of_the_glossary() -> None:
    for key, vietnamese, english in (
        ("tpm.actions.title", "Hành động cải tiến", "Improvement actions"),
        ("tpm.tags.title", "Thẻ bất thường", "Tags"),
        ("tpm.five_s.title", "Chấm điểm 5S", "5S score"),
        ("tpm.actions.six", "Sáu tổn thất lớn", "Six big losses"),
    ):
        assert (WORDS["vi"][key], WORDS["en"][key]) == (vietnamese, english)


def test_the_sheet_names_what_the_templates_use_and_the_script_stays_small() -> None:
    static = WEB / "screen" / "static"
    sheets = [*static.glob("*.css"), *(WEB / "static").glob("*.css")]
    styled = {name for sheet in sheets for name in re.findall(r"\.([a-z][a-z-]*)", sheet.read_text("utf-8"))}
    for template in TEMPLATES:
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", template.read_text("utf-8"))
        for names in re.findall(r'class="([^"]*)"', text):
            assert {name for name in names.split() if not name.endswith("-")} <= styled, template.name
    assert len((static / "tpm.js").read_text("utf-8").splitlines()) < 300
    sheet = (static / "tpm.css").read_text("utf-8")
    assert len(sheet.splitlines()) < 600
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(|url\(|@import", sheet)
