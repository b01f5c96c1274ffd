"""A registry in PostgreSQL, copied and put back by PostgreSQL's own programs, where they are installed.

Decision: ``pg_dump`` and ``pg_restore``, in the custom format; ``psql``, so that to empty and to fill is one
transaction.
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
_EMPTY = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'p') LOOP
        EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc AS p WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e') LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', one.name);
    END LOOP;
END $$"""
"""Tables and functions of the registry, and not what an extension of PostgreSQL has brought."""


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


def put_back(config: GatewayConfig, file: Path, before: Path) -> None:
    """Put a dump into the registry's database in one transaction, in place of all that is there.

    Tables that a newer version made go too: they would hold fast those that the dump brings, and the newer version,
    when it comes again, would find them made.

    Args:
        config: Of the gateway.
        file: The dump.
        before: Where what is there is dumped to first.

    Raises:
        DumpError: PostgreSQL's programs are not installed here, or one failed; the database is as it was.
    """
    restore, psql = _program("pg_restore"), _program("psql")
    url, password = _target(config)
    if restore is None or psql is None or dump(config, before) is not None:
        msg = (
            f"pg_dump, pg_restore and psql are not all installed here. Install Debian's postgresql-client, or empty the"
            f" database and run where they are: pg_restore --no-owner --exit-on-error --dbname={url} {file}"
        )
        raise DumpError(msg)
    script = before.with_suffix(".sql")
    script.touch(0o600)
    try:
        # Not by a pipe: psql would take the end of a script that was cut off for the end of the registry.
        _run([restore, "--clean", "--if-exists", "--no-owner", f"--file={script}", str(file)], password)
        how = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--dbname={url}"]
        _run([psql, *how, f"--command={_EMPTY}", f"--file={script}"], password)
    finally:
        script.unlink()


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
