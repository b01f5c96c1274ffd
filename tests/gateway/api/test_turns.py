"""Many who sign in at once wait for their turn, and nobody else waits for them."""

import asyncio
import threading

import httpx2
from anyio import to_thread

from gateway.api.security import COOKIE
from gateway.api.turns import AGAIN_S, AT_ONCE, MOST_WAITING, Turns


def client_of(app) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver")


def test_pages_are_made_while_more_sign_in_than_there_are_threads(app, gateway, monkeypatch) -> None:
    may_go_on, is_hashing = threading.Event(), threading.Semaphore(0)

    def slow(password: str, kept: str) -> bool:
        is_hashing.release()
        may_go_on.wait(30)
        return False

    monkeypatch.setattr("gateway.access.signing_in.fits", slow)
    cookie = {COOKIE: gateway.sign_in()}

    async def ask() -> tuple[int, list[int]]:
        threads = int(to_thread.current_default_thread_limiter().total_tokens)
        async with client_of(app) as many:
            form = {"name": "nobody", "password": "wrong"}
            signing_in = [asyncio.create_task(many.post("/login", data=form)) for _ in range(threads + 5)]
            async with client_of(app) as one:
                one.cookies.update(cookie)
                for _ in range(AT_ONCE):
                    assert await asyncio.to_thread(is_hashing.acquire, timeout=20)
                page = await asyncio.wait_for(one.get("/live"), 20)
            may_go_on.set()
            return page.status_code, [answer.status_code for answer in await asyncio.gather(*signing_in)]

    page, signed_in = asyncio.run(ask())
    assert page == 200
    assert set(signed_in) <= {401, 429}


def test_who_waits_too_long_is_told_to_come_again(app, stranger) -> None:
    app.state.turns = Turns(most_waiting=0)
    for path in ("/login", "/enter"):
        answer = stranger.post(path, data={"name": "mai", "password": "x"}, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, str(AGAIN_S))
        assert "Many others are signing in right now" in answer.text
        assert "Nothing was done. Try again in a few seconds." in answer.text


def test_a_turn_is_given_in_time_or_not_at_all_and_comes_back() -> None:
    async def ask() -> list[bool]:
        turns = Turns(wait_s=0.01)
        got = [await turns.take() for _ in range(AT_ONCE + 1)]
        turns.give_back()
        return [*got, await turns.take()]

    assert asyncio.run(ask()) == [True] * AT_ONCE + [False, True]


def test_no_more_wait_than_have_room() -> None:
    async def ask() -> bool:
        turns = Turns()
        for _ in range(AT_ONCE):
            assert await turns.take()
        tasks = [asyncio.create_task(turns.take()) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        refused = not await turns.take()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return refused

    assert asyncio.run(ask())
