"""PINs of people at the screen, kept as salted hashes.

Decision: scrypt with 16 MB of memory and 60 ms on a Raspberry Pi.
Because: four digits are soon tried by whoever reads the file; this makes it slow, and costs an operator nothing.
"""

import base64
import hashlib
import hmac
import re
import secrets

LEAST_DIGITS, MOST_DIGITS = 4, 12
_N_EXPONENT, _R, _P = 14, 8, 1
_MEMORY = 64 * 2**20
_SALT_BYTES, _HASH_BYTES = 16, 32
_FORM = re.compile(r"scrypt\$14\$8\$1\$([A-Za-z0-9+/]{22}==)\$([A-Za-z0-9+/]{43}=)")
_PIN = re.compile(rf"[0-9]{{{LEAST_DIGITS},{MOST_DIGITS}}}")


def hash_pin(pin: str) -> str:
    """What stands in the configuration for a PIN; another text each time.

    Args:
        pin: Four to twelve digits.

    Raises:
        ValueError: It is not.
    """
    if not _PIN.fullmatch(pin):
        msg = f"expected {LEAST_DIGITS} to {MOST_DIGITS} digits"
        raise ValueError(msg)
    salt = secrets.token_bytes(_SALT_BYTES)
    kept = (base64.b64encode(part).decode() for part in (salt, _scrypt(pin, salt)))
    return "$".join(("scrypt", str(_N_EXPONENT), str(_R), str(_P), *kept))


def is_pin(pin: str, pin_hash: str) -> bool:
    """Whether ``pin`` is the one that ``pin_hash`` was made of; False also when that is no such hash."""
    found = _FORM.fullmatch(pin_hash)
    if found is None:
        return False
    salt, kept = (base64.b64decode(part) for part in found.groups())
    return hmac.compare_digest(_scrypt(pin, salt), kept)


def is_pin_hash(text: str) -> bool:
    """Whether a text has the form of what :func:`hash_pin` gives."""
    return _FORM.fullmatch(text) is not None


def _scrypt(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=2**_N_EXPONENT, r=_R, p=_P, maxmem=_MEMORY, dklen=_HASH_BYTES)
