"""What of a broker's settings is read from files: the password, and whom to trust. Knows no paho."""

import errno
import os
import ssl
from pathlib import Path

from gateway.broker_config import MqttConfig


def password_of(config: MqttConfig) -> str | None:
    """The first line of its file; None: there is none.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not UTF-8.
    """
    if not config.password_file:
        return None
    # utf-8-sig: editors on Windows write a mark at the start that is no part of the secret.
    return Path(config.password_file).read_text("utf-8-sig").partition("\n")[0].strip()


def tls_of(config: MqttConfig) -> ssl.SSLContext:
    """Whom we trust, and who we are.

    Raises:
        OSError: A file cannot be read, or is none of a certificate or key; one that is not there is named.
    """
    for path in (config.ca_file, config.cert_file, config.key_file):
        if path and not Path(path).exists():  # ssl itself does not say which
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    context = ssl.create_default_context(cafile=config.ca_file or None)
    if config.cert_file:
        context.load_cert_chain(config.cert_file, config.key_file or None)
    return context
