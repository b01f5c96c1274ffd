"""Exception replies of Modbus: what each means for a channel, and what a person may do.

Source: MODBUS Application Protocol Specification V1.1b3, clause 7, table of exception codes.
"""

from typing import NamedTuple

from drivers.errors import BusyError, InstrumentError, NoReplyError, RefusedError

ILLEGAL_ADDRESS = 2


class _Kind(NamedTuple):
    error: type[InstrumentError]
    verb: str
    name: str
    advice: str


CODES = {
    1: _Kind(RefusedError, "refused", "illegal function", "The device lacks this table; check the register map."),
    2: _Kind(RefusedError, "refused", "illegal data address", "Check the register map."),
    3: _Kind(RefusedError, "refused", "illegal data value", "Lower max_registers or max_gap in the register map."),
    4: _Kind(RefusedError, "refused", "server device failure", "Look at the instrument's own display and state."),
    5: _Kind(BusyError, "busy", "acknowledge", "The next poll will tell."),
    6: _Kind(BusyError, "busy", "server device busy", "The next poll will tell."),
    8: _Kind(RefusedError, "refused", "memory parity error", "The instrument may need service."),
    10: _Kind(NoReplyError, "no reply", "gateway path unavailable", "Check the settings and load of the gateway."),
    11: _Kind(
        NoReplyError,
        "no reply",
        "gateway target device failed to respond",
        "Check the device behind the gateway, its wiring and its device_id.",
    ),
}


def exception_error(who: str, code: int) -> InstrumentError:
    """The error that an exception code stands for.

    Args:
        who: Instrument, channel and register.
        code: Of the reply.

    >>> print(exception_error("meter-1: mass (coil 5, device 1)", 6))
    meter-1: mass (coil 5, device 1): busy, exception 6 (server device busy). The next poll will tell.
    """
    kind = CODES.get(code, _Kind(RefusedError, "refused", "unknown", "Look the code up in the device's manual."))
    return kind.error(f"{who}: {kind.verb}, exception {code} ({kind.name}). {kind.advice}")
