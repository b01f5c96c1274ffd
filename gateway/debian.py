"""Programs from Debian's packages, unpacked into a folder: no root, nothing installed.

An installed program is used where there is one. Otherwise apt fetches its package, and those that it needs
and this system lacks, with lists and caches of its own; ``dpkg-deb`` unpacks them.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

PACKAGES = {
    "mosquitto": ("mosquitto", "libmosquitto1", "libcjson1", "libdlt2", "libwrap0"),
    "influxd": ("influxdb",),
    "victoria-metrics": ("victoria-metrics",),
    "postgres": ("postgresql", "postgresql-15", "libpq5"),
}
"""Program -> its package, then the libraries that it needs when apt cannot work them out."""

_BIN = ("usr/bin", "usr/sbin", "bin", "sbin", "usr/lib/postgresql/*/bin")
_SBIN = ("usr/sbin", "sbin", "usr/local/sbin", "usr/lib/postgresql/*/bin")
"""Below the root. Where Debian puts servers: PostgreSQL's beside others of its versions, not where a shell looks."""
_LIB = ("usr/lib", "usr/lib/*-linux-gnu*", "lib", "lib/*-linux-gnu*")
_STATUS = Path("/var/lib/dpkg/status")
_TIMEOUT_S = 300.0


class ProgramMissingError(Exception):
    """A program is neither installed nor to be had; the message says what to do."""


class Program(NamedTuple):
    """Something that can be started.

    Attributes:
        path: The binary.
        environment: What it needs besides ours (where its libraries are).
    """

    path: Path
    environment: dict[str, str]


class DebianPackages:
    """A folder of unpacked packages; several processes may share it.

    Args:
        cache: The folder; made when something is first fetched.
        progress: Told one line before each step that takes long.
    """

    def __init__(self, cache: Path, progress: Callable[[str], None] = print) -> None:
        self._cache = cache.absolute()
        self._root = self._cache / "root"
        self._progress = progress

    def program(self, name: str) -> Program:
        """One of :data:`PACKAGES`, installed or fetched.

        Raises:
            ProgramMissingError: Not installed, and apt is absent, has no such package or cannot be reached.
        """
        found = self.installed(name) or self._unpacked(name)
        if found is None:
            with self._alone():
                found = self._unpacked(name) or self._fetch(name)
        return found

    @staticmethod
    def installed(name: str) -> Program | None:
        """Where this system has it; None when it has not."""
        # Of several versions the newest; they are whole numbers of two digits.
        beside = [str(path) for words in _SBIN for path in sorted(Path("/").glob(words), reverse=True)]
        found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *beside)))
        return Program(Path(found), {}) if found else None

    def _unpacked(self, name: str) -> Program | None:
        paths = [path for folder in _BIN for path in self._root.glob(f"{folder}/{name}")]
        # The mark stands last: without it an unpacking was interrupted, and libraries may be absent.
        if not (self._root / f".{name}").exists():
            return None
        return next((Program(path, self._environment()) for path in paths if path.exists()), None)

    def _environment(self) -> dict[str, str]:
        folders = [str(path) for pattern in _LIB for path in self._root.glob(pattern)]
        ours = os.environ.get("LD_LIBRARY_PATH", "")
        return {"LD_LIBRARY_PATH": os.pathsep.join([*folders, ours] if ours else folders)}

    def _fetch(self, name: str) -> Program:
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            msg = f"{name}: not installed, and here is no apt to fetch it with. Install {name} by hand."
            raise ProgramMissingError(msg)
        self._progress(f"fetching {name} from Debian's packages (once) ...")
        debs = self._cache / f"debs-{name}"
        shutil.rmtree(debs, ignore_errors=True)
        debs.mkdir(parents=True)
        self._apt(name, "update")
        self._apt(name, "download", *self._needed(name), cwd=debs)
        for deb in sorted(debs.glob("*.deb")):
            self._run(name, ["dpkg-deb", "-x", str(deb), str(self._root)])
        shutil.rmtree(debs)
        (self._root / f".{name}").touch()
        found = self._unpacked(name)
        if found is None:
            msg = f"{name}: not in the package {PACKAGES[name][0]}. Install {name} by hand."
            raise ProgramMissingError(msg)
        return found

    def _needed(self, name: str) -> Sequence[str]:
        """The program's package and what this system lacks of its dependencies."""
        try:
            plan = self._apt(name, "--simulate", "--no-install-recommends", "install", PACKAGES[name][0])
        except ProgramMissingError:
            return PACKAGES[name]  # the system's own packages are in disorder: take what is known to be needed
        return [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")] or PACKAGES[name]

    def _apt(self, name: str, *arguments: str, cwd: Path | None = None) -> str:
        folders = {
            "Dir::State": self._cache / "apt/state",
            "Dir::State::Lists": self._cache / "apt/lists",
            "Dir::Cache": self._cache / "apt/cache",
        }
        for folder in folders.values():
            (folder / "partial").mkdir(parents=True, exist_ok=True)
        (self._cache / "apt/cache/archives/partial").mkdir(parents=True, exist_ok=True)
        options = {**folders, "Dir::State::Status": _STATUS, "APT::Sandbox::User": ""}
        flags = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        return self._run(name, ["apt-get", "-q", *flags, *arguments], cwd)

    def _run(self, name: str, command: Sequence[str], cwd: Path | None = None) -> str:
        environment = {**os.environ, "LC_ALL": "C"}
        try:
            done = subprocess.run(  # noqa: S603  fixed programs, names from PACKAGES
                command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            msg = (
                f"{name}: {command[0]} not done after {_TIMEOUT_S:g} s. Look at the network, or install {name} by hand."
            )
            raise ProgramMissingError(msg) from error
        if done.returncode:
            why = (done.stderr.strip() or done.stdout.strip() or "no word why").splitlines()[-1]
            msg = f"{name}: {command[0]} failed ({why}). Look at the network, or install {name} by hand."
            raise ProgramMissingError(msg)
        return done.stdout

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._cache.mkdir(parents=True, exist_ok=True)
        with (self._cache / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
