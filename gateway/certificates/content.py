"""What a document says, as one frozen value; its canonical JSON is what is kept, hashed and sealed.

Numbers are kept as they were computed, not as printed; a day is a local one, ``2026-11-22``; words for people stand as
language -> words, where both languages differ.
"""

from __future__ import annotations

from hashlib import sha256

import msgspec

CALIBRATION, VERIFICATION, TEST = "calibration", "verification", "test"
LANGUAGES = {"vi": ("vi",), "en": ("en",), "vi_en": ("vi", "en")}
"""Which languages a document is written in, the first one large."""
FORMAT = 1
"""Of the canonical JSON: what reads it in ten years looks here first."""

Titles = dict[str, str]


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a document."""


class Party(Value, frozen=True, kw_only=True):
    """A laboratory or its customer: name, address and how to reach it; ``code``: an accreditation's number."""

    name: str = ""
    address: str = ""
    contact: str = ""
    code: str = ""


class Item(Value, frozen=True, kw_only=True):
    """What was worked on; ``supplied``: names of those of these fields that the customer has told."""

    name: str = ""
    maker: str = ""
    model: str = ""
    serial_number: str = ""
    code: str = ""
    condition: str = ""
    unit: str = ""
    range_low: float | None = None
    range_high: float | None = None
    resolution: float | None = None
    accuracy_class: str = ""
    mpe: str = ""
    specification: str = ""
    supplied: tuple[str, ...] = ()


class Surrounding(Value, frozen=True, kw_only=True):
    """What was measured around the work: quantity, and the limits within which it stayed."""

    quantity: str
    unit: str
    low: float
    high: float


class StandardUsed(Value, frozen=True, kw_only=True):
    """A standard, its certificate and who issued that; ``due``: last day of its use."""

    code: str = ""
    name: str = ""
    maker: str = ""
    model: str = ""
    serial_number: str = ""
    certificate: str = ""
    issuer: str = ""
    due: str = ""


class Line(Value, frozen=True, kw_only=True):
    """A result.

    Attributes:
        nominal: What the point was to be.
        position: Where, in the bench's word.
        direction: ``up``, ``down`` or empty.
        indication: Of the item.
        reference: Reference value.
        error: indication - reference; of a single figure that figure.
        expanded: U of the error; 0.0: the figure has none.
        k: Coverage factor.
        probability: Coverage probability.
        dof: Effective degrees of freedom; None: infinite.
        computed: U as the budget gave it, where ``expanded`` is the larger CMC; None: it is the budget's.
        accredited: Whether the line lies within the accredited scope.
        mpe: Largest permitted error; None: none was asked for.
        verdict: As ``calibration.certificate.Conformity``; empty: none.
        risk: Specific risk that the verdict is wrong; None: no verdict.
    """

    nominal: float
    position: str = ""
    direction: str = ""
    indication: float
    reference: float
    error: float
    expanded: float
    k: float
    probability: float
    dof: float | None = None
    computed: float | None = None
    accredited: bool = False
    mpe: float | None = None
    verdict: str = ""
    risk: float | None = None


class Table(Value, frozen=True, kw_only=True):
    """Results of one test in one run.

    Attributes:
        run: ``as_found`` or ``as_left``.
        test: Id in the procedure.
        kind: ``error``, ``repeatability``, ``eccentricity``, ``hysteresis``, ``zero``.
        channel: What they are results of.
        quantity: In words.
        unit: UCUM code of error and U; of indication and reference too, unless ``is_relative``.
        is_relative: Error and U are a share of the reference, in ``%``.
        measured_unit: Of indication and reference where ``is_relative``.
        provider: Who measured, where it was not the laboratory; empty: itself.
        lines: In order.
    """

    run: str
    test: str
    kind: str
    channel: str
    quantity: Titles
    unit: str
    is_relative: bool = False
    measured_unit: str = ""
    provider: str = ""
    lines: tuple[Line, ...] = ()


class Conformity(Value, frozen=True, kw_only=True):
    """A statement of conformity of one channel: which rule, against what, with which verdict and largest risk."""

    channel: str
    specification: str
    rule: str
    verdict: str
    risk: float | None = None


