"""What is wrong with a document, where, and how it is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from calibration.records import record

Kind = Literal["xml", "schema", "practice", "content"]

SHOWN = 5


@record
class Problem:
    """One reason to refuse a document.

    Attributes:
        line: Of the document, from 1; 0 where it is the whole.
        where: The element: ``coreData/uniqueIdentifier``.
        what: What was expected, and got.
        kind: ``xml``: not readable as XML, or not safe to read; ``schema``: not of the form of DCC 3.3.0 and D-SI 2.2;
            ``practice``: of that form, and against what PTB's schematron asks for as an error; ``content``: what a
            certificate cannot say.
    """

    line: int
    where: str
    what: str
    kind: Kind

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.where}: {self.what}" if self.where else f"{place}{self.what}"


def left_out(element: Any, place: str, what: str) -> Problem:
    """Something that a certificate of ours has no place for."""
    return Problem(element.sourceline or 0, place, f"left out: {what}", "content")


class DccError(ValueError):
    """A document is refused; the message names the first places and their reasons.

    Attributes:
        problems: All of them, in the order of the document.
    """

    def __init__(self, problems: Sequence[Problem], advice: str = "Ask its laboratory for a mended one.") -> None:
        self.problems = tuple(problems)
        shown = "; ".join(str(problem) for problem in self.problems[:SHOWN])
        more = len(self.problems) - SHOWN
        rest = f"; and {more} more" if more > 0 else ""
        super().__init__(f"digital certificate: {shown}{rest}. {advice}")
