"""``nhipdo deploy``: the folder for containers, with passwords of its own."""

import argparse
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gateway.deploy.folder import FolderError, told, write_folder
from gateway.people import parse_edge

_NEXT = """
Next, in the project's folder, once for each version:
  docker build -t nhipdo:{version} -f gateway/deploy/Dockerfile .
then in the folder that was written:
  docker compose up -d --wait
  docker compose logs gateway        # the link that makes the first account, once
Grafana: http://127.0.0.1:3000/, user admin, password in secrets/grafana-admin."""

_TEACHING = """
  nhipdo deploy /srv/nhipdo                              the folder, with passwords that nobody chose
  nhipdo deploy /srv/nhipdo --edge sa-dec/press-shop     one edge more; those that are there stay
  nhipdo deploy /srv/nhipdo                              after an update: the files of the new version

Passwords (secrets), .env and gateway/gateway.toml are yours and stay as they are; the other files are written anew.
Each step, and what one should see: docs/deploy.md, A.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.epilog, parser.formatter_class = _TEACHING.strip("\n"), argparse.RawDescriptionHelpFormatter
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="made when absent; again: brought to this version")
    of_edge = "an edge that gets a password for the broker, in secrets/edges; may be repeated"
    parser.add_argument("--edge", action="append", default=[], metavar="SITE/EDGE", help=of_edge)
    parser.set_defaults(run=deploy)


def deploy(args: argparse.Namespace) -> int:
    """Write the folder; say what to do next.

    Raises:
        gateway.people.DecisionError: An edge's name makes no sense.
    """
    for edge in args.edge:
        parse_edge(edge)
    try:
        written = write_folder(args.folder, grafana_files(), version("nhipdo"), args.edge)
    except FolderError as error:
        print(error, file=sys.stderr)
        return 1
    for line in told(written):
        print(line)
    print(_NEXT.format(version=version("nhipdo")))
    return 0


def grafana_files() -> Path:
    """Dashboards and provisioning: beside the package ``dashboards``, which nothing here imports."""
    spec = find_spec("dashboards")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "grafana"
