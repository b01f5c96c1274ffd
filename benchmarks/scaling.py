"""What storing costs and keeps when several gateway processes share the messages: the figures of docs/scaling.md.

::

    python benchmarks/scaling.py [--edges 100] [--messages 60] [--processes 1 2 3]

A real PostgreSQL (with fsync, on this machine's disk), a real InfluxDB, and the ingest as it is, one process each, each
given its share of the messages as a broker's shared subscription would; the broker itself is measured by chain.py. A
message is what an edge says in a second: one line for each of 5 instruments with 20 channels. Quote medians of several
runs: machines are noisy.
"""

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psycopg

from edge_agent.wire.envelope import seal
from edge_agent.wire.topics import TELEMETRY, EdgeTopic
from gateway import registry
from gateway.debian import DebianPackages
from gateway.ingest import ingest as module
from gateway.ingest.ingest import Ingest
from gateway.postgres import Postgres, postgres
from gateway.servers import influxd
from gateway.timeseries.influx import InfluxStore

INSTRUMENTS, CHANNELS = 5, 20
BATCH = 60
S = 10**9
T0 = 1_790_000_000 * S
SAFE = {"fsync": "on", "full_page_writes": "on", "autovacuum": "on"}


class Cost(NamedTuple):
    """Of one process, s."""

    wall_s: float
    cpu_s: float
    stored: int


class Silent:
    """No broker: acknowledgements are made and let go."""

    def __init__(self) -> None:
        self.bytes = self.count = 0

    def publish(self, _topic: str, payload: bytes) -> None:
        self.count += 1
        self.bytes += len(payload)


def message(edge: int, seq: int) -> tuple[str, bytes]:
    site, name = f"site-{edge % 20}", f"edge-{edge}"
    at = T0 + seq * S
    lines = [
        f"sample,site={site},edge={name},instrument=meter-{k} "
        + ",".join(f"c{c:02}={(seq * 31 + c * 7 + edge) % 100_000 / 100!r}" for c in range(CHANNELS))
        + f" {at + k}"
        for k in range(INSTRUMENTS)
    ]
    journal = f"{edge:032x}"
    return str(EdgeTopic(site, name, TELEMETRY)), seal(journal, seq, 1, len(lines), "\n".join(lines).encode())


def ingest(url: str, influx: str, mine: list[tuple[str, bytes]], gate, answers) -> None:
    # As many as come in 0.2 s are a batch here; nobody waits for more.
    module.LINGER_S = 0.0
    engine = registry.connect(url)
    one = Ingest(engine, InfluxStore(influx, database="scaling"), Silent(), is_shared=gate.parties > 1)
    gate.wait()
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    for n in range(0, len(mine), BATCH):
        for topic, payload in mine[n : n + BATCH]:
            one.put(topic, payload)
        one.step(0.0)
    wall_s = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    answers.put(Cost(wall_s, cpu_s, one.counters.outcome.stored))
    engine.dispose()


def measure(server: Postgres, influx: str, name: str, edges: int, messages: int, processes: int) -> list[Cost]:
    with psycopg.connect(server.database("postgres"), autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}")
    url = server.database(name)
    engine = registry.connect(url)
    registry.upgrade(engine)
    engine.dispose()
    every = [message(edge, seq) for seq in range(1, messages + 1) for edge in range(edges)]
    spawn = multiprocessing.get_context("spawn")
    gate, answers = spawn.Barrier(processes), spawn.Queue()
    # Shuffled, so that messages of each edge come to all of them, as a broker deals them out.
    random.Random(1).shuffle(every)
    shares = [every[k::processes] for k in range(processes)]
    workers = [spawn.Process(target=ingest, args=(url, influx, one, gate, answers)) for one in shares]
    for worker in workers:
        worker.start()
    costs = [answers.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join()
    return costs


def folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", type=int, default=100)
    parser.add_argument("--messages", type=int, default=60)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 3])
    args = parser.parse_args()
    packages = DebianPackages(Path(".cache/servers"))
    size = len(message(1, 1)[1])
    print(f"a message: {size} B on the wire, {INSTRUMENTS} lines, {INSTRUMENTS * CHANNELS} values")
    with tempfile.TemporaryDirectory(prefix="nhipdo-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        series = Path(folder) / "influx"
        with (
            postgres(packages, Path(folder) / "postgres", settings=SAFE) as server,
            influxd(packages, series) as influx,
        ):
            for n in args.processes:
                costs = measure(server, influx.url, f"with_{n}", args.edges, args.messages, n)
                total = sum(cost.stored for cost in costs)
                wall_s, cpu_s = max(cost.wall_s for cost in costs), sum(cost.cpu_s for cost in costs)
                print(
                    f"{n} processes: {total} messages of {args.edges} edges stored in {wall_s:.1f} s: "
                    f"{total / wall_s:.0f}/s, {1e3 * cpu_s / total:.2f} CPU ms a message in the ingest"
                )
                with psycopg.connect(server.database(f"with_{n}")) as db:
                    [(rows, held)] = db.execute(
                        "SELECT (SELECT count(*) FROM receipt), pg_database_size(current_database())"
                    ).fetchall()
                    print(f"  registry: {rows} receipts for {total} messages, {held / 1e6:.1f} MB in all")
        # Stopped, it has written its cache to its files.
        values = args.edges * args.messages * INSTRUMENTS * CHANNELS
        print(f"series: {folder_bytes(series) / values:.2f} B a value on the disk, log and files, {values} values")


if __name__ == "__main__":
    main()