class Legal(Value, frozen=True, kw_only=True):
    """What a certificate of verification says beyond: the decision of designation, marks, term, and by which text.

    Attributes:
        form: Which circular sets the form.
        designation: Number of the decision.
        designated: Its day.
        designated_by: Who issued it.
        stamp: Number of the stamp.
        label: Number of the label.
        kind: ``initial``, ``periodic``, ``after_repair``.
        passed: Whether the instrument was found to meet the demands.
        valid_until: Last day of the term; empty: it has none (initial verification only).
        term_source: Where the period stands.
    """

    form: str = ""
    designation: str = ""
    designated: str = ""
    designated_by: str = ""
    stamp: str = ""
    label: str = ""
    kind: str = ""
    passed: bool = False
    valid_until: str = ""
    term_source: str = ""


class Amends(Value, frozen=True, kw_only=True):
    """The document that this one takes the place of, and what was changed."""

    number: str
    issued: str
    change: str


class Document(Value, frozen=True, kw_only=True):
    """All that a document says.

    Attributes:
        format: Of this JSON.
        kind: ``calibration``, ``verification``, ``test``.
        languages: Key of ``LANGUAGES``.
        number: Unique; empty in a draft.
        address: Of the public page.
        laboratory: Who worked.
        customer: For whom.
        item: On what.
        work_order: Its number.
        place: ``laboratory`` or ``customer``.
        place_address: Where that is, at a customer's.
        received: Day of receipt.
        begun: First day of the work.
        ended: Last day.
        issued: Day of issue.
        method: Its document.
        procedure: Id at the bench.
        procedure_version: Of its file.
        procedure_sha256: Of its file.
        software: Version of the bench's program.
        session: Key of the bench's session.
        deviations: From the procedure; empty: none.
        surroundings: During the work.
        standards: Used.
        tables: Results.
        adjustment: What was adjusted; empty: nothing.
        applies_from: When the last result was there, ISO 8601.
        conformity: Statements.
        performed_by: Who measured.
        reviewed_by: Who reviewed.
        authorised_by: Who authorised.
        accreditation: Number of the accreditation whose mark it bears; empty: it bears none.
        next_due: Only where the customer agreed.
        opinions: Opinions and interpretations.
        sampling: Sampling plan.
        legal: Of a verification.
        amends: Of an amendment.
    """

    format: int = FORMAT
    kind: str
    languages: str
    number: str = ""
    address: str = ""
    laboratory: Party = Party()
    customer: Party = Party()
    item: Item = Item()
    work_order: str = ""
    place: str = ""
    place_address: str = ""
    received: str = ""
    begun: str = ""
    ended: str = ""
    issued: str = ""
    method: str = ""
    procedure: str = ""
    procedure_version: str = ""
    procedure_sha256: str = ""
    software: str = ""
    session: str = ""
    deviations: str = ""
    surroundings: tuple[Surrounding, ...] = ()
    standards: tuple[StandardUsed, ...] = ()
    tables: tuple[Table, ...] = ()
    adjustment: str = ""
    applies_from: str = ""
    conformity: tuple[Conformity, ...] = ()
    performed_by: tuple[str, ...] = ()
    reviewed_by: str = ""
    authorised_by: str = ""
    accreditation: str = ""
    next_due: str = ""
    opinions: str = ""
    sampling: str = ""
    legal: Legal | None = None
    amends: Amends | None = None


def canonical(value: object) -> str:
    """JSON with sorted keys, no blanks and nothing left out: the same value always gives the same letters."""
    return msgspec.json.encode(value, order="sorted").decode()


def document_of(text: str) -> Document:
    """The document of its canonical JSON.

    Raises:
        msgspec.ValidationError: It is none, or of a later format.
    """
    return msgspec.json.decode(text, type=Document)


def digest(content: bytes | str) -> str:
    """SHA-256, hexadecimal.

    >>> digest("")[:8]
    'e3b0c442'
    """
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()
