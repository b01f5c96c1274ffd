"""``nhipdo-edge procedures``: which calibrations are known and what they need; with ``check`` a file of one's own."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from edge_agent.commands.layout import columns
from edge_agent.commands.parsing import Commands, add_command
from edge_agent.config import ConfigError

if TYPE_CHECKING:
    from edge_agent.bench.loading import LoadedProcedure
    from edge_agent.bench.procedure import Procedure, TestRule

_TEACHING = """
Example:
  nhipdo-edge procedures
  nhipdo-edge procedures check ./procedures/analytical-balance.toml

Without more words: the procedures that are shipped, and what each needs.
With check: every mistake in a file of the laboratory's own with its place, or what the file asks for.
"""


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = add_command(commands, "procedures", "List calibration procedures, or check a file.", _TEACHING, run)
    parser.add_argument("verb", nargs="?", choices=("check",), help="check: look for mistakes in a file")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a procedure of your own, or a shipped id")


def run(args: argparse.Namespace) -> int:
    """List the procedures, or check a file.

    Raises:
        ConfigError: The file has mistakes, or none was named.
    """
    # Only who calibrates pays for the metrology behind it.
    from edge_agent.bench.loading import ProcedureError, load_procedure, load_procedures  # noqa: PLC0415

    if args.verb and args.file is None:
        raise ConfigError(["procedures check: expected a file, got none. Name the file of a procedure."])
    try:
        if args.verb:
            print(_whole(load_procedure(args.file)))
        else:
            rows = [_row(one.procedure) for one in load_procedures().values()]
            print(columns([("PROCEDURE", "VERSION", "UNIT", "REFERENCES", "AROUND IT", "TITLE"), *rows]))
    except ProcedureError as error:
        raise ConfigError(str(error).splitlines()) from error
    return 0


def _row(procedure: "Procedure") -> tuple[str, ...]:
    references = ", ".join(f"{rule.role} ({rule.source})" for rule in procedure.references)
    around = ", ".join(rule.quantity for rule in procedure.environment)
    title = procedure.title.get("en") or procedure.title["vi"]
    return procedure.id, procedure.version, procedure.unit, references, around, title


def _whole(loaded: "LoadedProcedure") -> str:
    """One procedure for a person: what it needs, what is done, and by which formula it is judged."""
    procedure = loaded.procedure
    head = [
        f"procedure  {procedure.id}, version {procedure.version}",
        f"title      {' / '.join(procedure.title.values())}",
        f"sha256     {loaded.sha256}",
        f"coverage   {procedure.probability:.4g}, k by {procedure.coverage}",
        *(f"source     {source}" for source in procedure.sources),
    ]
    needs = [(rule.role, rule.source, rule.unit) for rule in procedure.references]
    around = [
        (
            rule.quantity,
            f"{rule.low:g}..{rule.high:g} {rule.unit}",
            "required" if rule.is_required else "if there is one",
        )
        for rule in procedure.environment
    ]
    tests = [row for test in procedure.tests for row in _test_rows(test)]
    parts = ["\n".join(head), columns([("REFERENCE", "SOURCE", "UNIT"), *needs])]
    if around:
        parts.append(columns([("AROUND IT", "LIMITS", ""), *around]))
    parts += [columns([("TEST", "INPUT", "VALUE", "SPREAD", "SHAPE"), *tests]), "no mistakes"]
    return "\n\n".join(parts)


def _test_rows(test: "TestRule") -> list[tuple[str, ...]]:
    """A test with its model, then its inputs."""
    taken = f"from {test.of}" if test.of else f"{len(test.points)} x {test.repeats * test.cycles}, {test.order}"
    head = (test.id, test.kind, taken, test.model or "its own figure", "")
    return [head, *(("", rule.name, rule.value, rule.spread, rule.distribution) for rule in test.inputs)]
