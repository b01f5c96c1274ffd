"""The style sheet keeps its promises: names for colours, contrast, size."""

import re
from itertools import product
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "dashboards" / "web"
SHEET = (WEB / "static" / "nhipdo.css").read_text("utf-8")

# What is written on what, as the sheet uses them.
TEXT_PAIRS = [
    *product(["ink", "quiet", "link", "bad", "none"], ["ground", "surface"]),
    *product(["good", "uncertain"], ["ground", "surface"]),
    *product(["ink", "quiet"], ["good-ground", "uncertain-ground", "bad-ground", "none-ground"]),
    ("good", "good-ground"),
    ("uncertain", "uncertain-ground"),
    ("bad", "bad-ground"),
    ("bad", "uncertain-ground"),
    ("none", "none-ground"),
    ("on-action", "action"),
    ("strip-ink", "strip-bad"),
    ("strip-ink", "strip-lost"),
]
# Lines, borders and shapes; WCAG 2.2, 1.4.11.
SHAPE_PAIRS = [
    *product(["line"], ["surface", "band", "good-ground", "uncertain-ground", "bad-ground", "none-ground"]),
    ("quiet", "surface"),
    ("bad", "surface"),
]


def tokens(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", text))


def schemes() -> dict[str, dict[str, str]]:
    light_part, _, rest = SHEET.partition("@media (prefers-color-scheme: dark)")
    dark_part = rest[: rest.index("\n}\n")]
    return {"light": tokens(light_part), "dark": tokens(dark_part)}


def luminance(colour: str) -> float:
    """Relative luminance; WCAG 2.2."""
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_wcag_computes_it() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the usual example that just fails


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_text_stands_out(scheme, pair) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[pair[0]], colours[pair[1]]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pair", SHAPE_PAIRS, ids="-on-".join)
def test_lines_and_shapes_stand_out(scheme, pair) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[pair[0]], colours[pair[1]]) >= 3


def test_both_schemes_have_the_same_colours() -> None:
    assert schemes()["light"].keys() == schemes()["dark"].keys()


def test_a_colour_has_a_name_and_every_name_is_used() -> None:
    rules = re.sub(r"--[a-z0-9-]+:[^;]+;", "", SHEET)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules)
    named = set(re.findall(r"--([a-z0-9-]+):", SHEET))
    assert named == set(re.findall(r"var\(--([a-z0-9-]+)\)", SHEET))


def test_nothing_is_loaded_from_elsewhere() -> None:
    for file in WEB.rglob("*"):
        if file.suffix in {".css", ".js", ".html", ".svg"}:
            text = file.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
            assert not re.search(r"@import|@font-face|url\((?!#)|(?:src|href)=\"(?:https?:)?//|https?://[a-z]", text), (
                file
            )


def test_the_sheet_and_the_scripts_stay_small() -> None:
    assert len(SHEET.splitlines()) < 600
    for script in (WEB / "static").glob("*.js"):
        assert len(script.read_text("utf-8").splitlines()) < 300, script


def test_every_class_that_a_template_uses_is_styled_or_gone() -> None:
    styled = set(re.findall(r"\.([a-z][a-z-]*)", SHEET))
    used = set()
    for template in (WEB / "templates").iterdir():
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", template.read_text("utf-8"))
        for names in re.findall(r'class="([^"]*)"', text):
            used |= {name for name in names.split() if not name.endswith("-")}
    assert used <= styled
