"""Real servers for tests and for the demo: mosquitto, InfluxDB 1.x, VictoriaMetrics. Loopback only, no root.

Decision: each server is a process of ours with a guard beside it, a shell that kills it when we are gone.
Because: a killed test run must leave no broker behind.
Instead of: the kernel's parent-death signal, which also strikes when the starting thread ends.
"""

import base64
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, NamedTuple, Self

from gateway.debian import DebianPackages
from gateway.free_ports import free_port

HOST = "127.0.0.1"
_READY_S = 20.0
_STOP_S = 10.0
_LOOK_S = 0.01
_TRIES = 3
_ITERATIONS = 101
"""Of mosquitto's password hashes; what mosquitto_passwd itself takes."""


class ServerError(Exception):
    """A server did not start; the message ends with its own last words."""


class Tls(NamedTuple):
    """Files of a server that speaks TLS; with ``ca`` clients must show a certificate signed by it."""

    certificate: Path
    key: Path
    ca: Path | None = None


class Server:
    """One server process that can be stopped, killed, wiped and started again on its port and folder.

    Args:
        name: Of the program.
        directory: All that it keeps; made when absent.
        command: Port -> the words that start it.
        environment: Port -> what it needs in its environment besides ours.
        port: Where it listens; 0 takes a free one at the first start.
        scheme: Of :attr:`url`.
    """

    host = HOST
    _farewell = signal.SIGTERM
    _owner: Mapping[str, Any] = MappingProxyType({})

    def __init__(
        self,
        name: str,
        directory: Path,
        command: Callable[[int], Sequence[str]],
        environment: Callable[[int], Mapping[str, str]],
        port: int = 0,
        scheme: str = "http",
    ) -> None:
        self.name = name
        self.directory = directory
        self.port = port
        self._scheme = scheme
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"{self._scheme}://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        """Of the running server; 0 when it is not running."""
        return self._process.pid if self._process is not None and self._process.poll() is None else 0

    @property
    def log(self) -> Path:
        """What it said, of all its starts."""
        return self.directory.with_name(self.directory.name + ".log")

    def start(self) -> Self:
        """Start it and wait until it takes connections.

        Raises:
            ServerError: It ended, or took no connection in time.
        """
        if self.pid:
            return self
        self.kill()  # the guard of one that ended by itself
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.port:
            return self._start_on(self.port)
        for _ in range(_TRIES - 1):  # between our look and its start another may take a free port
            with suppress(ServerError):
                return self._start_on(free_port())
        return self._start_on(free_port())

    def stop(self) -> None:
        """End it in order, by force when it takes too long."""
        self._end(by_force=False)

    def kill(self) -> None:
        """End it at once (SIGKILL), as a power cut would."""
        self._end(by_force=True)

    def wipe(self) -> None:
        """Delete all that it keeps; only while it is not running."""
        if self.pid:
            msg = f"{self.name}: runs (process {self.pid}). Stop it before wiping {self.directory}."
            raise ServerError(msg)
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_on(self, port: int) -> Self:
        if _answers(port):
            msg = f"{self.name}: port {port} is taken by another program. Stop that, or choose another port."
            raise ServerError(msg)
        environment = {**os.environ, **self._environment(port)}
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C at the terminal reaches us, and we stop what writes to it before it.
            self._process = subprocess.Popen(  # noqa: S603  the command is built below, in this module
                self._command(port),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._owner,
            )
        self._guard = subprocess.Popen(  # noqa: S603  the shell is given a number only
            ["/bin/sh", "-c", 'read -r _; kill -KILL "$0"', str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._wait_until_ready(port, self._process)
        except BaseException:
            self.kill()
            raise
        self.port = port
        return self

    def _wait_until_ready(self, port: int, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + _READY_S
        while process.poll() is None and time.monotonic() < end:
            if _answers(port) and process.poll() is None:
                return
            time.sleep(_LOOK_S)
        how = "takes no connection" if process.returncode is None else f"ended with {process.returncode}"
        last = " | ".join(self.log.read_text("utf-8", "replace").splitlines()[-3:])
        msg = f"{self.name}: {how} on port {port}; it said: {last or 'nothing'}. Read {self.log}."
        raise ServerError(msg)

    def _end(self, *, by_force: bool) -> None:
        process, guard, self._process, self._guard = self._process, self._guard, None, None
        if guard is not None and guard.stdin is not None:
            # The guard goes first: later its number for the server might be another program's.
            guard.kill()
            guard.wait()
            with suppress(BrokenPipeError):
                guard.stdin.close()
        if process is not None:
            if not by_force:
                process.send_signal(self._farewell)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_STOP_S)
            process.kill()
            process.wait()


def mosquitto(
    packages: DebianPackages,
    directory: Path,
    port: int = 0,
    *,
    username: str = "",
    password: str = "",
    tls: Tls | None = None,
    extra: str = "",
) -> Server:
    """A mosquitto broker; not yet started.

    Args:
        packages: Where to take it from.
        directory: Its configuration, and what it keeps over a restart.
        port: Where it listens; 0 takes a free one.
        username: When given, nobody gets in without it and the password.
        password: Of ``username``.
        tls: When given, the port speaks TLS only.
        extra: More lines for its configuration.
    """
    program = packages.program("mosquitto")
    conf, passwords = directory / "mosquitto.conf", directory / "passwords"

    def command(port: int) -> list[str]:
        lines = [f"listener {port} {HOST}", *_persistent(directory)]
        if username:
            passwords.write_text(f"{username}:{mosquitto_hash(password)}\n", "utf-8")
            passwords.chmod(0o600)
            lines += ["allow_anonymous false", f"password_file {passwords}"]
        else:
            lines += ["allow_anonymous true"]
        if tls is not None:
            lines += [f"certfile {tls.certificate}", f"keyfile {tls.key}"]
            lines += [f"cafile {tls.ca}", "require_certificate true"] if tls.ca else []
        conf.write_text("\n".join([*lines, extra, ""]), "utf-8")
        return [str(program.path), "-c", str(conf)]

    return Server("mosquitto", directory, command, lambda _: program.environment, port, "mqtts" if tls else "mqtt")


def influxd(packages: DebianPackages, directory: Path, port: int = 0, backup_port: int = 0) -> Server:
    """An InfluxDB 1.x server without password; not yet started. ``influxd backup`` asks it at ``backup_port``."""
    program = packages.program("influxd")

    def environment(port: int) -> dict[str, str]:
        return {
            **program.environment,
            "INFLUXDB_META_DIR": str(directory / "meta"),
            "INFLUXDB_DATA_DIR": str(directory / "data"),
            "INFLUXDB_DATA_WAL_DIR": str(directory / "wal"),
            "INFLUXDB_DATA_INDEX_VERSION": "tsi1",
            "INFLUXDB_DATA_QUERY_LOG_ENABLED": "false",
            "INFLUXDB_HTTP_BIND_ADDRESS": f"{HOST}:{port}",
            "INFLUXDB_HTTP_LOG_ENABLED": "false",
            "INFLUXDB_BIND_ADDRESS": f"{HOST}:{backup_port}",
            "INFLUXDB_REPORTING_DISABLED": "true",
            "INFLUXDB_MONITOR_STORE_ENABLED": "false",
        }

    return Server("influxd", directory, lambda _: [str(program.path), "-config", os.devnull], environment, port)


def victoria_metrics(packages: DebianPackages, directory: Path, port: int = 0) -> Server:
    """A VictoriaMetrics server that keeps ten years; not yet started."""
    program = packages.program("victoria-metrics")

    def command(port: int) -> list[str]:
        flags = {
            "storageDataPath": directory,
            "httpListenAddr": f"{HOST}:{port}",
            "retentionPeriod": "10y",
            "memory.allowedPercent": 20,
            "search.latencyOffset": "0s",
        }
        return [str(program.path), *(f"-{key}={value}" for key, value in flags.items())]

    return Server("victoria-metrics", directory, command, lambda _: program.environment, port)


def _persistent(directory: Path) -> list[str]:
    """Lines that make mosquitto keep sessions and queues: by default it saves them every half hour only."""
    lines = ["persistence true", f"persistence_location {directory}/", "autosave_interval 1"]
    lines += ["max_queued_messages 100000", "max_inflight_messages 100", "log_dest stderr"]
    # Started by root it would change to a user that an unpacked package has not made.
    return [*lines, "user root"] if os.geteuid() == 0 else lines


def mosquitto_hash(password: str) -> str:
    """A line's second half in mosquitto's password file: PBKDF2 with SHA-512, as mosquitto_passwd writes it."""
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0
