"""Whether the channels that were chosen are there, and show the unit that the procedure is written in."""

from collections.abc import Sequence

from edge_agent.bench.live import ChannelName
from edge_agent.bench.place import BenchPlace
from edge_agent.bench.procedure import Procedure
from edge_agent.bench.refusal import refuse


def check_item_channel(
    channel: ChannelName, procedure: Procedure, place: BenchPlace, standards: Sequence[ChannelName]
) -> None:
    """Whether the item may be read by a channel, or typed where there is none.

    Raises:
        EntryError: The procedure wants it otherwise, or the channel is not there, another unit's, or the standard's.
    """
    if not channel.instrument:
        if procedure.item_source == "channel":
            refuse("item: channel", "the one that reads the item", "none", "Choose it; nothing is typed here.")
        return
    if procedure.item_source == "typed":
        got = ".".join(channel)
        refuse("item: channel", "none, as its indication is typed", got, "Choose to type it.")
    check_unit("item", channel, procedure.unit, place)
    if channel in standards:
        advice = "Choose the channel of one of them anew."
        refuse("item: channel", "another one than the standard's", ".".join(channel), advice)


def check_unit(who: str, channel: ChannelName, unit: str, place: BenchPlace) -> None:
    """Whether a channel of this edge shows this unit.

    Raises:
        EntryError: There is no such channel, or it shows another unit.
    """
    shown = place.unit_of(channel)
    name = ".".join(channel)
    if shown is None:
        advice = "Choose one of the channels that this edge reads."
        refuse(f"{who}: channel", "one that this edge reads as a number", name, advice)
    if shown != unit:
        advice = f"Set the instrument and its map to {unit}, or choose another channel."
        refuse(f"{who}: unit of {name}", f"{unit}, as the procedure has it", shown, advice)


def check_environment(procedure: Procedure, place: BenchPlace) -> None:
    """Whether the room's channels show the units of the procedure.

    Raises:
        EntryError: One does not.
    """
    for rule in procedure.environment:
        channel = place.environment.get(rule.quantity)
        if channel:
            check_unit(rule.quantity, channel, rule.unit, place)
