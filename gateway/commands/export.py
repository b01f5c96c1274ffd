"""``nhipdo export``: any stretch of what the gateway keeps, as CSV or Parquet for pandas, R and spreadsheets."""

import argparse
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gateway.commands.asking import show_progress
from gateway.config import GatewayConfig, load_config
from gateway.people import DecisionError

if TYPE_CHECKING:
    from gateway.exporting.choosing import Span, Wanted
    from gateway.exporting.tables import Table
    from gateway.opening import Stores

_TEACHING = """
WHAT is one of
  samples        every reading: value, u, quality; with --every in equal stretches
  recomputed     samples as they would be by a certificate that somebody chose later
  loss           samples that are known to be absent, and why
  windows        means, lowest and highest values that the edges computed
  elements       what each machine did in each ten minutes; all of it adds up
  stops          stops of machines, with their reasons
  production     sums of elements by day, shift, product
  certificates   certificates of instruments, one row for each point
  or a noun of the registry, all rows in use: see nhipdo registry nouns

A time is a day (2026-11-25, 25/11/2026), a week (2026-W48), a month (2026-11), a year, today, yesterday, -7d, now, or
ISO 8601 with or without an offset; without one the gateway's clock is meant. --in takes all of a day, week, month or
year. What begins in the stretch belongs to it: files of stretches that follow each other hold all once.

  nhipdo export elements --in 2026-W47 --out week.parquet
  nhipdo export samples --since -7d --site sa-dec --instrument 'meter-*' --every 1m --out power.csv
  nhipdo export stops --in 2026-11 --language vi --out dung-may.csv      # for a Vietnamese Excel

Exit code 1: there is nothing in the stretch; no file is written. Read more in docs/analysts.md.
"""
_TIMED = ("samples", "recomputed", "loss", "windows", "elements", "stops", "production")
_OPTIONS = {
    "samples": ("site", "edge", "instrument", "channel"),
    "recomputed": ("site", "edge", "instrument", "channel"),
    "loss": ("site", "edge", "instrument"),
    "windows": ("site", "edge", "instrument", "channel"),
    "elements": ("site", "edge", "work_unit"),
    "stops": ("site", "edge", "work_unit"),
    "production": ("site", "edge", "work_unit"),
    "certificates": ("site", "edge", "instrument"),
}
_AGO = re.compile(r"\A[0-9]{1,9}[smhdw]\Z")
_EVERY = re.compile(r"([1-9][0-9]{0,5})(ms|s|m|h|d)")
_NS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86_400 * 10**9}
_SHEET_ROWS = 1_048_575
"""Of a sheet of Excel, without its heading."""


def add_arguments(parser: Any) -> None:
    """What ``nhipdo export`` takes."""
    parser.epilog, parser.formatter_class = _TEACHING.strip("\n"), argparse.RawDescriptionHelpFormatter
    parser.add_argument("what", metavar="WHAT", help="samples, elements, stops, ...: see below")
    parser.add_argument("--since", metavar="TIME", help="from; not for nouns, and certificates can do without")
    parser.add_argument("--until", metavar="TIME", help="to, not included (default: now)")
    parser.add_argument("--in", dest="within", metavar="DAYS", help="all of a day, week, month or year: 2026-W48")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="ends in .csv or .parquet")
    for name in ("site", "edge", "instrument", "channel", "work-unit"):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="NAME", help="only this; * and ? fit any; may be repeated"
        )
    parser.add_argument("--every", metavar="TIME", help="samples in equal stretches: 500ms, 10s, 1m, 1h, 1d")
    parser.add_argument("--people", action="store_true", help="of stops: who gave the reason, and their note")
    parser.add_argument("--local", action="store_true", help="local time beside UTC")
    parser.add_argument(
        "--language",
        choices=("vi", "en"),
        default="en",
        help="of a CSV; vi: semicolon, decimal comma, local time (default: en)",
    )
    parser.set_defaults(run=export)


