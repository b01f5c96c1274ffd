"""What pages read and write: the board, the book, and the way into the recorder."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import TYPE_CHECKING, Annotated, NamedTuple, cast

import msgspec
from fastapi import Depends, Request

from edge_agent.asked import Asked, Entered
from edge_agent.config.pins import is_pin
from edge_agent.oee.board import Board
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.forms import Form
from edge_agent.screen.guard import address_of
from edge_agent.screen.security import Access
from edge_agent.screen.settings import ScreenSettings
from edge_agent.wire.entries import Entry
from edge_agent.wire.shop_floor import CalendarKept

if TYPE_CHECKING:
    from edge_agent.bench.bench import Bench

SAVE_S = 5.0
"""How long a page waits for the disk, s."""
NOT_SAVED = "screen: not saved within 5 s, the recorder is busy or stands. Send it again; twice is harmless."
UNDO_S = 600.0
"""How long what was entered can be taken back by one button, s; later it is corrected by entering it anew."""
_UNDOABLE = 64
NS = 10**9


class Undoable(NamedTuple):
    """What a browser entered last, in one press of a button.

    Attributes:
        entries: What was entered.
        before: What was in force until then, one for each entry; None: nothing.
    """

    entries: tuple[Entry, ...]
    before: tuple[Entry | None, ...]

    @property
    def noun(self) -> str:
        """What it was."""
        return str(self.entries[-1].__struct_config__.tag)


Enter = Callable[[Entry | CalendarKept], str]
"""Keeps an entry, or a manager's change of a past day; empty text: it is on disk, else what is wrong."""


def entering(asked: "SimpleQueue[Asked]", timeout_s: float = SAVE_S) -> Enter:
    """The way into the recorder: a function that returns once an entry is on disk, or with what is wrong."""

    def enter(entry: Entry | CalendarKept) -> str:
        answer: SimpleQueue[str] = SimpleQueue()
        asked.put(Entered(entry, answer.put))
        try:
            return answer.get(timeout=timeout_s)
        except Empty:
            return NOT_SAVED

    return enter


@dataclass
class Screen:
    """All that a page needs of this edge.

    Attributes:
        settings: From the configuration.
        board: The picture of this second.
        enter: Keeps an entry; empty text: it is on disk.
        reader: Opens the book to look.
        web: Folder of the web files.
        access: Judges cookies and PINs.
        clock: UTC, ns.
        bench: Of an edge that calibrates; None: it has no bench.
        closing: Set when the server ends: streams end too.
    """

    settings: ScreenSettings
    board: Callable[[], Board]
    enter: Enter
    reader: Callable[[], ShopReader]
    web: Path
    access: Access
    clock: Callable[[], int]
    bench: "Bench | None" = None
    closing: Event = field(default_factory=Event)
    _undoable: OrderedDict[str, Undoable] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def book(self) -> Iterator[ShopReader]:
        """A reader for this request alone."""
        reader = self.reader()
        try:
            yield reader
        finally:
            reader.close()

    def who(self, request: Request, form: Form) -> str:
        """Who enters this: the person signed in, or the one named in the form with the right PIN.

        Empty where no operators are configured, and with a mistake in the form when nobody could be told.
        """
        operators = self.settings.operators
        if not operators:
            return ""
        if not form["operator"] and request.state.person in operators:
            return cast("str", request.state.person)
        name = form.choice("operator", operators)
        if not name or "form" in form.mistakes:
            return ""
        right = operators[name].pin_hash
        # An address waits too: else its guesses would go round all names.
        waiting = (f"{address_of(request)} {name}", address_of(request))
        if right and any(self.access.throttle.wait_s(one) for one in waiting):
            form.mistakes["pin"] = "mistake.pin_wait"
            return ""
        if right and not is_pin(form["pin"], right):
            for one in waiting:
                self.access.throttle.count_wrong(one)
            form.mistakes["pin"] = "mistake.pin"
            return ""
        request.state.sign_in = request.state.person = name
        return name

    def keep(self, request: Request, form: Form, *entries: Entry) -> bool:
        """Put what was entered on disk, unless something is wrong with its form; that then stands in the form."""
        if form.mistakes:
            return False
        dated = tuple(msgspec.structs.replace(one, entered_at=one.entered_at or self.clock()) for one in entries)
        with self.book() as book:
            before = tuple(book.record(type(one), one.key) for one in dated)
        for one in dated:
            if not self._enter(form, one):
                return False
        with self._lock:
            self._undoable[request.state.browser] = Undoable(dated, before)
            self._undoable.move_to_end(request.state.browser)
            while len(self._undoable) > _UNDOABLE:
                self._undoable.popitem(last=False)
        return True

    def amend(self, form: Form, change: CalendarKept) -> bool:
        """Put a manager's change of a past day on disk; no button takes it back: who errs changes the day again."""
        return not form.mistakes and self._enter(form, change)

    def _enter(self, form: Form, record: Entry | CalendarKept) -> bool:
        problem = self.enter(record)
        if problem:
            form.mistakes["form"] = "mistake.not_saved" if problem == NOT_SAVED else "mistake.refused"
            form.detail = problem
        return not problem

    def undoable(self, browser: str) -> Undoable | None:
        """What a browser entered last, for a while in which it can be taken back."""
        with self._lock:
            last = self._undoable.get(browser)
        if last is None or self.clock() - last.entries[-1].entered_at > UNDO_S * NS:
            return None
        return last

    def undo(self, browser: str) -> str:
        """Take back what a browser entered last; what is wrong, or an empty text.

        What it replaced comes into force again; what replaced nothing is gone.
        """
        last = self.undoable(browser)
        if last is None:
            return "mistake.nothing_to_undo"
        problem = ""
        if self._still_in_force(last):
            for entry, before in zip(reversed(last.entries), reversed(last.before), strict=True):
                back = before or msgspec.structs.replace(entry, gone=True)
                again = msgspec.structs.replace(back, entered_at=self.clock(), revision=0, at=0)
                problem = problem or ("mistake.not_saved" if self.enter(again) else "")
        else:
            problem = "mistake.changed_since"
        if problem != "mistake.not_saved":
            with self._lock:
                self._undoable.pop(browser, None)
        return problem

    def _still_in_force(self, last: Undoable) -> bool:
        """Nobody has entered something else in its place."""
        with self.book() as book:
            present = [book.record(type(one), one.key) for one in last.entries]
        return all(
            now is not None and (now.gone, now.entered_at) == (then.gone, then.entered_at)
            for now, then in zip(present, last.entries, strict=True)
        )


def _screen(request: Request) -> Screen:
    return cast("Screen", request.app.state.screen)


TheScreen = Annotated[Screen, Depends(_screen)]
