"""Whether certificates that were set fit this edge: its instruments, their channels and units, their serial numbers."""

from collections.abc import Iterator, Mapping

from drivers.instrument import Meaning
from edge_agent.config import AgentConfig
from edge_agent.config.tables import InstrumentConfig
from edge_agent.wire.certificate_setting import CERTIFICATE, CertificatesSet, read_certificates
from edge_agent.wire.settings import SettingError
from edge_agent.wire.table_kinds import show

SERIAL_NUMBER = "serial_number"
"""A text channel of this name shows the maker's number."""


def fitting(
    config: AgentConfig, key: str, body: Mapping[str, object], serials: Mapping[str, str]
) -> CertificatesSet | None:
    """What was set for an instrument; None: nothing.

    Args:
        config: What this edge reads.
        key: Name of the instrument.
        body: Of the setting.
        serials: Instrument -> serial number that it showed.

    Raises:
        SettingError: It does not fit; who, what, expected or got, what to do.
    """
    read = read_certificates(key, body)
    where = f"setting {CERTIFICATE}/{key}"
    instruments = {one.name: one for bus in config.buses for one in bus.instruments}
    if key not in instruments:
        known = ", ".join(show(name) for name in instruments) or "none"
        msg = f"{where}: there is no instrument {show(key)} here. Known are {known}."
        raise SettingError(msg)
    if read is None:
        return None
    if is_of_another(read, serials.get(key, "")):
        msg = (
            f"{where}: its certificates are of serial number {show(read.serial_number)}, the instrument shows "
            f"{show(serials[key])}. Find out which instrument stands there."
        )
        raise SettingError(msg)
    mistakes = list(_mistakes(instruments[key], read)) or list(_unusable(read))
    if mistakes:
        msg = f"{where}: {'; '.join(mistakes)}"
        raise SettingError(msg)
    return read


def is_of_another(kept: CertificatesSet, shown: str) -> bool:
    """Whether an instrument that shows this serial number is another one; not where either is not known."""
    mine, other = "".join(kept.serial_number.split()), "".join(shown.split())
    return bool(mine and other) and mine.casefold() != other.casefold()


def _mistakes(instrument: InstrumentConfig, read: CertificatesSet) -> Iterator[str]:
    meanings: Mapping[str, Meaning] = instrument.loaded.meanings
    numbers = [name for name, meaning in meanings.items() if not meaning.text]
    for certificate in read.certificates:
        for name, channel in certificate.channels.items():
            place = f"certificate {certificate.number}: {name}"
            if name not in numbers:
                yield f"{place}: {instrument.name} has no such channel; known are {', '.join(numbers)}. Correct it."
            elif channel.unit != meanings[name].unit:
                yield (
                    f"{place}: its points are in {channel.unit}, the channel is in {meanings[name].unit}. "
                    "Convert the points."
                )


def _unusable(read: CertificatesSet) -> Iterator[str]:
    """What the library says of the numbers: it is tried now, and not at the next sample."""
    from edge_agent.correcting.correction import ChannelCorrection  # noqa: PLC0415  only where a certificate is

    for certificate in read.certificates:
        for name in certificate.channels:
            try:
                ChannelCorrection(certificate, name)
            except ValueError as error:
                yield f"certificate {certificate.number}: {name}: {error}"
