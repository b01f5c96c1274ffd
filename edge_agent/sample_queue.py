"""Where samples wait for the recorder: bounded, and what does not fit is counted."""

import threading

from edge_agent.collect import Sample
from edge_agent.losses import Losses


class SampleQueue:
    """Workers put, the recorder takes all. ``limit`` samples at most; later ones are counted as lost."""

    def __init__(self, limit: int, losses: Losses) -> None:
        self._limit = limit
        self._losses = losses
        self._lock = threading.Lock()
        self._samples: list[Sample] = []

    def put(self, sample: Sample) -> None:
        """Queue a sample; never blocks."""
        with self._lock:
            if len(self._samples) < self._limit:
                self._samples.append(sample)
                return
        self._losses.add(sample.instrument, "queue_full", sample.at, sample.at)

    def take(self) -> list[Sample]:
        """All that waits."""
        with self._lock:
            taken, self._samples = self._samples, []
        return taken
