"""Packs of evidence: everything that a pilot's judgement rests on, in one sealed file that can be checked elsewhere.

Decision: what is packed is as far as whoever asks may see it, and nobody gets a pack who may not see the production.
Because: it goes to people outside, and must not carry more than its giver could tell.

Decision: the evaluation is as of the last day of the result, once that is over.
Because: a pack of last month and one of today are then one and the same, and a later one proves nothing else.
"""

from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gateway.certificates.seals import LOST_FILE, Sealer, SealError
from gateway.programme import pack_contents, pack_tables
from gateway.programme.pack_files import write_files
from gateway.programme.pack_form import (
    CALENDARS,
    DAYS,
    DEFINITION,
    ELEMENTS,
    EVALUATION,
    FORM,
    LABOUR_HOURS,
    MACHINES,
    MANIFEST,
    NOT_KEPT,
    PRODUCTS,
    README,
    SEAL,
    SILENT,
    SUMS,
    TOO_MANY,
    WHOLE,
    Defined,
    Evaluated,
    MachineTold,
    Manifest,
    Seal,
    encoded,
    file_of,
)
from gateway.programme.pilots_judged import (
    Read,
    days_of_side,
    evidence_behind,
    judged,
    last_whole_day,
    read_pilot,
    windows_of,
)
from gateway.programme.summed_elements import is_same, read_elements, sums_of
from gateway.registry.book import Entry
from gateway.registry.issued_documents import DocumentEventRow
from gateway.registry.roles import Reader

_WORDS = """Gói minh chứng của một mô hình điểm.
Kiểm tra: nhipdo verify GÓI.zip --key KHÓA
KHÓA là khóa công khai hoặc dấu vân tay, in trên trang của mô hình tại máy chủ.
Lệnh này tính lại mọi chỉ số từ các tệp ở đây, không cần máy chủ.

Pack of evidence of a pilot.
To check it: nhipdo verify PACK.zip --key KEY
KEY is the public key or its fingerprint, as the pilot's page at the gateway shows it.
The command works out every figure again from the files in here, without the gateway.
"""


class NoExtraError(Exception):
    """What is needed is not installed; the message says how to install it."""


class Wanted(NamedTuple):
    """Of which pilot a pack is made, and as of when.

    Attributes:
        pilot: Its row.
        others: Other pilots in force, which may have run on its machines.
        now: UTC ns.
        zone: By whose wall clock it was fixed.
        made_up: The registry says of itself that its content is made up.
    """

    pilot: Entry
    others: Sequence[Entry]
    now: int
    zone: ZoneInfo
    made_up: bool = False


def make_pack(engine: Engine, reader: Reader, wanted: Wanted, sealer: Sealer) -> bytes:
    """The pack of a pilot, a ZIP; the same for the same content.

    Args:
        engine: Of the registry.
        reader: Who asks.
        wanted: Of what.
        sealer: With the gateway's key.

    Raises:
        SealError: There is no key.
        NoExtraError: ``cryptography`` is not installed.
    """
    key = public_key(engine, sealer)
    as_of = min(last_whole_day(wanted.now, wanted.zone), windows_of(wanted.pilot.values).result_until)
    read = read_pilot(engine, reader, wanted.pilot, wanted.others, as_of, wanted.now, wanted.zone)
    of = read.of
    files, elements = _contents(engine, reader, read, as_of, wanted.zone)
    manifest = encoded(
        Manifest(
            form=FORM,
            software=version("nhipdo"),
            pilot=of.pilot,
            name=of.name,
            version=of.version,
            windows=of.windows,
            as_of=as_of.isoformat(),
            zone=wanted.zone.key,
            made_up=wanted.made_up,
            elements=elements,
            public_key=key,
            files={name: file_of(content) for name, content in files.items()},
        )
    )
    seal = Seal(algorithm="Ed25519", public_key=key, signature=sealer.seal(manifest))
    return write_files(files | {MANIFEST: manifest, SEAL: encoded(seal)})


def public_key(engine: Engine, sealer: Sealer) -> str:
    """The gateway's public key, hexadecimal; made at the first use.

    Raises:
        SealError: There is no key, though documents were sealed with one.
        NoExtraError: ``cryptography`` is not installed.
    """
    if sealer.is_lost:
        with Session(engine) as session:
            if session.scalars(select(DocumentEventRow.entry).limit(1)).first() is not None:
                msg = (
                    f"{sealer.path}: is gone, and documents were sealed with it. Bring it back from a copy; where "
                    f"there is none, put an empty file {LOST_FILE} beside it, and a new key is made."
                )
                raise SealError(msg)
    try:
        return sealer.public_key
    except ModuleNotFoundError as error:
        raise NoExtraError(needs_extra()) from error


def needs_extra() -> str:
    """How to install what packs are sealed and checked with."""
    return (
        "pack of evidence: needs the library cryptography, which is not installed. Run: pip install 'nhipdo[documents]'"
    )


def _contents(engine: Engine, reader: Reader, read: Read, as_of: date, zone: ZoneInfo) -> tuple[dict[str, bytes], str]:
    """Every file but manifest and seal, and how it stands with the elements."""
    of = read.of
    sides = pack_contents.sides_of(read.main, read.control)
    evidence = evidence_behind(engine, reader, read)
    with Session(engine) as session:
        machines = pack_contents.machines(session, sides, zone.key)
        defined = Defined(definition=of, overlaps=read.overlaps, audit=pack_contents.audit_of(session, of.pilot))
        files = pack_contents.instruments(session, evidence) | {
            DEFINITION: encoded(defined),
            MACHINES: encoded(machines),
            CALENDARS: pack_contents.calendars(session, sides, of.since, as_of),
            PRODUCTS: pack_contents.products(sides),
        }
        elements, told = _elements(session, sides, machines, of.since, as_of)
    if elements is not None:
        files[ELEMENTS] = elements
    judgement = judged(read, as_of, has_bootstrap=True)
    files |= {
        SUMS: pack_tables.write_sums({name: side.sums for name, side in sides}),
        SILENT: pack_tables.write_sums({name: side.silent for name, side in sides}),
        LABOUR_HOURS: pack_tables.write_labour({name: side.labour_h for name, side in sides}),
        DAYS: pack_tables.write_days({name: days_of_side(side) for name, side in sides}),
        EVALUATION: encoded(Evaluated(as_of=as_of.isoformat(), judgement=judgement)),
        README: _WORDS.encode(),
    }
    return files, told


def _elements(
    session: Session, sides: pack_contents.Sides, machines: tuple[MachineTold, ...], since: date, until: date
) -> tuple[bytes | None, str]:
    zones = {(one.edge, one.work_unit): ZoneInfo(one.timezone) for one in machines}
    found = {}
    for name, side in sides:
        elements = read_elements(session, side.machines, since, until, zones)
        if elements is None:
            return None, TOO_MANY
        if not is_same(sums_of(elements, zones), side.sums):
            return None, NOT_KEPT
        found[name] = elements
    return pack_tables.write_elements(found), WHOLE
