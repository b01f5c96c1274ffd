"""The screen's server: a thread of the agent that may fail without taking polling down.

Decision: the port is taken in the thread that starts the agent, and asked for again every minute where it was not free.
Because: an old process that still holds it is gone a little later, and nobody stands beside the machine to start again.
Instead of: an error that ends the agent.
"""

import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from edge_agent.asked import Asked
from edge_agent.config import AgentConfig
from edge_agent.config.set_tables import InForce
from edge_agent.oee.board import Board
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.app import create_screen
from edge_agent.screen.settings import ScreenSettings
from edge_agent.screen.source import entering
from edge_agent.screen.starting import FINDING
from edge_agent.wire.messages import Finding

if TYPE_CHECKING:
    from edge_agent.bench.bench import Bench

log = logging.getLogger(__name__)

AGAIN_S = 60.0
"""How long until a port that was taken is tried again, s."""
_GRACEFUL_S = 5
_BACKLOG = 64


class ScreenServer:
    """Serves the screen until stopped.

    Args:
        config: Of the agent, with ``[screen]``.
        board: The picture of this second.
        asked: The recorder's queue: for what is entered, and for what is wrong with this server.
        outbox: The file with the book.
        web: Folder ``dashboards/web``.
        again_s: How long until a port that was taken is tried again, s.
        bench: Of an edge that calibrates; None: it has none.
    """

    def __init__(
        self,
        config: AgentConfig,
        board: Callable[[], Board],
        asked: "SimpleQueue[Asked]",
        outbox: Path,
        web: Path,
        again_s: float = AGAIN_S,
        bench: "Bench | None" = None,
    ) -> None:
        self._settings = ScreenSettings.of(config)
        self.host, self.port = self._settings.screen.host, self._settings.screen.port
        self._edge = config.edge
        self._board, self._asked, self._outbox, self._web = board, asked, outbox, web
        self._app: FastAPI | None = None
        self._again_s = again_s
        self._bench = bench
        self._stopping = Event()
        self._server: uvicorn.Server | None = None
        self._down: bool | None = None  # not known: a run before may have said that it was down
        self._thread = Thread(target=self._run, name="screen", daemon=True)
        logging.getLogger("uvicorn").setLevel(logging.WARNING)  # its starts and ends are told here

    def take_up(self, now: InForce) -> None:
        """From now on pages go by this. Any thread may say it."""
        self._settings = ScreenSettings.in_force(now)
        if self._app:
            self._app.state.screen.settings = self._settings

    def start(self) -> None:
        """Begin to serve; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; streams end too."""
        self._stopping.set()
        if self._app:
            self._app.state.screen.closing.set()
        if self._server:
            self._server.should_exit = True

    def join(self, timeout_s: float = 10.0) -> None:
        """Wait until it has ended."""
        self._thread.join(timeout_s)

    @property
    def serving(self) -> bool:
        """Whether browsers are answered."""
        return self._server is not None and self._server.started and self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._serve()
            except Exception:
                log.exception("screen of %s: ended by itself. It is started again; please report it.", self._edge)
                self._say_down("the screen ended by itself. Measuring goes on. The agent's log says where.")
            self._stopping.wait(self._again_s)

    def _serve(self) -> None:
        app = self._app = self._app or self._made()
        try:
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            listener = socket.create_server((self.host, self.port), family=family, backlog=_BACKLOG)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
            self._say_down(
                f"the screen cannot listen on {self.host}:{self.port}: {why}. Measuring goes on. "
                "Free the port or correct screen.host and screen.port."
            )
            return
        with listener:
            self._server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    loop="asyncio",
                    http="h11",
                    ws="none",
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    timeout_graceful_shutdown=_GRACEFUL_S,
                )
            )
            if self._stopping.is_set():
                return
            self._say_up()
            self._server.run(sockets=[listener])

    def _made(self) -> FastAPI:
        outbox = self._outbox
        enter = entering(self._asked)
        return create_screen(
            self._settings, self._board, enter, lambda: ShopReader.open(outbox), self._web, bench=self._bench
        )

    def _say_up(self) -> None:
        log.info("screen: http://%s:%d/", self.host, self.port)
        if self._down is not False:
            self._down = False
            self._asked.put(Finding(key=FINDING, kind=FINDING, text=f"{self._edge}: the screen is up.", over=True))

    def _say_down(self, why: str) -> None:
        if self._down:
            return
        self._down = True
        text = f"{self._edge}: {why}"
        log.warning("%s", text)
        self._asked.put(Finding(key=FINDING, kind=FINDING, text=text))
