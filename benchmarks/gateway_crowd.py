"""The crowd of benchmarks/gateway.py: a province's gateway, people who ask it for pages, and what that costs."""

import argparse
import contextlib
import http.client
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil
import psycopg

from benchmarks import gateway_given as given
from benchmarks.gateway_pages import pages
from benchmarks.gateway_registered import Visitor, write_registry, write_visitors
from gateway import registry
from gateway.debian import DebianPackages
from gateway.postgres import postgres
from gateway.registry.roles import Role
from gateway.servers import mosquitto

HERE = Path(__file__).parent
SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "4GB", "checkpoint_timeout": "30min", "autovacuum": "on"}
TARGET_MS, TARGET_MB = 300, 250
BULK = ("element", "nominal_bucket", "stop", "production_day")


class Answer(NamedTuple):
    """One page: its status, s to the first byte, s to the last, bytes."""

    status: int
    server_s: float
    whole_s: float
    size: int


def ask(link: http.client.HTTPConnection, path: str, cookie: str) -> Answer:
    began = time.perf_counter()
    link.request("GET", path, headers={"Cookie": f"nhipdo_session={cookie}", "Accept-Language": "vi"})
    answer = link.getresponse()
    first = time.perf_counter()
    body = answer.read()
    return Answer(answer.status, first - began, time.perf_counter() - began, len(body))


def visit(visitor: Visitor, port: int, day: date, until: float, think_s: float) -> dict[str, list[Answer]]:
    """Ask for one page after the other, in an order of one's own."""
    chance = random.Random(visitor.name)
    edge = int(visitor.site[-2:]) * given.EDGES_OF_SITE
    machine = f"edge-{edge:02}/press-{edge * given.UNITS_OF_EDGE:03}"
    wanted = [one for one in pages(visitor.site, day) if one.for_all or visitor.role is not Role.OPERATOR]
    found: dict[str, list[Answer]] = defaultdict(list)
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    time.sleep(chance.random() * think_s)
    while time.perf_counter() < until:
        for page in chance.sample(wanted, len(wanted)):
            found[page.name].append(ask(link, page.path.replace("EDGE/UNIT", machine), visitor.cookie))
            if time.perf_counter() >= until:
                break
            time.sleep(think_s * (0.5 + chance.random()))
    link.close()
    return found


