"""A gateway's folder, and its command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cli import main


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.toml"
    file.write_text('[gateway]\nstate_dir = "state"\n[store]\nreserve_mb = 1\n')
    return file


@pytest.fixture
def nhipdo(config: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Exit code, what it printed, what it complained of."""

    def run(*args: object) -> tuple[int, str, str]:
        code = main(["--config", str(config), *map(str, args)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
