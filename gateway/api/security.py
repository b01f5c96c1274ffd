"""Who may look: one shared secret, sessions made from it, and patience with wrong guesses.

Decision: what the cookie holds is an expiry and its HMAC under a key that is derived from the secret.
Because: a stolen cookie then does not give the secret away, ends by itself, and a new secret ends all of them.
"""

import hmac
import ipaddress
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from enum import Enum
from secrets import token_hex
from threading import Lock
from typing import NamedTuple

log = logging.getLogger(__name__)

COOKIE = "nhipdo_session"
SESSION_S = 30 * 86_400
"""How long a login lasts, s; a wall screen that is looked at renews it in time."""
RENEW_S = SESSION_S // 2
WRONG_GUESSES = 10
"""Of one address within ``WRONG_WINDOW_S``; then it waits."""
WRONG_WINDOW_S = 300.0
_ADDRESSES = 4096


class Verdict(Enum):
    """What became of an offered secret."""

    RIGHT = "right"
    WRONG = "wrong"
    WAIT = "wait"


class Answer(NamedTuple):
    """A verdict, and after how many seconds it makes sense to try again."""

    verdict: Verdict
    wait_s: int = 0


class Throttle:
    """Counts wrong guesses by address, with bounded memory; any thread may call it."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, address: str) -> int:
        """Seconds that this address has to wait; 0 when it may try."""
        with self._lock:
            since = self._monotonic() - WRONG_WINDOW_S
            recent = [at for at in self._wrong.get(address, ()) if at > since]
            if len(recent) < WRONG_GUESSES:
                return 0
            return int(recent[-WRONG_GUESSES] - since) + 1

    def count_wrong(self, address: str) -> None:
        """Remember one wrong guess."""
        with self._lock:
            guesses = self._wrong.setdefault(address, [])
            guesses.append(self._monotonic())
            del guesses[:-WRONG_GUESSES]
            self._wrong.move_to_end(address)
            while len(self._wrong) > _ADDRESSES:
                self._wrong.popitem(last=False)
            if len(guesses) == WRONG_GUESSES:
                log.warning("%s: %d wrong secrets, has to wait now. Find out who it is.", address, WRONG_GUESSES)


class Access:
    """Judges secrets and sessions.

    Args:
        secret: What people and programs are given; must not be empty.
        clock: UTC, ns.
        monotonic: s.

    Raises:
        ValueError: The secret is empty.
    """

    def __init__(
        self, secret: str, clock: Callable[[], int] = time.time_ns, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        if not secret:
            msg = "secret of the API: is empty, anybody could look. Write one into the configuration."
            raise ValueError(msg)
        self._secret = secret.encode()
        self._key = hmac.digest(self._secret, b"nhipdo session key 1", "sha256")
        self._clock = clock
        self._throttle = Throttle(monotonic)

    def offer(self, secret: str, address: str) -> Answer:
        """Judge an offered secret; an address with too many wrong ones is not listened to, right or not."""
        address = _household(address)
        wait_s = self._throttle.wait_s(address)
        if wait_s:
            return Answer(Verdict.WAIT, wait_s)
        # Digests, so that neither length nor beginning can be learnt from how long this takes.
        offered, right = (self._digest(b"secret", s) for s in (secret.encode(errors="replace"), self._secret))
        if hmac.compare_digest(offered, right):
            return Answer(Verdict.RIGHT)
        self._throttle.count_wrong(address)
        return Answer(Verdict.WRONG)

    def new_session(self) -> str:
        """What a cookie holds after a login: expiry (s), a nonce, their HMAC."""
        told = f"{self._clock() // 10**9 + SESSION_S}.{token_hex(8)}"
        return f"{told}.{self._digest(b'session', told.encode()).hex()}"

    def session_left_s(self, session: str) -> int:
        """For how long a session still holds, s; 0 or less when it does not, or was never ours."""
        told, _, mac = session.rpartition(".")
        right = self._digest(b"session", told.encode(errors="replace")).hex()
        if not hmac.compare_digest(mac.encode(errors="replace"), right.encode()):
            return 0
        return int(told.partition(".")[0]) - self._clock() // 10**9

    def form_token(self, session: str) -> str:
        """What a form of this session carries, so that no other site's form can stand in for it."""
        return self._digest(b"form", session.encode(errors="replace")).hex()

    def is_form_token(self, session: str, token: str) -> bool:
        """Whether a form came from a page that we made for this session."""
        return hmac.compare_digest(self.form_token(session).encode(), token.encode(errors="replace"))

    def _digest(self, purpose: bytes, text: bytes) -> bytes:
        return hmac.digest(self._key, purpose + b"\0" + text, "sha256")


def _household(address: str) -> str:
    """Whom guesses are counted for: an IPv4 address, or the /64 of an IPv6 one, since those come by the billion.

    >>> _household("192.0.2.7"), _household("2001:db8::1:2:3:4"), _household("testclient")
    ('192.0.2.7', '2001:db8::/64', 'testclient')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
