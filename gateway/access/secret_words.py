"""Secrets that are shown once and kept as a hash: of sessions, tokens and links."""

import hmac
from hashlib import sha256
from secrets import token_urlsafe

_BYTES, _LETTERS = 32, 43
TOKEN_MARK = "nhipdo_"  # noqa: S105
"""Begins every token, so that people and scanners of repositories know one when they see it."""


def new_secret(mark: str = "") -> str:
    """256 random bits in letters that need no quoting anywhere."""
    return mark + token_urlsafe(_BYTES)


def is_token(secret: str) -> bool:
    """Whether this is, or was, a token of some gateway: nobody guesses one.

    >>> is_token(new_secret(TOKEN_MARK)), is_token("nhipdo_1")
    (True, False)
    """
    return secret.startswith(TOKEN_MARK) and len(secret) == len(TOKEN_MARK) + _LETTERS


def kept(secret: str) -> str:
    """What is kept of it: its SHA-256, hexadecimal."""
    return sha256(secret.encode(errors="replace")).hexdigest()


def derived(secret: str, purpose: str) -> str:
    """Another secret that only who knows this one can make, hexadecimal."""
    return hmac.digest(secret.encode(errors="replace"), purpose.encode(), "sha256").hex()


def same(one: str, other: str) -> bool:
    """Whether both are the same; how long it takes tells nothing about where they differ."""
    return hmac.compare_digest(kept(one).encode(), kept(other).encode())
