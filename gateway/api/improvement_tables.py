"""What was entered of improvement as tables: the same cells for the page and for the file."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from edge_agent.speech import Speech
from edge_agent.wire.entries import AbnormalityTag, Audit5S, ChangeoverStudy, ImprovementAction, Maintenance, TimeStudy
from gateway.improvement import ActionState, Found, Gathered, action_state
from gateway.improvement.entered import NS, day_of, score_of

SECTIONS = ("actions", "tags", "audits", "maintenance", "changeovers", "studies")


class Cell(NamedTuple):
    """One cell.

    Attributes:
        kind: ``text``, ``word``, ``day``, ``time``, ``number``, ``share``, ``lasting`` or ``photo``.
        value: Of it; None: nothing is known.
        link: Where it leads; empty: nowhere.
        alarm: Somebody must act.
    """

    kind: str
    value: Any
    link: str = ""
    alarm: bool = False

    def said(self, say: Speech) -> str:
        """Words for a ``word``; what a newer edge says and this gateway does not know is shown as it came."""
        return say.words.get(f"improvement.{self.value}", str(self.value).partition("_")[2])


class Table(NamedTuple):
    """A table of one section.

    Attributes:
        heads: Keys of the words above its columns.
        rows: What needs somebody first.
    """

    heads: tuple[str, ...]
    rows: list[list[Cell]]


def table_of(section: str, found: Gathered, now: int, zone: ZoneInfo) -> Table:
    """One section as a table."""
    heads, row = TABLES[section]
    return Table(heads, [row(one, now, zone) for one in getattr(found, section)])


def _where(one: Found[Any]) -> list[Cell]:
    return [Cell("text", one.site), Cell("text", getattr(one.entry, "work_unit", "") or one.edge)]


def _action(one: Found[ImprovementAction], now: int, zone: ZoneInfo) -> list[Cell]:
    entry = one.entry
    state = action_state(entry, day_of(now, zone))
    return [
        Cell("word", f"state_{state}", alarm=state is ActionState.OVERDUE),
        Cell("text", entry.what, f"/improvement/actions/{one.site}/{one.edge}/{entry.key}"),
        *_where(one),
        Cell("loss", entry.loss),
        Cell("text", entry.owner),
        Cell("day", _noon(entry.due)),
        Cell("day", entry.done_at or None),
        Cell("word", f"verdict_{entry.verdict}" if entry.verdict else ""),
    ]


def _tag(one: Found[AbnormalityTag], now: int, _zone: ZoneInfo) -> list[Cell]:
    entry = one.entry
    until = entry.closed_at or now
    return [
        Cell("word", "state_closed" if entry.closed_at else "state_open"),
        Cell("text", entry.what),
        *_where(one),
        Cell("word", f"kind_{entry.kind}"),
        Cell("day", entry.found_at),
        Cell("lasting", (until - entry.found_at) / NS),
        Cell("text", entry.done),
        Cell("text", entry.closed_by or entry.who),
        Cell("photo", entry.photo, f"/api/v1/sites/{one.site}/photos/{entry.photo}" if entry.photo else ""),
    ]


def _audit(one: Found[Audit5S], _now: int, _zone: ZoneInfo) -> list[Cell]:
    entry = one.entry
    return [
        Cell("day", entry.entered_at),
        Cell("text", one.site),
        Cell("text", entry.area),
        Cell("share", score_of(entry)),
        Cell("number", sum(entry.scores.values())),
        Cell("number", entry.most * len(entry.scores)),
        Cell("text", entry.who),
        Cell("text", "; ".join(f"{question}: {note}" for question, note in entry.notes.items() if note)),
    ]


def _maintenance(one: Found[Maintenance], now: int, _zone: ZoneInfo) -> list[Cell]:
    entry = one.entry
    state = "state_closed" if entry.until is not None else "state_planned" if entry.since > now else "state_running"
    return [
        Cell("word", state),
        Cell("word", f"kind_{entry.kind}"),
        *_where(one),
        Cell("time", entry.since),
        Cell("lasting", ((entry.until or now) - entry.since) / NS if entry.since <= now else None),
        Cell("text", entry.what),
        Cell("text", entry.spares),
        Cell("text", entry.who),
    ]


def _changeover(one: Found[ChangeoverStudy], _now: int, _zone: ZoneInfo) -> list[Cell]:
    entry = one.entry
    internal = sum(step.until - step.since for step in entry.steps if step.internal)
    whole = sum(step.until - step.since for step in entry.steps)
    return [
        Cell("time", entry.steps[0].since if entry.steps else None),
        *_where(one),
        Cell("text", " → ".join(filter(None, (entry.from_product, entry.to_product)))),
        Cell("lasting", whole / NS),
        Cell("lasting", internal / NS),
        Cell("share", internal / whole if whole else None),
        Cell("text", "; ".join(step.idea for step in entry.steps if step.idea)),
        Cell("word", "state_closed" if entry.ended_at else "state_running"),
    ]


def _study(one: Found[TimeStudy], _now: int, _zone: ZoneInfo) -> list[Cell]:
    entry = one.entry
    return [
        Cell("time", entry.came_in),
        Cell("text", one.site),
        Cell("text", entry.study),
        Cell("text", entry.label),
        Cell("lasting", (entry.went_out - entry.came_in) / NS if entry.went_out else None),
    ]


def _noon(day: str) -> int | None:
    try:
        return int(datetime.fromisoformat(f"{day}T05:00").replace(tzinfo=UTC).timestamp()) * NS
    except ValueError:
        return None


TABLES: dict[str, tuple[tuple[str, ...], Callable[[Any, int, ZoneInfo], list[Cell]]]] = {
    "actions": (("state", "what", "site", "unit", "loss", "owner", "due", "done", "verdict"), _action),
    "tags": (("state", "what", "site", "unit", "kind", "found", "open_for", "done_what", "who", "photo"), _tag),
    "audits": (("day", "site", "area", "score", "points", "points_of", "who", "notes"), _audit),
    "maintenance": (("state", "kind", "site", "unit", "since", "lasted", "what", "spares", "who"), _maintenance),
    "changeovers": (
        ("since", "site", "unit", "products", "lasted", "internal", "inside", "ideas", "state"),
        _changeover,
    ),
    "studies": (("since", "site", "study", "label", "lasted"), _study),
}


def needs_of(found: Gathered, now: int, zone: ZoneInfo, areas_due: int) -> Sequence[tuple[str, int]]:
    """Section and how many of it need somebody, of those that have some."""
    today = day_of(now, zone)
    open_actions = [one for one in found.actions if not one.entry.done_at]
    counts = (
        ("overdue", sum(action_state(one.entry, today) is ActionState.OVERDUE for one in open_actions)),
        ("actions", len(open_actions)),
        ("to_verify", sum(action_state(one.entry, today) is ActionState.TO_VERIFY for one in found.actions)),
        ("tags", sum(not one.entry.closed_at for one in found.tags)),
        ("maintenance", sum(one.entry.until is None and one.entry.since <= now for one in found.maintenance)),
        ("audits", areas_due),
    )
    return [(name, n) for name, n in counts if n]
