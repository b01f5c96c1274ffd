"""Reads what a gateway sets at a bench, and says what must hold in it."""

from collections.abc import Iterator, Mapping
from typing import cast

import msgspec

from edge_agent.wire.bench_settings import (
    BENCH_ORDERS,
    BENCH_PEOPLE,
    BENCH_STANDARDS,
    BenchOrdersSet,
    BenchPeopleSet,
    BenchStandard,
    BenchStandardsSet,
)
from edge_agent.wire.settings import ALL, SettingError
from edge_agent.wire.table_kinds import show

AnyBenchSetting = BenchOrdersSet | BenchStandardsSet | BenchPeopleSet
BENCH_KINDS: Mapping[str, type[AnyBenchSetting]] = {
    BENCH_ORDERS: BenchOrdersSet,
    BENCH_STANDARDS: BenchStandardsSet,
    BENCH_PEOPLE: BenchPeopleSet,
}


def read_bench_setting(noun: str, key: str, body: Mapping[str, object]) -> AnyBenchSetting | None:
    """The table in a setting; None: its body is empty, and nothing is set.

    Args:
        noun: One of :data:`BENCH_KINDS`.
        key: ``all``.
        body: As it came.

    Raises:
        SettingError: It is none of it.
    """
    where = f"setting {noun}/{key}"
    if key != ALL:
        msg = f"{where}: a bench has one table of {noun}, expected the id {show(ALL)}. Send it under that."
        raise SettingError(msg)
    if not body:
        return None
    try:
        read = msgspec.convert(body, cast("type[BenchOrdersSet]", BENCH_KINDS[noun]))
    except msgspec.ValidationError as error:
        msg = f"{where}: {error}. Correct it and send it again."
        raise SettingError(msg) from error
    mistakes = [f"{place}: {text}" for place, text in _mistakes(read)]
    if mistakes:
        msg = f"{where}: {'; '.join(mistakes)}"
        raise SettingError(msg)
    return read


def _mistakes(read: AnyBenchSetting) -> Iterator[tuple[str, str]]:
    if isinstance(read, BenchOrdersSet):
        yield from _once("orders[{}].number", [one.number for one in read.orders])
    elif isinstance(read, BenchStandardsSet):
        yield from _once("standards[{}].code", [one.code for one in read.standards])
        for index, one in enumerate(read.standards):
            yield from _standard(f"standards[{index}]", one)


def _standard(place: str, standard: BenchStandard) -> Iterator[tuple[str, str]]:
    names = [one.label or f"{one.nominal:.12g}" for one in standard.values]
    yield from _once(place + ".values[{}]", names)
    yield from _once(place + ".points[{}]", [f"{shown:.12g}" for shown, *_ in standard.points])
    if bool(standard.instrument) != bool(standard.channel):
        yield place, "has an instrument without a channel or a channel without one. Write both, or none."


def _once(place: str, names: list[str]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if seen.setdefault(name, index) < index:
            yield place.format(index), f"{show(name)} stands there twice. Choose another, or delete one of them."