def export(args: argparse.Namespace) -> int:
    """Write the file; exit code 1 when there is nothing to write."""
    from gateway.exporting.writing import Way, check_path, write  # noqa: PLC0415  an export is rare
    from gateway.opening import opened  # noqa: PLC0415

    config = load_config(args.config)
    zone = ZoneInfo(config.gateway.zone)
    check_path(args.out)
    _check(args)
    span, every_ns = _span(args, zone), _every_ns(args)
    with _terminated_as_interrupted(), opened(config) as stores:
        table = _table(args, config, stores, span, every_ns)
        way = Way(args.language, zone, args.local)
        about = _about(args, config, span)
        written = write(table, args.out, way, about, lambda share: show_progress(int(share * 1000), 1001))
    if not written.rows:
        print(f"{args.what}: there is nothing{_told(span, zone)}; {args.out} was not written", file=sys.stderr)
        return 1
    show_progress(1, 1)
    beside = f"; its columns and units: {written.files[1]}" if len(written.files) > 1 else ""
    print(f"{args.out}: {written.rows} rows of {args.what}{_told(span, zone)}{beside}")
    if args.out.suffix.lower() == ".csv" and written.rows > _SHEET_ROWS:
        print(f"{args.out}: Excel shows the first {_SHEET_ROWS} rows only. Ask for less, or --every.", file=sys.stderr)
    return 0


def _check(args: argparse.Namespace) -> None:
    """Refuse options that mean nothing for what is asked.

    Raises:
        DecisionError: With those that do.
    """
    from gateway.exporting.nouns import noun_names  # noqa: PLC0415

    if args.what not in _OPTIONS and args.what not in noun_names():
        msg = f"export: {args.what!r} is not known. Known: {', '.join(_OPTIONS)}, and those of: nhipdo registry nouns."
        raise DecisionError(msg)
    allowed = _OPTIONS.get(args.what, ())
    for name in ("site", "edge", "instrument", "channel", "work_unit"):
        if getattr(args, name) and name not in allowed:
            known = ", ".join(f"--{one.replace('_', '-')}" for one in allowed) or "none"
            msg = (
                f"export {args.what}: --{name.replace('_', '-')} does not choose among them; {known} do. Leave it out."
            )
            raise DecisionError(msg)
    if args.every and args.what != "samples":
        msg = f"export {args.what}: --every is for samples. Leave it out."
        raise DecisionError(msg)
    if args.people and args.what != "stops":
        msg = f"export {args.what}: --people is for stops. Leave it out."
        raise DecisionError(msg)
    _check_times(args)


def _check_times(args: argparse.Namespace) -> None:
    if args.within and (args.since or args.until):
        msg = f"--in: got {args.within!r} beside --since or --until. Say one or the other."
        raise DecisionError(msg)
    timed = args.since or args.until or args.within
    if args.what in _TIMED and not (args.since or args.within):
        msg = f"export {args.what}: from when on is not said. Say --in 2026-W47, --since 2026-11-16 or --since -7d."
        raise DecisionError(msg)
    if args.what not in _OPTIONS and timed:
        msg = f"export {args.what}: all rows in use are written, whatever the time. Leave --in, --since, --until out."
        raise DecisionError(msg)


def _span(args: argparse.Namespace, zone: ZoneInfo) -> "Span | None":
    """The stretch that is asked for; None: all.

    Raises:
        DecisionError: One of both is no time, or they are not in order.
    """
    from gateway.exporting.asked_times import FORMS, days_meant, span_of  # noqa: PLC0415
    from gateway.exporting.choosing import Span  # noqa: PLC0415

    now = time.time_ns()
    if args.within:
        days = days_meant(args.within, now, zone)
        if days is None:
            msg = f"--in: got {args.within!r}, which is no day, week, month or year. Write {FORMS}."
            raise DecisionError(msg)
        return span_of(days, zone)
    if not args.since and not args.until:
        return None
    since = _instant("--since", args.since, now, zone) if args.since else 0
    until = _instant("--until", args.until, now, zone) if args.until else now
    if since >= until:
        msg = (
            f"--since: got {args.since!r}, which is not before --until, {args.until or 'now'!r}. Write an earlier one."
        )
        raise DecisionError(msg)
    return Span(since, until)


def _instant(name: str, text: str, now: int, zone: ZoneInfo) -> int:
    from gateway.api.spans import parse_time  # noqa: PLC0415
    from gateway.exporting.asked_times import FORMS, YEARS, days_meant, span_of  # noqa: PLC0415

    if days := days_meant(text, now, zone):
        return span_of(days, zone).start
    try:
        return parse_time(name, _AGO.sub(r"-\g<0>", text), now, zone)
    except ValueError as error:
        msg = (
            f"{name}: got {text!r}, expected a time from {YEARS[0]} to {YEARS[-1]}. "
            f"Write {FORMS}, -7d, now or 2026-11-25T07:00:00+07:00."
        )
        raise DecisionError(msg) from error


