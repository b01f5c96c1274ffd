"""Starting the screen, or saying why there is none: the one module of the package that loads no web server by itself.

Decision: a library that is not installed is a finding, and the agent goes on.
Because: an update that forgets an extra must cost the screen, and not the measurements.
Instead of: an error at the start.
"""

import logging
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from edge_agent.asked import Asked
from edge_agent.config import AgentConfig
from edge_agent.oee.board import Board
from edge_agent.wire.messages import Finding

if TYPE_CHECKING:
    from edge_agent.bench.bench import Bench
    from edge_agent.screen.server import ScreenServer

log = logging.getLogger(__name__)

LIBRARIES = ("fastapi", "uvicorn", "jinja2", "python_multipart")
FINDING = "screen_down"


def missing_libraries() -> list[str]:
    """What the extra ``screen`` brings and this installation has not."""
    return [name for name in LIBRARIES if find_spec(name) is None]


def web_files() -> Path:
    """Templates, styles and words: beside the package ``dashboards``, which nothing here imports."""
    spec = find_spec("dashboards")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "web"


def start_screen(
    config: AgentConfig,
    board: Callable[[], Board],
    asked: "SimpleQueue[Asked]",
    outbox: Path,
    web: Path | None = None,
    bench: "Bench | None" = None,
) -> "ScreenServer | None":
    """Serve the screen in a thread of its own, where ``[screen]`` is configured. Never raises.

    Args:
        config: Of the agent.
        board: Gives the newest board; called from the screen's threads, must not block.
        asked: The recorder's queue: for what is entered, and for what is wrong with the screen.
        outbox: Path of the outbox's file, which holds the book.
        web: Folder of the web files; None: that of the installed project.
        bench: Of an edge that calibrates; None: it has none.

    Returns:
        The server, to ``stop()`` before the recorder ends and to ``join()``; None: no screen is configured, its
        libraries are not installed, or it cannot be started.
    """
    if config.shop.screen is None:
        return None
    missing = missing_libraries()
    if missing:
        text = (
            f"{config.edge}: {', '.join(missing)} not installed, the screen needs it. Measuring goes on. "
            "In the project's folder: pip install --constraint constraints.txt '.[edge,screen]', or remove [screen]."
        )
        log.warning("%s", text)
        asked.put(Finding(key=FINDING, kind=FINDING, text=text))
        return None
    try:
        from edge_agent.screen.server import ScreenServer  # noqa: PLC0415  FastAPI: only where a screen is wanted

        server = ScreenServer(config, board, asked, outbox, web or web_files(), bench=bench)
        server.start()
    except Exception as error:
        log.exception("screen of %s: cannot be started", config.edge)
        text = f"{config.edge}: the screen cannot be started ({error}). Measuring goes on. The agent's log says where."
        asked.put(Finding(key=FINDING, kind=FINDING, text=text))
        return None
    return server
