"""What an edge says of itself: its run, and what its channels mean."""

import hashlib
from importlib.metadata import version

from drivers.models import Model
from edge_agent.config import AgentConfig
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
    # Instruments of one model share their meanings: a hundred meters would take megabytes else.
    models = {one.loaded.sha256: one.loaded for bus in config.buses for one in bus.instruments}
    channels = {sha256: _meanings(model) for sha256, model in models.items()}
    return [
        InstrumentDescription(
            key=one.name,
            bus=bus.name,
            model=one.loaded.name,
            model_sha256=one.loaded.sha256,
            period_s=one.period_s,
            channels=channels[one.loaded.sha256],
        )
        for bus in config.buses
        for one in bus.instruments
    ]


def _meanings(model: Model) -> dict[str, ChannelMeaning]:
    return {
        name: ChannelMeaning(
            unit=meaning.unit,
            minimum=meaning.minimum,
            maximum=meaning.maximum,
            text=meaning.text,
            title=dict(meaning.title),
        )
        for name, meaning in model.meanings.items()
    }
