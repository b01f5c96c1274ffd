"""Words of the bench's pages: every one is used, and every one that is used is there."""

import re

from screen_floor import WEB

from calibration.decision import RULES
from edge_agent.screen.bench.stage import PAN
from edge_agent.screen.rendering import load_screen_words
from edge_agent.speech import load_words

SCREEN = WEB / "screen"
FILES = [*(SCREEN / "templates" / "bench").glob("*.html"), *(WEB.parents[1] / "edge_agent/screen/bench").glob("*.py")]
TEXTS = "".join(file.read_text("utf-8") for file in FILES)
OWN = {key for key in load_words(SCREEN, "vi", "words.bench") if key.startswith("bench.")}
FAMILIES = ("place", "position", "direction", "run", "kind", "distribution", "rule", "hindrance", "remedy")
"""Words of names that come from a record or a procedure."""


def used() -> set[str]:
    named = {key for key in re.findall(r"\bbench(?:\.[a-zA-Z0-9_]+)+", TEXTS) if key in OWN}
    composed = {key for key in OWN if key.split(".")[1] in FAMILIES}
    composed |= {f"bench.begin.{name}" for name in re.findall(r'"([a-z_]+)"', _fields_of_an_item())}
    composed |= {f"bench.result.{name}" for name in ("pass", "fail", "conditionalPass", "conditionalFail")}
    return (named | composed | {f"bench.result.{name}" for name in ("all_pass", "some_fail", "some_condition")}) & OWN


def _fields_of_an_item() -> str:
    code = (WEB.parents[1] / "edge_agent/screen/bench/begin.py").read_text("utf-8")
    return "".join(re.findall(r"^(?:TEXTS|NUMBERS|FIRST|MORE) = \(.*?\)", code, re.MULTILINE | re.DOTALL)) + '"mpe"'


def test_every_word_is_used() -> None:
    assert OWN - used() == set()


def test_every_place_and_every_rule_has_its_word() -> None:
    for language in ("vi", "en"):
        words = load_screen_words(WEB, language)
        assert {f"bench.position.{name}" for name in PAN} | {f"bench.rule.{name}" for name in RULES} <= words.keys()
