"""Imports that go on while nobody looks: one at a time, each with its progress in the registry.

Decision: the file is kept in memory only, and an import whose gateway stopped is ``interrupted``, not begun again.
Because: it wrote nothing, since it writes all or nothing; whoever sent it still has the file, and may have mended it.

Decision: who runs an import says every few seconds that it goes on; one that has been silent for a minute is over.
Because: several gateways share a registry, and none knows when another has died.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from gateway.registry.files import ImportRow
from gateway.registry.nouns import NOUNS
from gateway.registry.refusals import ForbiddenError
from gateway.registry.roles import Action, Reader
from gateway.registry.sheets.importing import Outcome, import_file
from gateway.registry.sheets.plan import Progress
from gateway.registry.texts import Title

log = logging.getLogger(__name__)

WAITING, RUNNING, DONE, REFUSED, FAILED, INTERRUPTED = "waiting", "running", "done", "refused", "failed", "interrupted"
STATES = {
    WAITING: Title("Đang chờ", "Waiting"),
    RUNNING: Title("Đang chạy", "Running"),
    DONE: Title("Xong", "Done"),
    REFUSED: Title("Có lỗi trong tệp", "The file has faults"),
    FAILED: Title("Hỏng", "Failed"),
    INTERRUPTED: Title("Bị ngắt", "Interrupted"),
}
MOST_WAITING = 5
KEEP_NS = 7 * 86_400 * 10**9
"""How long it is known what became of an import, ns."""
_SILENT_NS = 60 * 10**9
_BEAT_S = 5


class NoSuchImportError(LookupError):
    """There is no such import, or it is somebody else's."""


class TooManyImportsError(Exception):
    """So many wait already that no further one is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One import.

    Attributes:
        id: Which.
        noun: What stands in its rows.
        file: Name of the file.
        dry_run: Whether nothing was to be written.
        state: Key of :data:`STATES`.
        done: Steps done.
        total: Steps in all; 0: not known yet.
        by: Who sent it.
        made_at: When, UTC ns.
        ended_at: When it ended, UTC ns; 0: it goes on.
        outcome: What it did; None: it has not ended.
    """

    id: str
    noun: str
    file: str
    dry_run: bool
    state: str
    done: int
    total: int
    by: str
    made_at: int
    ended_at: int
    outcome: Outcome | None


