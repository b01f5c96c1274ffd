"""Pages of the bench: calibrations, from the work order to the result.

May import what :mod:`edge_agent.screen` may, and ``edge_agent.bench``, whose ``Bench`` is all that they ask of the
engine. ``error_picture``, ``figures`` and ``pan`` are pure; the other modules ask, judge forms, and render.

Decision: a page says one thing that is to be done, in its largest letters; all else stands below it.
Because: who reads it wears gloves, holds a weight, and stands an arm's length away.

Decision: a point that was captured by itself loads the page anew, unless something was typed into it since.
Because: what was typed is never lost, and nobody must tap to see the next step.
Instead of: a page that a script builds, and that is empty without one.
"""

from edge_agent.screen.bench.pages import router

__all__ = ["router"]
