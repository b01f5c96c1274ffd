"""Names that edge, gateway, dashboards and analysts share: measurements, tags, fields, qualities.

A sample's quality is ``good`` (and then not written), or a grade and a reason joined by a dot:
``uncertain.out_of_range``, ``bad.no_reply``. The grades are those of ``docs/glossary.md``.
"""

import re

SAMPLE = "sample"
"""Measurement: one line for each instrument read; fields ``{channel}``, ``{channel}_u``, ``{channel}_q``."""
WINDOW = "window"
"""Measurement: one line for each instrument and window; time is the window's start."""
RECOMPUTED = "recomputed"
"""Measurement: stored samples as they would be by a certificate that somebody chose later; tags and times of the
samples, fields ``{channel}_by_{certificate}`` with ``_u`` and ``_q``. The samples stay as they were."""
LOSS = "loss"
"""Measurement: samples that are known to be absent, written by the gateway from ``loss`` records."""
ELEMENT = "element"
"""Measurement: what a work unit did in one nominal bucket with one product in one shift; time is the bucket's start.

Written by the gateway from ``elements`` records, tags :data:`ELEMENT_TAGS`, every field a float: seconds by bucket
(:data:`SECONDS`), energy by bucket (:data:`ENERGY`, only where some was ever said of the nominal bucket), and
:data:`ELEMENT_FIELDS`. All of them add up. Points of one nominal bucket whose ``revision`` differs are of a moment
between two writings; a part that a later revision no longer has is all zeros under that revision."""
STOP = "stop"
"""Measurement: one stop, or the piece of one that has one reason; time is its start.

Written by the gateway from ``stop`` records, tags :data:`STOP_TAGS`, fields :data:`STOP_NUMBERS` (floats) and
:data:`STOP_TEXTS`. While a stop lasts it has no field ``seconds``. One that is no stop any more (``gone`` 1) is all
zeros and empty texts but for its revision; so is ``seconds`` of one that was told as over and lasts after all."""

TAGS = ("site", "edge", "instrument")
ELEMENT_TAGS = ("site", "edge", "work_unit", "product", "shift")
"""``shift`` is its bare name, so that a year makes no more series than a day. Which day it belongs to is in the
registry and the API: a field could not be grouped by, and where two shifts of one name meet in one nominal bucket
(one shift round the clock) their sums are one point."""
STOP_TAGS = ("site", "edge", "work_unit")
NOTHING = "-"
"""The tag ``product`` where none is in force, and ``shift`` outside every shift: InfluxDB drops an empty tag."""
_BUCKETS = ("NOT_SCHEDULED", "PLANNED_STOP", "UNKNOWN", "RUN", "MINOR_STOP", "FAULT", "STOP", "SETUP")
SECONDS = {bucket: f"{bucket.lower()}_s" for bucket in _BUCKETS}
"""Bucket of the time model -> field of an element: time in it, s. The eight sum to the time that it covers."""
ENERGY = {bucket: f"{bucket.lower()}_wh" for bucket in _BUCKETS}
"""Bucket -> field of an element: energy in it, Wh."""
ELEMENT_FIELDS = (
    "total",
    "reject",
    "rework",
    "unplanned",
    "unattributed",
    "no_product",
    "ideal_s",
    "ideal_reject_s",
    "failures",
    "failing_s",
    "revision",
)
"""Besides seconds and energy: pieces; ideal cycle times pieces made and times pieces rejected, s; failures that began
here; planned time in failing stops, s; the revision of the nominal bucket."""
STOP_NUMBERS = ("seconds", "planned_s", "gone", "revision")
STOP_TEXTS = ("kind", "reason", "title_vi", "title_en", "who", "note", "code", "shift", "product")
UNCERTAINTY = "_u"
QUALITY = "_q"
WINDOW_FIELDS = ("_mean", "_min", "_max", "_n")
"""Of each channel, over the good samples of the window; ``_n`` is their number."""
EXPECTED = "expected"
"""Field of a window: how many samples a perfect window would hold."""

# ------------------------------------------------------------------ roll-ups, written by the gateway's jobs

