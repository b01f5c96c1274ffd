"""From what the registry and the bench know to what a document says; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from edge_agent.wire.bench import CalibrationCapture, CalibrationResult, CalibrationSession, Reading
from gateway.certificates.capability import ScopeLine, within_scope
from gateway.certificates.choosing import Chosen
from gateway.certificates.conforming import decided, statements
from gateway.certificates.content import (
    CALIBRATION,
    VERIFICATION,
    Amends,
    Conformity,
    Document,
    Item,
    Legal,
    Line,
    Party,
    StandardUsed,
    Surrounding,
    Table,
)
from gateway.certificates.legal_forms import form_of, last_of_month
from gateway.laboratory.bench_records import BenchSession
from gateway.laboratory.competence import same_person
from gateway.laboratory.due import months_after

Fields = Mapping[str, Any]
"""Field -> value of a row of the registry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Competence:
    """Who may do what by which procedure (``*``: every one), from and to which day."""

    signs_as: str
    procedure: str
    duties: frozenset[str]
    since: str
    until: str

    def covers(self, name: str, duty: str, procedure: str, day: str) -> bool:
        """Whether somebody may."""
        is_theirs = same_person(self.signs_as, name) and duty in self.duties and self.procedure in ("*", procedure)
        return is_theirs and self.since <= day and (not self.until or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that a document is made from.

    Attributes:
        order: The work order.
        request: The request; None: there was none.
        instrument: The item's row.
        laboratory: As it is to be printed.
        customer: Likewise.
        bench: The session; None: there is none, or nobody has said which.
        scope: Lines of the laboratory's scope, whenever they are in force.
        competences: Of its people.
        designation: In force on the day; None: there is none.
        term: What the law demands of such instruments on the day; None: nothing is known.
        verified_until: Last day of the item's newest verification; ``9999-12-31``: it has no end; empty: there is none.
        amended: The document that this one amends; None: it amends none.
        zone: Whose days.
    """

    order: Fields
    request: Fields | None
    instrument: Fields
    laboratory: Party
    customer: Party
    bench: BenchSession | None
    scope: Sequence[ScopeLine] = ()
    competences: Sequence[Competence] = ()
    designation: Fields | None = None
    term: Fields | None = None
    verified_until: str = ""
    amended: Document | None = None
    zone: ZoneInfo


def compose(sources: Sources, chosen: Chosen, day: str, *, number: str = "", address: str = "") -> Document:
    """What the document says.

    Args:
        sources: What is known.
        chosen: What people have chosen for it.
        day: Of issue.
        number: Of the document; empty: it is a draft.
        address: Of its public page.

    Raises:
        ValueError: A formula of the scope cannot be read.
    """
    order, bench = sources.order, sources.bench
    kind = str(order["kind"])
    used = accepted(bench) if bench else ()
    ended = _day(max((one.captured_at for one in used), default=0), sources.zone)
    tables = _tables(sources, kind, ended)
    said = bench.session if bench else None
    judged = () if said is None else statements(tables, said.item.specification or said.item.mpe, said.decision_rule)
    return Document(
        kind=kind,
        languages=chosen.languages,
        number=number,
        address=address,
        laboratory=sources.laboratory,
        customer=sources.customer,
        item=_item(sources),
        work_order=str(order["number"]),
        place=str(order["place_of_work"]),
        place_address=str(order["address"]),
        received=str(order["received"]),
        begun=_day(min((one.captured_at for one in used), default=0), sources.zone),
        ended=ended,
        issued=day,
        method=str(order["method"]),
        **_as_done(said, str(order["procedure"])),
        surroundings=_surroundings(used),
        tables=tables,
        applies_from=_moment(_left_at(said, used), sources.zone),
        conformity=judged,
        performed_by=performers(sources),
        reviewed_by=str(order["reviewed_by"]),
        authorised_by=str(order["authorised_by"]),
        accreditation=sources.laboratory.code if _is_accredited(tables) else "",
        next_due=_next_due(sources, kind),
        opinions=chosen.opinions.strip(),
        sampling=chosen.sampling.strip(),
        legal=_legal(sources, chosen, day, ended, judged) if kind == VERIFICATION else None,
        amends=_amends(sources, chosen),
    )


def _left_at(said: CalibrationSession | None, used: Sequence[CalibrationCapture]) -> int:
    """The as-left time, UTC ns: a clock that was set back may have put the adjustment behind what came after it."""
    return max((said.adjusted_at if said else 0, *(one.captured_at for one in used)), default=0)


def _is_accredited(tables: Sequence[Table]) -> bool:
    lines = [line for table in tables if table.kind == "error" for line in table.lines]
    return bool(lines) and not any(table.provider for table in tables) and all(line.accredited for line in lines)


def _as_done(said: CalibrationSession | None, procedure: str) -> dict[str, Any]:
    """What the bench says of how it was done."""
    if said is None:
        return {"procedure": procedure}
    return {
        "procedure": said.procedure,
        "procedure_version": said.procedure_version,
        "procedure_sha256": said.procedure_sha256,
        "software": said.software,
        "session": said.key,
        "deviations": said.deviations.strip(),
        "standards": tuple(_standard(one) for one in said.standards),
        "adjustment": said.adjustment.strip(),
    }


def accepted(bench: BenchSession) -> tuple[CalibrationCapture, ...]:
    """The captures that the results rest on: a person's later word counts before the bench's."""
    judged = bench.judged
    replaced = {one.replaces for one in bench.captures}
    return tuple(
        one
        for one in bench.captures
        if one.number not in replaced and (judged[one.number].is_accepted if one.number in judged else one.is_accepted)
    )


def performers(sources: Sources) -> tuple[str, ...]:
    """Everybody who measured or computed: none of them may review or authorise."""
    names: list[str] = []
    if sources.bench:
        names = [sources.bench.session.who, *(one.who for one in accepted(sources.bench))]
    return tuple(dict.fromkeys(name for name in (*names, str(sources.order["calculated_by"])) if name))


def _item(sources: Sources) -> Item:
    """As it lay on the bench; what the bench did not know, as the registry has it."""
    row, order = sources.instrument, sources.order
    said = sources.bench.session.item if sources.bench else None
    same = {"name": "name", "maker": "maker", "model": "model", "serial_number": "serial_number", "code": "code"}
    same |= {"unit": "unit", "range_low": "range_low", "range_high": "range_high", "resolution": "resolution"}
    same |= {"accuracy_class": "accuracy_class", "mpe": "mpe"}
    values = {
        name: getattr(said, name) if said and getattr(said, name) not in ("", None) else row[of]
        for name, of in same.items()
    }
    # People read the limits in words: the registry's line before the bench's formula.
    values["mpe"] = row["mpe"] or values["mpe"]
    return Item(
        **values,
        condition=str(order["condition"] or (said.condition if said else "")),
        specification=said.specification if said else "",
        supplied=said.supplied if said else (),
    )


def _standard(used: Any) -> StandardUsed:
    names = ("code", "name", "maker", "model", "serial_number", "certificate", "issuer", "due")
    return StandardUsed(**{name: getattr(used, name) for name in names})


def _surroundings(captures: Iterable[CalibrationCapture]) -> tuple[Surrounding, ...]:
    found: dict[tuple[str, str], list[float]] = {}
    for capture in captures:
        for quantity, reading in capture.environment.items():
            found.setdefault((quantity, reading.unit), []).append(_corrected(reading))
    return tuple(Surrounding(quantity=q, unit=unit, low=min(v), high=max(v)) for (q, unit), v in found.items())


def _corrected(reading: Reading) -> float:
    return reading.value if reading.corrected is None else reading.corrected


def _tables(sources: Sources, kind: str, day: str) -> tuple[Table, ...]:
    if sources.bench is None:
        return ()
    procedure, method = sources.bench.session.procedure, str(sources.order["method"])
    scope = [one for one in sources.scope if one.holds(kind, procedure, method, day)]
    tables = []
    provider, _, channels = str(sources.order["external"]).partition(":")
    theirs = {part.strip() for part in channels.split(",") if part.strip()}
    # Results come by run, test and point; "as_found" sorts before "as_left".
    for (run, test), group in groupby(sources.bench.results, key=lambda one: (one.run, one.test)):
        results = list(group)
        first = results[0]
        external = provider.strip() if not theirs or first.channel in theirs else ""
        tables.append(
            Table(
                run=run,
                test=test,
                kind=first.kind,
                channel=first.channel,
                quantity=first.quantity,
                unit=first.unit,
                is_relative=first.is_relative,
                measured_unit=first.measured_unit,
                provider=external,
                lines=tuple(_line(one) for one in results),
            )
        )
    return tuple(decided(one, sources.bench.session.decision_rule) for one in within_scope(tables, scope))


def _line(result: CalibrationResult) -> Line:
    same = ("nominal", "position", "direction", "indication", "reference", "error", "expanded", "k", "probability")
    judged = ("dof", "mpe", "verdict", "risk")
    return Line(**{name: getattr(result, name) for name in (*same, *judged)})


def _next_due(sources: Sources, kind: str) -> str:
    """7.8.4.3: only where the customer agreed; a verification has a term instead."""
    agreed = sources.order["next_due_agreed"] or (sources.request or {}).get("next_due_agreed")
    return str(sources.instrument["next_due"]) if agreed and kind == CALIBRATION else ""


def _amends(sources: Sources, chosen: Chosen) -> Amends | None:
    was = sources.amended
    return Amends(number=was.number, issued=was.issued, change=chosen.change.strip()) if was else None


def _legal(sources: Sources, chosen: Chosen, day: str, ended: str, judged: Sequence[Conformity]) -> Legal:
    """Passed as the document states it, after U was raised to the CMC: not as the bench found it before that."""
    decision, term = sources.designation or {}, sources.term or {}
    until = chosen.valid_until
    if not until and term.get("months") and ended:
        until = last_of_month(months_after(date.fromisoformat(ended), int(term["months"]))).isoformat()
    return Legal(
        form=form_of(VERIFICATION, day),
        designation=str(decision.get("number", "")),
        designated=str(decision.get("issued", "")),
        designated_by=str(decision.get("issued_by", "")),
        stamp=chosen.stamp.strip(),
        label=chosen.label.strip() or str(sources.order["seals"]),
        kind=chosen.verification,
        passed=bool(judged) and all(one.verdict == "pass" for one in judged),
        valid_until=until,
        term_source=str(term.get("source", "")),
    )


def _day(ns: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(ns // 10**9, zone).date().isoformat() if ns else ""


def _moment(ns: int, zone: ZoneInfo) -> str:
    """To the second above: what was captured is not yet the instrument as it was left."""
    return datetime.fromtimestamp(-(-ns // 10**9), UTC).astimezone(zone).isoformat() if ns else ""
