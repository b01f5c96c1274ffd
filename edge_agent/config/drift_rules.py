"""What must hold of the tables ``[[drift_checks]]``, beside the rest of the file."""

from collections.abc import Iterator

from edge_agent.config.channels import Channel, find_channel
from edge_agent.config.drift_tables import DriftCheckConfig
from edge_agent.config.errors import Mistakes
from edge_agent.config.tables import AgentConfig
from edge_agent.wire.table_kinds import show


def check_drift_checks(config: AgentConfig, mistakes: Mistakes) -> None:
    """Channels that are there and measure the same, and one thing to hold them against."""
    seen: dict[str, str] = {}
    for index, check in enumerate(config.drift_checks):
        place = f"drift_checks[{index}]"
        first = seen.setdefault(check.channel, place)
        if first != place:
            mistakes.add(f"{place}.channel", f"{show(check.channel)} is also {first}. Delete one of them.")
        found = {}
        for key in ("channel", "against"):
            of = getattr(check, key)
            if key == "against" and not of:
                continue
            try:
                channel = find_channel(config, of)
            except LookupError as error:
                mistakes.add(f"{place}.{key}", str(error.args[0]))
                continue
            if channel.meaning.text:
                mistakes.add(f"{place}.{key}", f"{show(of)} shows a text, expected a number. Name another channel.")
            else:
                found[key] = channel
        for key, text in _mistakes(check, found):
            mistakes.add(f"{place}.{key}", text)


def _mistakes(check: DriftCheckConfig, found: dict[str, Channel]) -> Iterator[tuple[str, str]]:
    if bool(check.against) == (check.stated is not None):
        both = "both stand there" if check.against else "neither stands there"
        yield "against", f"expected a channel here or a stated value, and {both}. Write one of them."
    if check.within is not None and check.stated is None:
        yield "within", "only of use with stated. Delete it."
    if check.against and check.against == check.channel:
        yield "against", f"{show(check.against)} is the channel itself. Name another one."
    if len(found) > 1 and found["channel"].meaning.unit != found["against"].meaning.unit:
        units = found["against"].meaning.unit, found["channel"].meaning.unit
        yield "against", f"{show(check.against)} is in {units[0]}, the channel in {units[1]}. Name another channel."
