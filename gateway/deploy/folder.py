"""The folder that ``compose.yaml`` runs in: what it mounts, and passwords that nobody chose.

Decision: written by a command, from the files of this package.
Because: eight passwords, a broker's password file and whose each file is are more than anybody copies
without a mistake.
Decision: what belongs to the program is written anew each time, what belongs to people only where it is absent.
Because: an update is then the same command, and neither a password nor a changed ``gateway.toml`` is lost by it.
Decision: the folder of the passwords is its owner's alone, and each file in it can be read by everybody.
Because: compose mounts such a file as it is, and in each container another user must be able to read it. From outside
nobody gets past the folder.
Decision: a folder that is mounted is never removed, and what the broker reads anew is written into the file it has.
Because: a running container keeps the folder or file that it was given, and sees nothing of one that took its name.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from edge_agent.wire.schema import NAME
from gateway.servers import mosquitto_hash

EDGES = "edges"
"""Below the folder of secrets: one file an edge, to be carried there."""
_HEALTH = "health"
_SECRETS = (
    "broker-gateway",
    "broker-health",
    "influxdb-admin",
    "influxdb-gateway",
    "influxdb-grafana",
    "influxdb-password",
    "registry",
    "grafana-admin",
)
_PROGRAMS = {
    "compose.yaml": "compose.yaml",
    "compose.tls.yaml": "compose.tls.yaml",
    "compose.influx2.yaml": "compose.influx2.yaml",
    "mosquitto-compose.conf": "mosquitto/mosquitto.conf",
    "mosquitto-tls.conf": "mosquitto-tls/tls.conf",
    "nginx-compose.conf": "nginx/nginx.conf",
    "backup.sh": "backup.sh",
}
"""File of this package -> where it goes; ours, so written each time."""
_FOLDERS = ("mosquitto/conf.d", "certs")
"""Mounted, and empty at first."""
_GRAFANA = ("provisioning", "built")
_OURS = ("compose.yaml", "grafana", "secrets", "gateway", "mosquitto")
"""What a folder of somebody else could have under the same name."""
_HEALTH_MAY = f"\nuser {_HEALTH}\ntopic read $SYS/broker/uptime\n"
_BYTES = 24
_VERSION = re.compile(r"^NHIPDO_VERSION=.*$", re.MULTILINE)
_ENV = """\
# What compose.yaml asks for. Every other name in it has a usual value: look for ${NHIPDO_ in it.
COMPOSE_PROJECT_NAME=nhipdo
NHIPDO_VERSION=
NHIPDO_SECRETS=./secrets
# The language of Grafana's dashboards, vi or en, and the wall clock that people read.
NHIPDO_LANGUAGE=vi
NHIPDO_ZONE=Asia/Ho_Chi_Minh
# For others than this machine, with TLS (docs/deploy.md):
# COMPOSE_FILE=compose.yaml:compose.tls.yaml
# NHIPDO_HOST=nhipdo.example
"""


class FolderError(Exception):
    """The folder cannot be written; the message says where, why, and what to do."""


class Written(NamedTuple):
    """What was done.

    Attributes:
        made: Files that are new, relative to the folder.
        renewed: Files of the program that were there and are now this version's.
        kept: Files of people that were there, and are as they were.
    """

    made: list[str]
    renewed: list[str]
    kept: list[str]


def write_folder(folder: Path, grafana: Path, version: str, edges: Sequence[str] = ()) -> Written:
    """Write the folder, or bring it to this version.

    Args:
        folder: Where; made when absent.
        grafana: Dashboards and provisioning files, as they are shipped.
        version: Of this program, and so of the image that is to be run.
        edges: ``SITE/EDGE`` of edges that get a user of the broker, beside those that have one.

    Raises:
        FolderError: The folder cannot be written, a password in it is empty, or this program is not whole.
    """
    written = Written([], [], [])
    try:
        _refuse_foreign(folder)
        _write_programs(folder, grafana, written)
        _write_secrets(folder / "secrets", edges, written)
        _write_of_people(folder, version, written)
    except OSError as error:
        msg = f"{error.filename or folder}: cannot be written: {error.strerror}. Choose a folder that is yours."
        raise FolderError(msg) from error
    return written


def _refuse_foreign(folder: Path) -> None:
    """By the version in ``.env``: each folder of ours has it, also one whose settings were put back from a copy."""
    env = folder / ".env"
    if env.is_file() and _VERSION.search(env.read_text("utf-8", "replace")):
        return
    for name in _OURS:
        if (folder / name).exists():
            msg = (
                f"{folder}: has {name}, but no .env with NHIPDO_VERSION, so nhipdo deploy did not write it. "
                "Choose an empty folder, or write the line NHIPDO_VERSION= into .env there if it is yours."
            )
            raise FolderError(msg)


def _write_programs(folder: Path, grafana: Path, written: Written) -> None:
    shipped = files("gateway") / "deploy"
    for name, place in _PROGRAMS.items():
        _put(folder, place, (shipped / name).read_text("utf-8"), written)
    acl = (shipped / "mosquitto.acl").read_text("utf-8")
    _put(folder, "mosquitto/nhipdo.acl", acl + _HEALTH_MAY, written)
    for empty in _FOLDERS:
        _open_folder(folder, empty)
    for part in _GRAFANA:
        if not (grafana / part).is_dir():
            msg = f"{grafana / part}: not there, expected Grafana's {part}. Install nhipdo again, whole."
            raise FolderError(msg)
        _write_grafana(folder, grafana, part, written)


def _write_grafana(folder: Path, grafana: Path, part: str, written: Written) -> None:
    shipped = [file for file in sorted((grafana / part).rglob("*")) if file.suffix in (".json", ".yaml")]
    places = {f"grafana/{file.relative_to(grafana)}": file for file in shipped}
    for place, file in places.items():
        _put(folder, place, file.read_text("utf-8"), written)
    # What is no longer shipped must not stay behind: Grafana would show it.
    for file in sorted((folder / "grafana" / part).rglob("*")):
        if file.is_file() and str(file.relative_to(folder)) not in places:
            file.unlink()


def _write_secrets(folder: Path, edges: Sequence[str], written: Written) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in _SECRETS:
        _put_secret(folder / name, written)
    for edge in edges:
        _put_secret(folder / EDGES / edge, written)
    health = _first_line(folder / "broker-health")
    _write_into(folder / "mosquitto_sub", f"-h 127.0.0.1\n-u {_HEALTH}\n-P {health}\n")
    users = {"gateway": folder / "broker-gateway", _HEALTH: folder / "broker-health", **_edges(folder / EDGES)}
    lines = (f"{user}:{mosquitto_hash(_first_line(file))}\n" for user, file in users.items())
    _write_into(folder / "mosquitto-passwords", "".join(lines))


def _edges(folder: Path) -> Mapping[str, Path]:
    """An editor's leftovers beside a file (``press-shop~``, ``.press-shop.swp``) are nobody's."""
    found = (file for file in sorted(folder.glob("*/*")) if NAME.fullmatch(file.parent.name) and file.is_file())
    return {f"{file.parent.name}/{file.name}": file for file in found if NAME.fullmatch(file.name)}


def _put_secret(path: Path, written: Written) -> None:
    """A password of 192 random bits in letters that no shell, URL or InfluxQL takes for something else."""
    where = str(path.relative_to(_secrets_of(path).parent))
    if path.exists():
        _first_line(path)
        written.kept.append(where)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, secrets.token_urlsafe(_BYTES) + "\n", 0o644)
    written.made.append(where)


def _secrets_of(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.name == "secrets")


def _write_of_people(folder: Path, version: str, written: Written) -> None:
    toml = (files("gateway") / "deploy" / "gateway.compose.toml").read_text("utf-8")
    for place, text in {"gateway/gateway.toml": toml, ".env": _ENV}.items():
        path = folder / place
        if path.exists():
            written.kept.append(place)
            continue
        _open_folder(folder, str(Path(place).parent))
        _write(path, text, 0o644)
        written.made.append(place)
    env, line = (folder / ".env").read_text("utf-8"), f"NHIPDO_VERSION={version}"
    # A line before the others: the last one may have no end.
    env = _VERSION.sub(line, env) if _VERSION.search(env) else f"{line}\n{env}"
    _write(folder / ".env", env, 0o644)


def _put(folder: Path, place: str, text: str, written: Written) -> None:
    path = folder / place
    was = path.read_text("utf-8", "replace") if path.exists() else None
    _open_folder(folder, str(Path(place).parent))
    _write(path, text, 0o755 if path.suffix == ".sh" else 0o644)
    if was is None:
        written.made.append(place)
    elif was != text:
        written.renewed.append(place)


def _open_folder(folder: Path, place: str) -> None:
    """Containers' users read what is mounted, whatever the ``umask`` of who calls."""
    folder.mkdir(parents=True, exist_ok=True)
    for within in reversed([Path(place), *Path(place).parents][:-1]):
        (folder / within).mkdir(exist_ok=True)
        (folder / within).chmod(0o755)


def _write_into(path: Path, text: str) -> None:
    """Into the same file, which a running container has."""
    if not path.exists():
        _write(path, text, 0o644)
        return
    path.chmod(0o644)
    path.write_text(text, "utf-8")


def _write(path: Path, text: str, mode: int) -> None:
    """In one step, and never for a moment with other rights than it is to have."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    beside.touch(0o600)
    beside.write_text(text, "utf-8")
    beside.chmod(mode)
    beside.replace(path)


def _first_line(path: Path) -> str:
    line = path.read_text("utf-8-sig").partition("\n")[0].strip()
    if not line:
        msg = f"{path}: its first line is empty, expected a password. Write one there, or remove the file."
        raise FolderError(msg)
    return line


def told(written: Written) -> Iterator[str]:
    """What was done, a line each."""
    yield from (f"new       {name}" for name in written.made)
    yield from (f"renewed   {name}" for name in written.renewed)
    if written.kept:
        yield f"kept      {', '.join(written.kept)}"
