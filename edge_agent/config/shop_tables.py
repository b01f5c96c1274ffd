"""The tables of ``agent.toml`` about the shop floor: work units, calendars, reasons, people, lists of TPM and Lean."""

from typing import Annotated

import msgspec

from edge_agent.config.kinds import Seconds
from edge_agent.config.shop_kinds import (
    ChannelOf,
    ChartKind,
    ChartRules,
    Language,
    Modulus,
    Number,
    Preset,
    Role,
    StateMap,
    Step,
)
from edge_agent.wire.shop_tables import (
    BreakConfig,
    CalendarConfig,
    ChecklistConfig,
    HolidayConfig,
    ListItemConfig,
    PlannedStopConfig,
    ProductConfig,
    ReasonConfig,
    ShiftConfig,
)
from edge_agent.wire.table_kinds import Name, Positive, Share, Strict, Text, Title, Titled, Words

__all__ = [
    "AuditConfig",
    "BreakConfig",
    "CalendarConfig",
    "ChartConfig",
    "ChecklistConfig",
    "HolidayConfig",
    "ListItemConfig",
    "OperatorConfig",
    "PlannedStopConfig",
    "ProductConfig",
    "ReasonConfig",
    "ScreenConfig",
    "ShiftConfig",
    "ShopConfig",
    "TimeStudyConfig",
    "WorkUnitConfig",
]


class WorkUnitConfig(Titled, frozen=True, kw_only=True):
    """One machine whose production is counted, and the channels that tell of it.

    Attributes:
        name: Unique on the edge, and no instrument's.
        production_line: The line that it belongs to; empty: none.
        total: Counter of all pieces, as ``instrument.channel``; empty: none.
        good: Counter of good pieces.
        reject: Counter of pieces that are not good.
        rework: Counter of pieces that were repaired.
        boot: Channel that changes when the counting controller starts anew.
        modulus: Where its counters roll over; None: by the register's datatype, or never.
        max_rate_per_s: Most pieces a second that are possible; None: three times the fastest ideal
            cycle, 100 without products.
        state: Channel of a state word or text, with ``state_map``.
        state_map: What the channel shows (as a text) -> RUN, FAULT, STOP or SETUP.
        state_preset: ``packml``: the state word of ISA-TR88 instead of a map.
        mode: Channel of the mode, for ``setup_modes``.
        setup_modes: Modes (as texts) that are changeovers.
        running: Channel that is not zero while it runs.
        fault: Channel that is not zero in a breakdown.
        fault_code: Channel whose value is kept with a stop.
        stop_after_s: Without any state channel: no piece for so long is a stop that began at the last piece, s.
        micro_stop_s: A stop shorter than this is a minor stop, s.
        max_gap_s: Longer silence is no data, s; None: five periods of its slowest instrument, 10 s or more.
        bucket_s: Length of a nominal bucket, s; it divides an hour.
        products: What it makes; empty: it has availability and no OEE.
        product: Channel that shows the product in force; empty: chosen on the screen, or the only one.
        energy: Counter of energy in Wh, kW.h or MW.h.
        target_oee: What is aimed at.
        demand_per_shift: Pieces that a shift must give, for takt; None: from the order chosen on the screen, or none.
        calendar: Name of its calendar; empty: the only one.
        reasons: Ids of first-level reasons that fit it; empty: all.
    """

    name: Name
    production_line: Text = ""
    total: ChannelOf = ""
    good: ChannelOf = ""
    reject: ChannelOf = ""
    rework: ChannelOf = ""
    boot: ChannelOf = ""
    modulus: Modulus | None = None
    max_rate_per_s: Positive | None = None
    state: ChannelOf = ""
    state_map: StateMap = msgspec.field(default_factory=dict)
    state_preset: Preset = ""
    mode: ChannelOf = ""
    setup_modes: Words = ()
    running: ChannelOf = ""
    fault: ChannelOf = ""
    fault_code: ChannelOf = ""
    stop_after_s: Seconds | None = None
    micro_stop_s: Annotated[float, msgspec.Meta(ge=0, le=3600, description="a number of seconds from 0 to 3600")] = 60.0
    max_gap_s: Seconds | None = None
    bucket_s: Seconds = 600.0
    products: tuple[ProductConfig, ...] = ()
    product: ChannelOf = ""
    energy: ChannelOf = ""
    target_oee: Share | None = None
    demand_per_shift: Positive | None = None
    calendar: Text = ""
    reasons: Words = ()


