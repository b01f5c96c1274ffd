"""States of PackML machines.

Source: ISA-TR88.00.02, state model and the numbers of its StateCurrent.
"""

from edge_agent.kpi.buckets import Bucket

STATES = {
    1: "Clearing",
    2: "Stopped",
    3: "Starting",
    4: "Idle",
    5: "Suspended",
    6: "Execute",
    7: "Stopping",
    8: "Aborting",
    9: "Aborted",
    10: "Holding",
    11: "Held",
    12: "Unholding",
    13: "Suspending",
    14: "Unsuspending",
    15: "Resetting",
    16: "Completing",
    17: "Complete",
}
_BY_NAME = {name.lower(): name for name in STATES.values()}
_FAULTS = frozenset(("Clearing", "Aborting", "Aborted"))


def packml_state(shown: str) -> tuple[Bucket, str]:
    """What a PackML machine does, and its own word for it, kept as the code of a stop.

    Args:
        shown: The number of StateCurrent, or the state's name.

    Returns:
        RUN for Execute, FAULT for what aborts, STOP for all other states of the model; else UNKNOWN.

    >>> packml_state("6"), packml_state("Held"), packml_state("99")
    ((<Bucket.RUN: 3>, ''), (<Bucket.STOP: 6>, 'Held'), (<Bucket.UNKNOWN: 2>, ''))
    """
    name = STATES.get(int(shown)) if shown.isdecimal() else _BY_NAME.get(shown.lower())
    if name is None:
        return Bucket.UNKNOWN, ""
    if name == "Execute":
        return Bucket.RUN, ""
    return (Bucket.FAULT if name in _FAULTS else Bucket.STOP), name
