"""The examples of docs/metrology.md run as they stand, and print what stands below them."""

import contextlib
import io
import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "metrology.md").read_text("utf-8")


class Example(NamedTuple):
    """A program of the page, and what it is said to print."""

    title: str
    program: str
    printed: str


def examples() -> list[Example]:
    found = []
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        title = section.splitlines()[0]
        pairs = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        found += [Example(title, *pair) for pair in pairs]
    return found


EXAMPLES = examples()
PUBLISHED = {
    "GUM H.1": ["l_s      B        25   25.0 nm", "50000838 nm", "u = 31.7 nm", "34 nm"],
    "GUM H.2": ["[-0.36, 0.86, -0.65]", "127.732", "0.071", "219.847", "254.260", "0.236", "[-0.588, -0.485, 0.993]"],
    "GUM H.3": ["-0.1712 (0.0029)", "0.00218 (0.00067)", "-0.930", "0.0035", "-0.1494 (0.0041)"],
    "EA-4/02 S2": ["29.3 mg", "10000,025 g ± 0,059 g"],
    "EA-4/02 S3": ["8.33 mOhm", "10000,178 Ω ± 0,017 Ω"],
    "EA-4/02 S4": ["36.4 nm", "49999926 nm ± 73 nm"],
    "JCGM 101, 9.5": ["838 nm, u = 32 nm, 99 %: 745 to 931 nm", "838 nm, u = 36 nm, 99 %: 745 to 932 nm"],
}


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.title.split(":")[0] for each in EXAMPLES])
def test_an_example_prints_what_stands_below_it(example: Example) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(example.program, example.title, "exec"), {"__name__": "example"})
    assert out.getvalue() == example.printed


def test_every_block_of_the_page_is_an_example() -> None:
    assert len(re.findall(r"^```python$", PAGE, re.MULTILINE)) == len(EXAMPLES) == len(PUBLISHED)


@pytest.mark.parametrize("title", PUBLISHED)
def test_the_published_figures_are_printed(title: str) -> None:
    [example] = [each for each in EXAMPLES if each.title.startswith(f"{title}:")]
    assert [figure for figure in PUBLISHED[title] if figure not in example.printed] == []


def test_every_package_of_the_library_is_named() -> None:
    table = PAGE[PAGE.index("## Thư viện") : PAGE.index("## Ví dụ chạy được")]
    folders = {found.parent.name for found in (ROOT / "calibration").glob("*/__init__.py")}
    for_others = {"checks"}
    assert {name for name in folders - for_others if f"`{name}`" not in table} == set()
