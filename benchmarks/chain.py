"""What the chain costs: instruments, agent, broker, gateway; beside a bare loop of pymodbus and paho.

::

    python benchmarks/chain.py [--seconds 30] [--load 10x50 100x100]

Real processes: simulated Modbus TCP devices, ``nhipdo-edge run``, mosquitto, ``nhipdo serve`` with the embedded store,
and a subscriber that counts. The bare loop reads the same devices in the same minute. Quote medians of several runs:
machines are noisy.
"""

import argparse
import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.client as mqtt
import psutil
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.wire.envelope import open_sealed
from edge_agent.wire.lines import parse_line
from gateway.debian import DebianPackages
from gateway.servers import mosquitto

HERE = Path(__file__).parent
WARM_UP_S = 5.0
LATE_S = 1.5
"""A sample is late when the one before it of the same instrument is older than this many periods of 1 s."""


class Usage(NamedTuple):
    """What a process has used, CPU s and bytes."""

    cpu_s: float
    peak_rss: int


class Counted(NamedTuple):
    """What came to the subscriber."""

    values: int
    samples: dict[str, list[int]]
    delay_s: list[float]


def usage(pid: int) -> Usage:
    process = psutil.Process(pid)
    times = process.cpu_times()
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    peak_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return Usage(times.user + times.system, peak_kb * 1024)


@contextlib.contextmanager
def running(*command: object, log: Path) -> Iterator[subprocess.Popen[str]]:
    with log.open("w") as out:
        process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=out, text=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            process.stdout.close()


def write_settings(folder: Path, ports: list[int], channels: int, broker_port: int) -> None:
    registers = "\n".join(
        f'[[register]]\nchannel = "c{k:03d}"\ntable = "input_register"\naddress = {2 * k}\n'
        'datatype = "float32"\nunit = "1"\n'
        for k in range(channels)
    )
    head = (
        'model = "bench"\ndialect = "modbus"\ntitle = {vi = "Bench", en = "Bench"}\n'
        'source = {manual = "benchmarks/device_server.py", revision = "1", table = "1"}\n'
    )
    (folder / "bench.toml").write_text(head + registers, "utf-8")
    buses = "\n".join(
        f'[[buses]]\nname = "bus-{k}"\nurl = "tcp://127.0.0.1:{port}"\n'
        f'[[buses.instruments]]\nname = "device-{k}"\nmodel = "bench.toml"\n'
        for k, port in enumerate(ports)
    )
    (folder / "agent.toml").write_text(
        '[edge]\nsite = "bench"\nname = "edge"\n[clock]\ntrust = "always"\n'
        f'[broker]\nurl = "mqtt://127.0.0.1:{broker_port}"\n{buses}',
        "utf-8",
    )


def write_gateway(folder: Path, broker_port: int) -> None:
    (folder / "gateway.toml").write_text(
        f'[gateway]\nstate_dir = "gateway"\n[broker]\nurl = "mqtt://127.0.0.1:{broker_port}"\n[http]\nport = 0\n',
        "utf-8",
    )


def listen(port: int) -> "tuple[mqtt.Client, queue.SimpleQueue[tuple[int, bytes]]]":
    came: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _c, _u, message: came.put((time.time_ns(), message.payload))
    client.connect("127.0.0.1", port)
    client.subscribe("nhipdo/v1/+/+/telemetry", 1)
    client.loop_start()
    return client, came


def count(came: "queue.SimpleQueue[tuple[int, bytes]]", start: int, end: int) -> Counted:
    """Every sample whose time is in ``[start, end)``, each once."""
    seen: set[tuple[str, int]] = set()
    samples: dict[str, list[int]] = {}
    values = 0
    delay_s = []
    while not came.empty():
        at, payload = came.get()
        for line in open_sealed(payload).body.decode().split("\n"):
            point = parse_line(line)
            key = (point.instrument, point.at)
            if point.measurement == "sample" and start <= point.at < end and key not in seen:
                seen.add(key)
                samples.setdefault(point.instrument, []).append(point.at)
                values += len(point.numbers)
                delay_s.append((at - point.at) / 1e9)
    return Counted(values, samples, delay_s)


