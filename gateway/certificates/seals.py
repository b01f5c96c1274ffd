"""The gateway's own seal: Ed25519, detached; its key is made at the first use, and never leaves the secret folder.

Decision: the seal says that a file is the one that this gateway issued, and nothing about who answers for it.
Because: a key on a server is nobody's hand; what the law calls a signature is made with a qualified certificate.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "document-seal.key"
LOST_FILE = "document-seal.lost"
"""Whoever has no copy of the key puts an empty file of this name beside it: from then on there is a new one."""
_OTHERS = 0o077


class SealError(Exception):
    """The key cannot be used; the message names its file and says what to do."""


class Sealer:
    """Seals with the key of one folder.

    Args:
        folder: Where the key is, or will be; its owner alone may read the key.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEY_FILE
        self._key: Ed25519PrivateKey | None = None

    @property
    def is_lost(self) -> bool:
        """Whether there is no key, and nobody has said that a new one may be made."""
        return not self.path.exists() and not self.path.with_name(LOST_FILE).exists()

    def seal(self, statement: bytes) -> str:
        """The signature, hexadecimal.

        Raises:
            SealError: There is no key, and none can be made; or what is there is none.
        """
        return self._held().sign(statement).hex()

    @property
    def public_key(self) -> str:
        """32 bytes, hexadecimal: for everybody to see.

        Raises:
            SealError: As :meth:`seal`.
        """
        return self._held().public_key().public_bytes_raw().hex()

    def _held(self) -> Ed25519PrivateKey:
        if self._key is None:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  an extra

            try:
                self._key = Ed25519PrivateKey.from_private_bytes(self._read())
            except OSError as error:
                msg = f"{self.path}: {error.strerror}. Let the gateway's user write this folder, and read this file."
                raise SealError(msg) from error
            except ValueError as error:
                msg = f"{self.path}: expected a key of 32 bytes, got another file. Bring it back from a copy."
                raise SealError(msg) from error
        return self._key

    def _read(self) -> bytes:
        if not self.path.exists():
            self._make()
        if self.path.stat().st_mode & _OTHERS:
            msg = f"{self.path}: others may read the key of the seal. Run: chmod 600 {self.path}"
            raise SealError(msg)
        return bytes.fromhex(self.path.read_text("ascii").strip())

    def _make(self) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  an extra

        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        raw = Ed25519PrivateKey.generate().private_bytes_raw()
        # A name of its own first: who reads at the same time finds a whole key or none.
        beside = self.path.with_name(f"{KEY_FILE}.{os.getpid()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(raw.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, self.path)
        except FileExistsError:
            pass  # another process was first: its key counts
        finally:
            beside.unlink()


def is_sealed(statement: bytes, seal: str, public_key: str) -> bool:
    """Whether a seal was made of this statement with the key that belongs to ``public_key``, both hexadecimal."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(seal), statement)
    except (InvalidSignature, ValueError):
        return False
    return True
