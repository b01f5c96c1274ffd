"""The compose files without a container engine: by the specification's schema, and by what we promise of them."""

import hashlib
import json
import re
import tomllib
from importlib.resources import files
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema_rs
import pytest
import yaml

from gateway.config import load_config
from gateway.deploy.folder import write_folder
from gateway.timeseries.influx import SHARD

SHIPPED = ("compose.yaml", "compose.tls.yaml", "compose.influx2.yaml")
SCHEMA = Path(__file__).parent / "compose_spec" / "compose-spec.json"
SCHEMA_SHA256 = "d549057ebc2925f39f62799eab0db7b9e2c18b35b6c00595199116da3ed10e64"
ASKED = re.compile(r"\$(?:\$|\{([A-Z0-9_]+)(?:(:[-?])([^}]*))?\})")
GIVEN = {"NHIPDO_VERSION": "0.1.0", "NHIPDO_SECRETS": "./secrets", "NHIPDO_HOST": "nhipdo.example"}
LOOPBACK = re.compile(r"^127\.0\.0\.1:\d+:\d+$")
PINNED = re.compile(r"^[a-z0-9/-]+:\d+\.\d+(\.\d+)?(-[a-z0-9]+)?$")
HAS = {
    # What the health checks call, and where the image's own building file puts it.
    "eclipse-mosquitto": {"mosquitto_sub"},  # installs mosquitto_sub below /usr/bin
    "influxdb": {"curl", "influx"},  # 1.8 stands on buildpack-deps:curl; the package brings influx, 2.7 too
    "postgres": {"pg_isready"},  # PostgreSQL's own folder of programs is on its PATH
    "grafana/grafana": {"curl"},  # apk add ... curl
    "nginxinc/nginx-unprivileged": {"wget"},  # Alpine's busybox
    "nhipdo": {"python"},
}
PI_MB = 3000
"""Of the 4 GB of a Raspberry Pi 4; the rest is the system's and the page cache's."""


class MissingError(Exception):
    """A variable that compose would refuse to start without."""


def filled(text: str, given: dict[str, str]) -> str:
    """Variables as compose fills them in."""

    def value(match: re.Match[str]) -> str:
        name, how, words = match.groups()
        if name is None:
            return "$"
        if given.get(name):
            return given[name]
        if how == ":?":
            msg = f"{name}: {words}"
            raise MissingError(msg)
        return words if how == ":-" else ""

    return ASKED.sub(value, text)


def text_of(name: str) -> str:
    return (files("gateway") / "deploy" / name).read_text("utf-8")


def read(name: str) -> dict:
    return yaml.safe_load(filled(text_of(name), GIVEN))


@pytest.fixture(scope="module")
def whole() -> dict:
    return read("compose.yaml")


@pytest.fixture
def grafana(tmp_path: Path) -> Path:
    for place in ("provisioning/datasources/one.yaml", "provisioning/datasources-2/one.yaml", "built/vi/one.json"):
        (tmp_path / "shipped" / place).parent.mkdir(parents=True)
        (tmp_path / "shipped" / place).write_text("{}\n", "utf-8")
    return tmp_path / "shipped"


def services() -> list[tuple[str, str]]:
    return [(name, service) for name in SHIPPED[:2] for service in read(name)["services"]]


def test_the_schema_is_the_specifications_own() -> None:
    assert hashlib.sha256(SCHEMA.read_bytes()).hexdigest() == SCHEMA_SHA256


@pytest.mark.parametrize("name", SHIPPED)
def test_the_schema_takes_the_file(name: str) -> None:
    schema = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    assert [f"{list(one.instance_path)}: {one.message}" for one in schema.iter_errors(read(name))] == []
    wrong = read(name)
    wrong["services"]["broker" if "broker" in wrong["services"] else "influxdb"]["imagee"] = "x:1"
    assert not schema.is_valid(wrong)


ONE_VALUE = {"command", "entrypoint", "test"}
"""Lists that a later file replaces; compose appends the others."""


