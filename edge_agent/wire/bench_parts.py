"""What the bench's records are made of: item, standard, reading, a row of a budget."""

import msgspec

from edge_agent.wire.words import Word


class BenchItem(Word, frozen=True, kw_only=True):
    """What is calibrated.

    Attributes:
        registry_id: Its row in the gateway's registry; empty: it has none, and was typed in.
        code: Its owner's number.
        name: What it is: "Cân phân tích".
        maker: Who made it.
        model: Type.
        serial_number: The maker's number.
        owner: Name of the customer.
        condition: State on receipt.
        unit: UCUM code of the range.
        range_low: From, in ``unit``.
        range_high: To, in ``unit``.
        resolution: Smallest step of its indication, in ``unit``.
        mpe: Maximum permissible error as a formula of the indication ``x`` in ``unit``: ``0.001 + 2e-6 * abs(x)``;
            empty: none was asked for.
        specification: Where that stands, in words: ``OIML R 76, class I``.
        accuracy_class: As its plate says.
        supplied: Names of those of these fields that the customer has told, and nobody has checked.
    """

    registry_id: str = ""
    code: str = ""
    name: str
    maker: str = ""
    model: str = ""
    serial_number: str = ""
    owner: str = ""
    condition: str = ""
    unit: str
    range_low: float | None = None
    range_high: float | None = None
    resolution: float
    mpe: str = ""
    specification: str = ""
    accuracy_class: str = ""
    supplied: tuple[str, ...] = ()


class StandardUsed(Word, frozen=True, kw_only=True):
    """A reference standard of a session, as its certificate stood then.

    Attributes:
        role: Which of the procedure's references it plays.
        code: The laboratory's number.
        name: What it is.
        maker: Who made it.
        model: Type.
        serial_number: The maker's number.
        certificate: Number of the certificate that its values come from.
        issuer: Who issued that.
        due: Last local day on which it may be used; empty: nobody has said.
        instrument: Name on this edge, where its indication is read; empty: a material measure, or typed.
        channel: Of that instrument.
    """

    role: str
    code: str
    name: str = ""
    maker: str = ""
    model: str = ""
    serial_number: str = ""
    certificate: str
    issuer: str = ""
    due: str = ""
    instrument: str = ""
    channel: str = ""


class Reading(Word, frozen=True, kw_only=True):
    """What one channel showed, or somebody read off, for one capture.

    Attributes:
        value: Mean of the indications, in ``unit``.
        sd: Their standard deviation; 0.0 for a single one.
        n: How many.
        unit: UCUM code.
        values: The raw indications themselves, the last 100 at most, in order of time.
        corrected: The value by the certificate in force; None: there is none, or it does not reach so far.
        u: Standard uncertainty of that; None likewise.
        certificate: Number of that certificate; empty likewise.
        instrument: Whose channel; empty: typed in.
        channel: Which.
        is_typed: Whether a person typed it.
        parts: Of a material measure: the pieces that were used together, by label or nominal value: ``50``, ``20*``.
        drift_u: Standard uncertainty of the drift since that certificate, where it is not in ``u``.
    """

    value: float
    sd: float = 0.0
    n: int = 1
    unit: str
    values: tuple[float, ...] = ()
    corrected: float | None = None
    u: float | None = None
    certificate: str = ""
    instrument: str = ""
    channel: str = ""
    is_typed: bool = False
    parts: tuple[str, ...] = ()
    drift_u: float = 0.0


class BudgetRow(Word, frozen=True, kw_only=True):
    """One input of an uncertainty budget.

    Attributes:
        name: In the model.
        title: In words, language -> words.
        value: Estimate.
        unit: UCUM code of the input.
        u: Standard uncertainty, in that unit.
        dof: Degrees of freedom; None: infinite.
        distribution: ``normal``, ``rectangular``, ``triangular``, ``arcsine``, ``t``.
        evaluation: ``A`` or ``B``.
        sensitivity: Of the result to it.
        contribution: ``abs(sensitivity) * u``, in the result's unit.
    """

    name: str
    title: dict[str, str] = msgspec.field(default_factory=dict)
    value: float
    unit: str = ""
    u: float
    dof: float | None = None
    distribution: str = ""
    evaluation: str = "B"
    sensitivity: float
    contribution: float
