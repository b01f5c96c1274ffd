"""Units: UCUM here and in all the project, Grafana's own name for them in the JSON."""

GRAFANA = {
    "1": "percentunit",
    "{number}": "none",
    "{piece}": "locale",
    "{text}": "string",
    "s": "s",
    "min": "m",
    "h": "h",
    "W": "watt",
    "kW": "kwatt",
    "W.h": "watth",
    "kW.h": "kwatth",
    "V.A": "voltamp",
    "V": "volt",
    "A": "amp",
    "Hz": "hertz",
    "Cel": "celsius",
    "K": "kelvin",
    "%": "percent",
    "Pa": "pressurepa",
    "hPa": "pressurehpa",
    "kPa": "pressurekpa",
    "bar": "pressurebar",
    "g": "massg",
    "kg": "masskg",
    "mm": "lengthmm",
    "m": "lengthm",
    "deg": "degree",
    "lx": "lux",
}
"""UCUM -> Grafana. ``1`` is a share, drawn in per cent; in braces: what is counted or read.
Without ``d``: Grafana would make weeks of 14 days, in English."""

CHANNELS = {
    "power": "W",
    "apparent_power": "V.A",
    "power_factor": "1",
    "energy": "kW.h",
    "voltage": "V",
    "current": "A",
    "frequency": "Hz",
    "temperature|temp": "Cel",
    "humidity": "%",
    "mass|weight": "g",
    "length|position": "mm",
}
"""What a channel's name holds -> its unit, as the register maps that ship use them; of several the last holds."""


def grafana_unit(ucum: str) -> str:
    """Grafana's name of a unit; one that it has no name for is written behind the number.

    >>> grafana_unit("W.h"), grafana_unit("m3/h")
    ('watth', 'suffix: m3/h')
    """
    return GRAFANA.get(ucum, f"suffix: {ucum}")