ELEMENT_HOUR = "element_hour"
"""Measurement: elements summed by hour of UTC; tags :data:`ELEMENT_TAGS`, time is the hour's start.

Fields as of :data:`ELEMENT` without ``revision``. A nominal bucket belongs to the hour in which it begins. Made
anew whenever one of its buckets is revised or comes late; a part that is no longer there is all zeros."""
ELEMENT_DAY = "element_day"
"""Measurement: elements summed by day; tags :data:`ELEMENT_TAGS`, time is the local midnight with which the day
begins.

Fields as of :data:`ELEMENT_HOUR`. What lies in a shift counts for the day on which the shift begins, as on all
pages and in the API; what lies in none for its own local day."""
ELEMENT_SHIFT = "element_shift"
"""Measurement: elements summed by shift; tags :data:`ELEMENT_SHIFT_TAGS`, time is the start of its first nominal
bucket, but never before the day on which the shift begins. So the shifts of a work unit follow one another in time.

Fields as of :data:`ELEMENT_HOUR`, of all products together, and of work units that count pieces :data:`TARGET_OEE`.
The point of a shift that is not over yet grows."""
ELEMENT_SHIFT_TAGS = ("site", "edge", "work_unit", "shift")
TARGET_OEE = "target_oee"
"""Field: which OEE was aimed at when the point was made, 0 to 1; 0.6 where the edge said nothing."""
WINDOW_HOUR = "window_hour"
"""Measurement: windows summed by hour of UTC; tags :data:`TAGS`, time is the hour's start.

Fields of each channel :data:`WINDOW_HOUR_FIELDS`, and :data:`EXPECTED`. The mean of any stretch is ``sum("x_sum") /
sum("x_n")``."""
WINDOW_HOUR_FIELDS = ("_sum", "_min", "_max", "_n")
"""Of each channel, over the good samples of the hour: their sum, least, greatest and number."""
ROLLED_FIELDS = tuple(name for name in ELEMENT_FIELDS if name != "revision")
ACTUAL_PRODUCTION = "actual_production_s"
OBSERVED = "observed_s"
PLANNED_BUSY = "planned_busy_s"
ALL_ENERGY = "all_wh"
ROLLED_SUMS = {
    ACTUAL_PRODUCTION: (SECONDS["RUN"], SECONDS["MINOR_STOP"]),
    OBSERVED: tuple(SECONDS[name] for name in ("RUN", "MINOR_STOP", "FAULT", "STOP", "SETUP")),
    PLANNED_BUSY: tuple(SECONDS[name] for name in ("RUN", "MINOR_STOP", "FAULT", "STOP", "SETUP", "UNKNOWN")),
    ALL_ENERGY: tuple(ENERGY.values()),
}
"""Fields of :data:`ELEMENT_HOUR`, :data:`ELEMENT_DAY` and :data:`ELEMENT_SHIFT` alone -> what they are the sum of:
actual production time, planned busy time with data, planned busy time, s; energy, Wh (only where some was said).

InfluxDB opens each field of each series by itself: one sum is asked for many times faster than its parts."""
TARGET = "target_s"
"""Field of the same: the machine's target OEE times observed time, s. Compare with ``ideal_s`` less
``ideal_reject_s``; the target of any stretch and any machines is ``sum("target_s") / sum("observed_s")``. Absent where
no target was said or no pieces are counted: ask ``WHERE "target_s" > 0`` of machines of which some have none."""
WANTED = "wanted"
"""Field of the same: pieces that were wanted: demand per shift in step with planned busy time, by the shift calendar;
where no demand or no calendar is known what the target OEE gives in planned busy time at the ideal cycle. Absent where
neither is."""

# ------------------------------------------------------------------ what lives in SQL, told as points

WORK_UNIT_STATE = "work_unit_state"
"""Measurement: what a work unit does from here on, until its next point; tags :data:`WORK_UNIT_STATE_TAGS`.

Fields ``state`` (text, a bucket of :data:`SECONDS`), ``state_code`` (:data:`STATE_CODES`), ``reason_vi`` and
``reason_en`` (texts; of a stop whose reason is known). A point where a stop begins, where it ends and where a
nominal bucket begins: of a work unit that is told of there is one every ten minutes at least. In a bucket, outside
of stops, the state is the one with most time of it."""
WORK_UNIT_STATE_TAGS = ("site", "edge", "work_unit")
STATE_CODES = {bucket: float(code) for code, bucket in enumerate(_BUCKETS)}
"""Bucket of the time model -> its number in ``state_code``: from 0 as in :data:`SECONDS`; 3 is ``RUN``."""

