"""The loop that one writes by hand: pymodbus's client, JSON, paho. No journal, no acknowledgement, no quality.

Run as ``python bare_loop.py BROKER_PORT CHANNELS SECONDS PORT...``; reads every device once a second.
"""

import json
import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from pymodbus.client import ModbusTcpClient

REGISTERS = 124


def main(broker_port: int, channels: int, seconds: float, ports: list[int]) -> None:
    clients = [ModbusTcpClient("127.0.0.1", port=port) for port in ports]
    for client in clients:
        client.connect()
    broker = mqtt.Client(CallbackAPIVersion.VERSION2)
    broker.connect("127.0.0.1", broker_port)
    broker.loop_start()
    start = time.monotonic()
    due = start
    while due < start + seconds:
        for k, client in enumerate(clients):
            values: list[float] = []
            for address in range(0, 2 * channels, REGISTERS):
                count = min(REGISTERS, 2 * channels - address)
                registers = client.read_input_registers(address, count=count).registers
                values += client.convert_from_registers(registers, client.DATATYPE.FLOAT32)
            payload = json.dumps({"device": k, "time": time.time_ns(), "values": values})
            broker.publish(f"bare/{k}", payload, qos=1)
        due += 1.0
        time.sleep(max(due - time.monotonic(), 0))
    broker.disconnect()
    broker.loop_stop()
    print(time.process_time())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), [int(port) for port in sys.argv[4:]])
