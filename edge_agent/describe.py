"""What an edge says of itself: its run, and what its channels mean."""

import hashlib
from importlib.metadata import version

from edge_agent.config import AgentConfig
from edge_agent.config.tables import BusConfig, InstrumentConfig
from edge_agent.outbox import Outbox
from edge_agent.wire.messages import ChannelMeaning, InstrumentDescription, Run


def describe_run(config: AgentConfig, outbox: Outbox, boot: str) -> Run:
    """The first message of a journal."""
    end, clean = outbox.previous_run()
    return Run(
        key=outbox.journal,
        machine=outbox.machine,
        boot=hashlib.sha256(boot.encode()).hexdigest()[:16],
        version=version("nhipdo"),
        config_sha256=config.sha256,
        held=tuple(one for one in outbox.held() if one.journal != outbox.journal),
        previous_end=end,
        previous_clean=clean,
        previous=outbox.previous_journal(),
    )


def describe_instruments(config: AgentConfig) -> list[InstrumentDescription]:
    """What the channels of every instrument mean, to be said before its first sample."""
    return [_describe(bus, instrument) for bus in config.buses for instrument in bus.instruments]


def _describe(bus: BusConfig, instrument: InstrumentConfig) -> InstrumentDescription:
    model = instrument.loaded
    return InstrumentDescription(
        key=instrument.name,
        bus=bus.name,
        model=model.name,
        model_sha256=model.sha256,
        period_s=instrument.period_s,
        channels={
            name: ChannelMeaning(
                unit=meaning.unit,
                minimum=meaning.minimum,
                maximum=meaning.maximum,
                text=meaning.text,
                title=dict(meaning.title),
            )
            for name, meaning in model.meanings.items()
        },
    )
