"""What a plan's form cannot see: names that lead nowhere, ids and years that do not fit together.

Decision: what a measure counts is held to the registry's nouns, down to the key of a choice.
Because: a field or a value that does not exist counts nothing, and 0 looks like a result.

Decision: all of it is looked for in the file's content as it stands, also where the form is wrong.
Because: whoever mends a file wants the whole list at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeGuard

from gateway.indicators.counted import COUNTED
from gateway.programme.plan_mistakes import NAMED, got
from gateway.registry.catalogue import NOUNS
from gateway.registry.fields import Choice, Choices, Field, Flag, Link
from gateway.registry.pilots import FIGURES
from gateway.registry.territory import provinces

Path = tuple[str | int, ...]


class Found(NamedTuple):
    """A mistake, by the path to it through the content."""

    path: Path
    why: str


def cross_checked(content: Mapping[str, Any]) -> Iterator[Found]:
    """What does not fit together in the content of a plan's file."""
    yield from _ids(content)
    yield from _agencies(content)
    yield from _years(content)
    yield from _province(content)
    for number, one in _entries(content, "indicators"):
        path: Path = ("indicators", number, "measure")
        for at, measure in _mappings(one.get("measure"), path):
            yield from _names(at, measure)
            yield from _components(at, measure)


def _ids(content: Mapping[str, Any]) -> Iterator[Found]:
    ids = Counter(one.get("id") for name in NAMED for _, one in _entries(content, name) if _is_text(one.get("id")))
    for name in NAMED:
        for number, one in _entries(content, name):
            if _is_text(key := one.get("id")) and ids[key] > 1:
                ids[key] = 0  # told once
                yield Found((name, number, "id"), "stands twice. Give each its own.")


def _components(at: Path, measure: Mapping[str, Any]) -> Iterator[Found]:
    parts = measure.get("components")
    seen: set[str] = set()
    for number, one in enumerate(parts if isinstance(parts, list) else ()):
        if isinstance(one, Mapping) and _is_text(key := one.get("id")):
            if key in seen:
                yield Found((*at, "components", number, "id"), f'"{key}" stands twice. Give each its own.')
            seen.add(key)


def _agencies(content: Mapping[str, Any]) -> Iterator[Found]:
    agencies = content.get("agencies")
    if not isinstance(agencies, Mapping):
        return
    named: list[tuple[Path, Any]] = [
        (("issuer",), [content.get("issuer")]),
        (("recipients",), content.get("recipients")),
    ]
    for name, fields in _WITH_AGENCIES.items():
        for number, one in _entries(content, name):
            named += [((name, number, field), one.get(field)) for field in fields]
    for path, keys in named:
        for key in keys if isinstance(keys, list) else ():
            if _is_text(key) and key not in agencies:
                yield Found(
                    path, f"{key} is not among the plan's agencies. Add it under agencies.{_near(key, agencies)}"
                )


_WITH_AGENCIES = {
    "indicators": ("lead", "coordinate"),
    "tasks": ("lead", "coordinate"),
    "reporting": ("reporter", "recipients"),
}


def _years(content: Mapping[str, Any]) -> Iterator[Found]:
    """Indicators that lie outside of their plan."""
    first, last = content.get("since"), content.get("outlook_until") or content.get("until")
    for number, one in _entries(content, "indicators"):
        since, until = one.get("since"), one.get("until")
        if not (_is_year(first) and _is_year(last) and _is_year(since) and _is_year(until)):
            continue
        if since < first or until > last:
            why = f"{since} to {until} lies outside of the plan's {first} to {last}. Correct one of them."
            yield Found(("indicators", number, "since"), why)


def _province(content: Mapping[str, Any]) -> Iterator[Found]:
    province = content.get("province")
    if not isinstance(province, Mapping):
        return
    today, former = provinces()
    code, before = province.get("code"), province.get("former_code")
    if _is_text(code) and code.isdecimal() and code not in today:
        why = f"{code} is no province since 1 July 2025. Look for its code in Decision 19/2025/QĐ-TTg."
        yield Found(("province", "code"), why)
    elif (
        _is_text(before) and before.isdecimal() and (before, code) not in {(one.code, one.successor) for one in former}
    ):
        yield Found(("province", "former_code"), f"{before} was not merged into {code}. Correct one of them.")