INDICATOR = "indicator"
"""Measurement: how far an indicator of a plan is; one point a day, time is the local midnight with which the day of
the evaluation begins. Tags :data:`INDICATOR_TAGS`, fields :data:`INDICATOR_NUMBERS` and ``state``, ``unit``
(texts). What cannot be said has no field."""
INDICATOR_TAGS = ("province", "plan", "indicator", "feed")
"""``province``: its code; ``feed``: where the value comes from, such as ``measured``, ``registry``, ``statistics``."""
INDICATOR_NUMBERS = ("value", "target", "measured", "estimate", "progress", "coverage", "state_code")
"""``value``, ``measured``, ``estimate`` and ``target`` (of a range its lower end) in the indicator's unit;
``progress`` = value / target; ``coverage``: share of the records in question that are proven; ``state_code``:
:data:`INDICATOR_STATES`."""
_INDICATOR_STATES = (
    *("not_begun", "cannot_be_said", "not_met", "not_yet", "met", "exceeded"),
    *("up", "down", "unchanged"),
)
INDICATOR_STATES = {state: float(code) for code, state in enumerate(_INDICATOR_STATES)}
"""State of an indicator -> ``state_code``; the last three are of wishes without a number."""
PLAN = "plan"
"""Measurement: how far a plan is; one point a day. Tags :data:`PLAN_TAGS`, fields :data:`PLAN_NUMBERS`."""
PLAN_TAGS = ("province", "plan")
PLAN_NUMBERS = (
    "exceeded",
    "met",
    "not_yet",
    "not_met",
    "cannot_be_said",
    "not_begun",
    "indicators",
    "tasks",
    "tasks_done",
    "tasks_late",
    "days_to_deadline",
)
"""How many indicators stand so, and how many there are (those without a number too); tasks; days until the next report
is due, absent when none is."""

CALIBRATION = "calibration"
"""Measurement: a point of a calibration that holds; time is the local midnight of its day. Tags
:data:`CALIBRATION_TAGS`, fields :data:`CALIBRATION_NUMBERS` and ``certificate``, ``unit`` (texts)."""
CALIBRATION_TAGS = ("owner", "site", "instrument", "channel", "nominal", "run")
"""``owner``: name of the organisation; ``instrument``: its owner's code; ``nominal``: the point, as a number in the
channel's unit; ``run``: ``as_found``, ``as_left``, or ``unadjusted`` where there was one run."""
CALIBRATION_NUMBERS = ("error", "expanded", "u", "mpe")
"""Error of indication, expanded and standard uncertainty, maximum permissible error (absent: none is known): all in
the channel's unit. The band of the mpe is plus and minus this."""
CHECK = "check"
"""Measurement: an occasion of a check standard; time is the local midnight of its day. Tags :data:`CHECK_TAGS`, fields
:data:`CHECK_NUMBERS`."""
CHECK_TAGS = ("owner", "site", "instrument", "channel", "nominal")
CHECK_NUMBERS = ("value", "centre", "low", "high", "is_out")
"""Mean of its errors; centre and lines of its chart (absent until enough occasions fixed them), all in the channel's
unit; 1 where it is beyond the lines, else 0."""
DUE = "due"
"""Measurement: when an instrument is due again; one point a day. Tags :data:`DUE_TAGS`, fields :data:`DUE_NUMBERS`,
and ``state``, ``urgency``, ``name`` (texts)."""
DUE_TAGS = ("owner", "site", "instrument", "kind")
"""``kind``: ``verification`` where the law asks for it, else ``calibration``."""
DUE_NUMBERS = ("days_left", "in_order", "state_code", "drift_days_left")
"""Days until then, below 0 since then (absent: nobody can say); 1 where it may be used, else 0; :data:`DUE_STATES`;
days until its error leaves the mpe with more than 5 % probability (absent: not in sight, or it cannot be told)."""
DUE_STATES = {"not": 0.0, "unsaid": 1.0, "soon": 2.0, "in_order": 3.0, "at_rest": 4.0}
"""Whether an instrument may be used -> ``state_code``: no; nobody can say; yes, and due soon; yes; it is not in use."""

