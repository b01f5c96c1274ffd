"""Simulated instruments, shipped: the same bytes as the real ones, and faults on demand.

May import the rest of :mod:`drivers` and pyserial. Imported by command lines and tests alone.

Decision: the world is a function of time, a speaker turns it into bytes, and a server carries them.
Because: each can be used without the next: the world to check an indicator, the bytes behind ``sim://``, a
socket or a pseudo terminal.
Instead of: one simulator for each protocol, with its own idea of a press.

Decision: a run with simulated instruments differs from a real one in the urls of its buses and in nothing else.
Because: what is tested must be what is shipped.
Instead of: a switch in the agent.
"""

import serial

from drivers.simulators.shipped import SIMULATED

__all__ = ["SIMULATED", "register"]


def register() -> None:
    """Let pyserial open ``sim://MODEL``: in this process, without a port. Twice is harmless."""
    if __name__ not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(__name__)
