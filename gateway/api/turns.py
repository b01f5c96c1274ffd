"""Turns at passwords: their hashes take a tenth of a second and 19 MiB each, and pages are waited for beside them.

Decision: who has to wait for a turn waits in the event loop, before a thread is taken.
Because: the hashes are computed two at a time; forty people who sign in when the shift begins would else hold all the
threads that pages are made in, and everybody would stand still.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request

AT_ONCE = 2
"""As many as hashes are computed at once; see :mod:`gateway.access.passwords`."""
MOST_WAITING = 200
WAIT_S = 10.0
AGAIN_S = 5


class Turns:
    """Who may have a password looked at; of one event loop.

    Args:
        wait_s: How long somebody waits at most.
        most_waiting: So many wait at most; who comes then is told to come again.
    """

    def __init__(self, wait_s: float = WAIT_S, most_waiting: int = MOST_WAITING) -> None:
        self._wait_s, self._most_waiting = wait_s, most_waiting
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def take(self) -> bool:
        """Wait for a turn; False: there is none in time."""
        if self._waiting >= self._most_waiting:
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_s):
                return await self._free.acquire()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1

    def give_back(self) -> None:
        """The turn is over."""
        self._free.release()


async def _turn(request: Request) -> AsyncIterator[None]:
    turns = cast("Turns", request.app.state.turns)
    if not await turns.take():
        detail = f"password: many others sign in at this moment. Nothing was done; try again in {AGAIN_S} s."
        raise HTTPException(429, detail, {"Retry-After": str(AGAIN_S)})
    try:
        yield
    finally:
        turns.give_back()


AtATurn = Annotated[None, Depends(_turn)]
"""Of a route that computes the hash of a password."""
