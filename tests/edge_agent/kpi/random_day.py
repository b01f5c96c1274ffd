"""Moments of one day or a few, of a zone and a night in which something may happen to the clock."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

# Where clocks change, the night of the change; one zone where they never do, and one that is off by a quarter.
NIGHTS = (
    ("Asia/Ho_Chi_Minh", "2026-03-02"),
    ("Asia/Ho_Chi_Minh", "2025-12-31"),
    ("Asia/Kathmandu", "2026-02-28"),
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
)


class Day:
    """Draws moments of one day or a few, often the ones that it drew before: where edges meet, mistakes live."""

    def __init__(self, draw: random.Random, span_s: int) -> None:
        self.draw = draw
        zone, night = draw.choice(NIGHTS)
        self.zone = ZoneInfo(zone)
        hour, minute = (0, 0) if span_s > 40_000 else draw.choice(((1, 50), (0, 55), (2, 5), (23, 50), (6, 0)))
        self.start = datetime.fromisoformat(night) + timedelta(hours=hour, minutes=minute)
        self.span_s = span_s
        self.drawn = [0, span_s]

    def likely(self, share: float) -> bool:
        return self.draw.random() < share

    def moment(self) -> int:
        if self.likely(0.35):
            return self.draw.choice(self.drawn) + self.draw.choice((0, 0, 0, 0, 1, -1))
        found = self.draw.randint(0, self.span_s)
        if self.likely(0.4):
            found -= found % 60
        self.drawn.append(found)
        return found

    def text(self, moment: int) -> str:
        """Local wall clock, also one that the clock change leaves out or shows twice."""
        return (self.start + timedelta(seconds=moment)).isoformat()

    def utc(self, text: str) -> float:
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).timestamp()

    def stretch(self) -> dict[str, str] | None:
        """From and to; None where the clock change turns them round."""
        start, end = sorted((self.moment(), self.moment()))
        made = {"from": self.text(start), "to": self.text(end)}
        return made if self.utc(made["from"]) < self.utc(made["to"]) else None

    def stretches(self, most: int) -> list[dict[str, str]]:
        return [made for made in (self.stretch() for _ in range(self.draw.randint(0, most))) if made]

    def maybe_arrived(self, row: dict, t: int, share: float) -> dict:
        if self.likely(share):
            late = self.draw.choice((0, 1, 30, 300, self.span_s // 2, self.span_s, -20))
            row["arrived"] = self.text(t + late)
        return row
