"""A registry in PostgreSQL, copied and put back by PostgreSQL's own programs, where they are installed.

Decision: ``pg_dump`` and ``pg_restore``, in the custom format.
Because: they know every kind of column, and a dump of an older server goes into a newer one.
"""

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy.engine import make_url

from gateway.backup.listing import NO_REGISTRY
from gateway.config import GatewayConfig
from gateway.opening import first_line

_BESIDE_SERVERS = "usr/lib/postgresql/*/bin"


class DumpError(Exception):
    """PostgreSQL's program failed; the message has its last words."""


def dump(config: GatewayConfig, to: Path) -> str | None:
    """Write the whole registry into a file.

    Returns:
        None: done. Otherwise what to run elsewhere, since ``pg_dump`` is not installed here.

    Raises:
        DumpError: It failed.
    """
    program = _program("pg_dump")
    url, password = _target(config)
    if program is None:
        run = f"pg_dump --format=custom --file={to.name} --dbname={url}"
        return f"{NO_REGISTRY}pg_dump is not installed here. Run where it is: {run}"
    to.touch(0o600)
    _run([program, "--format=custom", f"--file={to}", f"--dbname={url}"], password)
    return None


def put_back(config: GatewayConfig, file: Path) -> None:
    """Put a dump into the registry's database in one transaction, in place of what is there.

    Raises:
        DumpError: ``pg_restore`` is not installed here, or it failed.
    """
    program = _program("pg_restore")
    url, password = _target(config)
    how = ["--clean", "--if-exists", "--single-transaction", "--no-owner", "--exit-on-error"]
    if program is None:
        msg = f"pg_restore is not installed here. Run where it is: pg_restore {' '.join(how)} --dbname={url} {file}"
        raise DumpError(msg)
    _run([program, *how, f"--dbname={url}", str(file)], password)


def _program(name: str) -> str | None:
    """The newest one: Debian puts them beside the servers too."""
    beside = sorted(Path("/").glob(_BESIDE_SERVERS), reverse=True)
    return shutil.which(name, path=os.pathsep.join((*map(str, beside), os.environ.get("PATH", ""))))


def _target(config: GatewayConfig) -> tuple[str, str]:
    """URL as libpq reads it, without a password, and the password."""
    url = make_url(config.registry_url)
    password = str(url.password) if url.password is not None else first_line(config.registry.password_file)
    bare = url.set(drivername="postgresql")._replace(password=None)
    return bare.render_as_string(hide_password=False), password


def _run(command: list[str], password: str) -> None:
    # The password in the environment, which only this user and root can read; in the arguments everybody could.
    environment = {**os.environ, "LC_ALL": "C", **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(  # noqa: S603  a program of PostgreSQL, and arguments of ours
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = " | ".join((done.stderr.strip() or "no word why").splitlines()[-3:])
        msg = f"{Path(command[0]).name} failed: {last}"
        raise DumpError(msg)
