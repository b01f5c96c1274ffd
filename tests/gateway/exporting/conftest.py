"""A gateway of a test's own, on a file and on a real InfluxDB, whose command line writes the files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import msgspec
import pytest
from sqlalchemy.orm import Session

from edge_agent.wire.messages import ChannelMeaning, InstrumentDescription, Record
from edge_agent.wire.shop_floor import Elements, Part, Stop, WorkUnitDescription
from gateway.cli import main
from gateway.config import load_config
from gateway.ingest import shop_floor
from gateway.ingest.journals import EdgeId
from gateway.opening import Stores, opened
from gateway.registry import EdgeRow, RecordRow

S = 10**9
BEGIN = 1_764_003_600 * S
"""2025-11-25 00:00 in Vietnam: the day before 17:00 UTC."""
PRESS_SHOP = EdgeId("sa-dec", "press-shop")
DAY, BUCKET = 86_400 * S, 600 * S


@dataclass
class Shop:
    """What the gateway keeps, as its ingest would have left it, and its command line."""

    folder: Path
    stores: Stores
    nhipdo: Callable[..., tuple[int, str, str]]

    def edge(self, site: str = "sa-dec", edge: str = "press-shop") -> None:
        with Session(self.stores.engine) as session, session.begin():
            session.merge(EdgeRow(site=site, edge=edge, first_seen=BEGIN))

    def describe(self, instrument: str, edge: EdgeId = PRESS_SHOP, **units: str) -> None:
        """Say which units the channels of an instrument have."""
        its = InstrumentDescription(
            key=instrument,
            revision=1,
            bus="b",
            model="m",
            model_sha256="0" * 64,
            period_s=1.0,
            channels={name: ChannelMeaning(unit=unit) for name, unit in units.items()},
        )
        body = msgspec.json.encode(its).decode()
        with Session(self.stores.engine) as session, session.begin():
            session.merge(RecordRow(**edge._asdict(), noun="instrument", key=instrument, revision=1, at=1, body=body))

    def write(self, lines: Sequence[str]) -> None:
        assert self.stores.timeseries.write(lines) == []

    def tell(self, *records: Record, edge: EdgeId = PRESS_SHOP) -> None:
        """Keep what an edge says of its machines, in the registry and as points."""
        lines: list[str] = []
        with Session(self.stores.engine) as session, session.begin():
            for one in records:
                if isinstance(one, Elements):
                    shop_floor.take_elements(session, edge, one)
                    session.flush()
                    lines += shop_floor.element_lines(session, edge, one.work_unit, one.since)
                elif isinstance(one, Stop):
                    shop_floor.take_stop(session, edge, one)
                    session.flush()
                    lines.append(shop_floor.stop_line(session, edge, one.work_unit, one.since))
                elif isinstance(one, WorkUnitDescription):
                    shop_floor.take_work_unit(session, edge, one, msgspec.json.encode(one).decode())
        self.write(lines)

    def machine(self, name: str = "press-1", edge: EdgeId = PRESS_SHOP) -> None:
        its = WorkUnitDescription(
            key=name, revision=1, at=1, micro_stop_s=120, max_gap_s=60, bucket_s=600, timezone="Asia/Ho_Chi_Minh"
        )
        self.tell(its, edge=edge)

    def export(self, *args: object) -> Path:
        """The file that is written, which must be."""
        out = self.folder / "out.parquet"
        out.unlink(missing_ok=True)
        code, said, err = self.nhipdo("export", *args, "--out", out)
        assert (code, err) == (0, "")
        assert said.startswith(f"{out}: ")
        return out


def _bucket(since: int, work_unit: str = "press-1", revision: int = 1, **said: object) -> Elements:
    """A nominal bucket with one part, of ten minutes."""
    part = {"shift": "A@2025-11-25", "product": "cap", "ideal_cycle_s": 2.0, "ns": {"RUN": 400 * S, "FAULT": 200 * S}}
    part |= {"total": 180, "reject": 9, "energy_wh": {"RUN": 500.0, "FAULT": 12.5}}
    return Elements(
        key=f"{work_unit}.{since}",
        revision=revision,
        at=since + BUCKET,
        work_unit=work_unit,
        since=since,
        until=since + BUCKET,
        parts=(Part(**(part | said)),),  # type: ignore[arg-type]
    )


@pytest.fixture
def bucket() -> Callable[..., Elements]:
    """Makes a nominal bucket with one part, of ten minutes."""
    return _bucket


@pytest.fixture
def nhipdo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Exit code, what it printed, what it complained of."""

    def run(*args: object) -> tuple[int, str, str]:
        code = main(["--config", str(tmp_path / "gateway.toml"), *map(str, args)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(params=["embedded", "influxdb"])
def store(request: pytest.FixtureRequest) -> str:
    """The table of gateway.toml; a module about the registry asks for the first alone."""
    if request.param == "embedded":
        return 'kind = "embedded"\nreserve_mb = 1\n'
    return f'kind = "influx"\nurl = "{request.getfixturevalue("influxdb").url}"\n'


@pytest.fixture
def shop(tmp_path: Path, store: str, made_file: Path, nhipdo: Callable[..., tuple[int, str, str]]) -> Iterator[Shop]:
    """One site with one edge, and nothing else yet."""
    (tmp_path / "state").mkdir()
    copyfile(made_file, tmp_path / "state" / "registry.sqlite")
    config = tmp_path / "gateway.toml"
    config.write_text(f'[gateway]\nstate_dir = "state"\n[store]\n{store}', "utf-8")
    with opened(load_config(config)) as stores:
        made = Shop(tmp_path, stores, nhipdo)
        made.edge()
        yield made
