"""Have ready what the tests start: mosquitto, InfluxDB, VictoriaMetrics, PostgreSQL, Chromium, systemd-analyze.

The servers are unpacked below .cache without root. PostgreSQL refuses to run as root, and the user that it then runs as
may not look into a folder of ours, so for root it is installed. Chromium is too entangled for unpacking: root installs
it with apt-get, anybody else is told, and so it is with systemd, whose analyzer looks at our units. In CI whatever is
missing is an error, at a desk the tests that need it are skipped.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.debian import PACKAGES, DebianPackages, ProgramMissingError

CACHE = Path(".cache/servers")
POSTGRES = "postgres"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
POLICY = Path("/usr/sbin/policy-rc.d")
"""Debian asks this script whether a package just installed may start its service."""


def main() -> int:
    """Fetch, and say what could not be had."""
    missing = [why for why in (*map(_fetch, PACKAGES), _browser(), _analyzer()) if why]
    for why in missing:
        print(why, file=sys.stderr)
    if missing and os.environ.get("CI") != "true":
        print("The tests that need these are skipped.", file=sys.stderr)
    return 1 if missing and os.environ.get("CI") == "true" else 0


def _fetch(program: str) -> str:
    packages = DebianPackages(CACHE, progress=_say)
    try:
        if program == POSTGRES and os.geteuid() == 0 and not packages.installed(program):
            return _install(program, PACKAGES[program][0])
        packages.program(program)
    except ProgramMissingError as error:
        return str(error)
    return ""


def _browser() -> str:
    if any(map(shutil.which, BROWSERS)):
        return ""
    if os.geteuid() != 0:
        return "chromium: not installed. Have somebody with root run: apt-get install chromium"
    return _install("chromium", "chromium")


def _analyzer() -> str:
    if shutil.which("systemd-analyze"):
        return ""
    if os.geteuid() != 0:
        return "systemd-analyze: not installed. Have somebody with root run: apt-get install systemd"
    return _install("systemd-analyze", "systemd")


def _install(program: str, package: str) -> str:
    apt = shutil.which("apt-get")
    if apt is None:
        return f"{program}: not installed, and here is no apt to install it with. Install {program} by hand."
    _say(f"installing {program} from Debian's packages (once) ...")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    with _services_stay_down():
        for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
            done = subprocess.run(
                [apt, "-q", *command],
                env=quiet,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no word why").splitlines()[-1]
        return f"{program}: apt-get failed ({last}). Look at the network, or install {program} by hand."
    return ""


@contextmanager
def _services_stay_down() -> Iterator[None]:
    """Nothing that is installed for tests starts a service of the system."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
