"""A screen with a bench, and a browser that has its pages open."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))  # bench_floor: shared by the tests of this folder

from bench_floor import BenchFloor


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[BenchFloor]:
    """A bench that the test lays out."""
    floor = BenchFloor(tmp_path / "outbox.sqlite")
    yield floor
    floor.close()


@pytest.fixture
def visitor(bench: BenchFloor) -> Iterator[TestClient]:
    """A browser at it, in Vietnamese; it follows no redirect."""
    with TestClient(bench.app(), follow_redirects=False) as client:
        client.cookies.set("nhipdo_language", "vi")
        yield client
