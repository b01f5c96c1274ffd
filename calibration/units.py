r"""Units of measurement in two spellings: UCUM codes, as everywhere in this project, and D-SI, as in a certificate.

UCUM writes ``kW.h``, ``/min``, ``kg/m3``, ``Cel``; D-SI writes ``\kilo\watt\hour``, ``\one\per\minute``,
``\kilogram\per\metre\tothe{3}``, ``\degreecelsius``. Only spellings are exchanged here: no value is converted.

Decision: a table of some sixty units and the grammar of products and powers.
Because: that is what instruments of a testing centre show, and each line can be checked by eye.
Instead of: a library of units, which imports slower than the whole package.

Source: The Unified Code for Units of Measure 2.2, tables 1 to 5 (it has no prefixes beyond yotta and yocto); Digital
    System of Units (D-SI) 2.2, its brochure's tables of units and prefixes; SI Brochure, 9th edition, tables 2, 4, 7
    and 8.
"""

from __future__ import annotations

import re

from calibration.checks import refuse

# UCUM atom (case sensitive) -> D-SI unit. Those of METRIC take prefixes.
METRIC = {
    "m": "metre",
    "g": "gram",
    "s": "second",
    "A": "ampere",
    "K": "kelvin",
    "mol": "mole",
    "cd": "candela",
    "rad": "radian",
    "sr": "steradian",
    "Hz": "hertz",
    "N": "newton",
    "Pa": "pascal",
    "J": "joule",
    "W": "watt",
    "C": "coulomb",
    "V": "volt",
    "F": "farad",
    "Ohm": "ohm",
    "S": "siemens",
    "Wb": "weber",
    "T": "tesla",
    "H": "henry",
    "lm": "lumen",
    "lx": "lux",
    "Bq": "becquerel",
    "Gy": "gray",
    "Sv": "sievert",
    "kat": "katal",
    "L": "litre",
    "l": "litre",
    "t": "tonne",
    "eV": "electronvolt",
    "u": "dalton",
    "bar": "bar",
    "bit": "bit",
    "By": "byte",
    "Np": "neper",
    "B": "bel",
}
PLAIN = {
    "1": "one",
    # UCUM has prefixes with it; D-SI's own reader gives it none.
    "Cel": "degreecelsius",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "deg": "degree",
    "'": "arcminute",
    "''": "arcsecond",
    "%": "percent",
    "[ppm]": "ppm",
    "har": "hectare",
    "AU": "astronomicalunit",
    "[kn_i]": "knot",
    "[nmi_i]": "nauticalmile",
    "b": "barn",
    "Ao": "angstrom",
    "mm[Hg]": "mmHg",
}
# Spelt as one word in D-SI, and these spellings are the ones given.
WHOLE = {"kg": "kilogram", "dB": "decibel"}
PREFIXES = {
    "Y": "yotta",
    "Z": "zetta",
    "E": "exa",
    "P": "peta",
    "T": "tera",
    "G": "giga",
    "M": "mega",
    "k": "kilo",
    "h": "hecto",
    "da": "deca",
    "d": "deci",
    "c": "centi",
    "m": "milli",
    "u": "micro",
    "n": "nano",
    "p": "pico",
    "f": "femto",
    "a": "atto",
    "z": "zepto",
    "y": "yocto",
}

Term = tuple[str, int]  # D-SI spelling of one unit with its prefix, and its power

_UCUM_TERM = re.compile(r"([./]?)((?:\[[^\]]*\]|[^./0-9+-])+|1)([+-]?[0-9]+)?")
_DSI_WORD = re.compile(r"\\([A-Za-z]+)(?:\{([+-]?[0-9]+)\})?")
_CODE_OF = {f"\\{name}": code for code, name in (METRIC | PLAIN | WHOLE).items() if code != "l"}
_PREFIX_OF = {name: code for code, name in PREFIXES.items()}


def to_dsi(ucum: str) -> str:
    r"""D-SI spelling of a UCUM code.

    Args:
        ucum: Units with powers, joined by ``.`` and ``/`` from left to right, as UCUM has it. Without brackets,
            factors of ten and annotations in braces.

    Raises:
        ValueError: The code is not of that form, or a unit has no spelling in D-SI (``[degF]``, ``[psi]``).

    Source:
        UCUM 2.2, sections 7 to 10; D-SI 2.2: products are written side by side, ``\per`` stands once and all after
        it divides.

    >>> print(to_dsi("kW.h"), to_dsi("/min"), to_dsi("kg/m3"), to_dsi("Cel"), to_dsi("J/kg/K"))
    \kilo\watt\hour \one\per\minute \kilogram\per\metre\tothe{3} \degreecelsius \joule\per\kilogram\kelvin
    """
    terms = _ucum_terms(ucum)
    above = "".join(_power(word, power) for word, power in terms if power > 0)
    below = "".join(_power(word, -power) for word, power in terms if power < 0)
    return (above or "\\one") + (f"\\per{below}" if below else "")


