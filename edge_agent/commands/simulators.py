"""Simulated instruments are at hand only when a configuration names one."""

from edge_agent.config import AgentConfig


def register_simulators(config: AgentConfig) -> None:
    """Let pyserial know ``sim://``, when some bus asks for it."""
    if any(bus.url.startswith("sim://") for bus in config.buses):
        from drivers.simulators import register  # noqa: PLC0415  loads servers that a real edge never needs

        register()
