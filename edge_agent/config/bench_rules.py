"""What must hold of the table ``[bench]``, beside the rest of the file."""

from edge_agent.config.channels import find_channel
from edge_agent.config.errors import Mistakes
from edge_agent.config.tables import AgentConfig


def check_bench(config: AgentConfig, mistakes: Mistakes) -> None:
    """The channels of the room, and the laboratory's own procedures; nothing where there is no bench."""
    bench = config.bench
    if bench is None:
        return
    if config.shop.screen is None:
        mistakes.add("bench", "needs a screen, since a person calibrates there; add a table [screen]")
    for quantity, of in bench.environment.items():
        try:
            channel = find_channel(config, of)
        except LookupError as error:
            mistakes.add(f"bench.{quantity}", str(error))
            continue
        if channel.meaning.text:
            mistakes.add(f"bench.{quantity}", f"{of} shows a text, expected a number. Name another channel.")
    # Only where there is a bench: formulas cost numpy and some tenths of a second.
    from edge_agent.bench.loading import ProcedureError, load_procedures  # noqa: PLC0415

    try:
        load_procedures(bench.procedures)
    except ProcedureError as error:
        for line in str(error).split("\n"):
            mistakes.add("bench.procedures", line)
