"""What is said besides samples: records (numbered, in an envelope) and retained words (status, ack, setting).

A record has a key and a revision = max(previous + 1, wall-clock ms); the highest revision of a key is in force.
Times are UTC in ns since 1970. A field may be added with a default; to change or drop one is version 2.
"""

import msgspec

from edge_agent.wire.live import WorkUnitStatus
from edge_agent.wire.origin import Origin
from edge_agent.wire.words import Generation, Number, Whole, Word

# ------------------------------------------------------------------ records


class Record(Word, frozen=True, tag_field="noun", kw_only=True):
    """A fact about an edge that is not a sample.

    Attributes:
        key: Which one of its noun, unique in the edge.
        revision: Filled in by the outbox.
        at: When it was said; filled in by the outbox.
        origin: Who said it, where the edge of the topic only forwards it; key and revision are then the origin's.
    """

    key: str
    revision: Whole = 0
    at: Whole = 0
    origin: Origin | None = None


class Held(Word, frozen=True, kw_only=True):
    """A journal that an edge still holds messages of: numbers from ``first`` to ``last``."""

    journal: str
    first: int
    last: int


class Run(Record, frozen=True, tag="run", kw_only=True):
    """A start of the agent: always the first message of its journal. Its key is the journal.

    Attributes:
        machine: The machine's serial, hashed.
        boot: The boot id of the machine.
        version: Of the agent.
        config_sha256: Of the configuration file.
        held: The journals that are still held, without this one.
        previous_end: When the run before this one committed last; 0 when there was none.
        previous_clean: Whether it stopped in order.
        previous: The journal of the last run of which this outbox knows; empty when there was none.
    """

    machine: str
    boot: str
    version: str
    config_sha256: str
    held: tuple[Held, ...] = ()
    previous_end: Whole = 0
    previous_clean: bool = True
    previous: str = ""


class ChannelMeaning(Word, frozen=True, kw_only=True):
    """What a channel means.

    Attributes:
        unit: UCUM code.
        minimum: Least valid value, in ``unit``; None when not known.
        maximum: Greatest valid value, in ``unit``.
        text: True when it shows a text, which travels in ``text`` records.
        title: What it is called, language -> words.
    """

    unit: str
    minimum: float | None = None
    maximum: float | None = None
    text: bool = False
    title: dict[str, str] = msgspec.field(default_factory=dict)


class InstrumentDescription(Record, frozen=True, tag="instrument", kw_only=True):
    """What the channels of an instrument mean, said before its first sample. Its key is the instrument.

    Attributes:
        bus: Where it hangs.
        model: Name of its map.
        model_sha256: Of the map's content.
        period_s: How often it is polled.
        channels: Channel -> meaning.
    """

    bus: str
    model: str
    model_sha256: str
    period_s: float
    channels: dict[str, ChannelMeaning]


class Loss(Record, frozen=True, tag="loss", kw_only=True):
    """Samples that never got a number: they are absent, and known to be.

    Attributes:
        instrument: Whose; empty when all of the edge's.
        since: From when.
        until: To when.
        n: How many samples; None when nobody can know (a power cut).
        reason: ``queue_full``, ``disk_full``, ``not_written``, ``skipped``, ``back_off``, ``power_cut``, ``rotten``.
    """

    instrument: str = ""
    since: Whole
    until: Whole
    n: Whole | None
    reason: str


class Declared(Record, frozen=True, tag="declared", kw_only=True):
    """Messages that had a number and will never be stored.

    Attributes:
        journal: Which.
        ranges: Of sequence numbers, inclusive.
        lines: How many samples or records they held.
        since: When the oldest was made.
        until: When the newest was made.
        reason: ``evicted``, ``rotten``, ``set_aside``, ``withdrawn`` (its owner no longer agrees to share it).
    """

    journal: str
    ranges: tuple[tuple[Number, Number], ...]
    lines: Whole
    since: Whole
    until: Whole
    reason: str


class Text(Record, frozen=True, tag="text", kw_only=True):
    """What a text channel shows, said when it changes. Its key is ``instrument.channel``."""

    value: str


class Finding(Record, frozen=True, tag="finding", kw_only=True):
    """Something that a person should look at. Its key is ``kind`` or ``kind.instrument``.

    Attributes:
        kind: ``disk_filling``, ``clock_unsure``, ...
        text: Who, what, expected or got, what to do.
        over: True when it is no longer so.
    """

    kind: str
    text: str
    over: bool = False


