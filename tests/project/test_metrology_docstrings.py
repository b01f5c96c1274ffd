"""Every public name of ``calibration`` is shown by an example that runs, and a method says where it is from."""

import doctest
import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import calibration

PACKAGES = sorted(found.name for found in pkgutil.iter_modules(calibration.__path__))
OF_NO_SOURCE = {  # they are ours: shapes of arguments, spelling, laying out
    *("check_dcc", "validate_dcc", "parse_model", "from_dsi", "same_step", "segments", "average", "squares_about"),
    "record",
}


def public(package: str) -> dict[str, Any]:
    module = importlib.import_module(f"calibration.{package}")
    names = getattr(module, "__all__", None) or [
        name for name, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__
    ]
    return {name: getattr(module, name) for name in names if name[0] != "_"}


@cache
def shown() -> str:
    """All examples of the library, as one text."""
    modules = [
        importlib.import_module(each.name) for each in pkgutil.walk_packages(calibration.__path__, "calibration.")
    ]
    tests = [test for each in modules for test in doctest.DocTestFinder(exclude_empty=True).find(each)]
    return "\n".join(example.source for test in tests for example in test.examples)


def methods(kind: type) -> Iterator[str]:
    """Names of the public methods that a type defines itself; properties are told by their first line."""
    for name, each in vars(kind).items():
        if name[0] != "_" and (inspect.isfunction(each) or isinstance(each, classmethod | staticmethod)):
            yield name


@pytest.mark.parametrize("package", PACKAGES)
def test_every_function_has_an_example(package: str) -> None:
    functions = {name: each for name, each in public(package).items() if inspect.isfunction(each)}
    assert [name for name, each in functions.items() if ">>>" not in (each.__doc__ or "")] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_method_of_a_type_is_in_some_example(package: str) -> None:
    types = {name: each for name, each in public(package).items() if inspect.isclass(each)}
    assert [
        f"{name}.{method}"
        for name, kind in types.items()
        for method in methods(kind)
        if not re.search(rf"\.{method}\b", shown())
    ] == []


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "checks"])
def test_every_function_says_where_it_is_from(package: str) -> None:
    functions = {name: each for name, each in public(package).items() if inspect.isfunction(each)}
    assert [
        name for name, each in functions.items() if "Source:" not in (each.__doc__ or "") and name not in OF_NO_SOURCE
    ] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_says_what_it_is(package: str) -> None:
    named = {name: each for name, each in public(package).items() if inspect.isfunction(each) or inspect.isclass(each)}
    assert [
        name
        for name, each in named.items()
        if not (each.__doc__ or "").strip().endswith((".", '"')) and ">>>" not in each.__doc__
    ] == []


def test_the_examples_run_with_the_tests(root: Path) -> None:
    options = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    assert "calibration" in options["testpaths"]
    assert "--doctest-modules" in options["addopts"]
    recipe = re.search(r"^test:.*\n((?:.*\n)*?)\n", (root / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe
    # No folder is named there: pytest takes its testpaths.
    assert re.search(r"-m pytest -n auto --dist loadfile --ignore=tests/system$", recipe[1], re.MULTILINE)
