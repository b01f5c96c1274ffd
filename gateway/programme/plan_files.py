"""Plans from files: those of the package, and those that a province adds in a folder of its own.

Decision: a file with a mistake is refused whole, and all its mistakes are told at once, each with its place.
Because: whoever writes a plan is no programmer, and mends a file faster with the whole list.

Decision: a file has no anchors, and no key twice.
Because: YAML takes the last of two equal keys in silence, and a few anchors can fill all memory.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError

from gateway.indicators.schema import Indicator, Plan, Task

PACKAGED = Path(__file__).parents[1] / "indicators" / "plans"
MOST_BYTES = 2_000_000
_MOST_SHOWN = 20
_NAMED = ("indicators", "tasks", "reporting", "objectives", "baseline", "catalogue")
"""Lists whose entries have ids."""


class PlanMistake(NamedTuple):
    """A mistake in a plan's file.

    Attributes:
        file: Its name.
        at: Id of the indicator or task; else the key; empty: the file as a whole.
        field: What of it.
        why: What is expected, what stands there, what to do.
    """

    file: str
    at: str
    field: str
    why: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.at, self.field, self.why) if part)


class PlanFileError(Exception):
    """Files of plans cannot be used.

    Attributes:
        mistakes: All that were found.
    """

    def __init__(self, mistakes: Iterable[PlanMistake]) -> None:
        self.mistakes = tuple(mistakes)
        shown = [str(one) for one in self.mistakes[:_MOST_SHOWN]]
        if len(self.mistakes) > _MOST_SHOWN:
            shown.append(f"... and {len(self.mistakes) - _MOST_SHOWN} more.")
        super().__init__("\n".join(shown))


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # the library says no types
    """Refuses anchors and keys that stand twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()
            problem = "an alias (*) is not allowed. Write the values out."
            raise yaml.constructor.ConstructorError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  as in the library
        keys = Counter(key.value for key, _ in node.value)
        for key, _ in node.value:
            if keys[key.value] > 1:
                problem = f"the key {key.value!r} stands twice. Remove one."
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        return super().construct_mapping(node, deep)


def load_plans(folder: Path | None = None) -> dict[str, Plan]:
    """Id -> plan: those of the package, and those of a folder; one of the folder replaces a packaged one of its id.

    Args:
        folder: With ``*.yaml`` of a province's own; None: there are none.

    Raises:
        PlanFileError: A file cannot be used, the folder is not there, or an id stands in two plans.
    """
    own = _files(folder) if folder else []
    found: dict[str, tuple[str, Plan]] = {}
    mistakes: list[PlanMistake] = []
    for files in (sorted(PACKAGED.glob("*.yaml")), own):
        part: dict[str, tuple[str, Plan]] = {}
        for file in files:
            try:
                plan = read_plan(file)
            except PlanFileError as error:
                mistakes += error.mistakes
                continue
            if plan.id in part:
                why = f"stands in {part[plan.id][0]} too. Give each plan an id of its own."
                mistakes.append(PlanMistake(file.name, plan.id, "id", why))
            part[plan.id] = (file.name, plan)
        found |= part
    mistakes += _doubled(found)
    if mistakes:
        raise PlanFileError(mistakes)
    return {name: plan for name, (_, plan) in sorted(found.items())}


def read_plan(file: Path) -> Plan:
    """The plan of a file.

    Raises:
        PlanFileError: It cannot be read, or something in it is wrong.
    """
    try:
        if file.stat().st_size > MOST_BYTES:
            why = f"has more than {MOST_BYTES // 1_000_000} MB. Is it a plan?"
            raise PlanFileError([PlanMistake(file.name, "", "", why)])
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise PlanFileError([PlanMistake(file.name, "", "", "is not UTF-8. Save it as UTF-8.")]) from None
    except OSError as error:
        why = f"cannot be read: {error.strerror}. Check its name and rights."
        raise PlanFileError([PlanMistake(file.name, "", "", why)]) from None
    return parse_plan(text, file.name)