def _names(at: Path, measure: Mapping[str, Any]) -> Iterator[Found]:
    """Nouns' fields and values that one part of a measure names."""
    if "of" in measure:
        yield from _source(at, measure, measure["of"])
    if "figure" in measure and measure.get("kind") != "capacity":
        if _is_text(figure := measure["figure"]) and figure not in FIGURES:
            yield Found((*at, "figure"), f"{figure} is no figure of a pilot. Choose one of: {', '.join(FIGURES)}.")
        yield from _source(at, measure, "pilot")
    sources = measure.get("sources")
    for source in sources if isinstance(sources, list) else ():
        noun = source.get("of") if isinstance(source, Mapping) else None
        beside = measure.get("beside")
        paths = [measure.get("count", "rows"), *(beside if isinstance(beside, list) else ())]
        for path in paths:
            if noun in COUNTED and _is_text(path) and path != "rows":
                found = _field(str(noun), path)
                if isinstance(found, str):
                    yield Found((*at, "count" if path == paths[0] else "beside"), found)


def _source(at: Path, source: Mapping[str, Any], noun: object) -> Iterator[Found]:
    if noun not in COUNTED:
        return
    for part in ("where", "has_all", "least"):
        wanted = source.get(part)
        for path, values in wanted.items() if isinstance(wanted, Mapping) else ():
            if not _is_text(path):
                continue
            found = _field(str(noun), path)
            why = found if isinstance(found, str) else _unfit(found, part, values)
            if why:
                yield Found((*at, part, path), why)


def _field(noun: str, path: str) -> Field | str:
    """A field of a noun, or behind points of what it links to; a text: why there is none."""
    name, _, rest = path.partition(".")
    if not rest and name == noun:
        return Link(title=NOUNS[noun].noun.title, to=noun)
    fields = NOUNS[noun].fields()
    if name not in fields and noun in COUNTED and name in COUNTED[noun].paths:
        return _field(noun, ".".join(filter(None, (COUNTED[noun].paths[name][0], rest))))
    if name not in fields:
        return f"{noun} has no field {name}. Choose one of: {', '.join(fields)}."
    field = fields[name]
    if not rest:
        return field
    return _field(field.to, rest) if isinstance(field, Link) else f"{name} of {noun} leads nowhere. Leave out .{rest}."


def _unfit(field: Field, part: str, values: Any) -> str:
    """Why a field cannot have what is wanted of it; empty: it can."""
    if part != "where" and not isinstance(field, Choices):
        return f"{part} is for fields of several choices. Write it under where."
    if part == "least" or not isinstance(values, list):
        return ""
    if isinstance(field, Flag):
        wrong = [one for one in values if not isinstance(one, bool)]
        return f"expected true or false; got {got(wrong[0])}. Write one of them, without quotes." if wrong else ""
    if isinstance(field, Choice):
        wrong = [one for one in values if one not in ("", *field.options)]
        return f"{got(wrong[0])} is none of its values. Choose of: {', '.join(field.options)}." if wrong else ""
    return ""


def _mappings(value: Any, at: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every mapping within a value, with the path to it."""
    if isinstance(value, Mapping):
        yield at, value
        for key, one in value.items():
            yield from _mappings(one, (*at, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _mappings(one, (*at, number))


def _entries(content: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    entries = content.get(name)
    return [(n, one) for n, one in enumerate(entries if isinstance(entries, list) else ()) if isinstance(one, Mapping)]


def _near(key: str, known: Mapping[Any, Any] | Sequence[str]) -> str:
    near = get_close_matches(key, [str(one) for one in known], 1, 0.75)
    return f" Or did you mean {near[0]}?" if near else ""


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value)


def _is_year(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
