"""Names that edge, gateway, dashboards and analysts share: measurements, tags, fields, qualities.

A sample's quality is ``good`` (and then not written), or a grade and a reason joined by a dot:
``uncertain.out_of_range``, ``bad.no_reply``. The grades are those of ``docs/glossary.md``.
"""

import re

SAMPLE = "sample"
"""Measurement: one line for each instrument read; fields ``{channel}``, ``{channel}_u``, ``{channel}_q``."""
WINDOW = "window"
"""Measurement: one line for each instrument and window; time is the window's start."""
LOSS = "loss"
"""Measurement: samples that are known to be absent, written by the gateway from ``loss`` records."""

TAGS = ("site", "edge", "instrument")
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
