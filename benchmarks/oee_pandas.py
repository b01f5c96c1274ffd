"""The month by pandas, as one would write it: a row a second, joined to everything, then grouped.

The same rules, but for a counter that shows nonsense (which the month does not have): that needs a loop.
"""

from collections.abc import Mapping

import numpy as np
import oee_month as given
import pandas as pd

NAMES = ("NOT_SCHEDULED", "PLANNED_STOP", "UNKNOWN", "RUN", "MINOR_STOP", "FAULT", "STOP", "SETUP")


def prepare(month: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray]]:
    """The month as it is: whole s."""
    return (month,)


def run(month: Mapping[str, np.ndarray]) -> tuple[np.ndarray, dict[str, float]]:
    """Of each window 8 times in s, failures, total and reject; and the figures of the month."""
    grid = pd.DataFrame({"t": np.arange(given.SECONDS)})
    grid["state"] = states(grid, month)
    grid = episodes(grid)
    grid["planned"] = inside(grid, month["shift"]) & ~inside(grid, month["pause"])
    grid["bucket"] = np.select(
        [~inside(grid, month["shift"]), inside(grid, month["pause"]), grid["minor"]], [0, 1, 4], grid["state"]
    )
    windows = pd.DataFrame(given.windows(month), columns=["since", "until"])
    grid["window"] = pd.merge_asof(grid, windows.reset_index(), left_on="t", right_on="since")["index"]
    product = pd.DataFrame({"t": month["product_at"], "product": month["product"]})
    grid["product"] = pd.merge_asof(grid, product, on="t")["product"]
    times = grid.pivot_table(index="window", columns="bucket", values="t", aggfunc="count", fill_value=0)
    times = times.reindex(index=windows.index, columns=range(8), fill_value=0)
    times["failures"] = failures(grid).reindex(windows.index, fill_value=0)
    made = {role: pieces(grid, month, role) for role in ("total", "reject")}
    for role, found in made.items():
        times[role] = found.groupby("window")["n"].sum().reindex(windows.index, fill_value=0)
    return times.to_numpy(), figures(times, made)


def states(grid: pd.DataFrame, month: Mapping[str, np.ndarray]) -> pd.Series:
    events = pd.DataFrame({"t": month["event_at"], "state": month["event_state"]})
    state = pd.merge_asof(grid, events, on="t")["state"]
    heard = pd.DataFrame(
        {"heard": np.unique(np.concatenate((month["event_at"], month["total_at"], month["reject_at"])))}
    )
    heard["gap"] = heard["heard"].shift(-1) - heard["heard"]
    gap = pd.merge_asof(grid, heard, left_on="t", right_on="heard")["gap"]
    return state.where(~(gap > given.MAX_GAP_S), 2).fillna(2).astype(int)


def episodes(grid: pd.DataFrame) -> pd.DataFrame:
    grid["down"] = grid["state"].isin([given.FAULT, given.STOP])
    grid["episode"] = (grid["down"] != grid["down"].shift()).cumsum()
    by_episode = grid.groupby("episode")
    grid["minor"] = grid["down"] & (by_episode["t"].transform("size") < given.MICRO_STOP_S)
    has_fault = (grid["state"] == given.FAULT).groupby(grid["episode"]).transform("any")
    grid["failing"] = grid["down"] & ~grid["minor"] & has_fault
    return grid


def inside(grid: pd.DataFrame, spans: np.ndarray) -> pd.Series:
    table = pd.DataFrame(spans, columns=["since", "until"])
    table = table.sort_values("since")
    return pd.merge_asof(grid[["t"]], table, left_on="t", right_on="since")["until"] > grid["t"]


def failures(grid: pd.DataFrame) -> pd.Series:
    """By window: each failing stop at its first planned second."""
    first = grid[grid["failing"] & grid["planned"]].drop_duplicates("episode")
    return first.groupby("window").size()


def pieces(grid: pd.DataFrame, month: Mapping[str, np.ndarray], role: str) -> pd.DataFrame:
    """Pieces that enter OEE, with window and product."""
    readings = pd.DataFrame({"t": month[f"{role}_at"], "v": month[role]})
    readings["since"] = readings["t"].shift()
    limit = np.ceil(given.MAX_RATE * (readings["t"] - readings["since"])) + 1
    risen = readings["v"].diff()
    readings["n"] = np.select(
        [
            (risen >= 0) & (risen <= limit),
            (risen < 0) & (risen + given.MODULUS <= limit),
            (risen < 0) & (readings["v"] <= limit),
        ],
        [risen, risen + given.MODULUS, readings["v"]],
        0,
    )
    readings = readings.iloc[1:].astype(int)
    unknown = np.concatenate(([0], (grid["bucket"] == 2).cumsum()))
    seen = unknown[readings["t"]] == unknown[readings["since"]]
    readings["second"] = readings["t"] - 1
    readings = readings.merge(grid[["t", "window", "product", "planned"]], left_on="second", right_on="t")
    return readings[seen & readings["planned"].to_numpy()]


def figures(times: pd.DataFrame, made: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    s = {name: int(times[k].sum()) for k, name in enumerate(NAMES)}
    ideal = pd.Series(list(given.IDEAL_S.values()))
    count = {
        role: found.groupby("product")["n"].sum().reindex(ideal.index, fill_value=0) for role, found in made.items()
    }
    planned = sum(s.values()) - s["NOT_SCHEDULED"] - s["PLANNED_STOP"]
    observed, busy = planned - s["UNKNOWN"], s["RUN"] + s["MINOR_STOP"]
    whole, good = float((ideal * count["total"]).sum()), float((ideal * (count["total"] - count["reject"])).sum())
    return {
        "availability": busy / observed,
        "effectiveness": whole / busy,
        "quality_ratio": good / whole,
        "oee": good / observed,
        "coverage": observed / planned,
        "mtbf_s": busy / int(times["failures"].sum()),
    }
