"""Answers replay documents; loaded only when some are asked about, since no other command needs the time model."""

import argparse
import json
import sys
from typing import Any

from edge_agent.commands.replay_file import FileError, load, shown_name
from edge_agent.commands.replay_table import table
from edge_agent.kpi.comparison import differences
from edge_agent.kpi.document import DocumentError
from edge_agent.kpi.document_reading import show
from edge_agent.kpi.replay import Replayed, answer, replayed


def answer_documents(args: argparse.Namespace) -> int:
    """Answer documents; 2 when one of them is wrong, then none is answered."""
    names = list(dict.fromkeys(args.files))
    documents: dict[str, Any] = {}
    found: dict[str, Replayed] = {}
    mistakes = []
    for name in names:
        try:
            documents[name] = load(name)
            found[name] = replayed(documents[name])
            if args.compare:
                _expected(documents[name])
        except (FileError, DocumentError) as error:
            mistakes += [f"{shown_name(name)}: {line}" for line in str(error).split("\n")]
    if mistakes:
        print("\n".join(mistakes), file=sys.stderr)
        return 2
    if args.compare:
        return _compare(documents, found)
    if args.table:
        _print("\n\n".join(_titled(name, table(one), len(names)) for name, one in found.items()))
        return 0
    answers = {shown_name(name): answer(one) for name, one in found.items()}
    _print(json.dumps(answers if len(names) > 1 else answers.popitem()[1], indent=1, ensure_ascii=False))
    return 0


def _print(text: str) -> None:
    """Words of a document may be in any script, whatever the terminal's locale."""
    if (sys.stdout.encoding or "").lower().replace("-", "") != "utf8" and hasattr(sys.stdout, "buffer"):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode() + b"\n")
    else:
        print(text)


def _titled(name: str, text: str, files: int) -> str:
    return text if files == 1 else f"{shown_name(name)}\n{'=' * len(shown_name(name))}\n{text}"


def _expected(document: Any) -> dict[str, Any]:
    expected = document.get("expected")
    if expected is None:
        msg = "expected: missing; write the figures that you know there, or leave out --compare"
        raise FileError(msg)
    if not isinstance(expected, dict):
        msg = f"expected: expected an object, got {show(expected)}"
        raise FileError(msg)
    return expected


def _compare(documents: dict[str, Any], found: dict[str, Replayed]) -> int:
    code = 0
    lines = []
    for name, one in found.items():
        unlike = differences(_expected(documents[name]), answer(one))
        lines += [f"{shown_name(name)}: {difference}" for difference in unlike]
        lines += [] if unlike else [f"{shown_name(name)}: agrees"]
        code = 1 if unlike else code
    _print("\n".join(lines))
    return code
