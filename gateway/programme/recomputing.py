"""What the files of a pack say worked out again: who fixed it when, sums, figures by day, the evaluation. Pure."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from math import isclose
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from gateway.indicators.pilots import Shape, Windows
from gateway.programme import pack_form as form
from gateway.programme import pack_tables
from gateway.programme.judgement import Definition
from gateway.programme.measured_days import DaySum, MachineDay, days_of
from gateway.programme.pilot_judging import judge_pilot
from gateway.programme.silent_days import unheard
from gateway.programme.summed_elements import is_same, sums_of

CLOSE = 1e-9
"""Relative and absolute: what another machine's arithmetic may differ by."""
FILE, SEAL, FILES, FIXING = "file", "seal", "files", "fixing"
ELEMENTS, DAYS, EVALUATION, ZONE = "elements", "days", "evaluation", "zone"
"""What is checked."""
_NS = 10**9
_MOST_TOLD = 5
_T = TypeVar("_T")


class Point(NamedTuple):
    """One thing that was checked.

    Attributes:
        what: One of the above, or the name of a file.
        holds: Whether it is as it should be.
        words: What was found, in words.
    """

    what: str
    holds: bool
    words: str


class BrokenError(Exception):
    """A part is such that those behind it cannot be checked.

    Args:
        what: Which.
        words: What was found.
    """

    def __init__(self, what: str, words: str) -> None:
        super().__init__(words)
        self.point = Point(what, holds=False, words=words)


