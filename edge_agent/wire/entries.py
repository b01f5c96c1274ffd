"""Records that people enter on the screen beside the machine.

They are kept as they were entered; what was taken back says so by ``gone`` and is never deleted.
Times are UTC in ns since 1970, stretches half-open.
"""

import msgspec

from edge_agent.wire.messages import Record
from edge_agent.wire.words import Whole, Word


class Entry(Record, frozen=True, kw_only=True):
    """Something that a person entered.

    Attributes:
        who: Who entered it; empty where nobody was asked.
        entered_at: When, by the edge's clock.
        gone: It was taken back.
    """

    who: str = ""
    entered_at: Whole = 0
    gone: bool = False


class StopReason(Entry, frozen=True, tag="stop_reason", kw_only=True):
    """The reason of a stretch of a stop. Its key is ``{work_unit}.{since}``; a split stop has several.

    Attributes:
        work_unit: Whose.
        since: From when: the start of the stop, or where it was split.
        until: To when; None: to the end of the stop.
        reason: The id of a stop reason; empty: a split without a reason yet.
        note: What was written beside it.
    """

    work_unit: str
    since: Whole
    until: Whole | None = None
    reason: str = ""
    note: str = ""


class LateScrap(Entry, frozen=True, tag="late_scrap", kw_only=True):
    """Scrap or rework found later, booked where the pieces were made. Its key is a random one.

    Attributes:
        work_unit: Where they were made.
        made_at: When they were made.
        product: Empty: the one in force then.
        scrap: Pieces that are not good.
        rework: Pieces that were repaired.
        reason: Why, in words.
    """

    work_unit: str
    made_at: Whole
    product: str = ""
    scrap: Whole = 0
    rework: Whole = 0
    reason: str = ""


class ProductChoice(Entry, frozen=True, tag="product_choice", kw_only=True):
    """From now on this product is made. Its key is ``{work_unit}.{since}``.

    Attributes:
        work_unit: Where.
        since: From when, until the next choice.
        product: Which; empty: none.
        order: The order that it is made for; empty: none.
        quantity: Pieces that the order asks for; None: not said.
    """

    work_unit: str
    since: Whole
    product: str
    order: str = ""
    quantity: Whole | None = None


class People(Entry, frozen=True, tag="people", kw_only=True):
    """How many people work on a unit in a shift. Its key is ``{work_unit}.{shift}``.

    Attributes:
        work_unit: Where.
        shift: ``name@first day``.
        people: How many; halves are allowed.
    """

    work_unit: str
    shift: str
    people: float


class WorkInProgress(Entry, frozen=True, tag="work_in_progress", kw_only=True):
    """Pieces counted between the steps. Its key is ``{work_unit}.{counted_at}``."""

    work_unit: str
    counted_at: Whole
    pieces: Whole


class ChecklistItem(Word, frozen=True, kw_only=True):
    """One line of a checklist that was gone through: ``ok``, ``not_ok`` or ``skipped``."""

    item: str
    result: str
    note: str = ""


class ChecklistDone(Entry, frozen=True, tag="checklist", kw_only=True):
    """An autonomous-maintenance checklist gone through in a shift. Its key is ``{work_unit}.{checklist}.{shift}``."""

    work_unit: str
    checklist: str
    shift: str
    items: tuple[ChecklistItem, ...]


class AbnormalityTag(Entry, frozen=True, tag="abnormality_tag", kw_only=True):
    """A tag hung on an abnormality. Its key is a random one.

    Attributes:
        work_unit: Where.
        what: In words.
        kind: ``operator``: the operator mends it; ``maintenance``: a specialist is needed.
        found_at: When.
        photo: SHA-256 of its :class:`Photo`, hexadecimal; empty: none.
        closed_at: When it was mended; 0: open.
        closed_by: Who mended it.
        done: What was done, in words.
    """

    work_unit: str
    what: str
    kind: str = "operator"
    found_at: Whole
    photo: str = ""
    closed_at: Whole = 0
    closed_by: str = ""
    done: str = ""


