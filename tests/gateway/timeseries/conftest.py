from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.timeseries import TimeSeries
from gateway.timeseries.embedded import EmbeddedStore
from gateway.timeseries.influx import InfluxStore


@pytest.fixture(params=["embedded", "influxdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TimeSeries]:
    """Each store, empty: what holds for one holds for the other."""
    if request.param == "embedded":
        made: TimeSeries = EmbeddedStore(tmp_path / "store" / "series.db")
    else:
        made = InfluxStore(request.getfixturevalue("influxdb").url, database="nhipdo test")
    yield made
    made.close()
