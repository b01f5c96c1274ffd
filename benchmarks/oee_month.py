"""A month of one work unit at one reading a second, made up but with everything that happens: as arrays."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

NS = 10**9
DAYS = 30
SECONDS = DAYS * 86_400
START = 1_772_384_400  # 2026-03-02T00:00:00 in Asia/Ho_Chi_Minh, which never changes its clocks, s
EVENTS = 20_000
MODULUS = 65_536
MAX_RATE = 3.0
MICRO_STOP_S, MAX_GAP_S, BUCKET_S = 60, 10, 600
IDEAL_S = {"A": 1.0, "B": 1.5, "C": 2.0}
RUN, FAULT, STOP, SETUP = 3, 5, 6, 7  # codes of edge_agent.kpi.buckets.Bucket


def make_month(seed: int = 7) -> dict[str, np.ndarray]:
    """Times are whole s since :data:`START`.

    Keys: ``event_at``, ``event_state``; ``total_at``, ``total`` (a reading a second, but for silences); ``reject_at``,
    ``reject`` (a reading a minute); ``shift`` and ``pause`` (from, to); ``product_at`` and ``product`` (index).
    """
    draw = np.random.default_rng(seed)
    event_at = np.sort(draw.choice(np.arange(1, SECONDS), EVENTS, replace=False))
    event_at[0] = 0
    event_state = draw.choice([RUN, FAULT, STOP, SETUP], EVENTS, p=[0.1, 0.3, 0.5, 0.1])
    event_state[::2] = RUN  # in between it stops, short or long
    state = np.repeat(event_state, np.diff(event_at, append=SECONDS))
    product_at = np.arange(0, SECONDS, 4 * 3600)
    product_at[1:] += draw.integers(-3000, 3000, len(product_at) - 1)
    product = draw.integers(0, len(IDEAL_S), len(product_at))
    ideal_s = np.array(list(IDEAL_S.values()))[np.repeat(product, np.diff(product_at, append=SECONDS))]
    made = (state == RUN) & (draw.random(SECONDS) < 0.9 / ideal_s)
    total_at = np.arange(SECONDS)
    for first in draw.choice(SECONDS - 4000, 40, replace=False):
        total_at[first : first + draw.integers(5, 1200)] = -1
    total_at = total_at[total_at >= 0]
    reject_at = np.arange(0, SECONDS, 60)
    scrap = np.cumsum(made & (draw.random(SECONDS) < 0.02))[reject_at]
    return {
        "event_at": event_at,
        "event_state": event_state.astype(np.int8),
        "total_at": total_at,
        "total": with_resets(np.cumsum(made)[total_at], draw) % MODULUS,
        "reject_at": reject_at,
        "reject": scrap % MODULUS,
        "shift": spans([(6, 14), (14, 22), (22, 30)], days=[d for d in range(-1, DAYS) if d % 7 != 6]),
        "pause": spans([(9.5, 10), (17.5, 18), (25.5, 26)], days=range(-1, DAYS)),
        "product_at": product_at,
        "product": product,
    }


def with_resets(count: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The controller starts anew every few days."""
    for at in np.sort(draw.choice(len(count), 8, replace=False)):
        count = np.concatenate((count[:at], count[at:] - count[at]))
    return count


def spans(hours: list[tuple[float, float]], days: object) -> np.ndarray:
    """From and to, s, of what happens every day between some hours."""
    rows = [(day * 86_400 + a * 3600, day * 86_400 + b * 3600) for day in days for a, b in hours]
    return np.array(rows, dtype=np.int64)


def windows(month: Mapping[str, np.ndarray]) -> np.ndarray:
    """From and to of the elements: nominal buckets, cut where a shift or a product begins or ends."""
    edges = np.unique(
        np.concatenate((np.arange(0, SECONDS + 1, BUCKET_S), month["shift"].ravel(), month["product_at"]))
    )
    edges = edges[(edges >= 0) & (edges <= SECONDS)]
    return np.column_stack((edges[:-1], edges[1:]))


def save(folder: Path) -> Path:
    np.savez(folder / "month.npz", **make_month())
    return folder / "month.npz"


def load(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as stored:
        return {name: stored[name] for name in stored.files}
