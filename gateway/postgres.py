"""A real PostgreSQL for tests and for the demo: a cluster in a folder of its own, loopback only.

Decision: started by root, it runs as the system's ``postgres``, else as ``nobody``, and so does ``initdb``.
Because: both refuse to run as root.
Instead of: the cluster that Debian's package makes and starts, which belongs to the machine and not to a test.

Decision: nothing is flushed to the disk.
Because: what it keeps is gone with the test. A killed server loses nothing by it, since the kernel has what it wrote;
a machine without power would, and so ``synchronous_commit`` stays on.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gateway.debian import DebianPackages, Program
from gateway.servers import HOST, Server, ServerError

USER = "nhipdo"
"""Owns the cluster and may make databases."""
_ACCOUNTS = ("postgres", "nobody")
_INITDB_S, _READY_S, _LOOK_S = 120.0, 60.0, 0.01
_STATE_LINE = 8
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # a path of theirs may have 107 characters, and nobody here needs one
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "jit": "off",
}


class Postgres(Server):
    """One cluster. Its superuser is :data:`USER`; without a password everybody on this machine is let in as it.

    Args:
        program: The server; ``initdb`` is beside it.
        directory: Of the cluster; when root starts it, it must be where other users may go, as below ``/tmp``.
        port: Where it listens; 0 takes a free one at the first start.
        password: Of :data:`USER`.
        settings: Name -> value, beside and before ours.
    """

    # SIGTERM would wait until the last client has gone.
    _farewell = signal.SIGINT

    def __init__(
        self,
        program: Program,
        directory: Path,
        port: int = 0,
        *,
        password: str = "",
        settings: dict[str, str] | None = None,
    ) -> None:
        super().__init__("postgres", directory, self._words, lambda _: program.environment, port, "postgresql")
        self._program = program
        self._password = password
        self._settings = _SETTINGS | (settings or {})
        self._owner = _someone_else() if os.geteuid() == 0 else {}

    def database(self, name: str) -> str:
        """URL of one of its databases, with the password in it."""
        secret = f":{quote(self._password, safe='')}" if self._password else ""
        return f"postgresql://{USER}{secret}@{self.host}:{self.port}/{name}"

    def _words(self, port: int) -> list[str]:
        if not (self.directory / "PG_VERSION").exists():
            self._make_cluster()
        flags = [f"-c{name}={value}" for name, value in self._settings.items()]
        return [str(self._program.path), "-D", str(self.directory), f"-p{port}", *flags]

    def _wait_until_ready(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        super()._wait_until_ready(port, process)
        # It listens before it has recovered; the eighth line of this file tells, as pg_ctl reads it.
        end = time.monotonic() + _READY_S
        said = self.directory / "postmaster.pid"
        while process.poll() is None and time.monotonic() < end:
            lines = said.read_text("utf-8").splitlines() if said.exists() else []
            if len(lines) >= _STATE_LINE and lines[_STATE_LINE - 1].strip() == "ready":
                return
            time.sleep(_LOOK_S)
        msg = f"postgres: not ready on port {port} after {_READY_S:g} s. Read {self.log}."
        raise ServerError(msg)

    def _make_cluster(self) -> None:
        initdb = self._program.path.resolve().with_name("initdb")
        secret = self.directory.with_name(f".{self.directory.name}-password")
        how = ["--auth=scram-sha-256", f"--pwfile={secret}"] if self._password else ["--auth=trust"]
        words = [str(initdb), "-D", str(self.directory), "-U", USER, *how]
        words += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        if self._owner:
            shutil.chown(self.directory, self._owner["user"], self._owner["group"])
        try:
            if self._password:
                secret.touch(0o600)
                secret.write_text(self._password + "\n", "utf-8")
                if self._owner:
                    shutil.chown(secret, self._owner["user"])
            self._run(words)
        finally:
            secret.unlink(missing_ok=True)

    def _run(self, words: Sequence[str]) -> None:
        environment = {**os.environ, **self._program.environment, "LC_ALL": "C.UTF-8"}
        try:
            done = subprocess.run(  # noqa: S603  the program beside the server
                words,
                env=environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_INITDB_S,
                check=False,
                **self._owner,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            msg = f"postgres: initdb could not be run ({error}). Look at {self._program.path}."
            raise ServerError(msg) from error
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip() or "no word why").splitlines()[-1]
            msg = (
                f"postgres: initdb failed in {self.directory} ({last}). May other users go there? Take another folder."
            )
            raise ServerError(msg)


def postgres(packages: DebianPackages, directory: Path, port: int = 0, **more: Any) -> Postgres:
    """A PostgreSQL; not yet started. See :class:`Postgres`, whose ``password`` and ``settings`` go into ``more``."""
    return Postgres(packages.program("postgres"), directory, port, **more)


def _someone_else() -> dict[str, Any]:
    for account in _ACCOUNTS:
        try:
            found = pwd.getpwnam(account)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    msg = f"postgres: refuses to run as root, and here is neither of {', '.join(_ACCOUNTS)}. Start it as another user."
    raise ServerError(msg)
