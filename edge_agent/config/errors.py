"""Mistakes in a configuration file: collected, and told together."""

from collections.abc import Sequence


class ConfigError(ValueError):
    """A configuration file that cannot be used; its text has one line a mistake.

    Attributes:
        mistakes: The lines: file, place, what is wrong, what to do.
    """

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class Mistakes:
    """The mistakes found in one file so far.

    Args:
        file: How messages call the file.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: list[str] = []

    def add(self, place: str, text: str) -> None:
        """Note a mistake at ``place``, such as ``buses[0].timeout_s``; ``""`` is the file itself."""
        where = f"{self._file}: {place}: " if place else f"{self._file}: "
        # A map may have several mistakes of its own, one a line: each is told with its place.
        for line in text.splitlines():
            if where + line not in self._lines:
                self._lines.append(where + line)

    def lines(self) -> tuple[str, ...]:
        """What was noted so far."""
        return tuple(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def raise_any(self) -> None:
        """Raise them all together, if there are any.

        Raises:
            ConfigError: There are.
        """
        if self._lines:
            raise ConfigError(self._lines)
