import ast
import re
import tomllib
from pathlib import Path

import pytest

PACKAGES = ("calibration", "drivers", "edge_agent", "gateway", "dashboards")
# In pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(
    "|".join((r"(?<![\w-])/wo" + "rk/", "/ro" + "ot/", "/opt/py" + "pi", "/opt/whe" + "els", r"/ho" + r"me/(?!pi\b)\w"))
)
REGISTRY_HOSTS = re.compile(
    "|".join(("py" + r"pi\.org", "python" + "hosted", r"npm" + r"js\.", r"deb\.deb" + "ian", r"proxy\.go" + "lang"))
)
LEFTOVERS = {"utils", "util", "common", "helpers", "helper", "core", "managers", "manager", "misc", "lib"}
LIMIT, TEST_LIMIT = 300, 500
FUNCTION_LIMIT = 40


def texts(files: list[Path]) -> list[tuple[Path, str]]:
    found = []
    for file in files:
        try:
            found.append((file, file.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRY_HOSTS], ids=["a path of one machine", "a registry's host"])
def test_no_file_names(pattern: re.Pattern[str], tracked: list[Path], root: Path) -> None:
    named = [
        f"{file.relative_to(root)}:{number}: {line.strip()[:120]}"
        for file, text in texts(tracked)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert named == []


def test_no_module_is_over_its_budget(tracked: list[Path], root: Path) -> None:
    long = {}
    for file in tracked:
        if file.suffix == ".py":
            lines = len(file.read_text("utf-8").splitlines())
            if lines > (TEST_LIMIT if file.is_relative_to(root / "tests") else LIMIT):
                long[str(file.relative_to(root))] = lines
    assert long == {}


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring and decorators."""
    has_words = ast.get_docstring(function, clean=False) is not None
    words = function.body[0].end_lineno - function.body[0].lineno + 1 if has_words else 0
    return function.end_lineno - function.lineno + 1 - words


def test_no_function_is_over_its_budget(tracked: list[Path], root: Path) -> None:
    long = {}
    for file in tracked:
        if file.suffix != ".py" or file.relative_to(root).parts[0] not in PACKAGES:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and code_lines(node) > FUNCTION_LIMIT:
                long[f"{file.relative_to(root)}:{node.name}"] = code_lines(node)
    assert long == {}


def test_no_module_is_a_place_for_leftovers(tracked: list[Path], root: Path) -> None:
    names = {part for file in tracked for part in (*file.relative_to(root).parts[:-1], file.stem)}
    assert names & LEFTOVERS == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_what_it_is_for(package: str, root: Path) -> None:
    silent = [
        str(init.relative_to(root))
        for init in (root / package).rglob("__init__.py")
        if not ast.get_docstring(ast.parse(init.read_text("utf-8")))
    ]
    assert silent == []


def test_the_changelog_tells_of_this_version(root: Path) -> None:
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )


def test_every_relative_link_leads_somewhere(tracked: list[Path], root: Path) -> None:
    dead = [
        f"{file.relative_to(root)}: {target}"
        for file in tracked
        if file.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", file.read_text("utf-8"))
        if "://" not in target and not (file.parent / target).exists()
    ]
    assert dead == []