def crowd(visitors: list[Visitor], port: int, day: date, seconds: float, think_s: float) -> dict[str, list[Answer]]:
    """All of them at once."""
    every: dict[str, list[Answer]] = defaultdict(list)
    lock, until = threading.Lock(), time.perf_counter() + seconds

    def go(visitor: Visitor) -> None:
        found = visit(visitor, port, day, until, think_s)
        with lock:
            for name, answers in found.items():
                every[name] += answers

    threads = [threading.Thread(target=go, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return every


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident now and at most, MB."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    kb = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return kb["VmRSS"] * 1.024e-3, kb["VmHWM"] * 1.024e-3


def report(title: str, found: dict[str, list[Answer]], before: dict[str, float] | None) -> dict[str, float]:
    """The table of one crowd; medians of the server's time by page, ms."""
    count = sum(map(len, found.values()))
    print(f"  {title}: {count} pages")
    print(f"    {'page':30} {'n':>5} {'server':>7} {'95 %':>7} {'whole':>7} {'95 %':>7} {'kB':>6}  than a tenth")
    medians = {}
    for page in pages("site-00", date(2026, 1, 1)):
        answers = found.get(page.name, [])
        bad = sorted({one.status for one in answers if one.status != 200})
        good = [one for one in answers if one.status == 200]
        if not good:
            print(f"    {page.name:30} answered {bad}")
            continue
        server, whole = (sorted(1e3 * one[k] for one in good) for k in (1, 2))
        medians[page.name] = statistics.median(server)
        growth = f"x {medians[page.name] / before[page.name]:.1f}" if before and page.name in before else ""
        figures = (medians[page.name], late(server), statistics.median(whole), late(whole))
        print(
            f"    {page.name:30} {len(good):5} "
            + " ".join(f"{one:7.0f}" for one in figures)
            + f" {max(one.size for one in good) / 1e3:6.0f}  {growth}"
            + (f"  and {bad}" if bad else "")
        )
    return medians


def late(ms: list[float]) -> float:
    return ms[min(len(ms) - 1, int(0.95 * len(ms)))]


@contextlib.contextmanager
def serving(folder: Path, url: str, broker_port: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``nhipdo serve``, and its port."""
    (folder / "gateway.toml").write_text(
        f'[gateway]\nstate_dir = "state"\n[broker]\nurl = "mqtt://127.0.0.1:{broker_port}"\n'
        f'[registry]\nurl = "{url}"\n[http]\nport = 0\n',
        "utf-8",
    )
    with (folder / "gateway.log").open("a") as log:
        words = [sys.executable, "-m", "gateway.cli", "serve", str(folder / "gateway.toml")]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True, cwd=HERE.parent)
        try:
            told = process.stdout.readline()
            if "http://127.0.0.1:" not in told:
                sys.exit((folder / "gateway.log").read_text("utf-8")[-2000:])
            yield process, int(told.split("http://127.0.0.1:")[1].split("/")[0])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            process.stdout.close()


def measure(args, folder: Path, url: str, broker_port: int, visitors, before) -> dict[str, float]:
    day = datetime.now(given.ZONE).date() - timedelta(days=1)
    with serving(folder, url, broker_port) as (process, port):
        watched = psutil.Process(process.pid)
        print(f"  gateway after its start: {memory_mb(process.pid)[0]:.0f} MB")
        crowd(visitors[:4], port, day, 3, 0.1)  # templates compiled, connections open: as on any day but the first
        medians: dict[str, float] = {}
        for title, think_s in ((f"{len(visitors)} people, {args.think:g} s a page", args.think), ("no pause", 0.0)):
            began, cpu = time.perf_counter(), watched.cpu_times()
            profiler = profiling(args, process.pid, f"{len(visitors)}-{think_s:g}")
            found = crowd(visitors, port, day, args.seconds, think_s)
            if profiler:
                profiler.wait()
            took_s, now = time.perf_counter() - began, watched.cpu_times()
            medians |= report(title, found, before) if think_s else {}
            if not think_s:
                report(title, found, None)
            count = sum(map(len, found.values()))
            cpu_s = now.user + now.system - cpu.user - cpu.system
            resident, peak = memory_mb(process.pid)
            print(
                f"    {count / took_s:.1f} pages/s; gateway {1e3 * cpu_s / count:.1f} CPU ms a page, "
                f"{100 * cpu_s / took_s:.0f} % of a core; {resident:.0f} MB, at most {peak:.0f} (wanted: {TARGET_MB})"
            )
    return medians


def profiling(args, pid: int, name: str) -> "subprocess.Popen[bytes] | None":
    if args.profile is None:
        return None
    out = args.profile / f"{name}.txt"
    words = ["py-spy", "record", "-f", "raw", "-r", "50", "-d", str(int(args.seconds)), "-p", str(pid), "-o", str(out)]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def without_indexes(url: str) -> Iterator[None]:
    """Indexes beside the primary keys are made when the rows are there: that is quicker."""
    query = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef NOT LIKE '%%UNIQUE%%'"
    with psycopg.connect(url) as db:
        indexes = db.execute(query, [list(BULK)]).fetchall()
        for name, _ in indexes:
            db.execute(f"DROP INDEX {name}")
    yield
    with psycopg.connect(url) as db:
        db.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            db.execute(definition)


def fill(url: str, engine, some: list[given.Unit], now: int, days: int) -> dict[str, str]:
    owners = write_registry(engine, some, now)
    began = time.perf_counter()
    with without_indexes(url):
        rows = given.write_elements(url, some, now // given.DAY * given.DAY, days)
    print(f"  {rows} elements of {len(some)} machines written in {time.perf_counter() - began:.0f} s", flush=True)
    with psycopg.connect(url, autocommit=True) as db:
        for table in BULK:
            db.execute(f"VACUUM (ANALYZE) {table}")
        db.execute("ANALYZE")
        [(size,)] = db.execute("SELECT pg_database_size(current_database())").fetchall()
        [(sums,)] = db.execute("SELECT count(*) FROM production_day").fetchall()
    print(f"  registry: {size / 1e9:.2f} GB, {sums} daily sums")
    return owners


def run(args, folder: Path, url: str, broker_port: int) -> None:
    engine = registry.connect(url)
    registry.upgrade(engine)
    kept = folder / "visitors.json"
    if kept.exists():
        print(f"as it was kept in {folder}:")
        visitors = msgspec.json.decode(kept.read_bytes(), type=list[Visitor])
        measure(args, folder, url, broker_port, visitors, None)
    else:
        visitors = grow(args, folder, url, broker_port, engine)
        kept.write_bytes(msgspec.json.encode(visitors))
    engine.dispose()


def grow(args, folder: Path, url: str, broker_port: int, engine) -> list[Visitor]:
    """Make a tenth of the machines and measure, make all and measure."""
    with psycopg.connect(url) as db:
        for table in BULK:  # what is lost with the machine may be: it is made again
            db.execute(f"ALTER TABLE {table} SET UNLOGGED")
    now, days = time.time_ns(), round(args.years * 365)
    owners: dict[str, str] = {}
    medians: dict[str, float] | None = None
    visitors: list[Visitor] = []
    # Whole sites.
    steps = sorted({max(10, args.units // 100 * 10), args.units})
    for first, last in zip([0, *steps], steps, strict=False):
        print(f"{last} machines, {args.years:g} years:")
        some = given.units(first, last)
        owners |= fill(url, engine, some, now, days)
        visitors = write_visitors(engine, owners, now)
        medians = measure(args, folder, url, broker_port, visitors, medians)
    blocks, differ, took_s = given.differing_sums(engine, url, some[:20], now // given.DAY * given.DAY - 2 * given.DAY)
    print(f"daily sums by the job: {blocks} blocks, {1e3 * took_s / blocks:.1f} ms each; {differ} rows differ")
    pages_ms = {name: ms for name, ms in (medians or {}).items() if name == "overview" or name.startswith("production")}
    worst = max(pages_ms, key=lambda name: pages_ms[name])
    print(f"overview and production: at most {pages_ms[worst]:.0f} ms at the median ({worst}); wanted: {TARGET_MS}")
    return visitors


def main(about: str) -> None:
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=200, help="machines; a tenth of them is measured first")
    parser.add_argument("--years", type=float, default=2.0)
    parser.add_argument("--seconds", type=float, default=40.0, help="how long each crowd asks")
    parser.add_argument("--think", type=float, default=2.0, help="how long a person looks at a page, s")
    parser.add_argument("--profile", type=Path, help="folder for py-spy's stacks, where py-spy is installed")
    parser.add_argument("--keep", type=Path, help="folder that stays: measured again for a day or two, without a tenth")
    args = parser.parse_args()
    packages = DebianPackages(HERE.parent / ".cache" / "servers")
    with kept_folder(args.keep) as folder:
        folder.chmod(0o755)
        with (
            postgres(packages, folder / "postgres", settings=SETTINGS) as server,
            mosquitto(packages, folder / "broker") as broker,
        ):
            with psycopg.connect(server.database("postgres"), autocommit=True) as db:
                if not db.execute("SELECT 1 FROM pg_database WHERE datname = 'province'").fetchall():
                    db.execute("CREATE DATABASE province")
            run(args, folder, server.database("province"), broker.port)


@contextlib.contextmanager
def kept_folder(keep: Path | None) -> Iterator[Path]:
    """One that stays, or one that goes."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="nhipdo-", ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.resolve()
