"""Bytes as the MODBUS Application Protocol Specification V1.1b3 prints them."""

from drivers.errors import RefusedError
from drivers.instrument import Indication
from drivers.modbus.register_map import ModbusMap
from drivers.modbus.registers import Register


def bits_of(table: str, first: int, last: int) -> ModbusMap:
    """Coils and discrete inputs by their number in the specification, which counts from 1."""
    return ModbusMap(
        registers=tuple(
            Register(channel=f"number_{n}", table=table, address=n - 1, datatype="bool") for n in range(first, last + 1)
        )
    )


def read(answered, model_map, reply, asked):
    sent = []
    shown = answered(model_map.instrument("plc-1", 1).poll(), bytes.fromhex(reply), sent=sent)
    assert [request.send for request in sent] == [bytes.fromhex(asked)]
    assert sent[0].whole(bytes.fromhex(reply)) == len(bytes.fromhex(reply))
    return shown


def test_clause_6_1_reads_coils_20_to_38(answered):
    shown = read(answered, bits_of("coil", 20, 38), "01 03 CD 6B 05", "01 00 13 00 13")
    by_number = {int(each.channel.removeprefix("number_")): int(each.value) for each in shown}
    assert "".join(str(by_number[n]) for n in range(27, 19, -1)) == "11001101"
    assert "".join(str(by_number[n]) for n in range(35, 27, -1)) == "01101011"
    assert "".join(str(by_number[n]) for n in range(38, 35, -1)) == "101"


def test_clause_6_2_reads_discrete_inputs_197_to_218(answered):
    shown = read(answered, bits_of("discrete_input", 197, 218), "02 03 AC DB 35", "02 00 C4 00 16")
    by_number = {int(each.channel.removeprefix("number_")): int(each.value) for each in shown}
    assert "".join(str(by_number[n]) for n in range(204, 196, -1)) == "10101100"
    assert "".join(str(by_number[n]) for n in range(212, 204, -1)) == "11011011"
    assert "".join(str(by_number[n]) for n in range(218, 212, -1)) == "110101"


def test_clause_6_3_reads_holding_registers_108_to_110(answered):
    registers = tuple(
        Register(channel=f"number_{n}", table="holding_register", address=n - 1, datatype="uint16")
        for n in (108, 109, 110)
    )
    shown = read(answered, ModbusMap(registers=registers), "03 06 02 2B 00 00 00 64", "03 00 6B 00 03")
    assert [(each.channel, each.value) for each in shown] == [
        ("number_108", 555.0),
        ("number_109", 0.0),
        ("number_110", 100.0),
    ]


def test_clause_6_4_reads_input_register_9(answered):
    registers = (Register(channel="number_9", table="input_register", address=8, datatype="int16", unit="mV"),)
    shown = read(answered, ModbusMap(registers=registers), "04 02 00 0A", "04 00 08 00 01")
    assert shown == [Indication("number_9", 10.0, "mV", 1_000_000)]


def test_clause_7_an_exception_reply_refuses_the_coil(answered):
    registers = (Register(channel="output", table="coil", address=0x04A1, datatype="bool"),)
    [missing] = read(answered, ModbusMap(registers=registers), "81 02", "01 04 A1 00 01")
    assert isinstance(missing.reason, RefusedError)
    assert str(missing.reason) == (
        "plc-1: output (coil 1185, device 1): refused, exception 2 (illegal data address). Check the register map."
    )