def _every_ns(args: argparse.Namespace) -> int:
    if not args.every:
        return 0
    match = _EVERY.fullmatch(args.every)
    if match is None:
        msg = f"--every: got {args.every!r}, expected a length such as 500ms, 10s, 1m, 1h or 1d. Write one of these."
        raise DecisionError(msg)
    return int(match[1]) * _NS[match[2]]


def _table(
    args: argparse.Namespace, config: GatewayConfig, stores: "Stores", span: "Span | None", every_ns: int
) -> "Table":
    from gateway.exporting import absent, choosing, nouns  # noqa: PLC0415

    names = (args.site, args.edge, args.instrument, args.channel, args.work_unit)
    wanted = choosing.Wanted(*map(tuple, names))
    engine = stores.engine
    if args.what == "certificates":
        return nouns.certificates(engine, wanted, span, ZoneInfo(config.gateway.zone))
    if span is None:
        return nouns.noun_rows(engine, nouns.noun_names()[args.what])
    if args.what == "loss":
        return absent.absent(engine, choosing.edges_of(engine, wanted), wanted, span)
    if args.what in {"samples", "recomputed", "windows"}:
        return _of_the_series(args.what, stores, wanted, span, every_ns)
    return _of_the_shop_floor(args, config, stores, wanted, span)


def _of_the_series(what: str, stores: "Stores", wanted: "Wanted", span: "Span", every_ns: int) -> "Table":
    from gateway.exporting import choosing, readings  # noqa: PLC0415

    engine, series = stores
    if what == "recomputed":
        return readings.recomputed(series, choosing.recomputed_series(engine, series, wanted), span)
    if what == "windows":
        return readings.windows(series, choosing.channels_of_windows(engine, series, wanted), span)
    channels = choosing.channels_of_samples(engine, series, wanted)
    return readings.reduced(series, channels, span, every_ns) if every_ns else readings.samples(series, channels, span)


def _of_the_shop_floor(
    args: argparse.Namespace, config: GatewayConfig, stores: "Stores", wanted: "Wanted", span: "Span"
) -> "Table":
    from gateway.exporting import choosing, shop_floor  # noqa: PLC0415
    from gateway.production.summing import sum_up_changed  # noqa: PLC0415

    edges = choosing.edges_of(stores.engine, wanted)
    wanted = choosing.with_work_units(stores.engine, edges, wanted)
    if args.what == "elements":
        return shop_floor.elements(stores.engine, edges, wanted, span)
    if args.what == "stops":
        return shop_floor.stops(stores.engine, edges, wanted, span, people=args.people)
    zone = ZoneInfo(config.gateway.zone)
    sum_up_changed(stores.engine, zone)  # what came in the last half minute is in them too
    return shop_floor.production(stores.engine, edges, wanted, span, zone)


def _told(span: "Span | None", zone: ZoneInfo) -> str:
    """The stretch as it was understood."""
    if span is None:
        return ""
    since, until = (datetime.fromtimestamp(at // 10**9, zone).isoformat() for at in span)
    return f" from {since} to {until}"


def _about(args: argparse.Namespace, config: GatewayConfig, span: "Span | None") -> dict[str, str]:
    """What was asked for and how it was understood, to be kept with the table."""
    from gateway.exporting.csv_file import utc  # noqa: PLC0415

    names = ("within", "since", "until", "every")
    asked = {"in" if name == "within" else name: getattr(args, name) for name in names}
    chosen = {name: ", ".join(getattr(args, name)) for name in ("site", "edge", "instrument", "channel", "work_unit")}
    stretch = {"start": utc(span.start), "end": utc(span.end)} if span else {}
    made = {"made": utc(time.time_ns()), "program": f"nhipdo {version('nhipdo')}", "store": config.store.kind}
    said = asked | chosen | stretch | made | {"zone": config.gateway.zone}
    return {name: text for name, text in said.items() if text}


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM and a terminal that closes end it as Ctrl-C does, so that what was begun is cleared away."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, way in before.items():
            signal.signal(number, way)
