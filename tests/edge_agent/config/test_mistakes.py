"""Every configuration mistake is a folder: ``agent.toml`` and ``expected.txt``."""

from pathlib import Path

import pytest

from edge_agent.config import ConfigError, load_config

CASES = sorted(folder for folder in (Path(__file__).parent / "config_cases").iterdir() if folder.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_named_with_its_place(case, monkeypatch):
    monkeypatch.chdir(case)
    with pytest.raises(ConfigError) as caught:
        load_config(Path("agent.toml"))
    told = str(caught.value).replace(str(case.resolve()), "HERE")
    assert told == Path("expected.txt").read_text("utf-8").strip()


def test_there_are_cases():
    assert len(CASES) >= 40
