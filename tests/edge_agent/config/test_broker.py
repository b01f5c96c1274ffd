"""The broker's table."""

import pytest

from edge_agent.config import BrokerConfig, ConfigError


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://gateway.local", "gateway.local", 1883, False),
        ("mqtts://gateway.local", "gateway.local", 8883, True),
        ("mqtt://10.0.0.5:18883/", "10.0.0.5", 18883, False),
        ("mqtts://[fd00::5]:443", "fd00::5", 443, True),
    ],
)
def test_a_url_says_host_port_and_whether_it_is_encrypted(load, piece, url, host, port, tls):
    broker = load(piece.edge, f'[broker]\nurl = "{url}"\n', piece.bus(), piece.instrument()).broker
    assert (broker.host, broker.port, broker.tls) == (host, port, tls)


def test_the_password_is_the_files_line_read_each_time(load, piece, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(" first one \n", "utf-8")
    table = '[broker]\nurl = "mqtt://a"\nusername = "edge"\npassword_file = "secret"\n'
    broker = load(piece.edge, table, piece.bus(), piece.instrument()).broker
    assert broker.password() == " first one "
    secret.write_text("second", "utf-8")
    assert broker.password() == "second"
    secret.write_bytes(b"\xef\xbb\xbfthird\r\nand a remark\r\n")
    assert broker.password() == "third"


def test_a_password_may_stand_in_the_file_and_is_never_shown(load, piece):
    table = '[broker]\nurl = "mqtt://a"\nusername = "edge"\npassword = "hush"\n'
    config = load(piece.edge, table, piece.bus(), piece.instrument())
    assert config.broker.password() == "hush"
    assert "hush" not in repr(config)
    assert "hush" not in str(config)


def test_without_a_password_it_is_empty():
    assert BrokerConfig(url="mqtt://a").password() == ""


def test_a_password_file_that_has_gone_is_named(tmp_path):
    broker = BrokerConfig(url="mqtt://a", username="edge", password_file=str(tmp_path / "gone"))
    with pytest.raises(ConfigError) as caught:
        broker.password()
    assert str(caught.value) == (
        f"broker.password_file: {tmp_path}/gone: No such file or directory. Let the agent's user read it."
    )


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"\nhush\n", "its first line is empty, expected the password. Write it there."),
        ("hush".encode("utf-16"), "not UTF-8. Save it as UTF-8, the password alone on its first line."),
    ],
)
def test_a_password_file_without_a_password_is_named(load, piece, tmp_path, content, wrong):
    (tmp_path / "secret").write_bytes(content)
    table = '[broker]\nurl = "mqtts://a"\nusername = "e"\npassword_file = "secret"\n'
    with pytest.raises(ConfigError) as caught:
        load(piece.edge, table, piece.bus(), piece.instrument())
    assert str(caught.value) == f"{tmp_path}/agent.toml: broker.password_file: {tmp_path}/secret: {wrong}"


def test_a_file_that_is_no_certificate_is_named(load, piece, tmp_path):
    (tmp_path / "junk").write_text("hello\n")
    table = '[broker]\nurl = "mqtts://a"\nca_file = "junk"\ncert_file = "junk"\nkey_file = "junk"\n'
    with pytest.raises(ConfigError) as caught:
        load(piece.edge, table, piece.bus(), piece.instrument())
    begin, junk = f"{tmp_path}/agent.toml: broker", f"{tmp_path}/junk"
    take = "Take the file with -----BEGIN CERTIFICATE----- in it."
    pair = f"is no certificate in PEM form, or {junk} is not its key without a password. Correct both."
    assert str(caught.value).splitlines() == [
        f"{begin}.ca_file: {junk}: holds no certificate in PEM form. {take}",
        f"{begin}.cert_file: {junk}: {pair}",
    ]
