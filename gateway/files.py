"""Files that ``gateway.toml`` names: whether they are there, this user may read them, and they hold what they should.

Decision: looked into once, before the gateway starts.
Because: a wrong path does not mend itself, and a broker that is tried again for ever only says that TLS failed.
"""

import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

from gateway.broker_config import MqttConfig
from gateway.config import ConfigError, GatewayConfig
from gateway.opening import first_line

_HERE = {"localhost", "127.0.0.1", "::1"}
_OF_CONTAINER = Path("/run/secrets")
"""Where compose puts secrets: within the container everybody may read them, outside nobody but the folder's owner."""


def check_files(config: GatewayConfig) -> None:
    """Look into each of them.

    Raises:
        ConfigError: One line for each that is of no use.
    """
    mistakes = [f"{place}: {wrong}" for place, path in _secrets(config) if (wrong := _wrong_secret(path))]
    for place, path in _authorities(config):
        if path and (wrong := _wrong_authority(path)):
            mistakes.append(f"{place}: {wrong}")
    mistakes += filter(None, (_wrong_certificate(place, broker) for place, broker in _brokers(config)))
    mistakes += _wrong_plans(config)
    if mistakes:
        raise ConfigError("\n".join(f"{config.path}: {mistake}" for mistake in mistakes))


def cautions(config: GatewayConfig) -> Iterator[str]:
    """What works and leaves a door open."""
    for place, path in _secrets(config):
        if Path(path).stat().st_mode & stat.S_IROTH and not Path(path).is_relative_to(_OF_CONTAINER):
            yield f"{place}: everybody may read it. Run: chmod o-r {path}"
    for place, broker in _brokers(config):
        if broker.username and not broker.tls and broker.host not in _HERE:
            yield f"{place}.url: the password travels unencrypted. Use mqtts:// outside a closed network."


def _wrong_plans(config: GatewayConfig) -> list[str]:
    """Of a province's own plans; those of the package are tested."""
    if config.plans is None:
        return []
    from gateway.programme.plan_files import PlanFileError, load_plans  # noqa: PLC0415  few have plans of their own

    try:
        load_plans(config.plans)
    except PlanFileError as error:
        return [f"indicators.plans: {line}" for line in str(error).splitlines()]
    return []


def _brokers(config: GatewayConfig) -> tuple[tuple[str, MqttConfig], ...]:
    """Table of the file -> broker, of those that are used."""
    forward: tuple[tuple[str, MqttConfig], ...] = (("forward", config.forward),) if config.forward.is_set else ()
    return (("broker", config.broker), *forward)


def _authorities(config: GatewayConfig) -> list[tuple[str, str]]:
    brokers = [(f"{place}.ca_file", broker.ca_file) for place, broker in _brokers(config)]
    return [*brokers, ("store.ca_file", config.store.ca_file)]


def _secrets(config: GatewayConfig) -> list[tuple[str, str]]:
    """Place in the file and path, of those that are given."""
    named = (
        *((f"{place}.password_file", broker.password_file) for place, broker in _brokers(config)),
        ("registry.password_file", config.registry.password_file),
        ("store.password_file", config.store.password_file),
        ("store.token_file", config.store.token_file),
    )
    return [(place, path) for place, path in named if path]


def _wrong_secret(path: str) -> str:
    try:
        return "" if first_line(path) else f"{path}: its first line is empty, expected the secret. Write it there."
    except ConfigError as error:
        return str(error)


def _wrong_authority(path: str) -> str:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return f"{path}: holds no certificate in PEM form. Take the file with -----BEGIN CERTIFICATE----- in it."
    except OSError as error:
        return f"{path}: cannot be read ({error.strerror}). Check the path in gateway.toml and its permissions."
    return ""


def _wrong_certificate(place: str, broker: MqttConfig) -> str:
    if not broker.cert_file:
        return f"{place}.cert_file: missing; key_file needs it" if broker.key_file else ""
    both = f"{broker.cert_file} and {broker.key_file or 'no key_file'}"
    try:
        # An empty password: a key that asks for one is of no use to a service.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(broker.cert_file, broker.key_file or None, "")
    except ssl.SSLError:
        return f"{place}.cert_file: {both}: no certificate in PEM form and the key that belongs to it. Correct them."
    except OSError as error:
        return f"{place}.cert_file: {both}: cannot be read ({error.strerror}). Check both paths and their permissions."
    return ""
