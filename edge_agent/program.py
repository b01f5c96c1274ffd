"""Where the command ``nhipdo-edge`` begins: what is not installed is told before anything is imported that needs it."""

import sys

_OURS = {"calibration", "dashboards", "drivers", "edge_agent", "gateway"}


def main() -> int:
    """Run the command line, or say which library it lacks: a gateway's installation has none of the edge's."""
    try:
        from edge_agent.cli import main as run  # noqa: PLC0415  fails where the extra was not installed
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if not name or name in _OURS:
            raise
        extra = "pip install --constraint constraints.txt '.[edge]'"
        print(
            f"nhipdo-edge: {name} is not installed, the edge needs it. In the project's folder: {extra}",
            file=sys.stderr,
        )
        return 1
    return run()
