"""What each route needs of whoever asks: said beside the route, looked at before it runs.

    @router.get("/{site}/stops", dependencies=[Depends(allow(Action.READ, "production"))])

Decision: an application with a route that says nothing does not start.
Because: what is forgotten is then found by whoever forgets it, not by whoever looks for it.

Decision: a site that is not theirs does not exist for whoever asks: 404, word for word as for one that nobody knows.
Because: a 403 tells a competitor that there is such a site.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from gateway.access.sites import Sites, is_within, sites_of
from gateway.api.guard import PUBLIC, PUBLIC_UNDER
from gateway.registry.roles import Action, Reader

_FOR_ANYBODY_SIGNED_IN = ("/api/openapi.json",)
"""Paths that the framework answers, behind the guard."""


class Need:
    """A dependency that lets some pass; what a route declares.

    A coroutine, since mostly nothing has to be waited for: a plain function would be handed to a thread and back.
    """

    async def __call__(self, request: Request) -> Reader:
        """Who asks.

        Raises:
            HTTPException: 401, nobody is signed in.
        """
        reader = cast("Reader | None", request.state.reader)
        if reader is None:
            raise HTTPException(401, "API: nobody is signed in. Sign in, or send a token.")
        return reader


class Allow(Need):
    """Lets pass who may do something with a group of nouns, and at the site that the address names, if it names one."""

    def __init__(self, action: Action, group: str) -> None:
        self.action = action
        self.group = group

    async def __call__(self, request: Request) -> Reader:
        """Who asks.

        Raises:
            HTTPException: 403, they may it nowhere; 404, not at that site.
        """
        reader = await super().__call__(request)
        if not reader.may(self.action, self.group):
            msg = f"{reader.name}: has no role that may {self.action.value} {self.group}. Ask an administrator for one."
            raise HTTPException(403, msg)
        named = [request.path_params["site"]] if "site" in request.path_params else request.query_params.getlist("site")
        if named:
            sites = await _sites(request, reader, self.action, self.group)
            for site in named:
                if not is_within(site, sites):
                    msg = f"site {site[:60]}: is not known, or not yours. Look in /api/v1/edges for those that are."
                    raise HTTPException(404, msg)
        return reader


class InPerson(Need):
    """Lets pass who has an account and comes without a limited token: for what concerns the account itself."""

    async def __call__(self, request: Request) -> Reader:
        """Who asks.

        Raises:
            HTTPException: 403, it is the gateway itself, or a token with limits.
        """
        reader = await super().__call__(request)
        if not reader.account or reader.limits is not None:
            msg = f"{reader.name}: has no account of its own here. Sign in by name and password."
            raise HTTPException(403, msg)
        return reader


def allow(action: Action, group: str) -> Allow:
    """What a route needs: ``Depends(allow(Action.READ, "production"))``."""
    return Allow(action, group)


signed_in = Need()
"""Whoever is signed in, whatever they may; the route shows each what is theirs."""
in_person = InPerson()
TheReader = Annotated[Reader, Depends(signed_in)]
ThePerson = Annotated[Reader, Depends(in_person)]


def sites_for(action: Action, group: str) -> Callable[[Request], Awaitable[Sites]]:
    """A dependency that gives the sites with whose ``group`` whoever asks may do ``action``; none for nobody."""

    async def found(request: Request) -> Sites:
        reader = cast("Reader | None", request.state.reader)
        return frozenset() if reader is None else await _sites(request, reader, action, group)

    return found


async def _sites(request: Request, reader: Reader, action: Action, group: str) -> Sites:
    """Asked of the registry, in a thread, only where it depends on what is registered."""
    if reader.everywhere(action, group):
        return None
    engine = cast("Engine", request.app.state.service.engine)

    def ask() -> Sites:
        with Session(engine) as session:
            return sites_of(session, reader, action, group)

    return await run_in_threadpool(ask)


def routes_of(app: FastAPI) -> Iterator[tuple[str, str, RouteContext]]:
    """Method, path and route of everything that an application answers."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or {"GET"}):
            yield method, route.path or "", route


def needs_of(route: RouteContext) -> list[Need]:
    """What a route declares."""
    dependant = getattr(route, "dependant", None)
    return [call for call in _calls(dependant) if isinstance(call, Need)] if dependant is not None else []


def check_routes(app: FastAPI) -> None:
    """Whether every route says who may use it.

    Raises:
        RuntimeError: One does not.
    """
    silent = sorted({path for _, path, route in routes_of(app) if not is_public(path) and not needs_of(route)})
    if silent:
        msg = (
            f"routes {', '.join(silent)}: say nobody who may use them. Add Depends(allow(Action.READ, GROUP)), "
            "or make them public in gateway.api.guard."
        )
        raise RuntimeError(msg)


def is_public(path: str) -> bool:
    """Whether strangers may ask for it, or the framework answers it to anybody who is signed in."""
    return path in (*PUBLIC, *_FOR_ANYBODY_SIGNED_IN) or f"{path}/".startswith(PUBLIC_UNDER)


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
