"""What is wrong in a plan's file, in words of whoever writes it.

Decision: a mistake is told by the id of the entry and the names of its keys, counted from one, never by a number alone.
Because: whoever writes a plan is no programmer, and looks for ``dt26-training-turns``, not for the third of a list.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic import BaseModel

from gateway.indicators import measures, schema, sources, targets

_MOST_SHOWN = 20
_LONGEST_SHOWN = 60
NAMED = ("legal_basis", "objectives", "indicators", "tasks", "reporting", "baseline", "catalogue")
"""Lists whose entries have ids."""
_KEYS = sorted(
    {
        name
        for module in (schema, targets, measures, sources)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name in model.model_fields
    }
)
_PATTERNS = {
    targets.ID_PATTERN: "small letters without marks, digits, hyphens and points",
    schema.PLAN_ID_PATTERN: "small letters without marks and digits, in words joined by hyphens",
    schema.CODE_PATTERN: "the two digits of a province in quotes",
    schema.DEADLINE_PATTERN: 'month and day as "11-25", or a year as "2030", in quotes',
    sources.NAME_PATTERN: "small letters without marks, digits and underscores",
    sources.PATH_PATTERN: "the name of a field, or several joined by points",
    measures.DAY_PATTERN: 'a day as "2020-12-31", in quotes',
}


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


def place(content: Any, path: Sequence[object]) -> tuple[str, str]:
    """The entry and the field that a path through a file's content leads to, as people call them.

    >>> place({"tasks": [{"id": "t-1", "due": {"kind": "yearly"}}]}, ("tasks", 0, "due", "kind"))
    ('t-1', 'due.kind')
    """
    if not path:
        return "", ""
    at, rest = str(path[0]), list(path[1:])
    if at in NAMED and rest and isinstance(number := rest[0], int):
        del rest[0]
        entry = content[at][number]
        name = entry.get("id") if isinstance(entry, Mapping) else None
        at = str(name) if isinstance(name, str | int) and str(name) else f"{at} {number + 1}"
    field = ""
    for part in rest:
        field += f" {part + 1}" if isinstance(part, int) else f".{part}" if field else str(part)
    return at, field.strip()


def told(
    file: str, content: Mapping[str, Any], errors: Iterable[Mapping[str, Any]], written: Mapping[tuple[Any, ...], str]
) -> list[PlanMistake]:
    """Mistakes that the form found.

    Args:
        file: Name of the file.
        content: What stands in it.
        errors: As pydantic tells them.
        written: Path -> how a number or such stands in the file: ``1.10``, which is read as 1.1.
    """
    found = []
    for error in errors:
        if error["type"] == "too_short" and error["input"]:
            continue  # it is not empty: what stands in it could not be read, and that is told already
        path = _there(content, error)
        found.append(PlanMistake(file, *place(content, path), why(error, written.get(tuple(path), ""))))
    return found


def got(value: object) -> str:
    """A value as it stands in the file, or nearly so.

    >>> got("5%"), got(75), got(True), got(None)
    ('"5%"', '75', 'true', 'nothing')
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"' if len(value) <= _LONGEST_SHOWN else f'"{value[:_LONGEST_SHOWN]}..."'
        case Mapping():
            return "keys of its own"
        case list() | tuple():
            return "a list"
        case _:
            return str(value)[:_LONGEST_SHOWN]


def why(error: Mapping[str, Any], written: str = "") -> str:
    """What is expected, what stands there and what to do."""
    kind = str(error["type"])
    tell = _TOLD.get(kind)
    return tell(error, error.get("ctx", {})) if tell else _of_another_kind(kind, error["input"], written)


def _one_of(error: Mapping[str, Any], limits: Mapping[str, Any]) -> str:
    is_tag = "expected_tags" in limits
    wanted = str(limits["expected_tags" if is_tag else "expected"]).replace(" or ", ", ").replace("'", "")
    return f"expected one of {wanted}; got {got(error['input'].get('kind') if is_tag else error['input'])}. Choose one."


def _unlike(error: Mapping[str, Any], limits: Mapping[str, Any]) -> str:
    return f"expected {_PATTERNS.get(limits['pattern'], limits['pattern'])}; got {got(error['input'])}. Correct it."


def _beyond(error: Mapping[str, Any], limits: Mapping[str, Any]) -> str:
    limit = f"more than {limits['le']}" if "le" in limits else f"less than {limits['ge']}"
    return f"{error['input']} is {limit}. Correct it."


def _unknown(error: Mapping[str, Any], _limits: Mapping[str, Any]) -> str:
    key = str(error["loc"][-1])
    near = get_close_matches(key, _KEYS, 1, 0.75)
    if near and near != [key]:
        return f"is not known here; did you mean {near[0]}?"
    hint = " A text with a comma between { } needs quotes." if error["input"] is None else ""
    return f"is not known here. Remove it, or look at where it belongs.{hint}"


def _of_another_kind(kind: str, value: object, written: str) -> str:
    """A text instead of a number, and so on."""
    what = {"tuple": "list", "model": "dict"}.get(kind.partition("_")[0], kind.partition("_")[0])
    expected, do = _KINDS.get(what, ("something else", "Write it as in the template."))
    is_plain = isinstance(value, str | int | float)
    found = written or got(value)
    if what == "string" and is_plain:
        do = f'Write it in quotes: "{found}".'
    if what == "list" and is_plain:
        do = f"Write [{value}]."
    return f"expected {expected}; got {found}. {do}"


_KINDS = {
    "string": ("text", "Write it."),
    "list": ("a list", "Write it as [one, two]."),
    "int": ("a whole number", "Write the digits alone, without quotes."),
    "float": ("a number", "Write the digits alone, without quotes."),
    "bool": ("true or false", "Write one of them, without quotes."),
    "dict": ("keys below it", "Write them as in the template."),
}
_TOLD: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "missing": lambda _error, _limits: "is missing. Write it.",
    "extra_forbidden": _unknown,
    "value_error": lambda _error, limits: str(limits["error"]),
    "literal_error": _one_of,
    "union_tag_invalid": _one_of,
    "invalid_key": lambda _error, _limits: "is no word. Write keys as in the template.",
    "union_tag_not_found": lambda _error, _limits: "does not say what it is. Write kind, as kind: records.",
    "string_pattern_mismatch": _unlike,
    "greater_than_equal": _beyond,
    "less_than_equal": _beyond,
    "string_too_short": lambda _error, _limits: "is empty. Write it, or leave out its key.",
    "too_short": lambda _error, _limits: "is empty. Write one at least, or leave out its key.",
    "string_too_long": lambda _error, limits: f"has more than {limits['max_length']} characters. Shorten it.",
}


def _there(content: Any, error: Mapping[str, Any]) -> list[object]:
    """The path to a mistake without what only the form knows, such as which of several kinds it looked at."""
    found: list[object] = []
    *before, last = error["loc"] or ("",)
    for part in (*before, last):
        is_there = part in content if isinstance(content, Mapping) else _holds(content, part)
        if is_there:
            content = content[part]
        elif part is not last or error["type"] != "missing":
            continue
        found.append(part)
    return found


def _holds(content: object, part: object) -> bool:
    return isinstance(content, list) and isinstance(part, int) and part < len(content)
