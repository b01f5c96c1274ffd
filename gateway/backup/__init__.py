"""Copies of what a gateway keeps, made while it runs, and put back.

Decision: the registry is copied first, the series after it.
Because: what the registry says is stored must be in the copy of the series. The other way round that may lack what
came in between, and no edge would send it again. What the series have beyond it is sent again, and stored once.
Decision: SQLite's own backup, not a copy of the files.
Because: a file that is copied while it is written to is two halves of two states.
Decision: a folder of files with a list of their SHA-256, moved to its name when it is whole.
Because: people and rsync can look into it, and half a copy never looks like one.

May import SQLAlchemy, msgspec, the standard library, and of the gateway its configuration, its opening, the registry
and its findings.
"""

from gateway.backup.influx_copy import how_to_put_back
from gateway.backup.listing import BackupError, Kept, Manifest, look_into
from gateway.backup.making import back_up, backups
from gateway.backup.restoring import put_back

__all__ = ["BackupError", "Kept", "Manifest", "back_up", "backups", "how_to_put_back", "look_into", "put_back"]
