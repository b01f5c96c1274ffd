"""InfluxQL as Grafana sends it: macros and variables are still in it.

``$timeFilter`` and ``$__interval`` are expanded by Grafana's server, ``${name:regex}`` by its page, which puts several
choices together as ``(a|b)`` and takes what has a meaning in a regular expression for itself.

>>> inner, outer = ratio("element", Ratio(("ideal_s",), ("run_s", "stop_s"), "p"), (chosen("site"),)).split(" FROM (")
>>> print(inner)
SELECT "above" / "below" AS "p"
>>> print(outer.partition(" FROM ")[0])
SELECT sum("ideal_s") AS "above", sum("run_s") + sum("stop_s") AS "below"
>>> print(outer.partition(" FROM ")[2])
"element" WHERE "site" =~ /^${site:regex}$/ AND $timeFilter) WHERE "below" > 0
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Terms = Sequence[str]
"""Fields whose sums are added; one with a minus before its name is subtracted."""
INTERVAL = "time($__interval)"
TIME = "$timeFilter"


class Ratio(NamedTuple):
    """A ratio of sums.

    Attributes:
        above: What is divided.
        below: By what.
        name: Of the column that results.
        factor: What the ratio is multiplied with, for its unit.
    """

    above: Terms
    below: Terms
    name: str
    factor: float = 1


def chosen(tag: str, variable: str = "") -> str:
    """The condition that a tag is among what the reader chose.

    >>> chosen("instrument", "device")
    '"instrument" =~ /^${device:regex}$/'
    """
    return f'"{tag}" =~ /^${{{variable or tag}:regex}}$/'


def where(conditions: Iterable[str]) -> str:
    """All conditions, and the range of time."""
    return " AND ".join((*conditions, TIME))


def summed(terms: Terms) -> str:
    """The sums of fields, added up.

    >>> summed(("total", "-reject"))
    'sum("total") - sum("reject")'
    """
    first, *others = terms
    start = f'-sum("{first[1:]}")' if first.startswith("-") else f'sum("{first}")'
    return start + "".join(f' - sum("{one[1:]}")' if one.startswith("-") else f' + sum("{one}")' for one in others)


def group(dimensions: Sequence[str], fill: str = "none") -> str:
    """The clause that groups; stretches without points are left out.

    >>> group(("time(1h)", "shift"))
    ' GROUP BY time(1h), "shift" fill(none)'
    """
    if not dimensions:
        return ""
    named = [one if one.startswith("time(") else f'"{one}"' for one in dimensions]
    return f" GROUP BY {', '.join(named)}" + (f" fill({fill})" if dimensions[0].startswith("time(") else "")


def sums(
    measurement: str,
    columns: Mapping[str, Terms],
    conditions: Iterable[str],
    dimensions: Sequence[str] = (),
    factor: float = 1,
) -> str:
    """Sums by column.

    Args:
        measurement: Of what.
        columns: Name of a column -> what is summed in it.
        conditions: Besides the range of time.
        dimensions: By what is grouped, time first.
        factor: What each is multiplied with, for its unit.
    """
    times = "" if factor == 1 else f" * {factor:.12g}"
    asked = ", ".join(
        f'({summed(terms)}){times} AS "{name}"' if times else f'{summed(terms)} AS "{name}"'
        for name, terms in columns.items()
    )
    return f'SELECT {asked} FROM "{measurement}" WHERE {where(conditions)}{group(dimensions)}'  # noqa: S608  our own


def ratio(measurement: str, asked: Ratio, conditions: Iterable[str], dimensions: Sequence[str] = ()) -> str:
    """A ratio of sums; no row where its denominator is zero.

    Args:
        measurement: Of what.
        asked: Which ratio.
        conditions: Besides the range of time.
        dimensions: By what is grouped, time first.
    """
    inner = sums(measurement, {"above": asked.above, "below": asked.below}, conditions, dimensions)
    times = "" if asked.factor == 1 else f" * {asked.factor:.12g}"
    tags = group([one for one in dimensions if not one.startswith("time(")])
    return f'SELECT "above" / "below"{times} AS "{asked.name}" FROM ({inner}) WHERE "below" > 0{tags}'  # noqa: S608


def columns(names: Mapping[str, str]) -> str:
    """Columns by what they are called: expression -> name."""
    return ", ".join(f'{expression} AS "{name}"' for expression, name in names.items())


def rows(measurement: str, names: Mapping[str, str], conditions: Iterable[str], tail: str = "") -> str:
    """Points or aggregates as they are.

    Args:
        measurement: Of what.
        names: Expression -> name of its column.
        conditions: Besides the range of time.
        tail: What follows: grouping, order, limit.
    """
    return f'SELECT {columns(names)} FROM "{measurement}" WHERE {where(conditions)}{tail}'  # noqa: S608  our own


def tag_values(measurement: str, tag: str, conditions: Iterable[str] = ()) -> str:
    """What a tag may be, for a variable.

    >>> tag_values("element", "site")
    'SHOW TAG VALUES FROM "element" WITH KEY = "site"'
    """
    narrowed = " AND ".join(conditions)
    return f'SHOW TAG VALUES FROM "{measurement}" WITH KEY = "{tag}"' + (f" WHERE {narrowed}" if narrowed else "")
