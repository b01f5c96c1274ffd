"""The folder's own modules are found by name; a floor is closed when its test ends."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from floor import TELLS, Floor, load


@pytest.fixture
def make_floor(tmp_path: Path) -> Iterator[Callable[..., Floor]]:
    floors: list[Floor] = []

    def make(unit: str = TELLS, **more: str) -> Floor:
        floors.append(Floor(load(tmp_path, unit, **more)))
        return floors[-1]

    yield make
    for floor in floors:
        floor.close()