def parse_plan(text: str, file: str) -> Plan:
    """The plan that a text holds.

    Args:
        text: YAML.
        file: Its name, for what is wrong.

    Raises:
        PlanFileError: Something in it is wrong.
    """
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  a safe loader of our own
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"line {mark.line + 1}" if mark else ""
        raise PlanFileError([PlanMistake(file, at, "", str(error.problem))]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PlanFileError([PlanMistake(file, "", "", f"is no YAML: {error}")]) from None
    if not isinstance(content, dict):
        raise PlanFileError([PlanMistake(file, "", "", "holds no plan. Begin with: form: nhipdo-plan/1")])
    try:
        plan = Plan.model_validate(content)
    except ValidationError as error:
        told = [one for one in error.errors(include_url=False) if not (one["type"] == "too_short" and one["input"])]
        raise PlanFileError(_told(file, content, one) for one in told) from None
    mistakes = [*_within(file, plan), *_unknown_agencies(file, plan)]
    if mistakes:
        raise PlanFileError(mistakes)
    return plan


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        why = "is not there. Make the folder, or take [indicators] plans out of gateway.toml."
        raise PlanFileError([PlanMistake(str(folder), "", "", why)])
    return sorted(folder.glob("*.yaml"))


def _told(file: str, content: Mapping[str, Any], error: Mapping[str, Any]) -> PlanMistake:
    at, *rest = [str(part) for part in error["loc"]] or [""]
    if at in _NAMED and rest and rest[0].isdigit():
        number, *rest = rest
        entry = content[at][int(number)]
        at = str(entry.get("id", f"{at} {int(number) + 1}")) if isinstance(entry, dict) else f"{at} {number}"
    got = "" if isinstance(error["input"], dict) or error["type"] == "missing" else f" Got {error['input']!r}."
    why = str(error["msg"]).removeprefix("Value error, ")
    return PlanMistake(file, at, ".".join(rest), f"{why}{'' if why.endswith('.') else '.'}{got}")


def _within(file: str, plan: Plan) -> list[PlanMistake]:
    """Ids that stand twice, and years of indicators outside of the plan's."""
    ids = Counter(one.id for name in _NAMED for one in getattr(plan, name))
    found = [PlanMistake(file, one, "id", "stands twice. Give each its own.") for one, n in ids.items() if n > 1]
    last = plan.outlook_until or plan.until
    for one in plan.indicators:
        if one.since < plan.since or one.until > last:
            why = f"{one.since} to {one.until} lies outside of the plan's {plan.since} to {last}. Correct one of them."
            found.append(PlanMistake(file, one.id, "since", why))
    return found


def _unknown_agencies(file: str, plan: Plan) -> list[PlanMistake]:
    named = [("issuer", "", (plan.issuer,)), ("recipients", "", plan.recipients)]
    for one in _entries(plan):
        named += [(one.id, "lead", one.lead), (one.id, "coordinate", one.coordinate)]
    for duty in plan.reporting:
        named += [(duty.id, "reporter", duty.reporter), (duty.id, "recipients", duty.recipients)]
    why = "{} is not among the plan's agencies. Add it under agencies."
    return [
        PlanMistake(file, at, field, why.format(key))
        for at, field, keys in named
        for key in keys
        if key not in plan.agencies
    ]


def _doubled(found: Mapping[str, tuple[str, Plan]]) -> list[PlanMistake]:
    """Indicators and tasks whose id stands in two plans."""
    seen: dict[str, str] = {}
    mistakes = []
    for file, plan in found.values():
        for one in _entries(plan):
            if one.id in seen:
                mistakes.append(PlanMistake(file, one.id, "id", f"stands in {seen[one.id]} too. Give it another."))
            seen[one.id] = file
    return mistakes


def _entries(plan: Plan) -> list[Indicator | Task]:
    return [*plan.indicators, *plan.tasks]
