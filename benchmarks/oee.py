"""What a month of OEE costs: one work unit at one reading a second, beside pandas doing the same in the same run.

::

    pip install '.[bench]'
    python benchmarks/oee.py [--runs 5]
    python benchmarks/oee.py --live 2      ten work units live, over so many hours of operation

2.6 million counter samples (each a sign of life too), 20 000 events, three shifts with breaks, 180 changes of product,
evaluated from arrays into elements of 10 min by shift and product, and into the month's figures. Each run is a process
of its own; CPU s are those from the arrays to the figures, memory is the peak of the whole process with its arrays.
Both must give the same seconds, failures and pieces in every element. Quote medians: machines are noisy.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import oee_live
import oee_month

HERE = Path(__file__).parent
METHODS = {"engine": "oee_engine", "pandas": "oee_pandas"}
LIMIT_CPU_S, LIMIT_MB = 2.0, 300.0


def measure(method: str, month: Path) -> None:
    """In a process of its own: one evaluation; prints what it cost, leaves the elements beside the month."""
    module = import_module(METHODS[method])
    prepared = module.prepare(oee_month.load(month))
    begin = time.process_time()
    rows, figures = module.run(*prepared)
    cpu_s = time.process_time() - begin
    np.save(month.with_name(f"{method}.npy"), rows)
    # Not getrusage: that keeps the peak of the process that started this one.
    status = Path("/proc/self/status").read_text("ascii")
    peak_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"cpu_s": cpu_s, "peak_mb": peak_kb / 1000, "figures": figures}))


def measured(method: str, month: Path) -> dict:
    command = [sys.executable, __file__, "--one", method, str(month)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def compare(runs: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        month = oee_month.save(Path(name))
        found = {method: [] for method in METHODS}
        for _ in range(runs):  # in turn, so that a busy minute of the machine meets both
            for method, results in found.items():
                results.append(measured(method, month))
        rows = {method: np.load(month.with_name(f"{method}.npy")) for method in METHODS}
    same = bool(np.array_equal(*rows.values()))
    ours, theirs = (found[method][0]["figures"] for method in METHODS)
    same &= all(abs(ours[name] - value) < 1e-9 * max(1, value) for name, value in theirs.items())
    print(f"a month at 1 s into {len(rows['engine'])} elements, medians of {runs} runs")
    for method, results in found.items():
        cpu_s, peak_mb = (statistics.median(one[key] for one in results) for key in ("cpu_s", "peak_mb"))
        limits = f"  (limits {LIMIT_CPU_S:g} s, {LIMIT_MB:g} MB)" if method == "engine" else ""
        print(f"  {method:8} {cpu_s:6.2f} CPU s, peak {peak_mb:6.1f} MB{limits}")
    shown = ", ".join(f"{name} {ours[name]:.4f}" for name in ("oee", "availability", "effectiveness", "coverage"))
    print(f"  {shown}")
    print(f"  every element the same: {'yes' if same else 'NO'}")
    return 0 if same else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured")
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "MONTH"), help=argparse.SUPPRESS)
    parser.add_argument("--live", type=float, metavar="HOURS", help="the live engine on ten work units instead")
    args = parser.parse_args()
    if args.live:
        return oee_live.live(args.live)
    if args.one:
        measure(args.one[0], Path(args.one[1]))
        return 0
    return compare(args.runs)


if __name__ == "__main__":
    sys.exit(main())
