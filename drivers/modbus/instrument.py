"""An instrument that speaks Modbus.

Source: MODBUS Application Protocol Specification V1.1b3, 6.1 to 6.4 (reading), 7 (exceptions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from drivers.errors import BadReplyError, InstrumentError
from drivers.instrument import Missing, Poll, Reply, Request, Shown
from drivers.modbus.decode import BlockDecoder
from drivers.modbus.exceptions import ILLEGAL_ADDRESS, exception_error
from drivers.modbus.planner import Block, Limits, halves, plan
from drivers.modbus.refusals import Refusals
from drivers.modbus.registers import BIT_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from drivers.modbus.register_map import ModbusMap
    from drivers.modbus.registers import Register

READ = {
    "coil": ReadCoilsRequest,
    "discrete_input": ReadDiscreteInputsRequest,
    "holding_register": ReadHoldingRegistersRequest,
    "input_register": ReadInputRegistersRequest,
}
EXCEPTION = 0x80
"""Added to the function code of an exception reply, which has one byte more: the exception code."""
REQUEST_BYTES = 5
HEADER_BYTES = 2
"""Of a reply, before the values: function code, number of bytes."""


class PlannedRequest(NamedTuple):
    """What a poll asks for, in words and bytes, so that the use of a bus can be computed.

    Attributes:
        words: ``input_register 52..61, 10 registers``.
        sent_bytes: Of the request's PDU, without frame.
        reply_bytes: Of the reply's PDU, without frame.
    """

    words: str
    sent_bytes: int
    reply_bytes: int


class _Question(NamedTuple):
    """One request, made once, and how to read its reply."""

    block: Block
    request: Request
    head: bytes
    decoder: BlockDecoder


class ModbusInstrument:
    """One device. Does no I/O: a bus carries what :meth:`poll` yields.

    Args:
        name: Unique on its edge.
        model_map: Its registers.
        device_id: Whom its frames address.
    """

    def __init__(self, name: str, model_map: ModbusMap, device_id: int) -> None:
        self.name = name
        self.device_id = device_id
        self.registers = model_map.registers
        self.channels: Mapping[str, str] = {r.channel: r.unit for r in model_map.registers}
        self._limits = Limits(model_map.max_gap, model_map.max_registers, model_map.max_bits)
        self._refusals = Refusals()
        self._planned_for = self._refusals.key()
        self._questions = self._plan()
        self._seen_at = 0

    @property
    def requests(self) -> tuple[PlannedRequest, ...]:
        """What the next poll will ask for, if the device refuses nothing new."""
        self._plan_anew()
        return tuple(_in_words(question.block) for question in self._questions)

    def poll(self) -> Poll:
        """One reading of every channel.

        A block that the device refuses for its address (exception 2) is halved until it is known which
        register is to blame; the others are read in this same poll.
        """
        shown: list[Shown] = []
        answered: list[Block] = []
        halved: list[tuple[Block, ...]] = []
        todo = self._first_questions()
        while todo:
            replies = yield tuple(question.request for question in todo)
            refused: list[Block] = []
            for question, reply in zip(todo, replies, strict=True):
                self._seen_at = max(self._seen_at, reply.at)
                if _exception(question, reply) == ILLEGAL_ADDRESS:
                    refused.append(question.block)
                    continue
                shown += self._read(question, reply)
                if _is_answer(question, reply):
                    answered.append(question.block)
                    self._refusals.accept(question.block)
            pairs = [halves(block) or self._refuse(block) for block in refused]
            halved += pairs
            todo = [self._question(half) for pair in pairs for half in pair]
        if halved:
            self._learn(halved, answered)
        return self._with_refused(shown)

    def _first_questions(self) -> list[_Question]:
        """What is planned, and what was refused and is due again."""
        self._refusals.forget(self._seen_at)
        due = self._refusals.due(self._seen_at)
        self._plan_anew()
        if not self._questions and not due:
            # A device that refuses all of it may be starting: one register is asked at every poll.
            due = [self._refusals.oldest()]
        return [*self._questions, *map(self._question, due)]

    def _plan_anew(self) -> None:
        """Plan, if what is refused has changed."""
        if self._planned_for != self._refusals.key():
            self._questions = self._plan()

    def _plan(self) -> list[_Question]:
        self._planned_for = self._refusals.key()
        wanted = [register for register in self.registers if self._refusals.error(register) is None]
        return [self._question(block) for block in plan(wanted, self._limits, self._refusals.holes(wanted))]

    def _question(self, block: Block) -> _Question:
        pdu = READ[block.table](address=block.address, count=block.length)
        send = bytes([pdu.function_code]) + pdu.encode()
        request = Request(send, _whole(block), unit=self.device_id, what=block.words)
        return _Question(block, request, bytes([send[0], block.value_bytes]), BlockDecoder(block, self._says))

    def _read(self, question: _Question, reply: Reply) -> Sequence[Shown]:
        """The channels of one block."""
        if _is_answer(question, reply):
            return question.decoder.decode(reply.body[HEADER_BYTES:], reply.at)
        code = _exception(question, reply)
        return [
            Missing(r.channel, reply.error or self._no_answer(r, question, reply.body, code), reply.at)
            for r in question.block.registers
        ]

    def _no_answer(self, register: Register, question: _Question, body: bytes, code: int) -> InstrumentError:
        """Why a reply holds no values."""
        if code:
            return exception_error(self._who(register), code)
        what = f"{question.head.hex(' ')} and {question.block.value_bytes} bytes"
        got = f"{body[:HEADER_BYTES].hex(' ')} and {max(0, len(body) - HEADER_BYTES)} bytes"
        return BadReplyError(self._says(register, f"expected {what}, got {got}. Check device_id and wiring."))

    def _refuse(self, block: Block) -> tuple[Block, ...]:
        """Remember that all of ``block`` is refused; nothing is left to ask of it."""
        errors = {r.channel: exception_error(self._who(r), ILLEGAL_ADDRESS) for r in block.registers}
        self._refusals.refuse(block, errors, self._seen_at)
        return ()

    def _learn(self, halved: Sequence[tuple[Block, ...]], answered: Sequence[Block]) -> None:
        """When both halves of a refused block were answered, no register is to blame but what lies between."""
        for pair in halved:
            if pair and all(half in answered for half in pair):
                self._refusals.split(pair, self._seen_at)

    def _with_refused(self, shown: list[Shown]) -> Sequence[Shown]:
        """Every channel: also those that were not asked, or are refused."""
        if len(shown) == len(self.registers):
            return shown
        told = {each.channel for each in shown}
        for register in self.registers:
            if register.channel not in told:
                reason = self._refusals.error(register)
                assert reason is not None, f"{register.channel} was neither asked nor refused"
                shown.append(Missing(register.channel, reason))
        return shown

    def _who(self, register: Register) -> str:
        return f"{self.name}: {register.channel} ({register.place}, device {self.device_id})"

    def _says(self, register: Register, what: str) -> str:
        return f"{self._who(register)}: {what}"


def _exception(question: _Question, reply: Reply) -> int:
    """The exception code of a reply; 0 when it is none."""
    body = reply.body
    is_one = len(body) == HEADER_BYTES and body[0] == question.head[0] | EXCEPTION
    return body[1] if is_one else 0


def _is_answer(question: _Question, reply: Reply) -> bool:
    """Whether a reply is what was asked for, as long as it says and must be."""
    return (
        reply.error is None
        and len(reply.body) == HEADER_BYTES + question.block.value_bytes
        and reply.body.startswith(question.head)
    )


def _whole(block: Block) -> Callable[[bytes], int]:
    """How long the reply's PDU will be."""
    size = HEADER_BYTES + block.value_bytes

    def whole(got: bytes) -> int:
        if not got:
            return 0
        return HEADER_BYTES if got[0] & EXCEPTION else size

    return whole


def _in_words(block: Block) -> PlannedRequest:
    kind = "bit" if block.table in BIT_TABLES else "register"
    words = f"{block.words}, {block.length} {kind}{'s' if block.length != 1 else ''}"
    return PlannedRequest(words, REQUEST_BYTES, HEADER_BYTES + block.value_bytes)
