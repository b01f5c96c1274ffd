"""Numbers of requests and work orders: the next free one of a laboratory in a year.

Decision: a laboratory's own pattern is read off the number that it gave last in the year, or in the year before.
Because: laboratories have numbered for decades, and a pattern that must be set up first is set up by nobody.
Instead of: a setting beside the numbers, which the numbers that were imported contradict.
"""

import re
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.registry.laboratory_work import CalibrationRequestRow, WorkOrderRow

USUAL = {CalibrationRequestRow: "PYC-{year}-0001", WorkOrderRow: "PCV-{year}-0001"}
_AT_THE_END = re.compile(r"(?P<before>.*?)(?P<count>[0-9]{2,9})")


class _Pattern(NamedTuple):
    before: str
    digits: int


def next_number(
    session: Session, of: type[CalibrationRequestRow] | type[WorkOrderRow], laboratory: str, year: int
) -> str:
    """The number that comes next; it is this caller's only within a ``gateway.registry.transaction``.

    One above the greatest of the year that has the same beginning, also of rows out of use: a number is given once.

    Args:
        session: Of the registry; in a transaction it holds the write lock, so nobody else gets the same.
        of: Requests or work orders.
        laboratory: Id of its row.
        year: The local one.
    """
    its = of
    query = select(its.number).where(its.laboratory == laboratory).order_by(its.made_at, its.id)
    numbers = list(session.scalars(query))
    pattern = _pattern(numbers, year) or _split(USUAL[of].format(year=year))
    assert pattern is not None, "the usual ones end in digits"
    counts = [
        int(number[len(pattern.before) :])
        for number in numbers
        if number.startswith(pattern.before) and number[len(pattern.before) :].isdecimal()
    ]
    return f"{pattern.before}{max(counts, default=0) + 1:0{pattern.digits}d}"


def _pattern(numbers: list[str], year: int) -> _Pattern | None:
    """Of the last number that names this year or, with the year put forward, the last one."""
    for named in (year, year - 1):
        for number in reversed(numbers):
            found = _split(number)
            if found is not None and str(named) in found.before:
                return found._replace(before=found.before.replace(str(named), str(year)))
    return None


def _split(number: str) -> _Pattern | None:
    match = _AT_THE_END.fullmatch(number)
    return _Pattern(match["before"], len(match["count"])) if match else None
