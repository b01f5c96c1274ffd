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
