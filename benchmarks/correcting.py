"""What correcting costs an edge: CPU seconds per million values, of one instrument with 100 channels, all certified.

::

    python benchmarks/correcting.py [--polls 2000] [--points 2 11 100]

Without the driver and the outbox; the lines are those of telemetry, with and without u. Quote medians of several runs.
"""

import argparse
import time
from zoneinfo import ZoneInfo

import numpy as np

from edge_agent.collect import Sample
from edge_agent.correcting.corrector import Corrector
from edge_agent.correcting.stretches import Stretches
from edge_agent.dating import parts
from edge_agent.wire.certificate_setting import CertificateInForce, CertificatesSet, CertifiedChannel, CertifiedPoint
from edge_agent.wire.lines import format_line

CHANNELS = [f"c{k:03d}" for k in range(100)]
AT = 1_795_330_800 * 10**9


def corrector(points: int) -> Corrector:
    curve = tuple(
        CertifiedPoint(indication=float(x), error=0.001 * float(x), u=0.05) for x in np.linspace(0.0, 100.0, points)
    )
    channel = CertifiedChannel(
        unit="1", points=curve, resolution=0.01, drift_per_year=0.1, u_drift_per_year=0.05, low=0.0, high=100.0
    )
    certificate = CertificateInForce(number="K-1", applies_from=10**18, channels=dict.fromkeys(CHANNELS, channel))
    kept = CertificatesSet(certificates=(certificate,))
    return Corrector(Stretches(kept, frozenset(), ZoneInfo("Asia/Ho_Chi_Minh")))


def write(samples: list[Sample]) -> None:
    for sample in samples:
        for numbers, qualities in parts(sample):
            format_line("sample,site=a,edge=b,instrument=c ", numbers, qualities, AT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polls", type=int, default=2000)
    parser.add_argument("--points", type=int, nargs="+", default=[2, 11, 100])
    args = parser.parse_args()
    rng = np.random.default_rng(1)
    samples = [
        Sample("m", 0, list(zip(CHANNELS, rng.uniform(0, 100, len(CHANNELS)).tolist(), strict=True)), [])
        for _ in range(args.polls)
    ]
    share = 1e6 / (args.polls * len(CHANNELS))
    for points in args.points:
        its = corrector(points)
        its.correct(samples[0], AT)
        times = [time.process_time()]
        corrected = [its.correct(sample, AT) for sample in samples]
        times.append(time.process_time())
        write(samples)
        times.append(time.process_time())
        write(corrected)
        times.append(time.process_time())
        correct, raw, with_u = (np.diff(times) * share).tolist()
        print(
            f"{points} points: correcting {correct:.2f}, lines {raw:.2f}, lines with u {with_u:.2f} CPU s / 1e6 values"
        )


if __name__ == "__main__":
    main()
