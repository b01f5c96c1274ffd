"""The eight buckets: every instant of a work unit is in exactly one of them."""

from enum import IntEnum


class Bucket(IntEnum):
    """Where an instant belongs. RUN, FAULT, STOP, SETUP and UNKNOWN are also the states that evidence can give.

    Source: ISO 22400-2:2014, 6; minor stops and missing data as chosen in the package's docstring.
    """

    NOT_SCHEDULED = 0
    PLANNED_STOP = 1
    UNKNOWN = 2
    RUN = 3
    MINOR_STOP = 4
    FAULT = 5
    STOP = 6
    SETUP = 7


BUCKETS = tuple(Bucket)
STATES = (Bucket.UNKNOWN, Bucket.RUN, Bucket.FAULT, Bucket.STOP, Bucket.SETUP)
"""What evidence can say; the other buckets come from the calendar and from the length of a stop."""
PLANNED = tuple(b for b in BUCKETS if b not in {Bucket.NOT_SCHEDULED, Bucket.PLANNED_STOP})
"""Buckets of planned busy time."""
