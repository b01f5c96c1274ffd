"""How routes get at evaluations of plans: made with the first that asks, since plans take a while to read."""

from threading import Lock
from typing import Annotated, cast

from fastapi import Depends, Request

from gateway.api.source import TheService, Zone
from gateway.programme.evaluating import Evaluations
from gateway.programme.plan_files import load_plans

_lock = Lock()


def _evaluations(request: Request, service: TheService, zone: Zone) -> Evaluations:
    state = request.app.state
    with _lock:
        if not hasattr(state, "evaluations"):
            plans = load_plans(getattr(state, "plans", None))
            made_up = bool(getattr(state, "made_up", False))
            state.evaluations = Evaluations(service.engine, plans, zone, made_up=made_up)
    return cast("Evaluations", state.evaluations)


TheEvaluations = Annotated[Evaluations, Depends(_evaluations)]
"""Plans, and how far they are."""