class SettingKept(Record, frozen=True, tag="setting", kw_only=True):
    """An edge's answer to a setting: what it now keeps. Its key is ``noun/id``.

    Attributes:
        setting_revision: Of the setting that is answered.
        accepted: Whether it holds.
        why: Why it does not: who, what, expected or got, what to do.
        in_force_revision: Of the setting that holds, which may be an earlier one; 0: none, the edge's own file does.
    """

    setting_revision: Whole
    accepted: bool
    why: str = ""
    in_force_revision: Whole = 0


# ------------------------------------------------------------------ retained words


class EdgeStatus(Word, frozen=True, kw_only=True):
    """How an edge is, every ``status_period_s``; as a will: ``state`` is ``lost``.

    Attributes:
        state: ``online``, ``stopped`` (in order), ``lost`` (the broker's word), or ``checking``: a person tries
            the connection, and wants an acknowledgement in answer.
        journal: The present run's.
        at: When.
        started: When the present run began.
        period_s: How often the edge says how it is, s.
        held: All journals that are held, the present one too.
        waiting: Messages held and not stored.
        oldest_waiting: When the oldest of them was made; 0 when none waits.
        undated: Samples that wait for the clock.
        clock: ``synchronised`` or ``unsure``.
        disk_free: Bytes.
        disk_size: Bytes.
        instruments: Instrument -> ``good`` or the quality of its last poll.
        store: Store whose acknowledgement the edge has seen.
        generation: Of that store.
        acknowledged: Journal -> highest floor seen from that store and generation.
        acknowledged_last: Journal -> highest number seen from them. Above a hole that stays the floor tells nothing
            of what a restored gateway has forgotten.
        work_units: Work unit -> what it does now.
        autonomy_s: How long the edge could do without a gateway from now on before it must drop samples, s; None: how
            fast its outbox grows is not known yet.
        outbox_used: Share of its outbox's room that messages take which are not stored yet, 0 to 1; None: not known.
        bus_load: Bus -> share of its time that its polls will keep it busy by the edge's own plan, dimensionless.
        certificates: ``broker``, ``edge``, ``authority`` -> until when the certificate of the connection is valid;
            one that is not used, or cannot be read, is absent.
    """

    state: str
    journal: str = ""
    at: int = 0
    started: int = 0
    period_s: float = 10.0
    held: tuple[Held, ...] = ()
    waiting: int = 0
    oldest_waiting: int = 0
    undated: int = 0
    clock: str = ""
    disk_free: int = 0
    disk_size: int = 0
    instruments: dict[str, str] = msgspec.field(default_factory=dict)
    store: str = ""
    generation: int = 0
    acknowledged: dict[str, int] = msgspec.field(default_factory=dict)
    acknowledged_last: dict[str, int] = msgspec.field(default_factory=dict)
    version: str = ""
    work_units: dict[str, WorkUnitStatus] = msgspec.field(default_factory=dict)
    autonomy_s: float | None = None
    bus_load: dict[str, float] = msgspec.field(default_factory=dict)
    certificates: dict[str, int] = msgspec.field(default_factory=dict)
    outbox_used: float | None = None


class Stored(Word, frozen=True, kw_only=True):
    """What is stored of a journal: all up to ``floor``, and at most 64 ranges above it."""

    floor: Number
    ranges: tuple[tuple[Number, Number], ...] = ()


class Ack(Word, frozen=True, kw_only=True):
    """The gateway's word that it has stored.

    Attributes:
        store: The store's id.
        generation: Counts up when the store was restored to an earlier state.
        at: The gateway's time.
        journals: Open journals.
        on_hold: Journals whose messages are not stored until a person decides.
        admitted: Whether a person has admitted this edge.
    """

    store: str
    generation: Generation
    at: Whole
    journals: dict[str, Stored]
    on_hold: tuple[str, ...] = ()
    admitted: bool = False


class GatewayStatus(Word, frozen=True, kw_only=True):
    """How a gateway process is; as a will: ``state`` is ``lost``."""

    state: str
    can_store: bool
    why: str = ""
    at: Whole = 0
    store: str = ""


class Setting(Word, frozen=True, kw_only=True):
    """Something that the gateway sets at an edge; noun and id are in the topic."""

    revision: Whole
    body: dict[str, object]
