"""One open session: it looks, captures when nothing keeps it back, and does what persons ask of it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from edge_agent.bench.at_point import AtPoint, after_capture, at_step
from edge_agent.bench.bench_book import BenchBook
from edge_agent.bench.board import SessionNow
from edge_agent.bench.capturing import capture_of
from edge_agent.bench.closing import adjusted, ended, finished, judged
from edge_agent.bench.in_force import BenchSettings
from edge_agent.bench.judging import BY_HAND, hindrances, is_waiting, session_now
from edge_agent.bench.live import NS, ChannelName, LiveReadings
from edge_agent.bench.looking import Look, Looking
from edge_agent.bench.opening import check_points, refuse_the_incompetent
from edge_agent.bench.place import BenchPlace
from edge_agent.bench.refusal import refuse
from edge_agent.bench.requests import (
    Abandon,
    Adjust,
    AnyBenchRequest,
    CaptureNow,
    ChoosePoints,
    Finish,
    Judge,
    Redo,
    SetUp,
    TypeEnvironment,
    TypeIn,
)
from edge_agent.bench.saying import check_pieces, typed_around, typed_at_point
from edge_agent.bench.settling import allowed_band, window_s
from edge_agent.bench.standing import Standing, standing
from edge_agent.bench.steps import steps
from edge_agent.bench.surroundings import TypedValue, typed_before
from edge_agent.wire.bench import CalibrationSession
from edge_agent.wire.messages import Record

if TYPE_CHECKING:
    from edge_agent.correcting.correcting import Corrects

_MARGIN_NS = 10 * NS


class Said(NamedTuple):
    """What persons have said and no record has: kept in memory, put back when a transaction fails."""

    at: AtPoint
    around: Mapping[str, TypedValue]


class OnBench:
    """Belongs to the recorder, inside its transaction.

    Args:
        session: As it was kept last.
        place: The bench.
        book: Where records are kept.
        live: What channels show.
        corrects: Corrects what standards show.
    """

    def __init__(
        self,
        session: CalibrationSession,
        place: BenchPlace,
        book: BenchBook,
        live: LiveReadings,
        corrects: "Corrects | None",
    ) -> None:
        self._place, self._book = place, book
        loaded = place.procedures[session.procedure]
        self._procedure = loaded.procedure
        # What was captured by one text of a procedure is not gone on with by another.
        self._changed = () if loaded.sha256 == session.procedure_sha256 else ("procedure_changed",)
        self._looking = Looking(place, self._procedure, live, corrects)
        self._look: Look | None = None
        self._hindrance: tuple[str, ...] = ()
        self._stand(session)
        self.said = Said(AtPoint(), typed_before(self.standing.captures))

    def _stand(self, session: CalibrationSession) -> None:
        """Where it stands, from the records."""
        captures, words = self._book.captures(session.key), self._book.judged(session.key)
        self.standing: Standing = standing(self._procedure, session, captures, words)

    @property
    def session(self) -> CalibrationSession:
        """As it was kept last."""
        return self.standing.session

    def channels(self) -> dict[ChannelName, int]:
        """Channels that it looks at -> how much of their past it needs, ns."""
        session = self.session
        pairs = [(session.instrument, session.channel), *((one.instrument, one.channel) for one in session.standards)]
        names = [ChannelName(*pair) for pair in pairs if pair[0]]
        names += [
            self._place.environment[rule.quantity]
            for rule in self._procedure.environment
            if rule.quantity in self._place.environment
        ]
        return dict.fromkeys(names, round(window_s(self._procedure.settling) * NS) + _MARGIN_NS)

    def look_at_all_steps(self) -> None:
        """Whether every formula of the settling rule has a value at every point.

        Raises:
            ValueError: One needs a range that the item does not state.
        """
        rule, session = self._procedure.settling, self.session
        for step in steps(self._procedure, session.item, session.key, session.points, session.left_out):
            for text in (rule.within, rule.reference_within) if rule else ():
                allowed_band(text, session.item, step.nominal)

    # ------------------------------------------------------------------ what is shown

    def take(self, settings: BenchSettings, now: int, *, clock_is_set: bool) -> Iterator[Record]:
        """Look, and capture when nothing keeps it back."""
        self._see(settings, now, clock_is_set=clock_is_set)
        if self.standing.step is not None and not self._hindrance:
            yield from self._capture(settings, now, clock_is_set=clock_is_set)

    def _see(self, settings: BenchSettings, now: int, *, clock_is_set: bool) -> None:
        at = at_step(self.said.at, self.standing)
        self.said = self.said._replace(at=at)
        look = self._looking.look(self.standing, at, self.said.around, settings, now)
        around = self._looking.surroundings.hindrances(look.around)
        # Of nobody who has said that the point is set up it need not be known whether he may.
        may = not at.is_set_up or settings.may(at.who, self._procedure.id, self._place.day(now))
        found = hindrances(self.standing, at, look, (*around, *self._changed), may=may, clock_is_set=clock_is_set)
        if self.standing.step and at.is_set_up and is_waiting(self._procedure, at, now) and "not_settled" not in found:
            found = (*found, "not_settled")
        self._look, self._hindrance = look, found

    def now(self, now: int) -> SessionNow | None:
        """What the page shows, as of the last look; None: nobody has looked yet."""
        if self._look is None:
            return None
        return session_now(self._procedure, self.standing, self.said.at, self._look, self._hindrance, now)

    def _capture(
        self,
        settings: BenchSettings,
        now: int,
        *,
        clock_is_set: bool,
        spoke_against: tuple[str, ...] = (),
        reason: str = "",
    ) -> Iterator[Record]:
        assert self._look is not None, "looked at first"
        at = self.said.at
        capture = capture_of(self.standing, at, self._look, self._looking, now, spoke_against, reason)
        self._book.keep(capture)
        yield capture
        self._stand(self.session)
        known = after_capture(at, self._procedure, self.standing, capture.captured_at)
        self.said = self.said._replace(at=known)
        self._see(settings, now, clock_is_set=clock_is_set)

    # ------------------------------------------------------------------ what is asked

    def ask(
        self, request: AnyBenchRequest, settings: BenchSettings, now: int, *, clock_is_set: bool
    ) -> Iterator[Record]:
        """Do what a person asks.

        Raises:
            EntryError: It cannot be done; the text says what to do.
        """
        if isinstance(request, Abandon):  # first of all: a session that cannot be looked at can be ended
            self._book.keep(abandoned := ended(self.session, request, now))
            yield abandoned
            self._stand(abandoned)
            return
        if self._changed:
            what = f"procedure {self._procedure.id}"
            refuse(what, "the file that the session began with", "another", "Put it back, or abandon the session.")
        refuse_the_incompetent(settings, request.who, self._procedure.id, self._place.day(now))
        self._see(settings, now, clock_is_set=clock_is_set)
        if isinstance(request, SetUp | TypeIn | TypeEnvironment):
            self._say(request, settings, now)
        elif isinstance(request, CaptureNow):
            yield from self._by_hand(request, settings, now, clock_is_set=clock_is_set)
        else:
            for record in self._kept(request, settings, now):
                self._book.keep(record)
                yield record
                self._stand(record if isinstance(record, CalibrationSession) else self.session)

    def _kept(self, request: AnyBenchRequest, settings: BenchSettings, now: int) -> Iterator[Record]:
        """What is recorded of a request, one after the other."""
        if isinstance(request, ChoosePoints):
            yield self._with_points(request, now)
        elif isinstance(request, Redo | Judge):
            yield judged(self.standing, request, now)
        elif isinstance(request, Adjust):
            yield from adjusted(self.standing, request, now)
        else:
            assert isinstance(request, Finish), "there is nothing else, and Begin goes elsewhere"
            yield from finished(self._procedure, self.standing, settings.standards, request, now)

    def _say(self, request: SetUp | TypeIn | TypeEnvironment, settings: BenchSettings, now: int) -> None:
        if isinstance(request, TypeEnvironment):
            typed = typed_around(self._procedure, self._place, request, now)
            self.said = self.said._replace(around={**self.said.around, **typed})
            return
        at = self._at_step()
        check_pieces(self._procedure, self.standing, settings, request.pieces)
        if isinstance(request, TypeIn):
            found = typed_at_point(self._procedure, self.standing, settings, request, now)
            set_up = at if at.is_set_up else at.set_up(request.who, now, {})
            pieces, typed = {**at.pieces, **request.pieces}, {**at.typed, **found}
            known = msgspec.structs.replace(set_up, who=request.who, pieces=pieces, typed=typed)
        elif request.is_set_up:
            known = at.set_up(request.who, now, request.pieces)
        else:
            known = AtPoint(run=at.run, step=at.step, pieces=at.pieces)
        self.said = self.said._replace(at=known)

    def _at_step(self) -> AtPoint:
        if self.standing.step is None:
            refuse("point", "one that is to be captured", "none, as all are", "Finish, or redo a point.")
        return at_step(self.said.at, self.standing)

    def _by_hand(
        self, request: CaptureNow, settings: BenchSettings, now: int, *, clock_is_set: bool
    ) -> Iterator[Record]:
        at = self._at_step()
        if not request.reason.strip():
            refuse("capture", "a reason, since something speaks against it", "none", "Say why.")
        firm = [code for code in self._hindrance if code not in BY_HAND]
        if firm:
            advice = "Put that right first; then the point is captured."
            refuse("capture", "nothing but rest or surroundings against it", ", ".join(firm), advice)
        assert self._look is not None, "looked at first"
        if self._look.item.reading is None:
            refuse("capture", "a reading since the point was set up", "none", "Wait for the next reading.")
        self.said = self.said._replace(at=msgspec.structs.replace(at, who=request.who))
        against = tuple(code for code in self._hindrance if code != "not_set_up")
        yield from self._capture(settings, now, clock_is_set=clock_is_set, spoke_against=against, reason=request.reason)

    def _with_points(self, request: ChoosePoints, now: int) -> CalibrationSession:
        session = self.session
        check_points(session, self._procedure, request.points, request.left_out)
        captured = {one.test for one in self.standing.captures}
        for test in sorted(captured):
            same = session.points.get(test) == request.points.get(test) and test not in request.left_out
            if not same:
                advice = "Keep them, or abandon the session and begin anew."
                refuse(f"test {test}", "its points as they are, since some are captured", "others", advice)
        return msgspec.structs.replace(
            session,
            who=request.who,
            entered_at=now,
            points=dict(request.points),
            left_out=request.left_out,
            deviations=request.deviations or session.deviations,
        )
