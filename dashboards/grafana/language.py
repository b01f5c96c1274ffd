"""Words of the dashboards, in one language at a time."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("vi", "en")
"""The first is the one that is tried first everywhere."""
_WORDS = Path(__file__).with_name("words.toml")


class Language:
    """What is said in one language.

    Args:
        code: ``vi`` or ``en``.

    Attributes:
        code: As given.
        said: Words that were asked for so far.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.said: set[str] = set()
        self._words = words()
        self._place = LANGUAGES.index(code)

    def __call__(self, key: str) -> str:
        """The words of a key.

        Raises:
            KeyError: Nobody wrote them.
        """
        if key not in self._words:
            msg = f"words.toml: {key}: absent, expected one line a language. Add it."
            raise KeyError(msg)
        self.said.add(key)
        return self._words[key][self._place]


def words() -> Mapping[str, tuple[str, ...]]:
    """Key -> words by language, in the order of :data:`LANGUAGES`."""
    tables = tomllib.loads(_WORDS.read_text("utf-8"))
    return {f"{table}.{key}": tuple(both) for table, lines in tables.items() for key, both in lines.items()}
