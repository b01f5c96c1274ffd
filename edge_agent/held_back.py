"""What could not be written yet: it goes into the next transaction, in parts when the disk is full."""

from collections.abc import Iterable, Sequence

from edge_agent.asked import Asked, newest_word
from edge_agent.collect import Sample
from edge_agent.losses import Losses

_LEAST = 50


class HeldBack:
    """Samples and requests between the queues and the disk. Belongs to the recorder.

    Args:
        most: Samples that are kept; when more could not be written the oldest are counted as lost.
        losses: Where they are counted.
    """

    def __init__(self, most: int, losses: Losses) -> None:
        self._most = most
        self._losses = losses
        self._samples: list[Sample] = []
        self._asked: list[Asked] = []
        self._at_once = 2 * most
        self._has_failed = False
        self.is_late = False

    def __len__(self) -> int:
        return len(self._samples)

    def take(self, samples: list[Sample], asked: Iterable[Asked]) -> tuple[list[Sample], list[Asked]]:
        """What the next transaction is to hold; it stays here until :meth:`written`.

        ``is_late`` then tells whether some of it should have been written before, or has to wait again.
        """
        self.is_late = bool(self._samples)
        self._samples += samples
        self.is_late = self.is_late or len(self._samples) > self._at_once
        self._asked = newest_word([*self._asked, *asked])
        return self._samples[: self._at_once], self._asked

    def written(self, samples: int, later: Sequence[Asked] = ()) -> None:
        """The transaction is on disk: so many samples, and all that was asked but ``later``."""
        del self._samples[:samples]
        self._has_failed = False
        self._asked = list(later)
        self._at_once = min(2 * self._at_once, 2 * self._most)

    def failed(self, *, full: bool) -> None:
        """It was not written: keep what fits in memory; a full disk may still take a part of it."""
        if full and self._has_failed:
            self._at_once = max(min(self._at_once, len(self._samples)) // 2, _LEAST)
        self._has_failed = True
        for sample in self._samples[: max(len(self._samples) - self._most, 0)]:
            self._losses.add(sample.instrument, "disk_full" if full else "not_written", sample.at, sample.at)
        self._samples = self._samples[-self._most :]
