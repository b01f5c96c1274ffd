"""What a person is told of a request that was not answered: who, what, expected or got, what to do."""

from drivers.bus import BusSpec
from drivers.bus.framing import Framing
from drivers.bus.received import Received
from drivers.bus.spec import line_mistake
from drivers.bus.url import TcpAddress, parse_url
from drivers.errors import BadReplyError, InstrumentError, NoReplyError, RefusedError
from drivers.instrument import Request

SHOWN_MOST = 24


class Texts:
    """The error texts of one bus."""

    def __init__(self, spec: BusSpec, framing: Framing) -> None:
        self._where = f"on {spec.name} ({spec.url})"
        self._url = spec.url
        self._pipeline = f", or set parallel, now {spec.parallel}, to 1" if spec.parallel > 1 else ""
        self._framing = framing
        self._lines = not isinstance(parse_url(spec.url), TcpAddress)

    def unanswered(self, who: str, request: Request, timeout_s: float, came: Received) -> InstrumentError:
        """Nothing came in time, or what came is no whole answer."""
        got = came.bytes or came.strange
        if not got:
            return NoReplyError(self._silence(who, request, timeout_s))
        if came.bytes and self._framing.half(got, request):
            return NoReplyError(
                f"{who}: half an answer{_to(request)} within {timeout_s:g} s{self._sender(request)} {self._where}: "
                f"got {self._quoted(got)}. Check {self._link()} and timeout_s."
            )
        return BadReplyError(
            f"{who}: no answer{_to(request)} within {timeout_s:g} s{self._sender(request)} {self._where}, "
            f"but {self._quoted(got)}. Check {self._link()} and that no two devices have one address."
        )

    def refusal(self, who: str, request: Request) -> InstrumentError | None:
        """Why ``request`` cannot be sent here at all; None when it can."""
        why = self._framing.refusal(request)
        if not why and (request.line or request.then):
            why = self._line_refusal(request)
        return RefusedError(f"{who}: cannot be asked {self._where}: {why}.") if why else None

    def _line_refusal(self, request: Request) -> str:
        if not self._lines:
            return "it sets the baud rate, which a network connection cannot. Connect it to a serial port"
        mistakes = (line_mistake(line) for line in (request.line, request.then) if line)
        return next((mistake.rstrip(".") for mistake in mistakes if mistake), "")

    def not_ours(self, who: str, got: str) -> InstrumentError:
        """What comes is no Modbus TCP."""
        return BadReplyError(
            f"{who}: {self._url} does not speak Modbus TCP: got {got}. "
            "Check the port, and set framing to rtu if it is a converter."
        )

    def _silence(self, who: str, request: Request, timeout_s: float) -> str:
        if not request.send:
            rate = " and baud rate" if self._lines else " and address"
            return (
                f"{who}: nothing came within {timeout_s:g} s {self._where}. "
                f"Check that it sends by itself, its power, wiring{rate}."
            )
        if self._framing.numbered:
            check = "its power, network and device id" + self._pipeline
        elif self._framing.addressed:
            check = "its power, wiring, address and baud rate"
        else:
            check = "its power, wiring and baud rate" if self._lines else "its power and network"
        return f"{who}: no reply within {timeout_s:g} s{self._sender(request)} {self._where}. Check {check}."

    def _sender(self, request: Request) -> str:
        return f" from device {request.unit}" if self._framing.addressed else ""

    def _link(self) -> str:
        return "its wiring, baud rate, line form" if self._lines else "its network"

    def _quoted(self, got: bytes) -> str:
        some = got[:SHOWN_MOST]
        shown = some.hex(" ") if self._framing.addressed else repr(some)
        more = " ..." if len(got) > SHOWN_MOST else ""
        return f"{len(got)} byte{'s' if len(got) > 1 else ''}, {shown}{more}"


def _to(request: Request) -> str:
    return f" to {request.what}" if request.what else ""
