"""How routes get at evaluations of plans: made with the first that asks, since plans take a while to read."""

from functools import cache
from threading import Lock
from typing import Annotated, cast

from fastapi import Depends, Request

from gateway.api.source import TheService, Zone
from gateway.programme.evaluating import Evaluations
from gateway.programme.plan_files import load_plans

_lock = Lock()
_read = cache(load_plans)
"""Plans are read once a process: whoever changes a file starts it again, and ``nhipdo check`` looks at the files."""


def _evaluations(request: Request, service: TheService, zone: Zone) -> Evaluations:
    state = request.app.state
    with _lock:
        if not hasattr(state, "evaluations"):
            plans = _read(getattr(state, "plans", None))
            made_up = bool(getattr(state, "made_up", False))
            state.evaluations = Evaluations(service.engine, plans, zone, made_up=made_up)
    return cast("Evaluations", state.evaluations)


TheEvaluations = Annotated[Evaluations, Depends(_evaluations)]
"""Plans, and how far they are."""
