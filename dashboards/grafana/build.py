"""``python -m dashboards.grafana.build``: write the JSON and YAML that Grafana loads."""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.grafana import (
    alerts,
    edges,
    energy,
    laboratory,
    pilot,
    province,
    site,
    work_unit,
)
from dashboards.grafana.board import Board, dashboard_of
from dashboards.grafana.language import LANGUAGES, Language

HERE = Path(__file__).parent
BOARDS: Mapping[str, Callable[[Language], Board]] = {
    "site": site.board,
    "work_unit": work_unit.board,
    "energy": energy.board,
    "laboratory": laboratory.board,
    "pilot": pilot.board,
    "province": province.board,
    "edges": edges.board,
}


def files() -> dict[str, str]:
    """Path below this folder -> what stands in the file."""
    built = {
        f"built/{code}/{name}.json": json_of(board, Language(code))
        for code in LANGUAGES
        for name, board in BOARDS.items()
    }
    return built | {"provisioning/alerting/nhipdo.yaml": alerts.yaml(BOARDS)}


def json_of(board: Callable[[Language], Board], say: Language) -> str:
    """One dashboard in one language, as Grafana reads it."""
    said = dashboard_of(board(say), say)
    return json.dumps(said, cls=JSONEncoder, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    """Write what differs; say what was written."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    for name, text in files().items():
        file = HERE / name
        if not file.exists() or file.read_text("utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
            print(f"written: {name}")


if __name__ == "__main__":
    main()
