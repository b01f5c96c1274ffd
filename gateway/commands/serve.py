"""``nhipdo serve``: ingest, jobs, page and API in one process."""

import argparse
import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from zoneinfo import ZoneInfo

import msgspec
import uvicorn

from edge_agent.wire.messages import GatewayStatus
from edge_agent.wire.topics import GatewayTopic
from gateway.access.accounts import is_anybody_there
from gateway.access.links import HOURS, make_link
from gateway.api.app import create_app
from gateway.commands.accounts import link_address, page_address
from gateway.config import ConfigError, GatewayConfig, load_config
from gateway.federation import due
from gateway.federation.forwarder import Forwarder
from gateway.files import check_files
from gateway.ingest.ingest import Ingest
from gateway.ingest.subscription import Subscription
from gateway.jobs import start_jobs
from gateway.opening import Stores, opened, read_secret, sole_gateway
from gateway.registry import ingesting, transaction
from gateway.registry.book import Book
from gateway.registry.roles import SYSTEM
from gateway.registry.territory import write_provinces
from gateway.service import Service

log = logging.getLogger(__name__)
_LOOK_S = 0.5


def serve(args: argparse.Namespace) -> int:
    """Run the gateway until SIGTERM or Ctrl-C; then store and acknowledge what is in hand, and stop in order."""
    config = load_config(args.file or args.config)
    check_files(config)
    logging.basicConfig(level=config.gateway.log.upper(), format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    stopping = _asked_to_stop()
    with ExitStack() as stack:
        stack.enter_context(sole_gateway(config))
        secret = read_secret(config)
        listener = stack.enter_context(_listener(config))
        stores = stack.enter_context(opened(config))
        write_provinces(Book(stores.engine, time.time_ns))
        ingest = stack.enter_context(_ingesting(config, stores))
        stack.enter_context(_forwarding(config, stores))
        jobs = start_jobs(stores.engine, stores.timeseries, config, time.time_ns, ingest.latencies.take)
        stack.callback(jobs.shutdown)
        service = Service(stores.engine, stores.timeseries, secret, config, ingest)
        server, thread = _start_http(service, listener)
        port = listener.getsockname()[1]
        where = f"page at {page_address(config, port)} (secret for programs of this user: {config.secret_file})"
        print(f"nhipdo gateway {config.gateway.name}: {where}", flush=True)  # at once, into a service's journal too
        _invite(config, stores, port)
        while not stopping.wait(_LOOK_S) and thread.is_alive():
            pass
        log.info("stopping: what is in hand is stored and acknowledged first")
        server.should_exit = True
        thread.join()
    return 0 if stopping.is_set() else 1


def _invite(config: GatewayConfig, stores: Stores, port: int) -> None:
    """Where nobody has an account yet: the link that makes the first administrator."""
    with transaction(stores.engine) as session:
        secret = "" if is_anybody_there(session) else make_link(session, SYSTEM, time.time_ns(), "")
    if secret:
        address = link_address(config, secret, port)
        print(
            f"nobody has an account yet. This link makes the first, once, within {HOURS} hours: {address}", flush=True
        )


@contextmanager
def _ingesting(config: GatewayConfig, stores: Stores) -> Iterator[Ingest]:
    name = config.gateway.name
    will = msgspec.json.encode(GatewayStatus(state="lost", can_store=False, why="the gateway is gone"))
    subscription = Subscription(config.broker, name, (str(GatewayTopic(name)), will))
    ingest = Ingest(stores.engine, stores.timeseries, subscription, name, is_shared=bool(config.broker.shared))
    ingest.start()
    subscription.start(ingest)
    try:
        yield ingest
    finally:
        # The way back stays open until the last acknowledgement has gone out.
        ingest.stop()
        subscription.stop()


@contextmanager
def _forwarding(config: GatewayConfig, stores: Stores) -> Iterator[None]:
    """What is agreed goes to the gateway above, where one is named."""
    zone, is_shared = ZoneInfo(config.gateway.zone), bool(config.broker.shared)
    if not config.forward.is_set:
        if not is_shared:  # of several it may be another one that forwards
            with ingesting(stores.engine) as session:
                due.switched_off(session)
        yield
        return
    forwarder = Forwarder(stores.engine, config.forward, zone, is_shared=is_shared)
    forwarder.start()
    try:
        yield
    finally:
        forwarder.stop()


def _start_http(service: Service, listener: socket.socket) -> tuple[uvicorn.Server, Thread]:
    config = service.config
    folder = config.state_dir / "documents"
    public = config.http.public_url
    app = create_app(
        service,
        web=web_files(),
        zone=config.gateway.zone,
        documents=folder,
        public_url=public,
        plans=config.plans,
        made_up=config.indicators.made_up,
    )
    # What stands from the start (routes, models, words) is not looked through again while pages are waited for.
    gc.collect()
    gc.freeze()
    gc.enable()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="http")
    thread.start()
    return server, thread


def web_files() -> Path:
    """Templates, styles and words: beside the package ``dashboards``, which nothing here imports."""
    spec = find_spec("dashboards")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "web"


@contextmanager
def _listener(config: GatewayConfig) -> Iterator[socket.socket]:
    http = config.http
    try:
        listener = socket.create_server((http.host, http.port), family=_family(http.host))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        msg = f"http: cannot listen on {http.host}:{http.port}: {why}. Set http.host and http.port."
        raise ConfigError(msg) from error
    with listener:
        # What is accepted from it is the same: else the end of a page waits 40 ms for the browser to confirm its start.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _asked_to_stop() -> Event:
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
