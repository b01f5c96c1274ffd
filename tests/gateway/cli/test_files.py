"""Files that gateway.toml names are looked into before anything starts."""

from pathlib import Path

import pytest

from gateway.config import BrokerConfig, ConfigError, GatewayConfig, IndicatorsConfig, StoreConfig
from gateway.files import cautions, check_files
from gateway.opening import sole_gateway

PEM = "Take the file with -----BEGIN CERTIFICATE----- in it."


PAIR = "no certificate in PEM form and the key that belongs to it. Correct them."


def complaint(folder: Path, broker: BrokerConfig, store: StoreConfig | None = None) -> str:
    config = GatewayConfig(path=Path("gateway.toml"), state_dir=folder, broker=broker, store=store or StoreConfig())
    with pytest.raises(ConfigError) as caught:
        check_files(config)
    return str(caught.value).replace(str(folder), "HERE")


@pytest.fixture
def junk(tmp_path) -> str:
    file = tmp_path / "junk"
    file.write_bytes(b"\nnot a certificate\n")
    return str(file)


def test_files_that_are_not_there_are_told_together(tmp_path) -> None:
    nowhere = str(tmp_path / "nowhere")
    broker = BrokerConfig(url="mqtts://a", username="g", password_file=nowhere, ca_file=nowhere)
    advice = "HERE/nowhere: cannot be read (No such file or directory). Check the path in gateway.toml"
    assert complaint(tmp_path, broker, StoreConfig(token_file=nowhere)).splitlines() == [
        f"gateway.toml: broker.password_file: {advice} and its permissions.",
        f"gateway.toml: store.token_file: {advice} and its permissions.",
        f"gateway.toml: broker.ca_file: {advice} and its permissions.",
    ]


def test_files_that_hold_something_else_are_told(tmp_path, junk) -> None:
    broker = BrokerConfig(url="mqtts://a", username="g", password_file=junk, ca_file=junk, cert_file=junk)
    assert complaint(tmp_path, broker).splitlines() == [
        "gateway.toml: broker.password_file: HERE/junk: its first line is empty, expected the secret. Write it there.",
        f"gateway.toml: broker.ca_file: HERE/junk: holds no certificate in PEM form. {PEM}",
        f"gateway.toml: broker.cert_file: HERE/junk and no key_file: {PAIR}",
    ]


def test_a_key_alone_is_told(tmp_path, junk) -> None:
    found = complaint(tmp_path, BrokerConfig(url="mqtts://a", key_file=junk))
    assert found == "gateway.toml: broker.cert_file: missing; key_file needs it"


def test_a_secret_in_another_encoding_is_told(tmp_path) -> None:
    (tmp_path / "secret").write_bytes("mật khẩu\n".encode("utf-16"))
    found = complaint(tmp_path, BrokerConfig(username="g", password_file=str(tmp_path / "secret")))
    wrong = "HERE/secret: not UTF-8. Save it as UTF-8, the secret alone on its first line."
    assert found == f"gateway.toml: broker.password_file: {wrong}"


@pytest.mark.parametrize(
    ("folder", "wrong"),
    [
        ("nowhere", "HERE/nowhere: is not there. Make the folder, or take [indicators] plans out of gateway.toml."),
        ("plans", "own.yaml: holds no plan. Begin with: form: nhipdo-plan/1"),
    ],
)
def test_plans_that_cannot_be_used_are_told_before_anything_starts(tmp_path, folder, wrong) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "own.yaml").write_text("- 1\n", "utf-8")
    indicators = IndicatorsConfig(plans=str(tmp_path / folder))
    config = GatewayConfig(path=Path("gateway.toml"), state_dir=tmp_path, indicators=indicators)
    with pytest.raises(ConfigError) as caught:
        check_files(config)
    assert str(caught.value).replace(str(tmp_path), "HERE") == f"gateway.toml: indicators.plans: {wrong}"


def test_nothing_named_is_nothing_wrong(tmp_path) -> None:
    config = GatewayConfig(state_dir=tmp_path)
    check_files(config)
    assert list(cautions(config)) == []


def test_a_folder_in_which_nothing_can_be_written_is_told(tmp_path) -> None:
    (tmp_path / "gateway.lock").mkdir()  # also root cannot open a folder for writing
    with pytest.raises(ConfigError) as caught, sole_gateway(GatewayConfig(state_dir=tmp_path)):
        pass
    why = "cannot be written: Is a directory. Run this as the gateway's user, or set gateway.state_dir."
    assert str(caught.value) == f"{tmp_path}/gateway.lock: {why}"
