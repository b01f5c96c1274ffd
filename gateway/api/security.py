"""Who comes in over the web: browsers by their session, programs by a token or by the gateway's own secret.

Decision: the shared secret in the gateway's file ``api-secret`` acts as the gateway itself, for programs only.
Because: it is for scripts of the user that the gateway runs as, who can read all of its files anyway. A person signs
in with a name, so that what is done has one.
"""

import time
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from sqlalchemy import Engine

from gateway.access import throttle
from gateway.access.secret_words import derived, is_token, same
from gateway.access.sessions import LONGEST_S, reader_of_session
from gateway.access.tokens import reader_of_token
from gateway.registry.roles import SYSTEM, Reader

COOKIE = "nhipdo_session"
SESSION_S = LONGEST_S
"""How long a browser keeps its cookie, s; the registry says when a session ends."""
LINK_COOKIE = "nhipdo_link"
LINK_S = 3600
"""How long a browser keeps the secret of a link whose form it fills in, s."""


class Verdict(Enum):
    """What became of an offered secret."""

    RIGHT = "right"
    WRONG = "wrong"
    WAIT = "wait"


class Answer(NamedTuple):
    """A verdict.

    Attributes:
        verdict: Which.
        wait_s: After how many seconds it makes sense to try again.
        reader: Who it is; None: nobody.
        caller: One word for whom limits count, e.g. ``token:…``.
    """

    verdict: Verdict
    wait_s: int = 0
    reader: Reader | None = None
    caller: str = ""


class Access:
    """Judges what browsers and programs show.

    Args:
        secret: The gateway's own; must not be empty.
        engine: Of the registry.
        clock: UTC, ns.

    Raises:
        ValueError: The secret is empty.
    """

    def __init__(self, secret: str, engine: Engine, clock: Callable[[], int] = time.time_ns) -> None:
        if not secret:
            msg = "secret of the API: is empty, anybody could look. Write one into the configuration."
            raise ValueError(msg)
        self._secret = secret
        self.engine = engine
        self.clock = clock

    def offer(self, secret: str, address: str) -> Answer:
        """Judge what a program shows.

        Tokens are not guessed, so one that is over costs nobody else at its address anything. The gateway's secret may
        be a word that somebody chose: after too many wrong ones an address is not listened to, right or not.
        """
        now = self.clock()
        found = reader_of_token(self.engine, secret, now)
        if found is not None:
            return Answer(Verdict.RIGHT, reader=found[1], caller=f"token:{found[0]}")
        key = throttle.of_program(address)
        wait_s = throttle.wait_s(self.engine, [key], now)
        if wait_s:
            return Answer(Verdict.WAIT, wait_s)
        if same(secret, self._secret):
            return Answer(Verdict.RIGHT, reader=SYSTEM, caller="gateway")
        if not is_token(secret):
            throttle.count_wrong(self.engine, [key], now)
        return Answer(Verdict.WRONG)

    def reader_of(self, session: str) -> Reader | None:
        """Whose browser this is; None: nobody's, or it was signed out."""
        return reader_of_session(self.engine, session, self.clock())

    def form_token(self, session: str) -> str:
        """What a form of this session carries, so that no other site's form can stand in for it."""
        return derived(session, "form")

    def is_form_token(self, session: str, token: str) -> bool:
        """Whether a form came from a page that we made for this session."""
        return bool(session) and same(self.form_token(session), token)