PILOT = "pilot"
"""Measurement: a figure of a pilot on a productive day; time is the local midnight with which the day begins. Tags
:data:`PILOT_TAGS`, fields :data:`PILOT_NUMBERS` and ``name`` (text)."""
PILOT_TAGS = ("site", "pilot", "figure", "side")
"""``pilot``: id of its row; ``figure``: ``oee``, ``availability`` ...; ``side``: ``pilot``, ``control`` of machines
for comparison, or ``difference`` between the two, which is what is judged where there is a control."""
PILOT_NUMBERS = ("value", "coverage", "counts", "window_code", "fitted", "counterfactual", "low", "high", "begins")
"""The figure; share of planned time that was measured; 1 where the day counts in a judgement; :data:`PILOT_WINDOWS`.
Only once it is judged, and only of the side that is: what the model says of the day, what it says would have been
without the pilot, and on days of the result this plus either end of the effect's interval: where the effect is
clear the counterfactual lies outside of that band. ``begins`` is 1 on its first day, else 0."""
PILOT_WINDOWS = {"history": 0.0, "baseline": 1.0, "washout": 2.0, "result": 3.0, "after": 4.0}

EDGE_STATUS = "edge_status"
"""Measurement: how an edge is, once a minute; tags :data:`EDGE_STATUS_TAGS`, fields :data:`EDGE_STATUS_NUMBERS` and
``state`` (text)."""
EDGE_STATUS_TAGS = ("site", "edge")
EDGE_STATUS_NUMBERS = (
    "waiting",
    "missing",
    "declared",
    "rejected",
    "findings",
    "silent",
    "clock_offset_s",
    "clock_unsure",
    "undated",
    "disk_used",
    "outbox_used",
    "autonomy_s",
    "latency_s",
    "latency_max_s",
    "instruments",
    "instruments_failing",
    "certificate_days_left",
)
"""Messages held and not stored, missing, declared lost; messages and lines that could not be used; findings that
stand; 1 where it ought to speak and does not; its clock less ours, s (with the way here in it); 1 while it does not
trust its clock; samples that wait for it; used shares of its disk and of its outbox's room, 0 to 1; how long it can
do without us, s; from reading to stored, s: least and greatest of what was stored in this minute (absent: nothing
was); instruments, and those whose last poll was not good; days until the first certificate of its connection is
over. What the edge does not say is absent."""
BUS_STATUS = "bus_status"
"""Measurement: how a bus of an edge is, once a minute; tags :data:`BUS_STATUS_TAGS`, fields
:data:`BUS_STATUS_NUMBERS`."""
BUS_STATUS_TAGS = ("site", "edge", "bus")
BUS_STATUS_NUMBERS = ("utilisation", "instruments", "failures")
"""Share of its time that polls keep it busy by the edge's own plan; instruments on it, and those whose last poll was
not good."""

# ------------------------------------------------------------------ qualities and names

GOOD = "good"
UNCERTAIN = "uncertain"
BAD = "bad"
CLOCK_UNSURE = "clock_unsure"
UNCALIBRATED = "uncalibrated"
"""Its owner wants a certificate, and none was in force."""
OUT_OF_RANGE = "out_of_range"
"""Outside of what the certificate covers: the indication, uncorrected; or outside of what the device calls valid."""
CALIBRATION_OVERDUE = "calibration_overdue"
"""Corrected, after the day on which the owner wanted it calibrated again."""
ADJUSTED_UNCERTIFIED = "adjusted_uncertified"
"""Adjusted or repaired, and not calibrated since: the indication, uncorrected."""
COUNTED = frozenset({f"{UNCERTAIN}.{why}" for why in (UNCALIBRATED, CALIBRATION_OVERDUE, ADJUSTED_UNCERTIFIED)})
"""Qualities that keep no value out of windows and OEE: only what a calibration would say of it is not known."""

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""Of a site, an edge, a bus, an instrument: fits a topic level, a tag and a host name alike."""
CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,62}")


def is_channel(name: str) -> bool:
    """Whether ``name`` can be a field without being taken for an uncertainty, a quality, a tag or the time.

    InfluxDB drops a field ``time`` without a word, and a field ``site`` hides the tag from queries.

    >>> is_channel("active_power"), is_channel("power_u"), is_channel("expected"), is_channel("time")
    (True, False, False, False)
    """
    return (
        CHANNEL.fullmatch(name) is not None
        and not name.endswith((UNCERTAINTY, QUALITY, *WINDOW_FIELDS))
        and name not in {EXPECTED, "time", *TAGS}
    )


def quality(grade: str, reason: str = "") -> str:
    """One quality as it is written.

    >>> quality("bad", "no_reply"), quality("good")
    ('bad.no_reply', 'good')
    """
    return f"{grade}.{reason}" if reason else grade
