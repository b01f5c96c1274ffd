"""What a session's channels, standards and surroundings show now, and what of it keeps a capture back."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from edge_agent.bench.at_point import INDICATION, AtPoint
from edge_agent.bench.board import Around, Live
from edge_agent.bench.in_force import BenchSettings
from edge_agent.bench.live import ChannelName, LiveReadings
from edge_agent.bench.place import BenchPlace
from edge_agent.bench.procedure import Procedure, ReferenceRule
from edge_agent.bench.settling import allowed_band, mean_and_deviation, window_of, window_s
from edge_agent.bench.shown import (
    Shown,
    by_own_points,
    codes_of,
    laid_on,
    needs_reference,
    pieces_before,
    read_off_by_person,
    typed,
)
from edge_agent.bench.standards_chosen import proposed_pieces
from edge_agent.bench.standing import Standing
from edge_agent.bench.surroundings import Surroundings, TypedValue
from edge_agent.wire.bench import Reading
from edge_agent.wire.bench_settings import BenchStandard

if TYPE_CHECKING:
    from edge_agent.correcting.correcting import Corrects

MOST_VALUES = 100
"""Raw indications that a record has."""
_OF_REFERENCE = frozenset({"ref", "u_ref", "u_drift", "s_ref"})


class Look(NamedTuple):
    """A session at an instant.

    Attributes:
        item: What the item shows.
        references: Role -> what that shows.
        around: The environment.
        pieces: Role -> pieces that lie on the item, or are proposed.
    """

    item: Shown
    references: Mapping[str, Shown]
    around: Sequence[Around]
    pieces: Mapping[str, tuple[str, ...]]


class Looking:
    """Looks at one session.

    Args:
        place: The bench.
        procedure: Of the session.
        live: What channels show.
        corrects: Corrects what standards show by their certificates; None: nobody does.
    """

    def __init__(
        self, place: BenchPlace, procedure: Procedure, live: LiveReadings, corrects: "Corrects | None" = None
    ) -> None:
        self._place = place
        self._procedure = procedure
        self._live = live
        self._corrects = corrects
        self.surroundings = Surroundings(procedure.environment, place.environment, live)

    def look(
        self,
        standing: Standing,
        at: AtPoint,
        typed_around: Mapping[str, TypedValue],
        settings: BenchSettings,
        now: int,
    ) -> Look:
        """The session now.

        Args:
            standing: Where it stands.
            at: What the person has said at the step.
            typed_around: Quantity -> what was typed.
            settings: What the gateway has set.
            now: UTC ns.
        """
        around = self.surroundings.around(typed_around, standing.good, now)
        pieces = self.pieces(standing, at, settings)
        references = {
            rule.role: self._reference(rule, standing, at, settings, pieces.get(rule.role, ()), now)
            for rule in self._procedure.references
        }
        return Look(self._item(standing, at, now), references, around, pieces)

    def pieces(self, standing: Standing, at: AtPoint, settings: BenchSettings) -> dict[str, tuple[str, ...]]:
        """Role -> pieces: those that were chosen, those of the same point before, or those that come to its value."""
        step = standing.step
        if step is None:
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for rule in self._procedure.references:
            sets = [one for one in standards_of(rule.role, standing, settings) if one.values]
            if sets:
                chosen = at.pieces.get(rule.role) or pieces_before(standing, step, rule.role)
                found[rule.role] = chosen or proposed_pieces(sets, step.nominal)
        return found

    # ------------------------------------------------------------------ the item

    def _item(self, standing: Standing, at: AtPoint, now: int) -> Shown:
        session, rule, step = standing.session, self._procedure.settling, standing.step
        unit = self._procedure.unit
        if not session.instrument:
            return typed(at.typed.get(INDICATION), unit, now)
        allowed = allowed_band(rule.within, session.item, step.nominal) if rule and step else None
        return self._read(ChannelName(session.instrument, session.channel), unit, allowed, at, now)

    def _read(self, name: ChannelName, unit: str, allowed: float | None, at: AtPoint, now: int) -> Shown:
        readings = self._live.of(name)
        shown_unit = self._place.unit_of(name)
        if readings is None or shown_unit is None:
            return Shown(Live(instrument=name.instrument, channel=name.channel, unit=unit), hindrance=("no_reading",))
        window = window_of(readings, window_s(self._procedure.settling), at.since if at.is_set_up else 0, now, allowed)
        live = Live(
            instrument=name.instrument,
            channel=name.channel,
            unit=shown_unit,
            value=readings.value,
            at=readings.at,
            quality=readings.quality,
            spread=window.spread,
            allowed=allowed,
            is_settled=window.is_settled,
            recent=readings.recent(now),
        )
        shown = Shown(live, hindrance=codes_of(readings, window, now, is_unit=shown_unit == unit))
        if not window.shown or shown_unit != unit:
            return shown
        values = tuple(value for _, value in window.shown)
        mean, deviation = mean_and_deviation(values)
        reading = Reading(
            value=mean,
            sd=deviation,
            n=len(values),
            unit=unit,
            values=values[-MOST_VALUES:],
            instrument=name.instrument,
            channel=name.channel,
        )
        return shown._replace(reading=reading, since=window.shown[0][0], until=window.shown[-1][0])

    # ------------------------------------------------------------------ the references

    def _reference(
        self,
        rule: ReferenceRule,
        standing: Standing,
        at: AtPoint,
        settings: BenchSettings,
        pieces: tuple[str, ...],
        now: int,
    ) -> Shown:
        standards = standards_of(rule.role, standing, settings)
        used = [one for one in standing.session.standards if one.role == rule.role]
        if any(one.values for one in standards):
            shown = laid_on(standards, pieces, rule.unit)
        elif used and used[0].instrument:
            shown = self._read_by_edge(
                rule, ChannelName(used[0].instrument, used[0].channel), standards, standing, at, now
            )
        else:
            shown = read_off_by_person(standards, at.typed.get(rule.role), rule.unit, now)
        step = standing.step
        test = next((one for one in self._procedure.tests if step and one.id == step.test), None)
        if shown.reading is None and test and not needs_reference(self._procedure, test):
            shown = shown._replace(hindrance=(), why="")
        day = self._place.day(now)
        if any(one.due and one.due < day for one in used):
            shown = shown._replace(hindrance=("reference_overdue", *shown.hindrance))
        return shown

    def _read_by_edge(
        self,
        rule: ReferenceRule,
        name: ChannelName,
        standards: Sequence[BenchStandard],
        standing: Standing,
        at: AtPoint,
        now: int,
    ) -> Shown:
        settling, step = self._procedure.settling, standing.step
        text = settling.reference_within if settling else ""
        allowed = allowed_band(text, standing.session.item, step.nominal) if step else None
        shown = self._read(name, rule.unit, allowed, at, now)
        reading = shown.reading
        if reading is None:
            return shown
        found = self._corrects.corrected(*name, reading.value, shown.until) if self._corrects else None
        if found is None:
            return by_own_points(shown, reading, standards)
        drift_u = standards[0].drift_u if standards else 0.0
        said = msgspec.structs.replace(
            reading, corrected=found.value, u=found.u, certificate=found.certificate, drift_u=drift_u
        )
        overdue = ("reference_overdue",) if found.is_overdue else ()
        return shown._replace(reading=said, hindrance=(*overdue, *shown.hindrance))


def standards_of(role: str, standing: Standing, settings: BenchSettings) -> list[BenchStandard]:
    """The standards of a session in a role, as the laboratory has them now."""
    codes = [one.code for one in standing.session.standards if one.role == role]
    return [settings.standards[code] for code in codes if code in settings.standards]