class Photo(Entry, frozen=True, tag="photo", kw_only=True):
    """A piece of a photo, since a message is at most 64 kB. Its key is ``{sha256}.{number}``.

    Attributes:
        sha256: Of the whole photo, hexadecimal.
        number: Which piece, from 0.
        of: How many there are.
        media_type: Such as ``image/jpeg``.
        content: The piece, base64.
    """

    sha256: str
    number: Whole
    of: Whole
    media_type: str
    content: str


class Maintenance(Entry, frozen=True, tag="maintenance", kw_only=True):
    """Work on a machine. Its key is a random one.

    Attributes:
        work_unit: Which.
        kind: ``planned``, ``breakdown``, ``autonomous`` or ``improvement``.
        since: From when.
        until: To when; None while it lasts.
        what: What was done.
        spares: Parts used, in words.
        stop: Key of the stop that it ended; empty: none.
    """

    work_unit: str
    kind: str
    since: Whole
    until: Whole | None = None
    what: str = ""
    spares: str = ""
    stop: str = ""


class Audit5S(Entry, frozen=True, tag="audit_5s", kw_only=True):
    """A 5S audit of an area. Its key is ``{area}.{entered_at}``.

    Attributes:
        area: Where.
        scores: Question -> points.
        most: Points that a question can have.
        notes: Question -> what was seen.
    """

    area: str
    scores: dict[str, int]
    most: int = 5
    notes: dict[str, str] = msgspec.field(default_factory=dict)


class ChangeoverStep(Word, frozen=True, kw_only=True):
    """A step of a changeover: internal steps need the machine to stand still."""

    what: str
    since: Whole
    until: Whole
    internal: bool = True
    idea: str = ""


class ChangeoverStudy(Entry, frozen=True, tag="changeover_study", kw_only=True):
    """A changeover watched step by step (SMED). Its key is a random one.

    Attributes:
        work_unit: Where.
        from_product: What was made before; empty: not said.
        to_product: What is made after it; empty: not said.
        steps: In their order; the last one lasts while the study does, and its ``until`` is its ``since`` until then.
        ended_at: When it ended; 0: somebody still watches it.
    """

    work_unit: str
    from_product: str = ""
    to_product: str = ""
    steps: tuple[ChangeoverStep, ...]
    ended_at: Whole = 0


class TimeStudy(Entry, frozen=True, tag="time_study", kw_only=True):
    """How long one patient, sample or part took, by two taps. Its key is a random one.

    Attributes:
        study: Which of the configured studies.
        came_in: First tap.
        went_out: Second tap; None while it is inside.
        label: What tells it from others, such as a number; no name of a person.
    """

    study: str
    came_in: Whole
    went_out: Whole | None = None
    label: str = ""


class ImprovementAction(Entry, frozen=True, tag="improvement_action", kw_only=True):
    """A loss, what is done about it, and whether the figures show it. Its key is a random one.

    Attributes:
        work_unit: Where; empty: the whole site.
        loss: Which of the six big losses, or the id of a stop reason.
        what: The action.
        owner: Who does it.
        due: By when, a local day in ISO 8601.
        done_at: When it was done; 0: not yet.
        before_since: Start of the stretch before it, for the comparison; 0: not chosen.
        after_since: Start of the stretch after it; 0: not chosen.
        compared_ns: Length of each stretch, ns.
        before: Share of observed time that the loss took before; None: not computed.
        after: The same after it; None: not computed.
        verdict: ``effective``, ``not_effective`` or empty while nobody decided.
    """

    work_unit: str = ""
    loss: str
    what: str
    owner: str
    due: str
    done_at: Whole = 0
    before_since: Whole = 0
    after_since: Whole = 0
    compared_ns: Whole = 0
    before: float | None = None
    after: float | None = None
    verdict: str = ""


AnyEntry = (
    StopReason
    | LateScrap
    | ProductChoice
    | People
    | WorkInProgress
    | ChecklistDone
    | AbnormalityTag
    | Photo
    | Maintenance
    | Audit5S
    | ChangeoverStudy
    | TimeStudy
    | ImprovementAction
)
"""What people enter."""
