"""The style sheets keep their promises: names for colours, contrast, size."""

import re
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

WEB = Path(__file__).parents[2] / "dashboards" / "web"
SHEET = (WEB / "static" / "nhipdo.css").read_text("utf-8")
SHEETS = {file.name: file.read_text("utf-8") for file in sorted((WEB / "static").glob("*.css"))}
BUCKETS = ("run", "minor-stop", "stop", "fault", "setup", "planned", "unknown", "off")

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
    *((f"on-state-{bucket}", f"state-{bucket}") for bucket in BUCKETS),
    ("on-state-unknown", "state-unknown-hatch"),
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


# Linear RGB as seen by people without one kind of cone; Machado, Oliveira, Fernandes 2009, severity 1.
SIGHT = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE = (0.95047, 1.0, 1.08883)


def lab(colour: str, sight: str) -> np.ndarray:
    """CIE 1976 L*a*b* under D65 of a colour as it is seen."""
    channels = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    xyz = np.array(TO_XYZ) @ np.clip(np.array(SIGHT[sight]) @ linear, 0, 1) / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_lab_is_computed_as_cie_computes_it() -> None:
    assert lab("#ffffff", "all cones") == pytest.approx([100, 0, 0], abs=0.01)
    assert lab("#ff0000", "all cones") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)  # the usual table of sRGB


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
def test_no_two_states_look_alike_to_anybody(scheme, sight) -> None:
    colours = schemes()[scheme]
    seen = {bucket: lab(colours[f"state-{bucket}"], sight) for bucket in BUCKETS}
    apart = {(a, b): float(np.linalg.norm(seen[a] - seen[b])) for a, b in combinations(BUCKETS, 2)}
    assert min(apart.values()) > 20, min(apart, key=apart.__getitem__)


def test_every_state_has_a_shape_and_a_rule() -> None:
    shapes = (WEB / "templates" / "shapes.svg").read_text("utf-8")
    for bucket in BUCKETS:
        assert f'id="shape-{bucket}"' in shapes
        assert f".bucket-{bucket} {{" in SHEETS["buckets.css"]


def test_both_schemes_have_the_same_colours() -> None:
    assert schemes()["light"].keys() == schemes()["dark"].keys()


def test_a_colour_has_a_name_and_every_name_is_used() -> None:
    colour = r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\("
    assert not re.search(colour, re.sub(r"--[a-z0-9-]+:[^;]+;", "", SHEET))
    assert [name for name, text in SHEETS.items() if name != "nhipdo.css" and re.search(colour, text)] == []
    every = "".join(SHEETS.values())
    assert set(re.findall(r"--([a-z0-9-]+):", every)) == set(re.findall(r"var\(--([a-z0-9-]+)\)", every))


def test_nothing_is_loaded_from_elsewhere() -> None:
    for file in WEB.rglob("*"):
        if file.suffix in {".css", ".js", ".html", ".svg"}:
            text = file.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
            assert not re.search(r"@import|@font-face|url\((?!#)|(?:src|href)=\"(?:https?:)?//|https?://[a-z]", text), (
                file
            )


def test_the_sheets_and_the_scripts_stay_small() -> None:
    for name, text in SHEETS.items():
        assert len(text.splitlines()) < 600, name
    for script in (WEB / "static").glob("*.js"):
        assert len(script.read_text("utf-8").splitlines()) < 300, script


def test_every_class_that_a_template_uses_is_styled_or_gone() -> None:
    styled = set(re.findall(r"\.([a-z][a-z-]*)", "".join(SHEETS.values())))
    used = set()
    for template in (file for file in (WEB / "templates").rglob("*") if file.is_file()):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", template.read_text("utf-8"))
        for names in re.findall(r'class="([^"]*)"', text):
            used |= {name for name in names.split() if not name.endswith("-")}
    assert used <= styled
