"""What must hold within a work unit, and between it and the instruments."""

import re
from collections.abc import Callable, Iterator

from edge_agent.config.channels import ENERGY_WH, Channel, counter_kind, counter_mistake, find_channel
from edge_agent.config.errors import Mistakes
from edge_agent.config.rules import once
from edge_agent.config.shop_tables import WorkUnitConfig
from edge_agent.config.tables import AgentConfig
from edge_agent.config.work_units import (
    COUNTERS,
    channels_of,
    counters_of,
    infers_state,
    slowest_period_s,
)
from edge_agent.wire.table_kinds import show

Found = Iterator[tuple[str, str]]
"""Key and mistake."""
_HOUR_S = 3600
_LEAST_BUCKET_S = 60
_WHOLE = re.compile(r"-?(0|[1-9]\d*)")


def check_unit(config: AgentConfig, unit: WorkUnitConfig, place: str, mistakes: Mistakes) -> None:
    """One ``[[work_units]]`` table whose values are all good by themselves."""
    before = len(mistakes)
    for rule in (_counters, _state, _products):
        for key, text in rule(unit):
            mistakes.add(f"{place}.{key}", text)
    seen: dict[object, str] = {}
    for index, product in enumerate(unit.products):
        once(seen, product.name, f"{place}.products[{index}].name", mistakes)
    channels = _channels(config, unit, place, mistakes)
    # What follows from a channel that is not there is not a second mistake.
    if len(mistakes) == before:
        for key, text in (
            *_shown_words(unit, channels),
            *_together(unit),
            *_modulus(config, unit),
            *_times(config, unit),
        ):
            mistakes.add(f"{place}.{key}", text)


def _channels(config: AgentConfig, unit: WorkUnitConfig, place: str, mistakes: Mistakes) -> dict[str, Channel]:
    """Role -> channel, of those that are there and can do it."""
    found: dict[str, Channel] = {}
    for role, of in channels_of(unit).items():
        try:
            channel = find_channel(config, of)
        except LookupError as error:
            mistakes.add(f"{place}.{role}", str(error.args[0]))
            continue
        wrong = _UNFIT.get(role, _any)(channel)
        if wrong:
            mistakes.add(f"{place}.{role}", wrong)
        else:
            found[role] = channel
    return found


def _any(_channel: Channel) -> str:
    return ""


def _text(channel: Channel) -> str:
    return f"{show(channel.of)} shows a text, expected a number. Name another channel." if channel.meaning.text else ""


def _not_a_counter(channel: Channel) -> str:
    return _text(channel) or counter_mistake(channel)


def _not_a_code(channel: Channel) -> str:
    if channel.meaning.text or channel.is_whole:
        return ""
    return f"{show(channel.of)} shows fractions, expected a text or a whole number. Name another channel."


def _not_energy(channel: Channel) -> str:
    if channel.meaning.unit in ENERGY_WH:
        return ""
    expected = ", ".join(ENERGY_WH)
    return f"{show(channel.of)} is in {channel.meaning.unit}, expected a counter in one of {expected}. Name another."


_UNFIT: dict[str, Callable[[Channel], str]] = {
    **dict.fromkeys(COUNTERS, _not_a_counter),
    **dict.fromkeys(("state", "mode", "product"), _not_a_code),
    **dict.fromkeys(("running", "fault"), _text),
    "energy": _not_energy,
}
"""Role -> why a channel cannot have it."""


def _counters(unit: WorkUnitConfig) -> Found:
    if (unit.reject or unit.rework) and not (unit.total or unit.good):
        only = "reject" if unit.reject else "rework"
        yield only, "alone does not tell how many pieces were made. Write total or good too."
    if unit.boot and not counters_of(unit):
        yield "boot", "is of no use without a counter. Write total or good, or delete it."


def _state(unit: WorkUnitConfig) -> Found:
    if unit.state and unit.running:
        yield "running", "stands beside state. Delete one of them: a machine's state is told by one channel."
    yield from _state_words(unit)
    for role in ("fault", "mode"):
        if getattr(unit, role) and infers_state(unit):
            yield role, "needs running or state beside it. Write the channel that is not zero while it runs."
    if unit.fault and unit.state:
        yield "fault", 'stands beside state. Delete it, and map a value of state to "FAULT".'
    for role, words in (("mode", "setup_modes"), ("setup_modes", "mode")):
        if getattr(unit, role) and not getattr(unit, words):
            yield words, f"missing; {role} needs it to tell a changeover"
    if infers_state(unit):
        yield from _inferred(unit)
    elif unit.stop_after_s is not None:
        told = "state" if unit.state else "running"
        yield "stop_after_s", f"is of no use: {told} says when it stops. Delete it."


