import ssl
import subprocess
import time

import msgspec
import pytest

from edge_agent.endurance import Endurance, certificate_until
from edge_agent.outbox import Outbox, Survey, used_share
from edge_agent.wire.messages import EdgeStatus
from edge_agent.wire.packing import TELEMETRY, Body


def made(folder, name: str, days: int) -> int:
    """A certificate; until when it is valid, as openssl says."""
    key, file = folder / f"{name}.key", folder / f"{name}.pem"
    wanted = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=edge"]
    run = ["openssl", "req", *wanted, "-keyout", key, "-out", file, "-days", str(days)]
    subprocess.run(run, check=True, capture_output=True)
    said = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", file], check=True, capture_output=True)
    return ssl.cert_time_to_seconds(said.stdout.decode().strip().partition("=")[2]) * 10**9


def test_a_file_of_several_certificates_holds_until_the_first_ends(tmp_path) -> None:
    near, far = made(tmp_path, "near", 100), made(tmp_path, "far", 20_000)  # behind 2050 the year has four digits
    texts = [(tmp_path / f"{name}.pem").read_text("ascii") for name in ("far", "near")]
    (tmp_path / "both.pem").write_text("# of two\n" + "\n".join(texts), "ascii")
    assert certificate_until(tmp_path / "both.pem") == near
    assert certificate_until(tmp_path / "far.pem") == far


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB/zCC\n-----END CERTIFICATE-----\n",
    ],
)
def test_of_what_is_no_certificate_nothing_is_said(tmp_path, text) -> None:
    (tmp_path / "x.pem").write_text(text)
    assert certificate_until(tmp_path / "x.pem") == 0
    assert certificate_until(tmp_path / "absent.pem") == 0


@pytest.mark.parametrize(
    ("bytes_", "messages", "waiting", "disk_free", "share"),
    [
        (400, 10, 5, 10_000, 0.2),  # 200 of 1000 bytes
        (400, 10, 10, 100, 0.8),  # the disk ends before the limit does: 400 of 500
        (0, 0, 0, 10_000, 0.0),
        (0, 0, 0, 0, 1.0),  # no room at all
    ],
)
def test_the_used_share_is_of_the_limit_or_of_what_the_disk_allows(bytes_, messages, waiting, disk_free, share) -> None:
    found = Survey(messages, waiting, bytes_, 1000, 0, 0.0, 0, (), disk_free)
    assert used_share(found) == pytest.approx(share)


def test_a_status_tells_how_long_the_outbox_suffices_and_how_busy_buses_are(agent_config) -> None:
    config = agent_config()
    empty = Endurance(config).told()
    assert empty["autonomy_s"] is None
    outbox = Outbox(config.state_dir, machine="m1")
    with outbox.transaction():
        outbox.append([Body(TELEMETRY, 1, b"a" * 1000)] * 9, time.time_ns())
    told = Endurance(config).told(presented=5)
    outbox.close()
    status = msgspec.structs.replace(EdgeStatus(state="online"), **told)
    assert msgspec.json.decode(msgspec.json.encode(status), type=EdgeStatus) == status
    assert status.autonomy_s is not None
    assert status.autonomy_s > 0
    assert status.outbox_used is not None
    assert 0 < status.outbox_used < 0.01
    assert status.bus_load.keys() == {bus.name for bus in config.buses}
    assert all(share >= 0 for share in status.bus_load.values())
    assert status.certificates == {"broker": 5}
