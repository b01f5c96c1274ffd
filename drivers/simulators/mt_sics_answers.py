"""A balance that answers MT-SICS, level 0.

Source: METTLER TOLEDO, Standard Interface Command Set MT-SICS, reference manual 11780711, level 0.
"""

from collections.abc import Callable

from drivers.simulators.bench_instruments import Weighs
from drivers.simulators.clock import Clock

TERMINATOR = b"\r\n"
WIDTH = 10
"""Characters of a weight value, right-aligned."""
SERIAL_NUMBER = "B021002593"


def mt_sics_answers(balance: Weighs, clock: Clock, capacity_g: float = 220.0) -> Callable[[bytes], bytes]:
    r"""What a balance answers to each line.

    Args:
        balance: What lies on it, and whether it has settled.
        clock: Time of its world.
        capacity_g: Above it the balance says overload.

    >>> from drivers.simulators.plant import Balance
    >>> mt_sics_answers(Balance(nominal_g=100, spread_g=0), lambda: 6.0)(b"SI\r\n")
    b'S S     100.00 g\r\n'
    """

    def weigh(*, wait: bool) -> str:
        weight = balance.weight(clock())
        if weight.mass_g > capacity_g:
            return "S +"
        if wait and not weight.settled:
            # The time-out of S has passed: a balance that waits longer would answer later, with S S.
            return "S I"
        state = "S" if weight.settled else "D"
        return f"S {state} {weight.mass_g:{WIDTH}.{balance.decimals}f} g"

    fixed = {
        "@": f'I4 A "{SERIAL_NUMBER}"',
        "I1": 'I1 A "0" "2.30" "" "" ""',
        "I2": f'I2 A "Simulated balance {capacity_g:.{balance.decimals}f} g"',
        "I3": 'I3 A "1.00"',
        "I4": f'I4 A "{SERIAL_NUMBER}"',
    }

    def answer(line: bytes) -> bytes:
        command = line.removesuffix(TERMINATOR).decode("latin-1")
        said = weigh(wait=command == "S") if command in ("S", "SI") else fixed.get(command, "ES")
        return said.encode("latin-1") + TERMINATOR

    return answer


def mass_in(reply: bytes) -> float | None:
    r"""The mass that a reply shows, g; None when it shows none. For ledgers of what was sent.

    >>> mass_in(b"S D      -0.03 g\r\n"), mass_in(b"S I\r\n")
    (-0.03, None)
    """
    words = reply.split()
    return float(words[2]) if words[-1:] == [b"g"] else None
