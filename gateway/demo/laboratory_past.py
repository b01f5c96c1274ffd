"""The past of the demo's laboratory: a balance that drifts from year to year, its checks, one overdue, one soon due."""

from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from gateway.demo.laboratory import CENTRE, MADE_UP, SHOP_POINTS, ZONE, Laboratory, Row, certificate
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM

MPE = "0.02 + 5e-4 * abs(x)"
"""Of the shop's balance, g: twice what it shows too much by now, and a little."""
YEARS = 3
_NEWEST_AGE = 30
"""Days since the certificate that :func:`gateway.demo.laboratory.furnish` makes."""
_CHECKS = (23, 21, 24, 22, 25, 23, 24, 26, 24, 25, 27, 25, 26, 28, 27)
"""Error of the check standard at 100 g month by month, mg, the newest last."""
_WHERE = 100.0
_INTERVAL_DAYS = 365
_OTHERS = (("CAN-MAU-03", "Cân quá hạn", _INTERVAL_DAYS + 35), ("CAN-MAU-04", "Cân sắp đến hạn", _INTERVAL_DAYS - 20))


def furnish_past(engine: Engine, now: int, made: Laboratory, owner: str, gain: float) -> None:
    """Write it down.

    Args:
        engine: Of the registry.
        now: UTC ns.
        made: The laboratory, with the shop's balance and its newest certificate.
        owner: Id of the enterprise's row.
        gain: What the shop's balance shows too much by now, as a share.
    """
    book = Book(engine, lambda: now)
    day = datetime.fromtimestamp(now // 10**9, ZONE).date()
    balance = book.get(SYSTEM, "instrument", made.instrument)
    book.change(SYSTEM, "instrument", made.instrument, {"mpe_formula": MPE}, balance.revision, "")
    for years in range(YEARS, 0, -1):
        on = day - timedelta(days=_NEWEST_AGE + _INTERVAL_DAYS * years)
        _calibrated(book, made.instrument, on, gain * (1 - years / (YEARS + 1)), f"MAU-{on.year}-001")
    _checks(book, made.instrument, day)
    for code, name, age in _OTHERS:
        its: Row = {"organisation": owner, "code": code, "name": f"{name} {MADE_UP}", "kind": "Cân kỹ thuật"}
        its |= {"unit": "g", "status": "in_use", "needs_certificate": True, "interval_months": 12, "mpe_formula": MPE}
        its |= {"serial_number": code, "resolution": 0.01, "range_low": 0, "range_high": 220}
        row = book.make(SYSTEM, "instrument", its).id
        for years in (1, 0):
            on = day - timedelta(days=age + _INTERVAL_DAYS * years)
            _calibrated(book, row, on, 1e-4 * (2 - years), f"MAU-{on.year}{code[-3:]}")


def _calibrated(book: Book, instrument: str, on: date, gain: float, number: str) -> None:
    points = [(nominal, nominal, nominal * (1 + gain), 0.006) for nominal in SHOP_POINTS]
    certificate(book, instrument, number, CENTRE, on, "mass", "g", points)


def _checks(book: Book, instrument: str, day: date) -> None:
    for months, error_mg in enumerate(reversed(_CHECKS)):
        on = day - timedelta(days=5 + 30 * months)
        its: Row = {"instrument": instrument, "channel": "mass", "date": on.isoformat(), "number": 1, "unit": "g"}
        book.make(SYSTEM, "check_measurement", its | {"indication": _WHERE + error_mg / 1000, "reference": _WHERE})
