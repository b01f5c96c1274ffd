"""gateway.toml: a typing mistake is found before anything is opened, and all of them at once."""

from importlib.resources import files

import pytest

from gateway.config import ConfigError, GatewayConfig, load_config


def test_without_a_file_everything_is_as_usual(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    config = load_config(None)
    assert config.http.host == "127.0.0.1"
    assert config.store.kind == "embedded"
    assert (config.retention.sample_days, config.retention.window_days) == (90, 3650)
    assert config.registry_url == f"sqlite:///{tmp_path}/registry.sqlite"


def test_the_example_says_what_is_so_without_it(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    example = files("gateway") / "deploy" / "gateway.example.toml"
    config = load_config(example)
    usual = load_config(None)
    for table in ("gateway", "broker", "registry", "store", "http", "retention", "forward"):
        assert getattr(config, table) == getattr(usual, table), table


def test_paths_are_relative_to_the_file(tmp_path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('[gateway]\nstate_dir = "state"\n[http]\nsecret_file = "key"\n')
    config = load_config(file)
    assert config.state_dir == tmp_path / "state"
    assert config.secret_file == tmp_path / "key"


def test_every_mistake_is_told_with_its_place(tmp_path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(
        '[brokr]\nurl = "mqtt://x"\n'
        '[broker]\nurl = "http://x"\nusernam = "a"\n'
        '[http]\nport = "80"\n'
        "[retention]\nsample_days = 0\n"
        '[store]\nkind = "postgres"\n'
    )
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value).splitlines() == [
        f"{file}: brokr: unknown table; did you mean broker?",
        f"{file}: broker.usernam: unknown key; did you mean username?",
        f'{file}: http.port: expected a port from 0 to 65535, got "80"',
        f"{file}: retention.sample_days: expected a number of days above 0, at most 36500, got 0",
        f'{file}: store.kind: expected "embedded" or "influx", got "postgres"',
        f'{file}: broker.url: expected mqtt://HOST or mqtts://HOST:PORT, got "http://x"',
    ]


def test_what_is_no_toml_and_what_is_not_there_are_told(tmp_path) -> None:
    file = tmp_path / "gateway.toml"
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value) == (
        f"{file}: cannot be read: No such file or directory. Check the path and its permissions."
    )
    file.write_text("[gateway")
    with pytest.raises(ConfigError, match=r"not TOML: .* Mend the line\.$"):
        load_config(file)


@pytest.mark.parametrize(
    ("url", "port", "tls"), [("mqtt://h", 1883, False), ("mqtts://h", 8883, True), ("mqtt://h:99", 99, False)]
)
def test_a_url_says_where_and_how(tmp_path, url, port, tls) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(f'[broker]\nurl = "{url}"\n')
    broker = load_config(file).broker
    assert (broker.host, broker.port, broker.tls) == ("h", port, tls)


def test_a_config_is_a_value() -> None:
    assert GatewayConfig() == GatewayConfig()


def test_a_file_as_windows_writes_it_is_read(tmp_path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_bytes(b"\xef\xbb\xbf[http]\r\nport = 80\r\n")
    assert load_config(file).http.port == 80


@pytest.mark.parametrize(("encoding", "line", "byte"), [("utf-16", 1, "0xff"), ("latin-1", 2, "0xfc")])
def test_another_encoding_is_told_with_its_line(tmp_path, encoding: str, line: int, byte: str) -> None:
    file = tmp_path / "gateway.toml"
    file.write_bytes('[broker]\nusername = "Müller"\n'.encode(encoding))
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value) == f"{file}: line {line}: not UTF-8 (byte {byte}). Save the file as UTF-8."


@pytest.mark.parametrize("zone", ["Asia/Hanoi", "", "../etc", "/etc/localtime"])
def test_a_time_zone_that_is_none_is_told(tmp_path, zone: str) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(f'[gateway]\nzone = "{zone}"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    expected = f'{file}: gateway.zone: expected an IANA name such as Asia/Ho_Chi_Minh, got "{zone}"'
    assert str(caught.value) == expected


def test_processes_that_share_need_stores_that_can_be_shared(tmp_path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('[broker]\nshared = "gateways"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    advice = "set registry.url = postgresql://USER@HOST/DATABASE"
    assert str(caught.value).splitlines() == [
        f"{file}: gateway.name: each process of a group has a name of its own; set it, the same at every start",
        f'{file}: broker.shared: several processes cannot share the embedded store; set store.kind = "influx"',
        f"{file}: broker.shared: several processes need one registry; {advice}",
    ]
    stores = '[registry]\nurl = "postgresql://n@db/n"\n[store]\nkind = "influx"\n'
    file.write_text(f'[gateway]\nname = "g-1"\n[broker]\nshared = "gateways"\n{stores}')
    assert load_config(file).broker.shared == "gateways"


def test_a_group_is_a_name(tmp_path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('[broker]\nshared = "a/b"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value) == (
        f'{file}: broker.shared: expected a name of a..z, 0..9 and inner hyphens, or nothing at all, got "a/b"'
    )


def test_what_is_forwarded_where_is_checked_only_when_it_is_forwarded(tmp_path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text("[forward]\nevery_s = 2\n")
    assert not load_config(file).forward.is_set
    file.write_text('[forward]\nurl = "http://x"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value).splitlines() == [
        f'{file}: forward.url: expected mqtt://HOST or mqtts://HOST:PORT, got "http://x"',
        f"{file}: forward.site: missing; give the name by which the gateway above knows this enterprise, e.g. sa-dec",
    ]
    file.write_text('[forward]\nurl = "mqtts://x"\nsite = "gateway"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value) == (
        f'{file}: forward.site: "gateway" is what topics of gateways begin with; choose another name'
    )
    file.write_text('[forward]\nurl = "mqtts://x"\nsite = "sa-dec"\nca_file = "ca.pem"\n')
    forward = load_config(file).forward
    assert (forward.is_set, forward.port, forward.ca_file) == (True, 8883, str(tmp_path / "ca.pem"))


@pytest.mark.parametrize("url", ["lab.example", "ftp://lab.example", "https://"])
def test_an_address_that_no_code_can_lead_to_is_told(tmp_path, url) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(f'[http]\npublic_url = "{url}"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value) == f'{file}: http.public_url: expected https://HOST, got "{url}"'
