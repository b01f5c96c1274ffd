"""The bench of a request, a session by its key, and how an answer of the engine comes into a form."""

from collections.abc import Mapping
from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request

from edge_agent.bench.bench import NOT_SAVED, Bench
from edge_agent.bench.board import SessionNow
from edge_agent.bench.calibrations import Calibration
from edge_agent.bench.requests import AnyBenchRequest
from edge_agent.screen.forms import Form
from edge_agent.screen.source import Screen


def _bench(request: Request) -> Bench:
    screen: Screen = request.app.state.screen
    return cast("Bench", screen.bench)


TheBench = Annotated[Bench, Depends(_bench)]
"""The bench; these pages are there only where one is."""


def asked(bench: Bench, form: Form, request: AnyBenchRequest, about: Mapping[str, str] | None = None) -> bool:
    """Have something done, unless something is wrong with its form; what the bench says then stands in the form.

    Args:
        bench: Does it.
        form: What was typed.
        request: The same, as it is asked.
        about: How a refusal begins, behind ``bench:`` -> the field that caused it, which is marked too.
    """
    if form.mistakes:
        return False
    problem = bench.ask(request)
    if not problem:
        return True
    form.mistakes["form"] = "mistake.not_saved" if problem == NOT_SAVED else "bench.problem"
    form.detail = problem
    caused = next((field for start, field in (about or {}).items() if problem.startswith(f"bench: {start}")), "")
    if caused:
        form.mistakes[caused] = "bench.mistake.this"
    return False


def calibration_of(bench: Bench, key: str) -> Calibration:
    """A session with all that hangs on it.

    Raises:
        HTTPException: There is none.
    """
    found = bench.calibration(key)
    if found is None or found.session.gone:
        raise HTTPException(404, f"session {key[:40]}: there is none of this key. Choose one from the list.")
    return found


def open_session(bench: Bench, key: str) -> SessionNow | None:
    """An open session as the bench shows it; None: it has ended, or the board does not have it yet."""
    return bench.board.sessions.get(key)