def _state_words(unit: WorkUnitConfig) -> Found:
    if unit.state and not (unit.state_map or unit.state_preset):
        yield "state_map", 'missing; write { "1" = "RUN", "2" = "FAULT" }, or state_preset = "packml"'
    if unit.state_map and unit.state_preset:
        yield "state_preset", "stands beside state_map. Delete one of them."
    for key in ("state_map", "state_preset"):
        if getattr(unit, key) and not unit.state:
            yield key, "needs state: the channel that shows these values. Write it, or delete this."
    if unit.state_map and "RUN" not in unit.state_map.values():
        yield "state_map", 'maps nothing to "RUN", so it would never run. Add the value that it shows while running.'


def _inferred(unit: WorkUnitConfig) -> Found:
    """No signal tells whether it runs."""
    if not counters_of(unit):
        yield (
            "running",
            (
                "missing; neither running nor state nor a counter tells of this work unit. "
                "Write one of running, state, total, good."
            ),
        )
        return
    if unit.stop_after_s is None:
        yield (
            "stop_after_s",
            (
                "missing; without running or state a stop is told by the counter. Write after how many seconds "
                f"without a piece it stands, at most micro_stop_s, {unit.micro_stop_s:g}."
            ),
        )
    elif unit.stop_after_s > unit.micro_stop_s:
        yield (
            "stop_after_s",
            (
                f"{unit.stop_after_s:g} s is above micro_stop_s, {unit.micro_stop_s:g} s: a stop of a length between "
                "them is no minor stop and would still not be seen. Lower it, or raise micro_stop_s."
            ),
        )
    slowest = max((p.ideal_cycle_s for p in unit.products), default=0.0)
    if unit.stop_after_s is not None and unit.stop_after_s <= slowest:
        what = f"{unit.stop_after_s:g} s is not above the ideal cycle, {slowest:g} s: it would stand at every piece."
        yield "stop_after_s", f"{what} Raise it and micro_stop_s."


def _products(unit: WorkUnitConfig) -> Found:
    if unit.product and not unit.products:
        yield "products", "none; product shows which one is made. Add a table [[work_units.products]] for each."
    if not (_HOUR_S / unit.bucket_s).is_integer() or unit.bucket_s < _LEAST_BUCKET_S:
        what = f"{unit.bucket_s:g} s, expected a length from 60 s that divides an hour"
        yield "bucket_s", f"{what}. Take 60, 300, 600, 900, 1800 or 3600."


def _shown_words(unit: WorkUnitConfig, channels: dict[str, Channel]) -> Found:
    """Words that a channel of numbers will never show."""
    written = {
        "state": [(f"state_map.{word}", word) for word in unit.state_map],
        "mode": [(f"setup_modes[{k}]", word) for k, word in enumerate(unit.setup_modes)],
        "product": [(f"products[{k}].name", product.name) for k, product in enumerate(unit.products)],
    }
    for role, words in written.items():
        if role in channels and not channels[role].meaning.text:
            for key, word in words:
                if not _WHOLE.fullmatch(word):
                    of = channels[role].of
                    yield key, f'{show(word)} is never shown by {of}, a number. Write a whole number such as "1".'


def _together(unit: WorkUnitConfig) -> Found:
    """Channels that make sense only beside each other, in one reading of one instrument."""
    told = unit.state or unit.running
    pairs = [(role, told) for role in ("mode", "fault", "fault_code") if told]
    pairs += [("boot", of) for of in counters_of(unit).values()]
    for role, beside in pairs:
        of = getattr(unit, role)
        if of and of.partition(".")[0] != beside.partition(".")[0]:
            what = f"{show(of)} is of another instrument than {beside}, so they are never read together"
            yield role, f"{what}. Name a channel of {beside.partition('.')[0]}."
            return


def _modulus(config: AgentConfig, unit: WorkUnitConfig) -> Found:
    for of in counters_of(unit).values():
        limit, _ = counter_kind(config, of)
        if unit.modulus is not None and limit is not None and unit.modulus > limit:
            what = f"{unit.modulus} is above {limit}, where the register of {of} rolls over by itself"
            yield "modulus", f"{what}. Delete modulus, or correct it."


def _times(config: AgentConfig, unit: WorkUnitConfig) -> Found:
    period_s = slowest_period_s(config, unit)
    if unit.max_gap_s is not None and unit.max_gap_s <= period_s:
        what = f"{unit.max_gap_s:g} s is not above the {period_s:g} s at which it is read: all would be no data"
        yield "max_gap_s", f"{what}. Raise it, or lower period_s."
    if unit.stop_after_s is not None and unit.stop_after_s <= period_s:
        what = f"{unit.stop_after_s:g} s is not above the {period_s:g} s at which its counter is read"
        yield "stop_after_s", f"{what}. Raise it, or lower period_s."
