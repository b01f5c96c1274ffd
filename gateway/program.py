"""Where the command ``nhipdo`` begins: what is not installed is told before anything is imported that needs it."""

import sys

_OURS = {"calibration", "dashboards", "drivers", "edge_agent", "gateway"}


def main() -> int:
    """Run the command line, or say which library it lacks: an edge's installation has none of the gateway's."""
    try:
        from gateway.cli import main as run  # noqa: PLC0415  fails where the extra was not installed
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if not name or name in _OURS:
            raise
        extra = "pip install --constraint constraints.txt '.[gateway]'"
        print(
            f"nhipdo: {name} is not installed, the gateway needs it. In the project's folder: {extra}", file=sys.stderr
        )
        return 1
    return run()
