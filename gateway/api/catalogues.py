"""The words of the pages: Babel catalogues, ``dashboards/web/locale/LANGUAGE/*.po``, a file for each part of the pages.

Decision: a message's id is a key (``production.title``), and both languages have their sentences in a catalogue.
Because: neither language is the other's original, and a sentence is mended without touching a template.
Instead of: English sentences as ids, which break each translation when one letter of them changes.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po


@cache
def load_catalogues(web: Path, language: str) -> Mapping[str, str]:
    """Key -> sentence, of all files of a language; read once in a process.

    Raises:
        ValueError: A key stands in two files; which, is in the message.
    """
    words: dict[str, str] = {}
    for path in sorted((web / "locale" / language).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, abort_invalid=True)
        for message in catalogue:
            key, sentence = str(message.id), str(message.string)
            if not key:
                continue  # the head of the file
            if key in words:
                msg = f"{path}: {key}: stands in another file of this language too. Remove one of them."
                raise ValueError(msg)
            words[key] = sentence
    return words


@cache
def country_names(language: str) -> Mapping[str, str]:
    """Code (ISO 3166-1 alpha-2) -> what people call a country.

    >>> country_names("vi")["TH"], country_names("en")["TH"]
    ('Thái Lan', 'Thailand')
    """
    return dict(Locale(language).territories)
