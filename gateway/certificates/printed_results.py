"""Tables of results as they are printed: figures by GUM 7.2, columns only where something stands in them."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Any

from edge_agent.speech import printed
from gateway.certificates.content import Document, Line, Table
from gateway.certificates.wording import Speaker, plain, rounded

RAISED, EXTERNAL = "†", "‡"
NOTHING = "\N{EN DASH}"
_HUNDRED = 100.0

Laid = dict[str, Any]


def results_of(document: Document, speakers: list[Speaker]) -> list[Laid]:
    """The tables, single figures with those of their run."""
    adjusted = any(table.run == "as_left" for table in document.tables)
    return [_table(table, speakers, document.item.resolution, adjusted=adjusted) for table in document.tables]


def closing_notes(document: Document, speakers: list[Speaker]) -> list[Laid]:
    """What stands below the tables: U, marks, providers."""
    lines = [line for table in document.tables for line in table.lines if line.expanded > 0]
    notes: list[Laid] = []
    if lines:
        percents = sorted({round(_HUNDRED * line.probability, 2) for line in lines})
        for say in speakers:
            told = " / ".join(say.number(percent) for percent in percents)
            notes.append({"mark": "", "text": say("uncertainty", p=told)})
    if any(line.computed is not None for line in lines):
        notes += [{"mark": RAISED, "text": say("raised")} for say in speakers]
    for provider in dict.fromkeys(table.provider for table in document.tables if table.provider):
        notes += [{"mark": EXTERNAL, "text": say("external", name=provider)} for say in speakers]
    return notes


def _table(table: Table, speakers: list[Speaker], resolution: float | None, *, adjusted: bool) -> Laid:
    is_error = table.kind == "error"
    unit = printed(table.unit)
    measured = printed(table.measured_unit) if table.is_relative else unit
    columns: list[tuple[str, str]] = []
    if any(line.position or line.direction for line in table.lines):
        columns.append(("where", ""))
    columns.append(("nominal", measured))
    if is_error:
        columns += [("reference", measured), ("indication", measured), ("error", unit)]
    else:
        columns.append(("figure", unit))
    if any(line.expanded > 0 for line in table.lines):
        columns += [("expanded", unit), ("k", "")]
    if any(line.mpe is not None for line in table.lines):
        columns.append(("mpe", unit))
    if any(line.verdict for line in table.lines):
        columns.append(("verdict", ""))
    names = [name for name, _ in columns]
    return {
        "title": _title(table, speakers, adjusted=adjusted),
        "note": EXTERNAL if table.provider else "",
        "heads": [
            {
                "words": list(dict.fromkeys(say(f"column.{name}") for say in speakers)),
                "unit": of,
                "wide": name in ("where", "verdict"),
                "narrow": name == "k",
                "left": name in ("where", "verdict"),
            }
            for name, of in columns
        ],
        "rows": [_cells(table, line, names, speakers, resolution) for line in table.lines],
    }


def _title(table: Table, speakers: list[Speaker], *, adjusted: bool) -> list[str]:
    told = []
    for say in speakers:
        parts = [table.quantity.get(say.language, ""), say(f"test.{table.kind}")]
        if adjusted:
            parts.append(say(f"run.{table.run}"))
        told.append(" · ".join(dict.fromkeys(part for part in parts if part)))
    return list(dict.fromkeys(told))


def _cells(table: Table, line: Line, names: list[str], speakers: list[Speaker], resolution: float | None) -> list[str]:
    say = speakers[0]
    figures = _figures(table, line, resolution)
    cells = {name: say.number(value) for name, value in figures.items()}
    cells["nominal"] = say.number(line.nominal)
    cells["k"] = say.number(Decimal(f"{line.k:.2f}").normalize()) if line.expanded > 0 else NOTHING
    cells["where"] = _where(line, say)
    cells["mpe"] = f"±{say.number(_permitted(line.mpe, figures.get('expanded')))}" if line.mpe is not None else NOTHING
    verdict = line.verdict or "noPass"
    cells["verdict"] = (
        " / ".join(dict.fromkeys(s(f"verdict.{verdict}") for s in speakers)) if line.mpe is not None else NOTHING
    )
    if line.computed is not None:
        cells["expanded"] += f" {RAISED}"
    return [cells.get(name, NOTHING) for name in names]


def _figures(table: Table, line: Line, resolution: float | None) -> dict[str, Decimal]:
    """Error and U with two digits of U; indication and reference to the same place, in their own unit."""
    if line.expanded <= 0:
        shown = Decimal(plain(line.error))
        if resolution:  # one place more than the item shows: a standard deviation lies between its steps
            shown = _to(line.error, Decimal(plain(resolution)) / 10)
        step = Decimal(plain(resolution)) if resolution else Decimal(plain(line.indication))
        same = {"indication": _to(line.indication, step), "reference": _to(line.reference, step)}
        return same | {"error": shown, "figure": shown}
    error = rounded(line.error, line.expanded)
    absolute = line.expanded * abs(line.reference) / _HUNDRED if table.is_relative else line.expanded
    step = Decimal((0, (1,), int(rounded(line.reference, absolute or line.expanded).uncertainty.as_tuple().exponent)))
    return {
        "error": error.value,
        "figure": error.value,
        "expanded": error.uncertainty,
        "indication": _to(line.indication, step),
        "reference": _to(line.reference, step),
    }


def _permitted(mpe: float, expanded: Decimal | None) -> Decimal:
    """A permissible error that comes of a formula, to one place more than U has, and never made wider."""
    exact = Decimal(f"{mpe:.12g}")
    if not expanded:
        return exact
    place = Decimal((0, (1,), int(expanded.as_tuple().exponent) - 1))
    shown = exact.quantize(place, ROUND_DOWN).normalize()
    return shown.quantize(Decimal(1)) if shown == shown.to_integral_value() else shown


def _to(value: float, step: Decimal) -> Decimal:
    exact = Decimal(repr(float(value)))
    place = Decimal((0, (1,), int(step.as_tuple().exponent)))
    found = exact.quantize(place, ROUND_HALF_EVEN)
    return found or found.copy_abs()


def _where(line: Line, say: Speaker) -> str:
    position = say(f"position.{line.position}", line.position.replace("_", " ")) if line.position else ""
    direction = say(f"direction.{line.direction}", line.direction) if line.direction else ""
    return ", ".join(part for part in (position, direction) if part) or NOTHING