class OperatorConfig(Strict, frozen=True, kw_only=True):
    """Somebody who enters things on the screen.

    Attributes:
        name: What stands in the records.
        role: A manager may also change past days of the calendar and the lists.
        pin_hash: As ``nhipdo-edge pin`` prints it; empty: no PIN is asked for.
    """

    name: Text
    role: Role = "operator"
    pin_hash: Text = ""


class ScreenConfig(Strict, frozen=True, kw_only=True):
    """The screen beside the machine.

    Attributes:
        host: Address to listen on; ``0.0.0.0`` lets phones of the network in.
        port: TCP port.
        language: Of the pages at first.
        stale_s: Evidence older than this is shown as stale, s.
    """

    host: Text = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535, description="a port from 1 to 65535")] = 8480
    language: Language = "vi"
    stale_s: Seconds = 10.0


class AuditConfig(Strict, frozen=True, kw_only=True):
    """A 5S audit: areas, and questions under ``sort``, ``set_in_order``, ``shine``, ``standardise``, ``sustain``."""

    areas: tuple[ListItemConfig, ...] = ()
    questions: dict[Step, tuple[ListItemConfig, ...]] = msgspec.field(default_factory=dict)
    most: Annotated[int, msgspec.Meta(ge=1, le=100, description="a whole number from 1 to 100")] = 5


class TimeStudyConfig(Titled, frozen=True, kw_only=True):
    """What is timed by two taps: a patient, a sample, a part."""

    id: Name
    title: Title


class ChartConfig(Strict, frozen=True, kw_only=True):
    """A control chart on a channel.

    Attributes:
        channel: ``instrument.channel``.
        kind: ``individuals``, ``xbar_r``, ``xbar_s``, ``ewma`` or ``cusum``.
        n: Values of a subgroup; 1 for individuals.
        every_s: One value is taken every so often, s; None: every settled sample.
        base: Subgroups from which centre and limits are computed, unless ``centre`` and ``sigma`` are given.
        centre: Of the process, in the channel's unit; None: from the base.
        sigma: Standard deviation of a single value; None: from the base.
        rules: Which rules fire.
        lower: Lower specification limit; None: none.
        upper: Upper specification limit; None: none.
    """

    channel: ChannelOf
    kind: ChartKind = "individuals"
    n: Annotated[int, msgspec.Meta(ge=1, le=100, description="a whole number from 1 to 100")] = 1
    every_s: Seconds | None = None
    base: Annotated[int, msgspec.Meta(ge=10, le=1000, description="a whole number from 10 to 1000")] = 25
    centre: Number | None = None
    sigma: Positive | None = None
    rules: ChartRules = "western_electric"
    lower: Number | None = None
    upper: Number | None = None


class ShopConfig(Strict, frozen=True, kw_only=True):
    """All of the shop floor. Its fields are tables of the file's top level.

    Attributes:
        work_units: ``[[work_units]]``.
        calendars: ``[[calendars]]``.
        reasons: ``[[reasons]]``; none written: the shipped set.
        operators: ``[[operators]]``.
        screen: ``[screen]``; None: no screen.
        checklists: ``[[checklists]]``; none written: the shipped one.
        audit: ``[audit]``; none written: the shipped questions.
        time_studies: ``[[time_studies]]``.
        charts: ``[[charts]]``.
    """

    work_units: tuple[WorkUnitConfig, ...] = ()
    calendars: tuple[CalendarConfig, ...] = ()
    reasons: tuple[ReasonConfig, ...] = ()
    operators: tuple[OperatorConfig, ...] = ()
    screen: ScreenConfig | None = None
    checklists: tuple[ChecklistConfig, ...] = ()
    audit: AuditConfig = AuditConfig()
    time_studies: tuple[TimeStudyConfig, ...] = ()
    charts: tuple[ChartConfig, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether anything of the shop floor is configured that the agent has to follow."""
        return bool(self.work_units or self.screen or self.charts)
