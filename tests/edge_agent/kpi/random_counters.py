"""Counters as plants have them: they wrap, start again, are replaced, are read in halves, twice and late."""

from fractions import Fraction
from math import ceil

from random_day import Day

RATES = (0.001, 0.01, 0.07, 0.2, 0.3, 1, 2.5, 10)
MODULI = (10, 100, 256, 1000, 65536, 999_983, 1 << 32)
TROUBLES = ("reset", "boot", "glitch", "torn", "zero", "replaced", "back", "most", "most after boot")


class Register:
    """What a counter shows, and what happens to it."""

    def __init__(self, day: Day, modulus: int, rate: float) -> None:
        self.day, self.modulus, self.rate = day, modulus, rate
        self.count = day.draw.randrange(modulus)
        self.boot: int | None = day.draw.choice((None, 7))
        self.trouble = day.draw.choice((0, 0.1, 0.4))

    def shows(self, dt: int) -> int:
        """Its reading after some seconds more."""
        most = ceil(Fraction(str(self.rate)) * dt) + 1
        likely = int(self.rate * dt * self.day.draw.choice((0, 0.5, 0.9, 1, 1))) + self.day.draw.choice((0, 0, 0, 1, 2))
        kind = self.day.draw.choice(TROUBLES) if self.day.likely(self.trouble) else ""
        if kind.endswith("boot") and self.boot is not None:
            self.boot += 1
        if kind == "replaced":
            self.count = self.day.draw.randrange(self.modulus)
        elif kind in ("reset", "boot"):
            self.count = self.day.draw.choice((0, 0, 1, 5))
        elif kind.startswith("most"):  # as many as are possible, or one more
            self.count = most + self.day.draw.choice((0, 1)) + (0 if kind.endswith("boot") else self.count)
        else:
            self.count += likely
        misread = {
            "glitch": self.day.draw.randrange(self.modulus),
            "torn": self.count ^ 0x10000,
            "zero": 0,
            "back": self.count - self.day.draw.randint(1, 9),
        }
        return misread.get(kind, self.count) % self.modulus


def samples(day: Day, register: Register, step: int) -> list[dict]:
    times = sorted({day.moment() for _ in range(day.draw.randint(0, 6))} | set(range(0, day.span_s, step)))
    before, rows = times[0], []
    lateness = day.draw.choice((0, 0.1, 0.5))
    for t in times[: day.draw.choice((None, None, None, None, 0, 1, 2))]:
        row = {"t": day.text(t), "v": register.shows(t - before)}
        before = t
        if register.boot is not None and not day.likely(0.03):
            row["boot"] = register.boot
        rows.append(day.maybe_arrived(row, t, lateness))
        if day.likely(0.05):  # the same instant said twice
            again = row | {"v": (row["v"] + day.draw.randint(-3, 3)) % register.modulus}
            rows.append(day.maybe_arrived(again, t, 0.5))
    if day.likely(0.3):
        day.draw.shuffle(rows)
    return rows


def counter(day: Day, name: str, role: str) -> dict:
    modulus, rate = day.draw.choice(MODULI), day.draw.choice(RATES)
    made = {"name": name, "role": role, "modulus": modulus, "max_rate_per_s": rate}
    rows = samples(day, Register(day, modulus, rate), max(1, day.span_s // day.draw.randint(1, 20)))
    encoding = {65536: "int16", 1 << 32: "int32"}.get(modulus)
    if encoding and day.likely(0.6):
        made["encoding"] = encoding
        for row in rows:
            row["v"] -= modulus if row["v"] >= modulus // 2 else 0
    carried = day.text(-day.draw.choice((1, 30, 600)))
    if day.likely(0.3) and all(day.utc(row["t"]) > day.utc(carried) for row in rows):
        near = rows[0]["v"] if rows and day.likely(0.7) else day.draw.randrange(modulus // 2)
        made["carry_in"] = {"t": carried, "v": near}
        if rows and "boot" in rows[0]:
            made["carry_in"]["boot"] = day.draw.choice((rows[0]["boot"], 6))
    return made | {"samples": rows}
