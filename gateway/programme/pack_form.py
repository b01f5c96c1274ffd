"""The form of a pack of evidence: which files it holds, and what its manifest says. Pure.

======================== =====================================================================================
manifest.json            form, pilot, windows, day, whether made up, hash and size of every other file
seal.json                Ed25519 over the bytes of manifest.json, with the public key
definition.json          the pilot as it was fixed, with all entries of the audit about it
sums.csv                 what each machine did by day, product and ideal cycle: what is judged
labour_hours.csv         hours that people worked, by day
silent.csv               working days of which a machine told nothing, in the form of sums.csv
days.csv                 figures by day, for people
elements.csv             elements of the nominal buckets behind the sums, where there are not too many
machines.json            machines as their edges described them
calendars.json           versions of the shift calendars
products.json            products and ideal cycles by which pieces were counted
instruments.json         instruments behind the machines, their certificates with points
certificates/ID.pdf      documents as they were issued
evaluation.json          how the pilot was judged
readme.txt               what this is, and how it is checked
======================== =====================================================================================

Decision: nothing in a pack says when it was made.
Because: the same pilot then gives the same bytes, whoever asks for it and whenever, and two packs can be compared.
"""

from hashlib import sha256
from typing import Any

import msgspec

from gateway.indicators.pilots import Windows
from gateway.programme.judgement import Definition, Judgement

FORM = "nhipdo evidence pack 1"
MANIFEST, SEAL = "manifest.json", "seal.json"
DEFINITION, EVALUATION = "definition.json", "evaluation.json"
SUMS, SILENT, LABOUR_HOURS = "sums.csv", "silent.csv", "labour_hours.csv"
DAYS, ELEMENTS = "days.csv", "elements.csv"
MACHINES, CALENDARS, PRODUCTS = "machines.json", "calendars.json", "products.json"
INSTRUMENTS, README = "instruments.json", "readme.txt"
NEEDED = frozenset(
    (DEFINITION, EVALUATION, SUMS, SILENT, LABOUR_HOURS, DAYS, MACHINES, CALENDARS, PRODUCTS, INSTRUMENTS, README)
)
WHOLE, TOO_MANY, NOT_KEPT = "whole", "too_many", "not_all_kept"
"""Of the elements: they are packed; there are too many; the sums hold more than elements are kept of."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the pack."""

    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed.

    Attributes:
        form: :data:`FORM`.
        software: Version of the program that made it.
        pilot: Id of its row.
        name: What people call it.
        version: Which of it.
        windows: When.
        as_of: Day of the evaluation, ISO 8601.
        zone: IANA name of the wall clock by which the pilot was fixed on a day.
        made_up: Its content is made up, as that of the demo.
        elements: :data:`WHOLE`, :data:`TOO_MANY` or :data:`NOT_KEPT`.
        public_key: Of the seal, Ed25519, hexadecimal.
        files: Name -> hash and size, of every file but the manifest and the seal.
    """

    form: str
    software: str
    pilot: str
    name: str
    version: int
    windows: Windows
    as_of: str
    zone: str
    made_up: bool
    elements: str
    public_key: str
    files: dict[str, File]


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """The signature of the manifest."""

    algorithm: str
    public_key: str
    signature: str
    note: str = "An integrity seal of the gateway, and no legal signature."


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the audit, as its hash covers it."""

    number: int
    at: int
    account: str
    name: str
    action: str
    noun: str
    row: str
    before: str
    after: str
    why: str
    previous: str
    hash: str


class Defined(msgspec.Struct, frozen=True, kw_only=True):
    """``definition.json``.

    Attributes:
        definition: The pilot.
        overlaps: Ids of other pilots that ran on its machines meanwhile.
        audit: Every entry about it, in order.
    """

    definition: Definition
    overlaps: tuple[str, ...]
    audit: tuple[AuditEntry, ...]


class MachineTold(msgspec.Struct, frozen=True, kw_only=True):
    """A machine of ``machines.json``.

    Attributes:
        side: ``main`` or ``control``.
        edge: Its edge.
        work_unit: Its name there.
        timezone: IANA name of its wall clock.
        counts_pieces: Whether its side has counters.
        description: As its edge said it last.
    """

    side: str
    edge: str
    work_unit: str
    timezone: str
    counts_pieces: bool
    description: dict[str, Any]


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """``evaluation.json``."""

    as_of: str
    judgement: Judgement


def encoded(value: object) -> bytes:
    """JSON with sorted keys: the same bytes for the same value."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=1) + b"\n"


def file_of(content: bytes) -> File:
    """What the manifest says of a file."""
    return File(sha256=sha256(content).hexdigest(), size=len(content))


def fingerprint(public_key: str) -> str:
    """Of a public key, in groups that two people can read to each other.

    >>> fingerprint("00" * 32)
    '6668 7aad f862 bd77 6c8f c18b 8e9f 8e20'
    """
    digits = sha256(bytes.fromhex(public_key)).hexdigest()[:32]
    return " ".join(digits[k : k + 4] for k in range(0, len(digits), 4))
