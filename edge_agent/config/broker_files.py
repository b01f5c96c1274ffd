"""Files that ``[broker]`` names: what they hold. That they are there was looked at before."""

import ssl
from pathlib import Path

from edge_agent.config.errors import Mistakes
from edge_agent.config.tables import BrokerConfig


def check_files(broker: BrokerConfig, mistakes: Mistakes) -> None:
    """Passwords and certificates that cannot be used. What this user may not read is a caution: the agent may."""
    for key, wrong in (
        ("password_file", _wrong_password(broker.password_file)),
        ("ca_file", _wrong_authority(broker.ca_file)),
        ("cert_file", _wrong_pair(broker.cert_file, broker.key_file)),
    ):
        if wrong:
            mistakes.add(f"broker.{key}", f"{getattr(broker, key)}: {wrong}")


def _wrong_password(path: str) -> str:
    try:
        first = Path(path).read_text("utf-8-sig").partition("\n")[0].strip() if path else "none wanted"
    except UnicodeDecodeError:
        return "not UTF-8. Save it as UTF-8, the password alone on its first line."
    except OSError:
        return ""
    return "" if first else "its first line is empty, expected the password. Write it there."


def _wrong_authority(path: str) -> str:
    try:
        if path:
            _empty_context().load_verify_locations(path)
    except ssl.SSLError:
        return "holds no certificate in PEM form. Take the file with -----BEGIN CERTIFICATE----- in it."
    except OSError:
        return ""
    return ""


def _wrong_pair(certificate: str, key: str) -> str:
    try:
        if certificate and key:
            # An empty password: nobody is there to type one.
            _empty_context().load_cert_chain(certificate, key, "")
    except ssl.SSLError:
        return f"is no certificate in PEM form, or {key} is not its key without a password. Correct both."
    except OSError:
        return ""
    return ""


def _empty_context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
