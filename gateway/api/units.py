"""How a UCUM code is printed for people. The API itself gives the code.

Source: The Unified Code for Units of Measure 2.1, tables 1 to 5, columns "c/s" and "print".
"""

_PRINTED = {
    "1": "",
    "Cel": "°C",
    "[degF]": "°F",
    "Ohm": "Ω",
    "kOhm": "kΩ",
    "deg": "°",
    "um": "µm",
    "us": "µs",
    "ug": "µg",
    "uL": "µL",
    "uA": "µA",
    "uV": "µV",
    "uS/cm": "µS/cm",
    "l": "L",
    "ml": "mL",
    "[ppm]": "ppm",
    "[pH]": "pH",
    "dB": "dB",
}
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def printed(unit: str) -> str:
    """A unit as it stands beside a figure; a code that we do not know stays as it is.

    >>> [printed(code) for code in ("Cel", "kW.h", "/min", "m3/h", "1", "%", "{piece}")]
    ['°C', 'kW·h', '1/min', 'm³/h', '', '%', 'piece']
    """
    if unit in _PRINTED:
        return _PRINTED[unit]
    for sign, shown in (("/", "/"), (".", "·")):
        if sign in unit:
            first, *rest = unit.split(sign)
            return shown.join([printed(first) if first else "1", *map(printed, rest)])
    if unit.startswith("{") and unit.endswith("}"):
        return unit[1:-1]
    base = unit.rstrip("0123456789-")
    raised = unit[len(base) :].translate(_RAISED) if base.isalpha() else unit[len(base) :]
    return _PRINTED.get(base, base) + raised
