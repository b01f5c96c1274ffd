"""What metrology costs: import, a budget of ten inputs, a straight line; beside GTC and suncal in the same run.

::

    pip install '.[bench]'
    python benchmarks/metrology.py [--runs 7]

Each figure of an import comes of a process of its own: CPU time, wall time, and the peak memory of the whole process,
NumPy and Python included. A budget is the end gauge of the GUM's H.1 with ten inputs, from its numbers to every
contribution, the degrees of freedom, k and U for 99 %: by a model in Python (GTC's way), or by one that is read from
text (suncal's way). A line is the thermometer of H.3, from 11 points to the correction at 30 degrees with its
uncertainty. Each is repeated with numbers that differ each time, so that nothing remembered helps, and all take turns
in one process, so that what else the machine does meets all; all must give the same figures. A table says which target
of the library is met. Quote medians, of a machine that does nothing else: others' work shows most in the import of many
small files.

Nobody needs all of the library for one task, so that parts are told beside it: what a budget and a line need, what the
edge needs to correct a sample, what reads a certificate. NumPy alone is some three quarters of the import of all, and
nine tenths of that of one task; GTC, too, pays for NumPy first. Of the library's own share two fifths are the reading
of 120 modules, a third the making of 100 record types.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import import_module, metadata, util
from pathlib import Path

import calibration

PACKAGE = Path(calibration.__file__).parent
ALL = sorted(
    f"calibration.{found.stem}" for found in PACKAGE.iterdir() if found.stem.isidentifier() and found.stem[0] != "_"
)
IMPORTS = {
    "Python alone": [],
    "numpy": ["numpy"],
    "calibration, all of it": ALL,
    "calibration.uncertainty and .regression": ["calibration.uncertainty", "calibration.regression"],
    "calibration.correction, as the edge": ["calibration.correction"],
    "calibration.dcc": ["calibration.dcc"],
    "GTC": ["GTC"],
    "suncal": ["suncal"],
}
METHODS = {"calibration": "metrology_here", "GTC": "metrology_gtc", "suncal": "metrology_suncal"}
TASKS = {
    "budget": "a budget of ten inputs, a model in Python",
    "text_budget": "a budget of ten inputs, a model read from text",
    "line": "a straight line through 11 points",
}
LIMIT_MS, LIMIT_MB = 250.0, 40.0
OWN_MS = 50.0
FASTER, SMALLER = 5.0, 3.0
AGREE = 1e-6
LEAST_S = 0.3


OWN_COST = """
import sys, time
wall, cpu = time.perf_counter(), time.process_time()
for name in sys.argv[1:]:
    __import__(name)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
