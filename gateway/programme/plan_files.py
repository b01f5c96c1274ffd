"""Plans from files: those of the package, and those that a province adds in a folder of its own.

Decision: a file with a mistake is refused whole, and all its mistakes are told at once, each with its place.
Because: whoever writes a plan is no programmer, and mends a file faster with the whole list.

Decision: a file has no aliases, and no key twice.
Because: YAML takes the last of two equal keys in silence, and a few aliases can fill all memory.

Decision: words stay words: only true and false are yes and no, a day stays as it is written, and a number that begins
with 0 is asked about.
Because: YAML reads ``no`` as false, ``2026-11-25`` as a day of its own kind and ``010`` as eight.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from gateway.indicators.measures import OverPlan
from gateway.indicators.schema import Indicator, Plan, Task
from gateway.programme.plan_checks import cross_checked
from gateway.programme.plan_mistakes import PlanFileError, PlanMistake, place, told

__all__ = ["PACKAGED", "PlanFileError", "PlanMistake", "load_plans", "parse_plan", "plan_files", "read_plan"]

PACKAGED = Path(__file__).parents[1] / "indicators" / "plans"
TEMPLATE = Path(__file__).with_name("plan_template.yaml")
MOST_BYTES = 1_000_000
_ENDINGS = (".yaml", ".yml")
_HINTS = {
    "chomping or indentation": 'Put signs such as ">=" in quotes.',
    "cannot start any token": "Put texts that begin with a sign in quotes; indent with blanks, not with tabs.",
    "mapping values are not allowed": "Put texts with a colon in quotes, and indent what belongs together alike.",
    "expected <block end>": "Indent what belongs together alike.",
    "could not find expected ':'": "Write a colon and a blank behind each key.",
    "unhashable": "Begin each line with a word and a colon.",
    "constructor for the tag": "Take out what begins with !.",
    "another document": "Take out the line --- and give each plan a file of its own.",
}


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # the library says no types
    """Refuses aliases; reads true, false, null and decimal numbers, and nothing else into words."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  as in the library

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()
            problem = "an alias (*) is not allowed. Write the values out."
            raise yaml.constructor.ConstructorError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)


_PLAIN = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]{1,18}", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
)
for _tag, _form, _first in _PLAIN:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), _first)
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node), 10))


def load_plans(folder: Path | None = None) -> dict[str, Plan]:
    """Id -> plan: those of the package, and those of a folder; one of the folder replaces a packaged one of its id.

    Args:
        folder: With ``*.yaml`` of a province's own; None: there are none.

    Raises:
        PlanFileError: A file cannot be used, the folder is not there, or an id stands in two plans.
    """
    return {name: plan for name, (_, plan) in read_plans(plan_files(folder) if folder else []).items()}


def read_plans(own: Sequence[Path]) -> dict[str, tuple[Path, Plan]]:
    """Id -> file and plan, in order: those of the package, and those of some files.

    Raises:
        PlanFileError: A file cannot be used, or an id stands in two plans.
    """
    shipped, lacking = _shipped()
    added, wrong = _read_all(own)
    found, mistakes = {**shipped, **added}, [*lacking, *wrong]
    mistakes += [*_doubled(found), *_pairs(found, is_all=not mistakes)]
    if mistakes:
        raise PlanFileError(mistakes)
    return dict(sorted(found.items()))


@cache
def _shipped() -> tuple[dict[str, tuple[Path, Plan]], list[PlanMistake]]:
    """Those of the package, which never change while it runs."""
    return _read_all(plan_files(PACKAGED))


def _read_all(files: Iterable[Path]) -> tuple[dict[str, tuple[Path, Plan]], list[PlanMistake]]:
    """Id -> file and plan of those that can be used, and the mistakes of the others."""
    found: dict[str, tuple[Path, Plan]] = {}
    mistakes: list[PlanMistake] = []
    for file in files:
        try:
            plan = read_plan(file)
        except PlanFileError as error:
            mistakes += error.mistakes
            continue
        if plan.id in found:
            why = f"stands in {found[plan.id][0].name} too. Give each plan an id of its own."
            mistakes.append(PlanMistake(file.name, plan.id, "id", why))
        found[plan.id] = (file, plan)
    return found, mistakes


def plan_files(folder: Path) -> list[Path]:
    """The files of a folder that hold plans, by name; hidden ones are those of editors.

    Raises:
        PlanFileError: It is not there, or cannot be looked into.
    """
    try:
        if not folder.is_dir():
            why = "is not there. Make the folder, or take [indicators] plans out of gateway.toml."
            raise PlanFileError([PlanMistake(str(folder), "", "", why)])
        files = sorted(folder.iterdir())
    except OSError as error:
        why = f"cannot be looked into: {error.strerror}. Check its rights."
        raise PlanFileError([PlanMistake(str(folder), "", "", why)]) from None
    return [file for file in files if file.suffix.lower() in _ENDINGS and not file.name.startswith(".")]


