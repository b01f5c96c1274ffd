"""Keeps the agent small and its processor calm: Python's collector and the C library's allocator, set for its load.

Samples are many, short-lived and free of cycles. By default Python looks for cycles at every poll of a large device,
for a tenth of the CPU, and glibc gives each thread a heap of its own, which keeps what that thread has freed.

Source: mallopt(3) for the number; ``gc`` in Python's library reference.
"""

import contextlib
import ctypes
import gc

_ARENA_MAX = -8


def share_one_heap() -> None:
    """Before any thread starts: one heap for all threads, so that one uses what another has freed."""
    # Another C library has no such call, and needs none.
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def look_for_cycles_rarely() -> None:
    """Once everything that stays is there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