def check_fixing(defined: form.Defined, manifest: form.Manifest) -> Point:
    """That the audit's entries are whole, and fix the pilot as the definition has it."""
    of, wrong, fixed = defined.definition, [], ""
    values: dict[str, Any] = {}
    for entry in defined.audit:
        told = [getattr(entry, name) for name in form.AuditEntry.__struct_fields__ if name != "hash"]
        if sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest() != entry.hash:
            wrong.append(f"entry {entry.number} of the audit was altered")
            continue
        values |= _values(entry.after)
        if not fixed and values.get("is_fixed"):
            fixed = datetime.fromtimestamp(entry.at // _NS, _zone(manifest.zone)).date().isoformat()
    if (of.pilot, of.windows) != (manifest.pilot, manifest.windows):
        wrong.append("the definition is of another pilot than the manifest")
    if of.fixed_on != fixed:
        wrong.append(f"the definition was fixed on {of.fixed_on or 'no day'}, the audit says {fixed or 'never'}")
    wrong += [f"the audit has another {name}" for name, value in _said(of) if value != (values.get(name) or "")]
    wrong += _other_model(of, values)
    if wrong:
        return Point(FIXING, holds=False, words=first(wrong))
    return Point(FIXING, holds=True, words=f"the audit says that the pilot was fixed on {fixed}, with these windows")


def _values(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise broken(FIXING, "an entry of the audit has no values. Get the pack again from whoever gave it.")
    return values


def _said(of: Definition) -> Iterator[tuple[str, object]]:
    """What of a definition the audit says too, in the same words."""
    for name in Windows.__struct_fields__:
        day = getattr(of.windows, name)
        yield name, day.isoformat() if day else ""
    yield "work_units", of.work_units
    yield "control_work_units", of.control_work_units
    yield "name", of.name
    yield "version", of.version
    yield "state", of.state


def _other_model(of: Definition, values: Mapping[str, Any]) -> Iterator[str]:
    """What of the model the audit says otherwise; nothing said is what :mod:`gateway.registry.pilots` says it means."""
    if values.get("figures") != list(of.figures):
        yield "the audit has other figures"
    if (values.get("model") or Shape.LEVEL.value) != of.shape.value:
        yield "the audit has another model"
    if (values.get("weekdays") != "alike") != of.weekdays:
        yield "the audit has other weekdays"


def check_elements(
    files: Mapping[str, bytes],
    manifest: form.Manifest,
    machines: Sequence[form.MachineTold],
    sums: Mapping[str, Sequence[Any]],
) -> Point:
    """That the packed elements add up to the daily sums."""
    if manifest.elements != form.WHOLE:
        why = {form.TOO_MANY: "there were too many", form.NOT_KEPT: "they were not all kept"}
        words = f"the elements are not in the pack: {why.get(manifest.elements, 'no reason is told')}"
        return Point(ELEMENTS, holds=manifest.elements in why, words=words)
    zones = {(one.edge, one.work_unit): _zone(one.timezone) for one in machines}
    elements = pack_tables.read_elements(files.get(form.ELEMENTS, b""))
    try:
        alike = all(is_same(sums_of(elements[side], zones), sums[side]) for side in pack_tables.SIDES)
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise broken(ELEMENTS, f"elements.csv: {error}: is of no machine or day of the pack.") from error
    count = sum(len(some) for some in elements.values())
    if not alike:
        return Point(ELEMENTS, holds=False, words=f"{count} elements do not add up to the daily sums")
    return Point(ELEMENTS, holds=True, words=f"{count} elements add up to the daily sums")


def days_from(
    files: Mapping[str, bytes], machines: Sequence[form.MachineTold], sums: Mapping[str, Sequence[Any]]
) -> dict[str, list[MachineDay]]:
    """Figures by day, from the packed sums."""
    labour = pack_tables.read_labour(files[form.LABOUR_HOURS])
    silent = pack_tables.read_sums(files[form.SILENT], form.SILENT)
    counting = {one.side: one.counts_pieces for one in machines}
    try:
        return {
            side: days_of(
                [*sums[side], *_silent(silent[side], sums[side])], labour[side], counts_pieces=counting.get(side, True)
            )
            for side in pack_tables.SIDES
        }
    except (ValueError, ArithmeticError, AssertionError) as error:
        raise broken(DAYS, f"sums.csv: no figures follow from it: {error}") from error


def _silent(silent: Sequence[DaySum], told: Sequence[DaySum]) -> Sequence[DaySum]:
    """Working days of which a machine told nothing: planned time alone, and no day of which it told something."""
    heard = {(one.edge, one.work_unit, one.day) for one in told}
    for one in silent:
        unit = (one.edge, one.work_unit)
        if one != unheard(unit, one.day, sum(one.ns)) or min(one.ns) < 0 or (*unit, one.day) in heard:
            raise broken(
                DAYS, f"silent.csv: {one.edge}/{one.work_unit} told something on {one.day}. Get the pack again."
            )
    return silent


def check_days(files: Mapping[str, bytes], days: Mapping[str, Sequence[MachineDay]]) -> Point:
    """That the figures for people are those of the sums."""
    wanted, there = (
        list(csv.reader(io.StringIO(content.decode(errors="replace"), newline="")))
        for content in (pack_tables.write_days(days), files[form.DAYS])
    )
    wrong = list(_apart(wanted, there, "days.csv"))
    if wrong:
        return Point(DAYS, holds=False, words=first(wrong))
    return Point(DAYS, holds=True, words=f"figures of {len(wanted) - 1} days follow from the sums")


def check_evaluation(
    files: Mapping[str, bytes],
    manifest: form.Manifest,
    defined: form.Defined,
    days: Mapping[str, Sequence[MachineDay]],
) -> tuple[Point, str]:
    """That the pilot is judged as the pack says; with the state that was worked out."""
    told = decoded(files, form.EVALUATION, form.Evaluated)
    try:
        again = judge_pilot(
            defined.definition,
            days[pack_tables.MAIN],
            days[pack_tables.CONTROL],
            date.fromisoformat(manifest.as_of),
            overlaps=bool(defined.overlaps),
            has_bootstrap=True,
        )
    except (ValueError, ArithmeticError, KeyError) as error:
        raise broken(EVALUATION, f"the pilot cannot be judged from these files: {error}") from error
    found = form.Evaluated(as_of=manifest.as_of, judgement=again)
    wrong = list(_apart(msgspec.to_builtins(found), msgspec.to_builtins(told), "evaluation"))
    if wrong:
        return Point(EVALUATION, holds=False, words=first(wrong)), again.state
    return Point(EVALUATION, holds=True, words=f"worked out again, the pilot is: {again.state}"), again.state


def _apart(one: Any, other: Any, where: str) -> Iterator[str]:
    """Where two values differ by more than rounding."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from _apart(one[name], other[name], f"{where}.{name}")
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from _apart(a, b, f"{where}[{k}]")
    elif not _is_alike(one, other):
        yield f"{where}: worked out {str(one)[:40]}, the pack says {str(other)[:40]}"


def _is_alike(one: Any, other: Any) -> bool:
    if one == other:
        return True
    try:
        return isclose(float(one), float(other), rel_tol=CLOSE, abs_tol=CLOSE)
    except (TypeError, ValueError, OverflowError):
        return False


def broken(what: str, words: str) -> BrokenError:
    """A part that ends the checking."""
    return BrokenError(what, words)


def decoded(files: Mapping[str, bytes], name: str, form_of: type[_T]) -> _T:
    """A file of JSON in its form."""
    try:
        return msgspec.json.decode(files[name], type=form_of)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise broken(name, f"{name}: cannot be read: {error}. Get the pack again from whoever gave it.") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise broken(ZONE, f"time zone {name[:60]!r}: is none that this machine knows.") from error


def first(wrong: Sequence[str]) -> str:
    """The first few of many."""
    more = f", and {len(wrong) - _MOST_TOLD} more" if len(wrong) > _MOST_TOLD else ""
    return "; ".join(wrong[:_MOST_TOLD]) + more