def _power(word: str, power: int) -> str:
    return word if power == 1 else f"{word}\\tothe{{{power}}}"


def _ucum_terms(ucum: str) -> list[Term]:
    terms: list[Term] = []
    at = 0
    if not isinstance(ucum, str):
        raise _unknown(ucum, "a UCUM code")
    while at < len(ucum):
        match = _UCUM_TERM.match(ucum, at)
        # Between two units stands a point or a stroke; before the first none, or a stroke.
        if match is None or ((at > 0) != bool(match[1]) and match[1] != "/"):
            raise _unknown(ucum, "a UCUM code")
        power = int(match[3] or 1) * (-1 if match[1] == "/" else 1)
        if power == 0:
            raise _unknown(ucum, "a UCUM code without a power of zero")
        # The one of "1/min" says nothing that "\one" does not say again.
        if match[2] != "1" or ucum == "1":
            terms.append((_dsi_unit(match[2], ucum), power))
        at = match.end()
    if not terms:
        raise _unknown(ucum, "a UCUM code")
    return terms


def _dsi_unit(atom: str, ucum: str) -> str:
    name = (METRIC | PLAIN | WHOLE).get(atom)
    if name is not None:
        return f"\\{name}"
    for length in (2, 1):
        prefix, base = PREFIXES.get(atom[:length]), METRIC.get(atom[length:])
        if prefix and base and atom[length:] != "u":
            return f"\\{prefix}\\{base}"
    raise _unknown(ucum, f"units with a spelling in D-SI, {atom!r} has none known here")


def _unknown(got: str, expected: str) -> ValueError:
    return refuse("unit", "spelling", expected, repr(got), "Convert the values to another unit, or mend the spelling.")


def from_dsi(dsi: str) -> str:
    r"""UCUM code of a D-SI unit.

    Args:
        dsi: D-SI spelling; British and American names of metre and litre are both understood.

    Raises:
        ValueError: It is not D-SI, is marked as foreign to it by a leading ``|``, or has no code known here.

    >>> from_dsi(r"\kilo\watt\hour"), from_dsi(r"\minute\tothe{-1}"), from_dsi(r"\metre\per\second\tothe{2}")
    ('kW.h', '/min', 'm/s2')
    """
    words = _DSI_WORD.findall(dsi) if isinstance(dsi, str) else []
    if not words or "".join(_spelt(word, power) for word, power in words) != dsi:
        raise _unknown(dsi, "a D-SI unit")
    above, _, below = _parted(words)
    if not above or (below is not None and not below):
        raise _unknown(dsi, "units on both sides of \\per")
    terms = _dsi_terms(above, dsi) + [(code, -power) for code, power in _dsi_terms(below or [], dsi)]
    return _ucum_of(terms)


def _spelt(word: str, power: str) -> str:
    return f"\\{word}{{{power}}}" if power else f"\\{word}"


Words = list[tuple[str, str]]


def _parted(words: Words) -> tuple[Words, str, Words | None]:
    names = [word for word, _ in words]
    if "per" not in names:
        return words, "", None
    at = names.index("per")
    return words[:at], "per", words[at + 1 :]


def _dsi_terms(words: Words, dsi: str) -> list[Term]:
    terms: list[Term] = []
    prefix = ""
    for word, power in words:
        if word == "tothe":
            if not terms or not power or terms[-1][1] != 1 or prefix or int(power) == 0:
                raise _unknown(dsi, "\\tothe{n} behind a unit")
            terms[-1] = (terms[-1][0], int(power))
        elif word in _PREFIX_OF and not prefix:
            prefix = _PREFIX_OF[word]
        else:
            terms.append((_code(prefix, word, dsi), 1))
            prefix = ""
    if prefix:
        raise _unknown(dsi, "a unit behind the prefix")
    return terms


def _code(prefix: str, word: str, dsi: str) -> str:
    code = _CODE_OF.get("\\" + {"meter": "metre", "liter": "litre", "atomicmassunit": "dalton"}.get(word, word))
    if code is None or (prefix and code not in METRIC):
        raise _unknown(dsi, f"units with a code in UCUM, \\{word} has none known here")
    return prefix + code


def _ucum_of(terms: list[Term]) -> str:
    above = [f"{code}{'' if power == 1 else power}" for code, power in terms if power > 0 and code != "1"]
    below = [f"/{code}{'' if power == -1 else -power}" for code, power in terms if power < 0]
    return (".".join(above) + "".join(below)) or "1"


def same_step(one: str, other: str) -> bool:
    """Whether differences in both units are equal numbers: the same unit, or degrees Celsius and kelvins.

    >>> same_step("Cel", "K"), same_step("mK", "K")
    (True, False)
    """
    return one == other or {one, other} == {"Cel", "K"}
