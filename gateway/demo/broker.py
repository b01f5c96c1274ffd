"""The demo's broker: amqtt, in a process of its own, on loopback only.

Decision: the pip-installable amqtt for ``make demo``, mosquitto in the field.
Because: a newcomer has no root to install a broker with, and the contract needs no more than MQTT 3.1.1.
Instead of: a broker inside the gateway's process, which would hide what happens when one of the two dies.
"""

import argparse
import asyncio
import contextlib
import logging
import signal

from amqtt.broker import Broker

PLUGINS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
# What amqtt says at every packet and connection is of no use beside what agent and gateway log of it.
QUIET = ("amqtt", "transitions")


async def serve(port: int, stop: asyncio.Event) -> None:
    """Serve MQTT on a loopback port until ``stop`` is set."""
    broker = Broker({"listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}}, "plugins": PLUGINS})
    await broker.start()
    logging.getLogger(__name__).info("broker listens on 127.0.0.1:%d", port)
    await stop.wait()
    await broker.shutdown()


async def _run(port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await serve(port, stop)


def main() -> int:
    """Run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="The demo's MQTT broker, on loopback.")
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(args.port))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
