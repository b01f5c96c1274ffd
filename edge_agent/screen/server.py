"""The screen's server: a thread of the agent that may fail without taking polling down.

Decision: the port is taken in the thread that starts the agent, and asked for again every minute where it was not free.
Because: an old process that still holds it is gone a little later, and nobody stands beside the machine to start again.
Instead of: an error that ends the agent.
"""

import logging
import os
import socket
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

import uvicorn

from edge_agent.asked import Asked
from edge_agent.config import AgentConfig
from edge_agent.oee.board import Board
from edge_agent.oee.shop_book import ShopReader
from edge_agent.screen.app import create_screen
from edge_agent.screen.settings import ScreenSettings
from edge_agent.screen.source import entering
from edge_agent.wire.messages import Finding

log = logging.getLogger(__name__)

AGAIN_S = 60.0
"""How long until a port that was taken is tried again, s."""
_GRACEFUL_S = 5
_BACKLOG = 64
FINDING = "screen_down"


def web_files() -> Path:
    """Templates, styles and words: beside the package ``dashboards``, which nothing here imports."""
    spec = find_spec("dashboards")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "web"


class ScreenServer:
    """Serves the screen until stopped.

    Args:
        config: Of the agent, with ``[screen]``.
        board: The picture of this second.
        asked: The recorder's queue: for what is entered, and for what is wrong with this server.
        outbox: The file with the book.
        web: Folder ``dashboards/web``.
        again_s: How long until a port that was taken is tried again, s.
    """

    def __init__(
        self,
        config: AgentConfig,
        board: Callable[[], Board],
        asked: "SimpleQueue[Asked]",
        outbox: Path,
        web: Path,
        again_s: float = AGAIN_S,
    ) -> None:
        settings = ScreenSettings.of(config)
        self.host, self.port = settings.screen.host, settings.screen.port
        self._edge = settings.edge
        self._asked = asked
        self._app = create_screen(settings, board, entering(asked), lambda: ShopReader.open(outbox), web)
        self._again_s = again_s
        self._stopping = Event()
        self._server: uvicorn.Server | None = None
        self._down = False
        self._thread = Thread(target=self._run, name="screen", daemon=True)

    def start(self) -> None:
        """Begin to serve; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; streams end too."""
        self._app.state.screen.closing.set()
        self._stopping.set()
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
            except OSError as error:
                self._say_down(os.strerror(error.errno) if error.errno else str(error))
            except Exception:
                log.exception("screen of %s: ended by itself. It is started again; please report it.", self._edge)
                self._say_down("it failed, the agent's log says where")
            self._stopping.wait(self._again_s)

    def _serve(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.create_server((self.host, self.port), family=family, backlog=_BACKLOG) as listener:
            server = uvicorn.Server(
                uvicorn.Config(
                    self._app,
                    loop="asyncio",
                    http="h11",
                    ws="none",
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    timeout_graceful_shutdown=_GRACEFUL_S,
                )
            )
            self._server = server
            if self._stopping.is_set():
                return
            self._say_up()
            server.run(sockets=[listener])

    def _say_up(self) -> None:
        log.info("screen: http://%s:%d/", self.host, self.port)
        if self._down:
            self._down = False
            self._asked.put(Finding(key=FINDING, kind=FINDING, text=f"{self._edge}: the screen is back.", over=True))

    def _say_down(self, why: str) -> None:
        if self._down:
            return
        self._down = True
        text = (
            f"{self._edge}: the screen cannot listen on {self.host}:{self.port}: {why}. "
            "Measuring goes on. Free the port or set screen.port."
        )
        log.warning("%s", text)
        self._asked.put(Finding(key=FINDING, kind=FINDING, text=text))


def start_screen(
    config: AgentConfig, board: Callable[[], Board], asked: "SimpleQueue[Asked]", outbox: Path, web: Path | None = None
) -> ScreenServer | None:
    """Serve the screen in a thread of its own, where ``[screen]`` is configured.

    Args:
        config: Of the agent.
        board: Gives the newest board; called from the screen's threads, must not block.
        asked: The recorder's queue.
        outbox: Path of the outbox's file, which holds the book.
        web: Folder of the web files; None: that of the installed project.

    Returns:
        The server, to ``stop()`` before the recorder ends and to ``join()``; None: no screen is configured.
    """
    if config.shop.screen is None:
        return None
    server = ScreenServer(config, board, asked, outbox, web or web_files())
    server.start()
    return server