def merged(one: dict, other: dict) -> dict:
    """Two files as compose makes one of them: maps by key, lists one after the other, mounts by where they go."""
    both = dict(one)
    for key, later in other.items():
        was, value = (
            dict.fromkeys(some) if key == "networks" and isinstance(some, list) else some
            for some in (both.get(key), later)
        )
        if isinstance(was, dict) and isinstance(value, dict):
            both[key] = merged(was, value)
        elif key == "volumes" and isinstance(was, list):
            both[key] = list({mount.split(":")[1]: mount for mount in [*was, *value]}.values())
        elif isinstance(was, list) and isinstance(value, list) and key not in ONE_VALUE:
            both[key] = [*was, *value]
        else:
            both[key] = value
    return both


@pytest.mark.parametrize("more", [SHIPPED[1:2], SHIPPED[2:], SHIPPED[1:], SHIPPED[:0:-1]])
def test_the_schema_takes_what_compose_makes_of_several_files(more: tuple[str, ...], whole: dict) -> None:
    for name in more:
        whole = merged(whole, read(name))
    schema = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    assert [f"{list(one.instance_path)}: {one.message}" for one in schema.iter_errors(whole)] == []
    for name, one in whole["services"].items():
        networks = [whole["networks"][network] or {} for network in one["networks"]]
        # A port of a container that only has networks without a way out is not opened.
        assert not one.get("ports") or any(not network.get("internal") for network in networks), name
        assert set(one.get("secrets", [])) <= whole["secrets"].keys()
    sources = [mount for mount in whole["services"]["grafana"]["volumes"] if "/datasources" in mount]
    assert len(sources) == (SHIPPED[2] in more)


def test_it_does_not_start_without_secrets_or_version() -> None:
    for name in ("NHIPDO_SECRETS", "NHIPDO_VERSION"):
        with pytest.raises(MissingError, match=rf"^{name}: not set\. Run: nhipdo deploy FOLDER"):
            filled(text_of("compose.yaml"), {**GIVEN, name: ""})
    with pytest.raises(MissingError, match=r"^NHIPDO_HOST: not set\. Write the name of this server into \.env"):
        filled(text_of("compose.tls.yaml"), {**GIVEN, "NHIPDO_HOST": ""})


@pytest.mark.parametrize("name", SHIPPED)
def test_no_secret_stands_in_the_file(name: str) -> None:
    for service in read(name)["services"].values():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET|_KEY", key):
                assert value.startswith("/run/secrets/"), key
                assert key.endswith("_FILE"), key


def test_every_secret_is_a_file_that_is_made_and_used(whole: dict, grafana: Path, tmp_path: Path) -> None:
    write_folder(tmp_path / "there", grafana, "0.1.0")
    declared = {**whole["secrets"], **read("compose.influx2.yaml")["secrets"]}
    for name, one in declared.items():
        made = tmp_path / "there" / one["file"]
        assert (made.name, made.read_text("utf-8").strip() != "") == (name, True)
    used = [
        one for name in SHIPPED for service in read(name)["services"].values() for one in service.get("secrets", [])
    ]
    assert set(used) == set(declared)


@pytest.mark.parametrize(("name", "service"), services())
def test_every_image_is_pinned_to_a_version(name: str, service: str) -> None:
    image = read(name)["services"][service].get("image")
    if name == "compose.yaml" or image:
        assert PINNED.match(image), image


@pytest.mark.parametrize("service", ["broker", "influxdb", "postgres", "gateway", "grafana", "proxy"])
def test_a_container_may_do_no_more_than_it_needs(service: str) -> None:
    one = read("compose.tls.yaml" if service == "proxy" else "compose.yaml")["services"][service]
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["read_only"] is True
    assert one["restart"] == "unless-stopped"
    assert set(one.get("cap_add", [])) <= {"DAC_OVERRIDE"}
    assert one.keys() & {"privileged", "devices", "pid", "ipc", "userns_mode", "network_mode"} == set()
    assert not [mount for mount in one.get("volumes", []) if "docker.sock" in mount]