class Imports:
    """The imports of one gateway. Any thread may call it; they run one after the other in a thread of its own each.

    Args:
        engine: Of the registry.
        clock: UTC, ns.
    """

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._clock = clock
        self._turn = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self._told: dict[str, tuple[int, int]] = {}
        self._is_shared = engine.dialect.name != "sqlite"

    def start(self, reader: Reader, noun: str, file: str, content: bytes, *, dry_run: bool) -> Job:
        """Take a file, and go on without whoever sent it.

        Raises:
            ForbiddenError: They may write none of these anywhere.
            TooManyImportsError: Others wait.
        """
        of = NOUNS[noun]
        if not reader.may(Action.WRITE, of.noun.group):
            raise ForbiddenError(f"{reader.name}: may not write {of.noun.many.en}")
        self._threads = {job: thread for job, thread in self._threads.items() if thread.is_alive()}
        if len(self._threads) > MOST_WAITING:
            raise TooManyImportsError(f"{MOST_WAITING} imports wait already. Try again when they have ended.")
        now = self._clock()
        job_id = f"{now // 1_000_000:012x}{token_hex(10)}"
        with Session(self._engine) as session, session.begin():
            # What a list of faults quotes may be about people.
            session.execute(delete(ImportRow).where(ImportRow.made_at < now - KEEP_NS))
            row = ImportRow(
                id=job_id,
                account=reader.account,
                name=reader.name,
                noun=noun,
                file=file[:200],
                dry_run=dry_run,
                state=WAITING,
                done=0,
                total=0,
                outcome="",
                made_at=now,
                seen_at=now,
                ended_at=0,
            )
            session.add(row)
        ticket = _Ticket(job_id, reader, noun, file, content, dry_run)
        thread = threading.Thread(target=self._run, args=(ticket,), name="import", daemon=True)
        self._threads[job_id] = thread
        thread.start()
        return self.get(reader, job_id)

    def get(self, reader: Reader, job_id: str) -> Job:
        """One import.

        Raises:
            NoSuchImportError: There is none, or it is somebody else's.
        """
        with Session(self._engine) as session:
            row = session.get(ImportRow, job_id)
            if row is None or not _is_theirs(reader, row):
                raise NoSuchImportError(job_id)
            return self._job(row)

    def recent(self, reader: Reader, most: int = 50) -> list[Job]:
        """Theirs, the last first; an administrator of everything sees all."""
        query = select(ImportRow).order_by(ImportRow.id.desc()).limit(most)
        if not reader.everywhere(Action.READ, "gateway"):
            query = query.where(ImportRow.account == reader.account)
        with Session(self._engine) as session:
            return [self._job(row) for row in session.scalars(query)]

    def wait(self, job_id: str, timeout_s: float | None = None) -> None:
        """Until an import that was started here has ended."""
        thread = self._threads.get(job_id)
        if thread is not None:
            thread.join(timeout_s)

    # ------------------------------------------------------------------ in the thread

    def _run(self, ticket: "_Ticket") -> None:
        while not self._turn.acquire(timeout=_BEAT_S):
            self._beat(ticket.id)
        try:
            self._note(ticket.id, state=RUNNING, seen_at=self._clock())
            outcome = import_file(
                self._engine,
                self._clock,
                ticket.reader,
                ticket.noun,
                ticket.content,
                name=ticket.file,
                dry_run=ticket.dry_run,
                import_id=ticket.id,
                progress=self._progress(ticket.id),
            )
            state = REFUSED if outcome.fault_count else DONE
            told = msgspec.json.encode(outcome).decode()
            done, total = self._told.get(ticket.id, (0, 0))
            self._note(ticket.id, state=state, outcome=told, done=done, total=total, ended_at=self._clock())
        except Exception:
            log.exception("import %s of %s failed", ticket.id, ticket.noun)
            self._note(ticket.id, state=FAILED, ended_at=self._clock())
        finally:
            self._turn.release()
            self._told.pop(ticket.id, None)

    def _progress(self, job_id: str) -> Progress:
        told_at = self._clock()

        def progress(done: int, total: int) -> None:
            nonlocal told_at
            self._told[job_id] = (done, total)
            now = self._clock()
            if now - told_at >= _BEAT_S * 10**9:
                told_at = now
                self._beat(job_id)

        return progress

    def _beat(self, job_id: str) -> None:
        # SQLite's one lock may be held by this very import, and no other gateway shares its file.
        if self._is_shared:
            done, total = self._told.get(job_id, (0, 0))
            self._note(job_id, done=done, total=total, seen_at=self._clock())

    def _note(self, job_id: str, **values: object) -> None:
        with Session(self._engine) as session, session.begin():
            session.execute(update(ImportRow).where(ImportRow.id == job_id).values(**values))

    def _job(self, row: ImportRow) -> Job:
        goes_on = row.state in (WAITING, RUNNING)
        thread = self._threads.get(row.id)
        is_here = thread is not None and thread.is_alive()
        is_silent = not self._is_shared or self._clock() - row.seen_at > _SILENT_NS
        done, total = self._told.get(row.id, (row.done, row.total))
        return Job(
            id=row.id,
            noun=row.noun,
            file=row.file,
            dry_run=row.dry_run,
            state=INTERRUPTED if goes_on and not is_here and is_silent else row.state,
            done=done,
            total=total,
            by=row.name,
            made_at=row.made_at,
            ended_at=row.ended_at,
            outcome=msgspec.json.decode(row.outcome, type=Outcome) if row.outcome else None,
        )


class _Ticket(NamedTuple):
    """What a thread is given."""

    id: str
    reader: Reader
    noun: str
    file: str
    content: bytes
    dry_run: bool


def _is_theirs(reader: Reader, row: ImportRow) -> bool:
    return reader.everywhere(Action.READ, "gateway") or (bool(reader.account) and reader.account == row.account)
