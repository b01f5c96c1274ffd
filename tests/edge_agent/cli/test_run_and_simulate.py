"""``nhipdo-edge run`` and ``simulate``: what goes on until it is told to stop."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.outbox import Outbox, survey

SIMULATE = [sys.executable, "-m", "edge_agent.cli", "simulate"]
RUN = [sys.executable, "-m", "edge_agent.cli", "run"]
PLANT_END = "port = 8480\n"


def first_words(process: subprocess.Popen[str]) -> str:
    """What ``simulate`` prints at first: a whole agent.toml."""
    lines: list[str] = []
    while not lines or lines[-1] != PLANT_END:
        lines.append(process.stdout.readline())
        assert lines[-1], process.stderr.read()
    return "".join(lines)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_simulate_prints_a_configuration_that_can_be_read_until_it_is_stopped(nhipdo_edge, write, tmp_path, end):
    command = [*SIMULATE, "--directory", str(tmp_path / "plant")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            path = write(first_words(process))
            code, out, err = nhipdo_edge("read", path)
        finally:
            process.send_signal(end)
        assert process.wait(20) == 0
        told = process.stderr.read()
    assert (code, err) == (0, ""), out
    assert told.endswith("\nServing until Ctrl-C.\n")
    assert f"serial://{tmp_path}/plant/meter" in Path(path).read_text("utf-8")


def test_simulate_says_that_its_port_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([*SIMULATE, "--port", str(port)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"simulate: port {port}: ")
    assert done.stderr.endswith(" Choose another --port or --directory.\n")
    assert done.stderr.count("\n") == 1


def test_run_keeps_what_it_reads_and_stops_in_order_at_sigterm(plant_config, write, tmp_path):
    path = write(Path(plant_config).read_text("utf-8") + '\n[clock]\ntrust = "always"\n')
    with subprocess.Popen([*RUN, path], stderr=subprocess.PIPE, text=True) as process:
        try:
            line = ""
            while "started" not in line:
                line = process.stderr.readline()
                assert line
        finally:
            process.terminate()
        assert process.wait(30) == 0
        process.stderr.read()
    assert survey(tmp_path / "state").messages > 0


def test_run_refuses_a_second_instance(plant_config, tmp_path):
    outbox = Outbox(tmp_path / "state")
    try:
        done = subprocess.run([*RUN, plant_config], capture_output=True, text=True, timeout=60, check=False)
    finally:
        outbox.close()
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"{tmp_path}/state: in use by process ")


def test_a_laboratory_needs_a_directory_in_which_its_pan_is(nhipdo_edge):
    assert nhipdo_edge("simulate", "--laboratory") == (
        1,
        "",
        "simulate: --laboratory without --directory: nobody could put anything on the pan. Name a directory.\n",
    )
