"""What is said of something that the bench does not take."""

from typing import NoReturn

from edge_agent.oee.entry_error import EntryError


def refuse(what: str, expected: str, got: str, advice: str) -> NoReturn:
    """Refuse it, in four parts: who and what, what was expected, what was got, what to do.

    Raises:
        EntryError: Always.

    >>> refuse("reason", "some words", "none", "Say why.")
    Traceback (most recent call last):
    edge_agent.oee.entry_error.EntryError: bench: reason: expected some words, got none. Say why.
    """
    msg = f"bench: {what}: expected {expected}, got {got}. {advice}"
    raise EntryError(msg)
