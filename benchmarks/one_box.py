"""What one box takes, broker, gateway with its embedded store, agent with its screen: the figures of docs/one-box.md.

::

    python benchmarks/one_box.py [--seconds 90] [--arenas 2]

Real processes, as a Raspberry Pi runs them: mosquitto, ``nhipdo serve``, ``nhipdo-edge run`` on the simulated press,
meter and balance, which run beside them and are not counted, nor is this script. The tables are there before the
gateway starts, as at every start but the first. The screen, the first page, production, measurements and the Andon are
looked at every few seconds. PSS shares out the pages that several processes have in common; its sum is what the box
needs. Quote medians of several runs: machines are noisy.
"""

import argparse
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from gateway.config import load_config
from gateway.debian import DebianPackages
from gateway.demo.account import demo_link
from gateway.demo.folder import agent_toml, gateway_toml, simulated_plant
from gateway.free_ports import free_port
from gateway.servers import mosquitto

HERE = Path(__file__).parent
WANTED_MB = 300
EVERY_S = 5.0
PAGES = ("/", "/production", "/measurements", "/andon/demo")


class Use(NamedTuple):
    """Of one process: MB resident, at most, shared out, and CPU s."""

    rss: float
    peak: float
    pss: float
    cpu_s: float


def use(pid: int) -> Use:
    def kb(file: str, names: tuple[str, ...]) -> list[float]:
        lines = Path(f"/proc/{pid}/{file}").read_text("ascii").splitlines()
        found = {line.split(":")[0]: line.split()[1] for line in lines if line.endswith(" kB")}
        return [int(found[name]) * 1.024e-3 for name in names]

    times = psutil.Process(pid).cpu_times()
    return Use(*kb("status", ("VmRSS", "VmHWM")), *kb("smaps_rollup", ("Pss",)), times.user + times.system)


@contextlib.contextmanager
def running(folder: Path, name: str, *words: object) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours, its output in ``NAME.out`` and ``NAME.log``."""
    with (folder / f"{name}.out").open("ab") as out, (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", *map(str, words)], stdout=out, stderr=log, cwd=HERE.parent)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def until(what: str, is_so, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            sys.exit(f"{what}: not there after {seconds:g} s")
        time.sleep(0.2)


def ask(port: int, path: str, headers: dict[str, str]) -> http.client.HTTPResponse | None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        answer.read()
    except OSError:
        return None
    finally:
        link.close()
    return answer


def look(port: int, screen: int, cookie: str, seconds: float) -> Counter[tuple[str, int]]:
    """Look at the pages every few seconds; how often which of them answered what."""
    end, found = time.monotonic() + seconds, Counter[tuple[str, int]]()
    while time.monotonic() < end:
        for path in PAGES:
            answer = ask(port, path, {"Cookie": cookie})
            found[path, answer.status if answer else 0] += 1
        shown = ask(screen, "/", {})
        found["screen", shown.status if shown else 0] += 1
        time.sleep(EVERY_S)
    return found


def measure(folder: Path, broker, seconds: float) -> None:
    port, screen = free_port(), free_port()
    printed = folder / "simulator.out"
    (folder / "gateway.toml").write_text(gateway_toml(broker.url, port, ""), "utf-8")
    path = f"/?key={demo_link(folder / 'gateway.toml')}"  # makes the tables too
    with contextlib.ExitStack() as stack:
        begin = stack.enter_context
        begin(running(folder, "simulator", "edge_agent.cli", "simulate", "--directory", folder / "ports"))
        until("the instruments", lambda: "Serving" in (folder / "simulator.log").read_text("utf-8"))
        (folder / "agent.toml").write_text(agent_toml(broker.url, simulated_plant(printed), screen), "utf-8")
        gateway = begin(running(folder, "gateway", "gateway.cli", "serve", folder / "gateway.toml"))
        until("the gateway", lambda: ask(port, "/healthz", {}))
        agent = begin(running(folder, "agent", "edge_agent.cli", "run", folder / "agent.toml"))
        until("the screen", lambda: ask(screen, "/", {}))
        cookie = ask(port, path, {}).getheader("Set-Cookie").split(";")[0]
        pids = {"mosquitto": broker.pid, "gateway": gateway.pid, "agent": agent.pid}
        before, began = {name: use(pid) for name, pid in pids.items()}, time.monotonic()
        answers = look(port, screen, cookie, seconds)
        took_s = time.monotonic() - began
        report({name: use(pid) for name, pid in pids.items()}, before, took_s)
        print("looked at: " + ", ".join(f"{n} x {path} ({status})" for (path, status), n in answers.items()))
        secret = Path(load_config(folder / "gateway.toml").secret_file).read_text("utf-8").strip()
        health = told(port, secret)
        print(f"waiting {health['waiting']}, missing {health['missing']} messages")


def told(port: int, secret: str) -> dict[str, int]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    link.request("GET", "/api/v1/health", headers={"Authorization": f"Bearer {secret}"})
    answer = json.loads(link.getresponse().read())
    link.close()
    return answer


def report(now: dict[str, Use], before: dict[str, Use], took_s: float) -> None:
    print(f"after {took_s:.0f} s, MB; glibc's arenas: {os.environ.get('MALLOC_ARENA_MAX', 'as usual')}")
    print(f"  {'':10} {'RSS':>6} {'most':>6} {'PSS':>6} {'CPU':>7}")
    sums = [0.0, 0.0, 0.0, 0.0]
    for name, one in now.items():
        figures = [one.rss, one.peak, one.pss, 100 * (one.cpu_s - before[name].cpu_s) / took_s]
        sums = [a + b for a, b in zip(sums, figures, strict=True)]
        print(f"  {name:10} {figures[0]:6.1f} {figures[1]:6.1f} {figures[2]:6.1f} {figures[3]:5.1f} %")
    print(f"  {'together':10} {sums[0]:6.1f} {sums[1]:6.1f} {sums[2]:6.1f} {sums[3]:5.1f} %  (wanted: {WANTED_MB} MB)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=90.0, help="how long it runs before it is measured")
    parser.add_argument(
        "--arenas", type=int, default=2, help="as the units of gateway/deploy set; 0: glibc's own choice"
    )
    args = parser.parse_args()
    if args.arenas:
        os.environ["MALLOC_ARENA_MAX"] = str(args.arenas)
    with tempfile.TemporaryDirectory(prefix="nhipdo-") as name:
        folder = Path(name)
        with mosquitto(DebianPackages(HERE.parent / ".cache" / "servers"), folder / "broker") as broker:
            measure(folder, broker, args.seconds)


if __name__ == "__main__":
    main()