def measure(devices: int, channels: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        broker = stack.enter_context(mosquitto(DebianPackages(HERE.parent / ".cache" / "servers"), folder / "broker"))
        server = stack.enter_context(
            running(sys.executable, HERE / "device_server.py", devices, channels, log=folder / "devices.log")
        )
        ports = [int(port) for port in server.stdout.readline().split()]
        write_settings(folder, ports, channels, broker.port)
        write_gateway(folder, broker.port)
        gateway = stack.enter_context(
            running(sys.executable, "-m", "gateway.cli", "serve", folder / "gateway.toml", log=folder / "gateway.log")
        )
        client, came = listen(broker.port)
        agent = stack.enter_context(
            running(sys.executable, "-m", "edge_agent.cli", "run", folder / "agent.toml", log=folder / "agent.log")
        )
        time.sleep(WARM_UP_S)
        for process, log in ((agent, "agent.log"), (gateway, "gateway.log")):
            if process.poll() is not None:
                sys.exit(f"{log}: ended with {process.returncode}\n{(folder / log).read_text('utf-8')[-2000:]}")
        begin = {p.pid: usage(p.pid) for p in (agent, gateway, server)}
        start = time.time_ns()
        time.sleep(seconds)
        end = time.time_ns()
        done = {p.pid: usage(p.pid) for p in (agent, gateway, server)}
        time.sleep(3.0)
        client.disconnect()
        client.loop_stop()
        report(devices, channels, seconds, count(came, start, end), start, end)
        for what, process in (("agent", agent), ("gateway", gateway), ("devices", server)):
            cpu_s = done[process.pid].cpu_s - begin[process.pid].cpu_s
            million = devices * channels * seconds / 1e6
            print(
                f"  {what:10} {cpu_s / million:6.2f} CPU s per million values, "
                f"peak {done[process.pid].peak_rss / 1e6:6.1f} MB"
            )
        agent.send_signal(signal.SIGTERM)
        agent.wait(30)
        bare(devices, channels, seconds, broker.port, ports)


def report(devices: int, channels: int, seconds: float, counted: Counted, start: int, end: int) -> None:
    gaps_s = [gap for k in range(devices) for gap in gaps(counted.samples.get(f"device-{k}", []), start, end)]
    late = sum(gap > LATE_S for gap in gaps_s)
    lost = sum(round(gap) - 1 for gap in gaps_s if gap > LATE_S)
    delays = sorted(counted.delay_s)
    print(f"{devices} instruments x {channels} channels at 1 Hz, {seconds:g} s")
    print(f"  at the subscriber {counted.values} values of {devices * channels * seconds:.0f}, {len(delays)} samples")
    print(f"  samples lost: {lost}; late or after a loss: {late}; longest pause {max(gaps_s):.3f} s")
    print(f"  from reply to subscriber: median {delays[len(delays) // 2]:.2f} s, worst {delays[-1]:.2f} s")


def gaps(times: list[int], start: int, end: int) -> list[float]:
    """Pauses between the samples of one instrument, s, with those to the edges of what was counted."""
    return [(b - a) / 1e9 for a, b in pairwise([start, *sorted(times), end])]


def bare(devices: int, channels: int, seconds: float, broker_port: int, ports: list[int]) -> None:
    command = [sys.executable, HERE / "bare_loop.py", broker_port, channels, seconds, *ports]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True, env=os.environ)
    cpu_s = float(done.stdout.split()[-1])
    print(f"  {'bare loop':10} {cpu_s / (devices * channels * seconds / 1e6):6.2f} CPU s per million values")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to count each load")
    parser.add_argument("--load", nargs="+", default=["10x50", "100x100"], help="INSTRUMENTSxCHANNELS")
    args = parser.parse_args()
    for load in args.load:
        devices, channels = map(int, load.split("x"))
        measure(devices, channels, args.seconds)


if __name__ == "__main__":
    main()
