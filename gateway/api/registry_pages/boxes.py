"""Forms of rows of any noun: what stands in each box, and what was typed into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.api.registry_pages.desk import Desk
from gateway.api.registry_pages.linking import FEW, Candidate, SeveralError, candidates, find, name_of, owned_by
from gateway.api.registry_pages.telling import told, typed, unit_told
from gateway.api.sent_forms import Sent
from gateway.registry.book import Entry
from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Line, Link, Number, Value, Whole
from gateway.registry.nouns import Registered
from gateway.registry.texts import Title, WrongValueError

PICKED, ROW, WAS = ".picked", ".row", ".was"
"""Behind the name of a link's box: the one that was chosen of several; what was linked, and as what it was shown."""
_KINDS: tuple[tuple[type[Field], str], ...] = (
    (Choices, "choices"),
    (Choice, "choice"),
    (Link, "link"),
    (Flag, "flag"),
    (Day, "day"),
    (Whole, "whole"),
    (Number, "number"),
)


class Box(NamedTuple):
    """A field as a form shows it.

    Attributes:
        name: Of the field.
        field: What it is.
        kind: ``line``, ``lines``, ``whole``, ``number``, ``day``, ``choice``, ``choices``, ``flag``, ``link``.
        text: What stands in it; of several, all that are ticked.
        options: What can be chosen; of a link None: too many to list.
        is_list: Of a link: few enough to be chosen from a list.
        unit: Behind it.
        row: Of a link: id of what it names now.
        mistake: What is wrong with it; None: nothing.
        meant: Of a link: which of these is meant.
        newer: What somebody else has meanwhile written there; None: nothing.
    """

    name: str
    field: Field
    kind: str
    text: str | list[str]
    options: list[Candidate] | None
    is_list: bool
    unit: str
    row: str
    mistake: Title | None
    meant: list[Candidate]
    newer: str | None


@dataclass(slots=True)
class Filled:
    """A form as it was filled in.

    Attributes:
        texts: Field -> what was typed or ticked.
        values: Field -> what the registry is to read.
        problems: Field -> what is wrong with it.
        meant: Link -> the rows that its text could mean.
    """

    texts: dict[str, str | list[str]] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)
    problems: dict[str, Title] = field(default_factory=dict)
    meant: dict[str, list[Candidate]] = field(default_factory=dict)


def filled_in(desk: Desk, of: type[Registered], sent: Sent, only: frozenset[str] | None = None) -> Filled:
    """What a form says. When a link means nothing, everything else is read too, so that all mistakes are told at once.

    Args:
        desk: Who sends it.
        of: The noun.
        sent: The form.
        only: Fields that it has; None: all.
    """
    filled = Filled()
    fields = {name: one for name, one in of.all_fields().items() if only is None or name in only}
    for name, one in fields.items():
        if isinstance(one, Choices):
            filled.texts[name] = filled.values[name] = sent.all(name)
        elif isinstance(one, Link):
            _link(desk, of, sent, name, one, filled)
        else:
            filled.texts[name] = filled.values[name] = sent[name]
    if filled.problems:
        for name, one in fields.items():
            try:
                one.read(filled.values[name])
            except WrongValueError as error:
                filled.problems.setdefault(name, error.why)
    return filled


def _link(desk: Desk, of: type[Registered], sent: Sent, name: str, one: Link, filled: Filled) -> None:
    text = sent[name].strip()
    filled.texts[name] = text
    if sent[name + PICKED]:
        text = sent[name + PICKED]
    elif text and text == sent[name + WAS]:
        text = sent[name + ROW]
    filled.values[name] = text
    if not text:
        return
    try:
        filled.values[name] = find(desk, one, text, owned_by(of, name))
    except SeveralError as error:
        filled.problems[name], filled.meant[name] = error.why, error.meant
    except WrongValueError as error:
        filled.problems[name] = error.why


def texts_of(desk: Desk, of: type[Registered], values: Mapping[str, Value]) -> dict[str, str | list[str]]:
    """A row's values as they would be typed."""
    found: dict[str, str | list[str]] = {}
    for name, one in of.all_fields().items():
        value = values.get(name, one.empty)
        if isinstance(one, Choices):
            found[name] = [str(key) for key in value] if isinstance(value, list) else []
        elif isinstance(one, Flag):
            found[name] = "1" if value else ""
        else:
            found[name] = str(value or "") if isinstance(one, Link) else typed(desk.language, one, value)
    return found


def boxes_of(
    desk: Desk, of: type[Registered], filled: Filled, entry: Entry | None = None, *, is_stale: bool = False
) -> list[Box]:
    """The boxes of a form, in the order of the noun's fields.

    Args:
        desk: Who fills it in.
        of: The noun.
        filled: What stands in it.
        entry: The row as it is; None: a new one.
        is_stale: Whether somebody has changed the row since it was read.
    """
    boxes = []
    for name, one in of.all_fields().items():
        if entry is not None and name in entry.hidden:
            continue
        text = filled.texts.get(name, "")
        options, row = _options(desk, of, name, one), ""
        is_list = isinstance(one, Link) and options is not None and len(options) <= FEW
        if isinstance(one, Link):
            row = str(filled.values.get(name) or (text if name not in filled.problems else "") or "")
            text = row if is_list else (name_of(desk, one, row) if row and name not in filled.problems else text)
        boxes.append(
            Box(
                name=name,
                field=one,
                kind=kind_of(one),
                text=text,
                options=options,
                is_list=is_list,
                unit=unit_told(desk.language, one),
                row=row if name not in filled.problems else "",
                mistake=filled.problems.get(name),
                meant=filled.meant.get(name, []),
                newer=_newer(desk, one, name, filled, entry) if is_stale else None,
            )
        )
    return boxes


def kind_of(one: Field) -> str:
    """Which kind of box a field has."""
    if isinstance(one, Line) and one.many_lines:
        return "lines"
    return next((kind for of, kind in _KINDS if isinstance(one, of)), "line")


def _options(desk: Desk, of: type[Registered], name: str, one: Field) -> list[Candidate] | None:
    if isinstance(one, Choice):
        return [Candidate(key, title[desk.language]) for key, title in one.options.items()]
    return candidates(desk, one, owned_by(of, name)) if isinstance(one, Link) else []


def _newer(desk: Desk, one: Field, name: str, filled: Filled, entry: Entry | None) -> str | None:
    """What stands there now, where it is not what was typed."""
    if entry is None:
        return None
    try:
        mine = one.read(filled.values.get(name))
    except WrongValueError:
        mine = None
    value = entry.values.get(name, one.empty)
    return None if mine == value else told(desk.language, one, value, desk.label) or "\N{EM DASH}"
