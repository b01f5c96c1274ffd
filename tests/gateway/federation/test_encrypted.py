"""The way to the gateway above as it is in the field: TLS, a password, the access list that is shipped."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
import pytest
from federated import FORWARDER, ZONE, Speaker, elements
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.wire import topics
from edge_agent.wire.topics import EdgeTopic
from gateway import servers
from gateway.broker_config import ForwardConfig
from gateway.federation.checking import look_above
from gateway.federation.forwarder import Forwarder
from gateway.ingest.journals import EdgeId
from gateway.people import admit_edge
from gateway.registry import EdgeRow, NominalBucketRow
from gateway.registry.sharing import ForwarderRow

PATIENCE_S = 30.0
SECRETS = {"gateway": "above", str(FORWARDER): "below", "cao-lanh/gateway": "beside"}


def until(condition: Callable[[], object], turn: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "not in time"
        turn()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates")
    openssl = shutil.which("openssl")
    assert openssl, "openssl: not installed. Install Debian's package openssl."

    def run(*words: str) -> None:
        subprocess.run([openssl, *words], cwd=path, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for name in ("ca", "stranger"):
        run("req", "-x509", *new, "-days", "2", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
    run("req", *new, "-keyout", "broker.key", "-out", "broker.csr", "-subj", "/CN=broker")
    (path / "names").write_text("subjectAltName=IP:127.0.0.1")
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    run("x509", "-req", "-in", "broker.csr", "-out", "broker.pem", *signing)
    return path


@pytest.fixture
def broker(debian_packages, certificates: Path, tmp_path: Path) -> Iterator[servers.Server]:
    acl, passwords = tmp_path / "acl", tmp_path / "users"
    acl.write_text((files("gateway") / "deploy" / "mosquitto.acl").read_text("utf-8"), "utf-8")
    users = "".join(f"{user}:{servers.mosquitto_hash(secret)}\n" for user, secret in SECRETS.items())
    passwords.write_text(users, "utf-8")
    passwords.chmod(0o600)
    extra = f"allow_anonymous false\npassword_file {passwords}\nacl_file {acl}"
    tls = servers.Tls(certificates / "broker.pem", certificates / "broker.key")
    with servers.mosquitto(debian_packages, tmp_path / "tls", tls=tls, extra=extra) as one:
        yield one


@pytest.fixture
def config(broker: servers.Server, certificates: Path, tmp_path: Path) -> Callable[..., ForwardConfig]:
    def make(user: str = str(FORWARDER), secret: str = "", ca: str = "ca.pem") -> ForwardConfig:
        file = tmp_path / "secret"
        file.write_text((secret or SECRETS[user]) + "\n", "utf-8")
        return ForwardConfig(
            url=broker.url,
            site=FORWARDER.site,
            username=user,
            password_file=str(file),
            ca_file=str(certificates / ca),
            every_s=0.05,
            reconnect_s=0.05,
            resend_s=0.5,
            status_period_s=0.2,
            connect_timeout_s=3,
        )

    return make


@pytest.fixture
def above(broker: servers.Server, certificates: Path, province) -> Iterator[Callable[[], None]]:
    """The province's gateway behind that broker; a call takes what came, and answers."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("gateway", SECRETS["gateway"])
    client.tls_set(str(certificates / "ca.pem"))
    client.on_connect = lambda client, *_: client.subscribe([(topics.every_edge(kind), 1) for kind in KINDS])
    client.on_message = lambda _client, _userdata, message: province.ingest.put(message.topic, message.payload)
    client.connect(broker.host, broker.port)
    client.loop_start()

    def step() -> None:
        province.ingest.step(0.02)
        for topic, payload in province.said.by_topic.items():
            client.publish(topic, payload, 1, retain=True)
        province.said.by_topic.clear()

    yield step
    client.disconnect()
    client.loop_stop()


KINDS = (topics.RECORD, topics.STATUS)


def test_what_is_agreed_arrives_over_tls_with_a_password(site, province, above, config) -> None:
    site.agrees()
    site.takes(Speaker().says(elements(0)))
    forwarder = Forwarder(site.engine, config(), ZONE, site.clock)
    forwarder.start()
    try:
        until(lambda: [row for row in province.rows(EdgeRow) if row.site == FORWARDER.site], above)
        admit_edge(province.engine, FORWARDER, "Ông Bình", province.clock())
        until(lambda: province.rows(NominalBucketRow), above)
        until(lambda: site.rows(ForwarderRow)[0].state == "connected", above)
    finally:
        forwarder.stop()
    assert site.rows(ForwarderRow)[0].state == "stopped"


def test_an_account_says_nothing_under_the_name_of_another(site, province, above, config) -> None:
    site.agrees()
    impostor = Forwarder(site.engine, config("cao-lanh/gateway"), ZONE, site.clock)
    impostor.start()
    own = str(EdgeTopic("cao-lanh", "gateway", topics.STATUS))
    try:
        until(lambda: site.rows(ForwarderRow) and site.rows(ForwarderRow)[0].state == "connected", above)
        speaker = mqtt.Client(CallbackAPIVersion.VERSION2)
        speaker.username_pw_set("cao-lanh/gateway", SECRETS["cao-lanh/gateway"])
        speaker.tls_set(config().ca_file)
        speaker.connect("127.0.0.1", int(config().url.rpartition(":")[2]))
        speaker.loop_start()
        # Said after all that the impostor has said before: when this is here, that has not come.
        speaker.publish(own, msgspec.json.encode({"state": "checking", "at": 1}), 1)
        until(lambda: EdgeId("cao-lanh", "gateway") in province.ingest._receipts.edges, above)
        speaker.disconnect()
        speaker.loop_stop()
    finally:
        impostor.stop()
    assert [row.site for row in province.rows(EdgeRow)] == ["cao-lanh"]


@pytest.mark.parametrize(
    ("ca", "secret", "told"),
    [
        (
            "stranger.pem",
            "",
            (
                "its certificate is not trusted (unable to get local issuer certificate). "
                "Check forward.ca_file and the clock."
            ),
        ),
        (
            "ca.pem",
            "wrong",
            (
                "does not authorise this user. Check forward.username and forward.password_file, "
                "and ask for its rights there."
            ),
        ),
        ("none.pem", "", "{ca}: no such file. Check the paths in the table forward of gateway.toml."),
    ],
)
# paho drops a socket whose handshake failed, and Python closes it then with a warning.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_wrong_with_the_connection_is_named(config, ca, secret, told) -> None:
    made = config(secret=secret, ca=ca)
    assert look_above(made) == (False, f"broker {made.url}: " + told.format(ca=made.ca_file))
