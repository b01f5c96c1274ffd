"""The words of both languages and the style sheets of the screen, of all its pages."""

import re
import string
from typing import get_args

import pytest
from screen_floor import WEB

from edge_agent.kpi.buckets import BUCKETS
from edge_agent.screen.app import MENU
from edge_agent.screen.rendering import load_screen_words
from edge_agent.screen.timeline import SHAPES
from edge_agent.speech import LANGUAGES, load_words
from edge_agent.wire.entries import AnyEntry

SCREEN = WEB / "screen"
WORDS = {language: load_screen_words(WEB, language) for language in LANGUAGES}
TEMPLATES = {str(file.relative_to(SCREEN)): file.read_text("utf-8") for file in sorted(SCREEN.rglob("*.html"))}
SHARED = "".join((WEB / "static" / name).read_text("utf-8") for name in ("nhipdo.css", "buckets.css"))
"""The sheets of the gateway's pages that those of the screen load too."""
SHEETS = {file.name: file.read_text("utf-8") for file in sorted((SCREEN / "static").glob("*.css"))}
SCRIPTS = {file.name: file.read_text("utf-8") for file in sorted((SCREEN / "static").glob("*.js"))}
CODE = [file.read_text("utf-8") for file in (WEB.parents[1] / "edge_agent" / "screen").rglob("*.py")]


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys_and_the_same_parts() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    for key in WORDS["vi"]:
        assert fields(WORDS["vi"][key]) == fields(WORDS["en"][key]), key
        assert WORDS["vi"][key].strip() == WORDS["vi"][key] != "", key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_in_two_files(language) -> None:
    files = sorted(SCREEN.glob(f"words*.{language}.toml"))
    keys = [key for file in files for key in load_words(SCREEN, language, file.name.removesuffix(f".{language}.toml"))]
    assert len(keys) == len(set(keys))


def test_every_key_that_is_named_exists() -> None:
    texts = [*TEMPLATES.values(), *CODE]
    named = {key for text in texts for key in re.findall(r'\bsay\("([a-z_0-9]+\.[a-z0-9_]+)"', text)}
    named |= {key for text in CODE for key in re.findall(r'"((?:mistake|grey|menu)\.[a-z0-9_]+)"', text)}
    assert {key for key in named if not key.endswith("_")} - WORDS["vi"].keys() == set()


def test_every_key_of_the_first_pages_is_used() -> None:
    texts = "".join([*TEMPLATES.values(), *CODE])
    named = set(re.findall(r'"([a-z_0-9]+\.[a-z0-9_]+)"', texts))
    composed = {
        *(f"bucket.{bucket.name}" for bucket in BUCKETS),
        *(f"loss.{loss}" for loss in ("breakdown", "setup", "minor_stops", "reduced_speed", "defects", "stops")),
        *(f"lasting.{unit}" for unit in ("s", "min", "h", "d")),
        *(f"figure.{name}" for name in ("oee", "availability", "effectiveness", "quality_ratio")),
        *(f"stops.{order}" for order in ("newest", "longest")),
        *(f"noun.{kind.__struct_config__.tag}" for kind in get_args(AnyEntry)),
        *(f"problem.{status}{then}" for status in (404, 422, 500, "other") for then in ("", "_then")),
    }
    own = set(load_words(SCREEN, "vi"))
    assert own - named - composed == set()
    assert composed <= WORDS["vi"].keys()


def test_every_place_in_the_menu_has_a_word() -> None:
    assert {word for _, word in MENU} <= WORDS["vi"].keys()


@pytest.mark.parametrize(
    ("key", "vietnamese", "english"),
    [
        ("bucket.RUN", "Đang chạy", "Running"),
        ("bucket.MINOR_STOP", "Dừng ngắn", "Minor stop"),
        ("bucket.PLANNED_STOP", "Dừng theo kế hoạch", "Planned stop"),
        ("bucket.UNKNOWN", "Không có dữ liệu", "No data"),
        ("figure.availability", "Mức sẵn sàng", "Availability"),
        ("figure.effectiveness", "Hiệu suất tốc độ", "Performance"),
        ("figure.quality_ratio", "Tỷ lệ chất lượng", "Quality"),
        ("enter.wip", "Sản phẩm dở dang", "Work in progress"),
    ],
)
def test_terms_are_those_of_the_glossary(key, vietnamese, english) -> None:
    assert (WORDS["vi"][key], WORDS["en"][key]) == (vietnamese, english)


def test_sentences_are_short() -> None:
    for language, words in WORDS.items():
        for key, text in words.items():
            for sentence in re.split(r"[.!?:;]\s", text):
                limit = 15 if language == "en" else 20  # a Vietnamese word is often two syllables
                assert len(sentence.split()) <= limit, (language, key)


def test_every_bucket_has_a_shape() -> None:
    shapes = (WEB / "templates" / "shapes.svg").read_text("utf-8")
    assert SHAPES.keys() == {bucket.name for bucket in BUCKETS}
    for shape in SHAPES.values():
        assert f'id="shape-{shape}"' in shapes
        assert f".bucket-{shape} {{" in SHARED
        assert f".bar-{shape} {{" in SHEETS["andon.css"] or f".bar-{shape},\n" in SHEETS["andon.css"]


def test_colours_have_names_and_all_names_are_known() -> None:
    for name, sheet in SHEETS.items():
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", sheet), name
        known = set(re.findall(r"--([a-z0-9-]+):", SHARED + sheet))
        assert set(re.findall(r"var\(--([a-z0-9-]+)\)", sheet)) <= known, name


def test_nothing_is_loaded_from_elsewhere() -> None:
    for name, text in {**TEMPLATES, **SHEETS, **SCRIPTS}.items():
        assert not re.search(r"@import|@font-face|url\((?!#)|(?:src|href)=\"(?:https?:)?//|https?://[a-z]", text), name


def test_sheets_and_scripts_stay_small() -> None:
    for name, text in SHEETS.items():
        assert len(text.splitlines()) < 600, name
    for name, text in SCRIPTS.items():
        assert len(text.splitlines()) < 300, name


def test_text_is_sixteen_pixels_at_least() -> None:
    for name, sheet in SHEETS.items():
        sizes = re.findall(r"font-size:\s*([0-9.]+)(rem|px)", sheet)
        assert all(float(size) >= {"rem": 1, "px": 16}[unit] for size, unit in sizes), name


def test_every_class_that_a_template_uses_is_styled() -> None:
    styled = set(re.findall(r"\.([a-z][a-z0-9-]*)", SHARED + "".join(SHEETS.values())))
    unstyled = {"tick-between", "unit-stale", "stops-known", "screen"}  # names for scripts and for states
    for name, text in TEMPLATES.items():
        plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text)
        for classes in re.findall(r'class="([^"]*)"', plain):
            used = {one for one in classes.split() if not one.endswith("-")}
            assert used - styled - unstyled == set(), name