@pytest.mark.parametrize("service", ["broker", "influxdb", "postgres", "gateway", "grafana", "proxy"])
def test_it_says_how_it_is_and_its_log_and_memory_are_bounded(service: str) -> None:
    one = read("compose.tls.yaml" if service == "proxy" else "compose.yaml")["services"][service]
    how, *words = one["healthcheck"]["test"]
    image = one["image"].partition(":")[0]
    assert how == "CMD"
    assert words[0] in HAS[image]
    assert {"interval", "timeout", "retries", "start_period"} <= one["healthcheck"].keys()
    assert one["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert one["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


def megabytes(size: str) -> int:
    return int(size[:-1]) * {"m": 1, "g": 1000}[size[-1]]


def test_all_of_it_fits_into_a_raspberry_pi_with_four_gigabytes() -> None:
    every = [*read("compose.yaml")["services"].values(), read("compose.tls.yaml")["services"]["proxy"]]
    assert sum(megabytes(one["deploy"]["resources"]["limits"]["memory"]) for one in every) <= PI_MB


def test_ports_are_on_loopback_unless_more_is_asked_for(whole: dict) -> None:
    ports = {name: one.get("ports", []) for name, one in whole["services"].items()}
    assert ports["postgres"] == []
    assert all(LOOPBACK.match(port) for some in ports.values() for port in some), ports
    asked = [port for one in read("compose.tls.yaml")["services"].values() for port in one.get("ports", [])]
    assert sorted(port.partition(":")[2] for port in asked) == ["443:8443", "80:8080", "8883:8883"]


def test_the_database_of_the_registry_is_in_a_network_without_a_way_out(whole: dict) -> None:
    assert whole["services"]["postgres"]["networks"] == ["inside"]
    assert whole["networks"]["inside"] == {"internal": True}


def test_nobody_takes_the_address_of_the_proxy_that_the_gateway_believes() -> None:
    tls = read("compose.tls.yaml")
    proxy = ip_address(tls["services"]["proxy"]["networks"]["web"]["ipv4_address"])
    [web] = tls["networks"]["web"]["ipam"]["config"]
    subnet, free = ip_network(web["subnet"]), ip_network(web["ip_range"])
    assert free.subnet_of(subnet)
    # The gateway and Grafana start before it and are given the first addresses that are free.
    assert proxy in set(subnet.hosts()) - set(free.hosts()) - {ip_address(web["gateway"])}
    assert tls["services"]["gateway"]["environment"]["FORWARDED_ALLOW_IPS"] == f"127.0.0.1,{proxy}"


def test_the_proxy_keeps_nothing_that_passes_in_its_memory() -> None:
    # Its /tmp is a tmpfs, which counts; a slow reader of a large export would have it killed.
    words = text_of("nginx-compose.conf")
    assert {"/tmp"} == set(read("compose.tls.yaml")["services"]["proxy"]["tmpfs"])
    assert "proxy_max_temp_file_size 0;" in words
    assert "proxy_request_buffering off;" in words


def test_its_database_of_series_has_the_shards_that_the_gateway_would_make(whole: dict) -> None:
    says = whole["services"]["influxdb"]["environment"]["INFLUXDB_DB_RETENTION_POLICY"]
    assert says == f"WITH SHARD DURATION {SHARD}"


def test_what_waits_waits_for_what_tells_that_it_is_well(whole: dict) -> None:
    waits = {name: one.get("depends_on", {}) for name, one in whole["services"].items()}
    assert waits["gateway"].keys() == {"broker", "influxdb", "postgres"}
    for needs in waits.values():
        for other, how in needs.items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in whole["services"][other]


def test_every_volume_has_a_name_and_every_folder_is_made(grafana: Path, tmp_path: Path) -> None:
    write_folder(tmp_path, grafana, "0.1.0")
    named: set[str] = set()
    for name in SHIPPED:
        for one in read(name)["services"].values():
            for mount in one.get("volumes", []):
                source, _, target = mount.partition(":")
                if source.startswith("./"):
                    assert (tmp_path / source).exists(), mount
                    assert target.endswith(":ro"), mount
                else:
                    named.add(source)
    assert named == set(read("compose.yaml")["volumes"]) | set(read("compose.influx2.yaml")["volumes"])
    assert (tmp_path / "mosquitto" / "conf.d").is_dir()  # mounted over, within a folder that may only be read


def test_grafana_is_given_every_name_that_its_provisioning_asks_for(whole: dict, root: Path) -> None:
    folder = root / "dashboards" / "grafana" / "provisioning"
    asked = {
        name
        for file in folder.glob("*/*.yaml")
        for name in re.findall(r"\$\{?(NHIPDO_[A-Z_]+)", file.read_text("utf-8"))
    }
    service = whole["services"]["grafana"]
    exported = set(re.findall(r"export (NHIPDO_\w+)=", service["command"][0]))
    assert asked != set()
    assert asked <= service["environment"].keys() | exported
    built = {file.name for file in (root / "dashboards" / "grafana" / "built").iterdir()}
    language = service["environment"]["NHIPDO_DASHBOARDS"].rpartition("/")[2]
    assert language in built


def test_grafana_lets_nobody_in_without_a_password_and_asks_nothing_of_the_world(whole: dict) -> None:
    says = whole["services"]["grafana"]["environment"]
    assert says["GF_AUTH_ANONYMOUS_ENABLED"] == says["GF_USERS_ALLOW_SIGN_UP"] == "false"
    assert says["GF_SECURITY_ADMIN_PASSWORD__FILE"] == "/run/secrets/grafana-admin"
    off = ("REPORTING_ENABLED", "CHECK_FOR_UPDATES", "CHECK_FOR_PLUGIN_UPDATES")
    assert {says[f"GF_ANALYTICS_{one}"] for one in off} == {"false"}
    assert says["GF_PLUGINS_PREINSTALL_DISABLED"] == "true"


def test_the_gateways_settings_name_the_other_containers_and_its_own_secrets(whole: dict, tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(text_of("gateway.compose.toml"), "utf-8")
    config = load_config(file)
    hosts = {urlsplit(url).hostname for url in (config.broker.url, config.registry.url, config.store.url)}
    assert hosts == {"broker", "postgres", "influxdb"}
    named = (config.broker.password_file, config.registry.password_file, config.store.password_file)
    mine = {f"/run/secrets/{one}" for one in whole["services"]["gateway"]["secrets"]}
    assert set(named) == mine
    assert f"gateway:{config.state_dir}" in whole["services"]["gateway"]["volumes"]
    influx = whole["services"]["influxdb"]["environment"]
    assert (config.store.database, config.store.username) == (influx["INFLUXDB_DB"], influx["INFLUXDB_USER"])
    registry = whole["services"]["postgres"]["environment"]
    parts = urlsplit(config.registry.url)
    assert (parts.username, parts.path) == (registry["POSTGRES_USER"], f"/{registry['POSTGRES_DB']}")


def test_the_image_is_built_from_what_the_project_pins(root: Path) -> None:
    words = text_of("Dockerfile")
    assert set(re.findall(r"^FROM (\S+)", words, re.MULTILINE)) == {"python:3.11.13-slim-bookworm"}
    [extras] = re.findall(r"'\.\[([a-z,-]+)\]'", words)
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(extras.split(",")) <= project["optional-dependencies"].keys()
    assert "--constraint constraints.txt" in words
    assert re.search(r"^USER (?!0|root)\d+", words, re.MULTILINE)
    ignored = text_of("Dockerfile.dockerignore").splitlines()
    taken = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert all((root / one).exists() for one in taken)
    assert set(project["license-files"]) | {project["readme"], "constraints.txt", "pyproject.toml"} <= taken
