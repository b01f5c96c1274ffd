"""What pages read and write: the board, the book, and the way into the recorder."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import Annotated, NamedTuple, cast

import msgspec
from fastapi import Depends, Request

from edge_agent.asked import Entered
from edge_agent.oee.board import Board
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.forms import Form
from edge_agent.screen.guard import address_of
from edge_agent.screen.security import Access
from edge_agent.screen.settings import ScreenSettings
from edge_agent.wire.entries import Entry

SAVE_S = 5.0
"""How long a page waits for the disk, s."""
NOT_SAVED = "screen: not saved within 5 s, the recorder is busy or stands. Send it again; twice is harmless."
_UNDOABLE = 64


class Undoable(NamedTuple):
    """The last entry of a browser.

    Attributes:
        before: What was in force until then; None: nothing.
        entry: What was entered.
    """

    before: Entry | None
    entry: Entry

    @property
    def noun(self) -> str:
        """What it was."""
        return str(self.entry.__struct_config__.tag)


def entering(asked: "SimpleQueue[Entered]", timeout_s: float = SAVE_S) -> Callable[[Entry], str]:
    """The way into the recorder: a function that returns once an entry is on disk, or with what is wrong."""

    def enter(entry: Entry) -> str:
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
        closing: Set when the server ends: streams end too.
    """

    settings: ScreenSettings
    board: Callable[[], Board]
    enter: Callable[[Entry], str]
    reader: Callable[[], ShopReader]
    web: Path
    access: Access
    clock: Callable[[], int]
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
        from edge_agent.config.pins import is_pin  # noqa: PLC0415

        if right and not is_pin(form["pin"], right):
            for one in waiting:
                self.access.throttle.count_wrong(one)
            form.mistakes["pin"] = "mistake.pin"
            return ""
        request.state.sign_in = request.state.person = name
        return name

    def keep(self, request: Request, form: Form, entry: Entry) -> bool:
        """Put an entry on disk, unless something is wrong with its form; what is wrong then stands in the form."""
        if form.mistakes:
            return False
        entry = msgspec.structs.replace(entry, entered_at=entry.entered_at or self.clock())
        with self.book() as book:
            before = book.record(type(entry), entry.key)
        problem = self.enter(entry)
        if problem:
            form.mistakes["form"], form.detail = "mistake.not_saved", problem
            return False
        with self._lock:
            self._undoable[request.state.browser] = Undoable(before, entry)
            self._undoable.move_to_end(request.state.browser)
            while len(self._undoable) > _UNDOABLE:
                self._undoable.popitem(last=False)
        return True

    def undoable(self, browser: str) -> Undoable | None:
        """The last entry of a browser, while it can be taken back."""
        with self._lock:
            return self._undoable.get(browser)

    def undo(self, browser: str) -> str:
        """Take a browser's last entry back; what is wrong, or an empty text.

        The entry that it replaced comes into force again; one that replaced nothing is gone.
        """
        last = self.undoable(browser)
        if last is None:
            return "mistake.nothing_to_undo"
        with self.book() as book:
            present = book.record(type(last.entry), last.entry.key)
        if present is None or present.entered_at != last.entry.entered_at or present.gone:
            problem = "mistake.changed_since"
        else:
            back = last.before or msgspec.structs.replace(last.entry, gone=True)
            again = msgspec.structs.replace(back, entered_at=self.clock(), revision=0, at=0)
            problem = "mistake.not_saved" if self.enter(again) else ""
        if problem != "mistake.not_saved":
            with self._lock:
                self._undoable.pop(browser, None)
        return problem


def _screen(request: Request) -> Screen:
    return cast("Screen", request.app.state.screen)


TheScreen = Annotated[Screen, Depends(_screen)]
