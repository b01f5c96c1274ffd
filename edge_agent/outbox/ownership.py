"""Who may use an outbox: one process at a time, on the machine that it was made on."""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from edge_agent.outbox.schema import LOCK

_SERIALS = (
    Path("/sys/firmware/devicetree/base/serial-number"),  # Raspberry Pi and its kin
    Path("/sys/class/dmi/id/product_uuid"),
    Path("/sys/class/dmi/id/board_serial"),
)
_NETWORK = Path("/sys/class/net")
_MACHINE_ID = Path("/etc/machine-id")


class OutboxError(Exception):
    """The outbox cannot be used; the message says why and what to do."""


def machine_serial() -> str:
    """What tells this machine from a clone of its card, hashed, 16 hex digits.

    The serial of the hardware; where the system shows none, the address of a network adapter that is
    soldered on; at last the machine id, which a cloned card shares.
    """
    for source in (*_SERIALS, *sorted(_NETWORK.glob("*/device/../address")), _MACHINE_ID):
        try:
            serial = source.read_bytes().strip(b"\0 \n")
        except OSError:
            continue
        if serial:
            return hashlib.sha256(serial).hexdigest()[:16]
    return "unknown"


class Lock:
    """Held while an outbox is in use. The kernel lets go of it when the process ends, however it ends."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / LOCK
        try:
            state_dir.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            msg = f"{state_dir}: {error.strerror or error}. Create it and let this user write to it, or set state_dir."
            raise OutboxError(msg) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._fd, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            msg = f"{state_dir}: in use by process {holder}. Stop that one, or set another state_dir."
            raise OutboxError(msg) from error
        with suppress(OSError):  # on a full disk it is held without a name
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let go."""
        os.close(self._fd)
