"""Series in an InfluxDB 1.x of this machine, copied by InfluxDB's own program, where it is installed.

Decision: copied within the backup, not by a command beside it.
Because: the nightly copy is then whole, and nobody has to keep to the order; only the registry and the series together
are worth anything to a gateway.
Decision: not put back from here.
Because: to drop a database takes the administrator's password, which the gateway does not have.
"""

import os
import shutil
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from gateway.config import GatewayConfig

SERVED_AT = "127.0.0.1:8088"
"""Where Debian's InfluxDB lets its backup in: this machine alone, without a password."""
_HERE = {"127.0.0.1", "::1", "localhost"}
_BY_HAND = (
    "Copy them after this, never before: influxd backup -portable -db DATABASE FOLDER, or influx backup FOLDER of"
    " version 2"
)


class SeriesError(Exception):
    """InfluxDB's program failed; the message has its last words."""


def copy_series(config: GatewayConfig, to: Path) -> str | None:
    """Copy the whole database into a new folder.

    Returns:
        None: done. Otherwise what to run elsewhere, since it cannot be done from here.

    Raises:
        SeriesError: It failed.
    """
    store = config.store
    program = shutil.which("influxd")
    if program is None or store.dialect != "v1" or urlsplit(store.url).hostname not in _HERE:
        return f"the series, which are in InfluxDB at {store.url}. {_BY_HAND}"
    host, _, port = SERVED_AT.partition(":")
    try:
        # Asked first: the program would wait for an InfluxDB that does not run.
        socket.create_connection((host, int(port)), timeout=10).close()
    except OSError as error:
        msg = (
            f"the series: InfluxDB does not answer at {SERVED_AT} ({error.strerror}). Start it, then make a copy again"
        )
        raise SeriesError(msg) from error
    done = subprocess.run(  # noqa: S603  InfluxDB's program, and arguments of ours
        [program, "backup", "-portable", "-host", SERVED_AT, "-db", store.database, str(to)],
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = " | ".join(((done.stderr or done.stdout).strip() or "no word why").splitlines()[-2:])
        msg = f"the series: influxd backup failed: {last}. Mend that, then make a copy again"
        raise SeriesError(msg)
    return None


def how_to_put_back(config: GatewayConfig, series: Path) -> list[str]:
    """Commands for whoever knows the administrator's password."""
    store = config.store
    ask = "influx -username admin -password PASSWORD -execute"
    return [
        f"{ask} 'DROP DATABASE \"{store.database}\"'",
        f"sudo influxd restore -portable -db {store.database} {series}",
        *([f'{ask} \'GRANT ALL ON "{store.database}" TO "{store.username}"\''] if store.username else []),
    ]