# Not getrusage: that keeps the peak of the process that started this one.
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(f'{{"ms": {1e3 * cpu}, "wall_ms": {1e3 * wall}, "mb": {peak / 1e3}}}')
"""
"""Imports nothing else: what is there before would not be counted."""


def own_work(methods: list[str]) -> dict:
    """In a process of its own: figures and CPU time of each task by each method."""
    modules = {method: import_module(METHODS[method]) for method in methods}
    found = {method: {} for method in methods}
    for name in TASKS:
        tasks = {method: getattr(module, name) for method, module in modules.items() if hasattr(module, name)}
        for method, task in tasks.items():
            found[method][name] = {"first_ms": once_ms(task, 0), "figures": task(0)}
        for method, ms in repeated_ms(tasks).items():
            found[method][name]["ms"] = ms
    return found


def once_ms(task, turn: int) -> float:
    begin = time.process_time()
    task(turn)
    return 1e3 * (time.process_time() - begin)


def repeated_ms(tasks: dict) -> dict[str, float]:
    """One after the other and again: a core that slows down slows all."""
    times, end, turn = {method: [] for method in tasks}, time.perf_counter() + LEAST_S * len(tasks), 0
    while time.perf_counter() < end or turn < 3:
        turn += 1
        for method, task in tasks.items():
            times[method].append(once_ms(task, turn))
    return {method: statistics.median(each) for method, each in times.items()}


def asked(*command: str) -> dict:
    # Compiled modules as an installation has them, whatever the environment says of writing them.
    environment = {key: word for key, word in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "nhipdo-benchmark-pycache")
    words = [sys.executable, *command]
    return json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True, env=environment).stdout)


def there(package: str) -> bool:
    if util.find_spec(package):
        return True
    print(f"{package} is not installed, and left out. Run: pip install '.[bench]'")
    return False


def imports(runs: int, others: list[str]) -> list[tuple]:
    names = [name for name in IMPORTS if name not in METHODS or name in others]
    found = {name: [] for name in names}
    for name in names:
        asked("-c", OWN_COST, *IMPORTS[name])  # compiles what is not compiled yet
    for _ in range(runs):  # in turn, so that a busy minute of the machine meets all
        for name, results in found.items():
            results.append(asked("-c", OWN_COST, *IMPORTS[name]))
    median = {n: {key: statistics.median(one[key] for one in rs) for key in rs[0]} for n, rs in found.items()}
    print(f"\nimport, each in a process of its own, medians of {runs} runs")
    for name, cost in median.items():
        limits = f"  (limits {LIMIT_MS:g} ms, {LIMIT_MB:g} MB)" if name.endswith("all of it") else ""
        print(f"  {name:40} {cost['ms']:7.0f} CPU ms, {cost['wall_ms']:7.0f} ms, peak {cost['mb']:6.1f} MB{limits}")
    return [*against_limits(median["calibration, all of it"], median["numpy"]), *against_others(median, others)]


def against_limits(ours: dict, numpy: dict) -> list[tuple]:
    return [
        ("import of all, CPU ms", f"{ours['ms']:.0f}", f"{LIMIT_MS:g} at most", ours["ms"] <= LIMIT_MS),
        (
            "the same beside NumPy's own",
            f"{ours['ms'] - numpy['ms']:.0f}",
            f"{OWN_MS:g} at most",
            ours["ms"] - numpy["ms"] <= OWN_MS,
        ),
        ("import of all, peak MB", f"{ours['mb']:.1f}", f"{LIMIT_MB:g} at most", ours["mb"] <= LIMIT_MB),
    ]


def against_others(median: dict[str, dict], others: list[str]) -> list[tuple]:
    """How many times more the others' import costs, and what NumPy alone lets anybody reach who imports it."""
    if "GTC" not in others:
        return []
    theirs, numpy, bare = median["GTC"], median["numpy"], median["Python alone"]
    ours = median["calibration.uncertainty and .regression"]
    faster, smaller = theirs["ms"] / ours["ms"], theirs["mb"] / ours["mb"]
    without = (theirs["mb"] - bare["mb"]) / (ours["mb"] - bare["mb"])
    print(
        f"  of GTC's import NumPy is {numpy['ms'] / theirs['ms']:.0%} of the time and {numpy['mb'] / theirs['mb']:.0%} "
        f"of the memory: who imports NumPy can be {theirs['ms'] / numpy['ms']:.1f} times faster and "
        f"{theirs['mb'] / numpy['mb']:.1f} times smaller, and no more"
    )
    own = max(ours["ms"] - numpy["ms"], 1.0)
    return [
        ("import, GTC / ours, CPU", f"{faster:.1f}", f"{FASTER:g} or more", faster >= FASTER),
        ("the same beside NumPy's own", f"{(theirs['ms'] - numpy['ms']) / own:.1f}", "", None),
        ("import, GTC / ours, peak memory", f"{smaller:.1f}", f"{SMALLER:g} or more", smaller >= SMALLER),
        ("the same without Python's own", f"{without:.1f}", "", None),
    ]


def work(runs: int, methods: list[str]) -> tuple[bool, list[tuple]]:
    found = {method: [] for method in methods}
    for _ in range(runs):
        for method, results in asked(__file__, "--work", *methods).items():
            found[method].append(results)
    same, compared = True, []
    for task, words in TASKS.items():
        print(f"\n{words}, medians of {runs} runs")
        each = {method: [one[task] for one in results if task in one] for method, results in found.items()}
        ours = each["calibration"][0]["figures"]
        base = statistics.median(one["ms"] for one in each["calibration"])
        for method, results in each.items():
            if results:
                same &= told(method, results, base, ours)
            if results and method != "calibration" and task != "line":
                ratio = base / statistics.median(one["ms"] for one in results)
                compared.append((f"{words}: ours / {method}", f"{ratio:.2f}", "1 at most", ratio <= 1))
        print("  " + ", ".join(f"{key} {value:.6g}" for key, value in ours.items()))
    print(f"\nall the same figures: {'yes' if same else 'NO'}")
    return same, compared


def table(rows: list[tuple]) -> None:
    print("\nagainst the targets")
    for what, found, target, met in rows:
        print(f"  {what:64} {found:>7}  {target:16} {'' if met is None else 'met' if met else 'NOT MET'}".rstrip())


def told(method: str, results: list[dict], base: float, ours: dict) -> bool:
    ms, first = (statistics.median(one[key] for one in results) for key in ("ms", "first_ms"))
    figures = results[0]["figures"]
    agrees = all(abs(figures[key] - value) <= AGREE * abs(value) for key, value in ours.items())
    print(f"  {method:12} {ms:8.3f} CPU ms, {ms / base:7.2f} times calibration's; the first one {first:8.2f} ms")
    if not agrees:
        print(f"    DIFFERS: {figures} instead of {ours}")
    return agrees


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7, help="how often each is measured")
    parser.add_argument("--work", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        print(json.dumps(own_work(args.work)))
        return 0
    others = [name for name in ("GTC", "suncal") if there(name)]
    print(", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", *others)))
    rows = imports(args.runs, others)
    same, compared = work(args.runs, ["calibration", *others])
    table([*rows, *compared])
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
