"""Make the project's virtual environment and install the project with some of its extras.

Called by the Makefile; needs nothing but Python 3.11. pip's own words go to a file, which is named when it fails.
An extra that is named with ``--where-wheels`` is wanted only where nothing has to be compiled for it.
"""

import argparse
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

LEAST = (3, 11)
ON_A_TERMINAL_S = 0.2
IN_A_LOG_S = 10.0
PACKAGE = re.compile(r"^(?:Collecting|Processing) (?:\S*/)?([A-Za-z0-9_.]+(?:-[A-Za-z_]+)*)", re.MULTILINE)


def main() -> int:
    """Check, create, install; say in one line what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("venv", type=Path)
    parser.add_argument("extras", help="comma separated, as in edge,gateway")
    parser.add_argument("--where-wheels", metavar="EXTRA", help="one more, if ready-made packages are found for it")
    args = parser.parse_args()
    wrong = _unfit()
    if wrong:
        print(wrong, file=sys.stderr)
        return 1
    log = args.venv / "install.log"
    if not (args.venv / "bin" / "pip").exists():
        print(f"Making {args.venv} with Python {sys.version.split()[0]} ...", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", args.venv], check=False)
        if made.returncode:
            print(f"{args.venv}: could not be made, see above. Check free space and rights there.", file=sys.stderr)
            return 1
    failed = _install(args.venv, args.extras, log)
    if args.where_wheels and not failed:
        _install_where_wheels(args.venv, args.where_wheels)
    if not failed:
        _stamp(args.venv, args.extras)
    return failed


def _unfit() -> str:
    """What this Python lacks, in one line; empty when it will do."""
    here = f"Python {sys.version.split()[0]} ({sys.executable})"
    if sys.version_info < LEAST:
        return f"{here}: nhipdo needs Python 3.11 or later. Install it, or name it: make demo PYTHON=python3.12"
    if sys.maxsize < 2**32:
        return f"{here}: is 32-bit, and numpy has no package for that. Use a 64-bit system."
    try:
        import ensurepip  # noqa: F401, PLC0415  only asked whether it is there
        import venv  # noqa: F401, PLC0415
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"{here}: cannot make virtual environments. "
            f"Have somebody with root run: apt-get install python{version}-venv, then try again."
        )
    return ""


def _install(venv: Path, extras: str, log: Path) -> int:
    command = [*_pip(venv), "--editable", f".[{extras}]"]
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as words:
        pip = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT)
        try:
            _watch(pip, log, extras, began)
        finally:
            pip.terminate()
            pip.wait()
    took_s = time.monotonic() - began
    if pip.returncode:
        _explain(log)
        return 1
    print(f"Installed nhipdo with {extras.replace(',', ', ')} in {took_s:.0f} s.", flush=True)
    return 0


def _install_where_wheels(venv: Path, extra: str) -> None:
    """What the extra names, ready-made only. Where that fails it is said, and all else goes on without it."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    command = [*_pip(venv), "--quiet", "--only-binary", ":all:", *project["optional-dependencies"][extra]]
    began = time.monotonic()
    pip = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if pip.returncode:
        why = next((line for line in pip.stderr.splitlines() if line.startswith("ERROR:")), "pip failed")
        print(f"Left out {extra}, its tests will be skipped: {why}", file=sys.stderr, flush=True)
    else:
        print(f"Installed {extra} in {time.monotonic() - began:.0f} s.", flush=True)


def _pip(venv: Path) -> list[str]:
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    return [*command, "--progress-bar", "off", "--constraint", "constraints.txt"]


def _stamp(venv: Path, extras: str) -> None:
    """The stamps tell make what is there; who can test can also show the demo."""
    (venv / "demo.stamp").touch()
    for extra in ("test", "bench"):
        if extra in extras:
            (venv / f"{extra}.stamp").touch()


def _watch(pip: "subprocess.Popen[bytes]", log: Path, extras: str, began: float) -> None:
    """One line that says what is being installed and for how long, until pip has ended."""
    terminal = sys.stdout.isatty()
    while pip.poll() is None:
        step = f"Installing {extras.replace(',', ', ')}: {_doing(log)}, {time.monotonic() - began:.0f} s"
        print(f"\r\033[K{step[:100]}" if terminal else step, end="" if terminal else "\n", flush=True)
        try:
            pip.wait(ON_A_TERMINAL_S if terminal else IN_A_LOG_S)
        except subprocess.TimeoutExpired:
            continue
    if terminal:
        print("\r\033[K", end="", flush=True)


def _doing(log: Path) -> str:
    """What pip is at, from its log: which package, and how many came before it."""
    said = log.read_text("utf-8", errors="replace")
    if "\nInstalling collected packages" in said:
        return f"unpacking {said.rpartition('Installing collected packages')[2].count(',') + 1} packages"
    packages = PACKAGE.findall(said)
    return f"package {len(packages)} ({packages[-1]})" if packages else "preparing"


def _explain(log: Path) -> None:
    lines = [line.strip() for line in log.read_text("utf-8", errors="replace").splitlines()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines[-3:]
    print("pip could not install what nhipdo needs:", *errors[:3], sep="\n  ", file=sys.stderr)
    print(f"All that pip said is in {log}. Check the network and pip's settings, then try again.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
