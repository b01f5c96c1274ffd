"""Who enters something, and that it was entered on our own page.

Decision: a browser has a random name in a cookie; forms carry its HMAC, and a person's sign-in is bound to it.
Because: another site's form can then not stand in for ours, and a copied sign-in is worth nothing in another browser.
"""

import hmac
import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes, token_hex
from threading import Lock

BROWSER_COOKIE = "nhipdo_screen"
PERSON_COOKIE = "nhipdo_person"
SIGNED_IN_S = 10 * 3600
"""How long a person's name holds, s: a shift, not the next one too."""
WRONG_PINS = 5
"""Within ``WRONG_WINDOW_S``; then this name waits at this address, and so does the address."""
WRONG_WINDOW_S = 120.0
_REMEMBERED = 256
_SECRET_FILE = "screen-secret"  # noqa: S105  the name of a file
_SECRET_BYTES = 32
_BROWSER_LENGTH = 32


def keep_secret(state_dir: Path) -> bytes:
    """The secret of this screen's cookies; made at its first start, readable by the agent's user alone."""
    file = state_dir / _SECRET_FILE
    for _ in range(2):
        try:
            found = file.read_bytes()
        except FileNotFoundError:
            found = b""
        if len(found) == _SECRET_BYTES:
            return found
        # Written aside and moved, so that a power cut leaves a whole secret or none.
        fresh = file.with_suffix(f".{token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as secret:
            secret.write(token_bytes(_SECRET_BYTES))
        fresh.replace(file)
    return file.read_bytes()


class Throttle:
    """Counts wrong PINs, with bounded memory; any thread may call it.

    Args:
        monotonic: s.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, whose: str) -> int:
        """Seconds that this one has to wait; 0 when it may try."""
        with self._lock:
            since = self._monotonic() - WRONG_WINDOW_S
            recent = [at for at in self._wrong.get(whose, ()) if at > since]
            return int(recent[-WRONG_PINS] - since) + 1 if len(recent) >= WRONG_PINS else 0

    def count_wrong(self, whose: str) -> None:
        """Remember one wrong PIN."""
        with self._lock:
            wrong = self._wrong.setdefault(whose, [])
            wrong.append(self._monotonic())
            del wrong[:-WRONG_PINS]
            self._wrong.move_to_end(whose)
            while len(self._wrong) > _REMEMBERED:
                self._wrong.popitem(last=False)


class Access:
    """Judges cookies and tokens.

    Args:
        secret: Of this screen.
        clock: UTC, ns.
        monotonic: s; counts how long wrong PINs are remembered.
    """

    def __init__(self, secret: bytes, clock: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self._secret = secret
        self._clock = clock
        self.throttle = Throttle(monotonic)

    @staticmethod
    def new_browser() -> str:
        """A name for a browser that has none."""
        return token_hex(_BROWSER_LENGTH // 2)

    @staticmethod
    def is_browser(name: str) -> bool:
        """Whether this can be a name that we gave."""
        return len(name) == _BROWSER_LENGTH and all(sign in "0123456789abcdef" for sign in name)

    def form_token(self, browser: str) -> str:
        """What a form carries that was made for this browser."""
        return self._digest("form", browser)

    def is_form_token(self, browser: str, token: str) -> bool:
        """Whether a form came from a page that we made for this browser."""
        return hmac.compare_digest(self.form_token(browser).encode(), token.encode(errors="replace"))

    def sign_in(self, browser: str, person: str) -> str:
        """What the cookie of a person holds: until when (s), who (hexadecimal), and their HMAC."""
        told = f"{self._clock() // 10**9 + SIGNED_IN_S}.{person.encode().hex()}"
        return f"{told}.{self._digest('person', browser, told)}"

    def signed_in(self, browser: str, cookie: str) -> str:
        """Who it is; empty: nobody, or not any more."""
        told, _, mac = cookie.rpartition(".")
        if not hmac.compare_digest(mac.encode(errors="replace"), self._digest("person", browser, told).encode()):
            return ""
        until, _, person = told.partition(".")
        return bytes.fromhex(person).decode() if int(until) > self._clock() // 10**9 else ""

    def _digest(self, purpose: str, *parts: str) -> str:
        return hmac.digest(self._secret, "\0".join((purpose, *parts)).encode(errors="replace"), "sha256").hex()