def read_plan(file: Path) -> Plan:
    """The plan of a file.

    Raises:
        PlanFileError: It cannot be read, or something in it is wrong.
    """
    try:
        if not file.is_file():
            raise PlanFileError([PlanMistake(file.name, "", "", "is no file. Name a plan's file, or its folder.")])
        if file.stat().st_size > MOST_BYTES:
            why = f"has more than {MOST_BYTES // 1_000_000} MB. Is it a plan?"
            raise PlanFileError([PlanMistake(file.name, "", "", why)])
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise PlanFileError([PlanMistake(file.name, "", "", "is not UTF-8. Save it as UTF-8.")]) from None
    except OSError as error:
        why = f"cannot be read: {error.strerror}. Check its name and rights."
        raise PlanFileError([PlanMistake(file.name, "", "", why)]) from None
    return parse_plan(text, file.name)


def parse_plan(text: str, file: str) -> Plan:
    """The plan that a text holds; its letters are composed (Unicode NFC).

    Args:
        text: YAML.
        file: Its name, for what is wrong.

    Raises:
        PlanFileError: Something in it is wrong.
    """
    content, node = _content(unicodedata.normalize("NFC", text), file)
    if not isinstance(content, dict):
        raise PlanFileError([PlanMistake(file, "", "", "holds no plan. Begin with: form: nhipdo-plan/1")])
    written: dict[tuple[Any, ...], str] = {}
    mistakes = [PlanMistake(file, *place(content, path), why) for path, why in _doubtful(node, (), written)]
    plan = None
    try:
        plan = Plan.model_validate(content)
    except ValidationError as error:
        mistakes += told(file, content, error.errors(include_url=False), written)
    mistakes += [PlanMistake(file, *place(content, path), why) for path, why in cross_checked(content)]
    if plan is None or mistakes:
        first: dict[tuple[str, str], PlanMistake] = {}
        for one in mistakes:  # the first at a place is nearest to what was written; others follow from it
            first.setdefault((one.at, one.field), one)
        raise PlanFileError(first.values())
    return plan


def _content(text: str, file: str) -> tuple[Any, Any]:
    """What stands in a text, and the tree of how it is written."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return (loader.construct_document(node) if node else None), node
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = str(error.problem or error.context)
        hint = next((f". {hint}" for part, hint in _HINTS.items() if part in problem or part in str(error.context)), "")
        at = f"line {mark.line + 1}" if mark else ""
        raise PlanFileError([PlanMistake(file, at, "", f"{problem}{hint}")]) from None
    except yaml.reader.ReaderError as error:
        why = f"holds the character U+{error.character:04X}, which no text has. Save it as plain text in UTF-8."
        raise PlanFileError([PlanMistake(file, "", "", why)]) from None
    except RecursionError:
        why = "is nested too deeply for a plan. Begin anew with nhipdo plans template."
        raise PlanFileError([PlanMistake(file, "", "", why)]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise PlanFileError([PlanMistake(file, "", "", f"is no YAML: {error}. Correct it.")]) from None


def _doubtful(
    node: Any, path: tuple[Any, ...], written: dict[tuple[Any, ...], str]
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Keys that stand twice, and numbers that begin with 0; ``written`` is filled with all that is no word."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield (*path, key.value), "stands twice. Remove one."
            seen.add(key.value)
            yield from _doubtful(value, (*path, key.value), written)
    elif isinstance(node, yaml.SequenceNode):
        for number, one in enumerate(node.value):
            yield from _doubtful(one, (*path, number), written)
    elif not node.tag.endswith(":str"):
        written[path] = node.value
        digits = node.value.lstrip("+-")
        if node.tag.endswith(":int") and len(digits) > 1 and digits[0] == "0":
            where = f"in quotes where it is a code, {int(digits)} where it is a number"
            yield path, f'begins with 0. Write "{node.value}" {where}.'


def _doubled(found: Mapping[str, tuple[Path, Plan]]) -> list[PlanMistake]:
    """Indicators and tasks whose id stands in two plans."""
    seen: dict[str, str] = {}
    mistakes = []
    for file, plan in found.values():
        for one in _entries(plan):
            if one.id in seen:
                mistakes.append(PlanMistake(file.name, one.id, "id", f"stands in {seen[one.id]} too. Give it another."))
            seen[one.id] = file.name
    return mistakes


def _pairs(found: Mapping[str, tuple[Path, Plan]], *, is_all: bool) -> Iterable[PlanMistake]:
    """Indicators of this and of a later plan that are compared and are not there; unless a plan could not be read."""
    for file, plan in found.values() if is_all else ():
        for one in plan.indicators:
            if not isinstance(one.measure, OverPlan):
                continue
            later = found.get(one.measure.plan)
            if later is None:
                why = f"{one.measure.plan} is no plan that is known. Choose one of: {', '.join(sorted(found))}."
                yield PlanMistake(file.name, one.id, "measure.plan", why)
                continue
            sides = ((plan, one.measure.pairs), (later[1], one.measure.pairs.values()))
            for side, names in sides:
                for name in sorted(set(names) - {its.id for its in side.indicators}):
                    why = f"{name} is no indicator of {side.id}. Correct it."
                    yield PlanMistake(file.name, one.id, "measure.pairs", why)


def _entries(plan: Plan) -> list[Indicator | Task]:
    return [*plan.indicators, *plan.tasks]
