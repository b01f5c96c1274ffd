"""A gateway's folder with something in it, and a place for copies."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config import GatewayConfig, load_config
from gateway.opening import Stores, opened, read_secret

LINE = "sample,site=sa-dec,edge=press-shop,instrument=meter-1 power={at} {at}"


@pytest.fixture
def config(tmp_path: Path) -> GatewayConfig:
    file = tmp_path / "settings" / "gateway.toml"
    (file.parent / "plans").mkdir(parents=True)
    (file.parent / "plans" / "ours.yaml").write_text("id: ours\n", "utf-8")
    (file.parent / "broker-password").write_text("secret\n", "utf-8")
    file.write_text(
        f'[gateway]\nstate_dir = "{tmp_path / "state"}"\n[store]\nreserve_mb = 1\n'
        '[broker]\nusername = "gateway"\npassword_file = "broker-password"\n[indicators]\nplans = "plans"\n',
        "utf-8",
    )
    return load_config(file)


@pytest.fixture
def stores(config: GatewayConfig, made_file: Path) -> Iterator[Stores]:
    """Open, as while the gateway runs."""
    config.state_dir.mkdir()
    shutil.copyfile(made_file, config.state_dir / "registry.sqlite")
    with opened(config) as stores:
        read_secret(config)
        documents = config.state_dir / "documents"
        documents.mkdir()
        (documents / "document-seal.key").write_text("key\n", "ascii")
        assert stores.timeseries.write([LINE.format(at=at) for at in range(1, 4)]) == []
        yield stores


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder
