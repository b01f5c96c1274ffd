"""Improvement as people entered it beside the machines: actions, tags, audits, maintenance, studies; and their effect.

May import ``edge_agent.wire``, ``edge_agent.kpi`` and ``gateway.shop_floor``.

Decision: nothing of it is written here; all of it is read from the records of the edges.
Because: it is entered where the machine stands, also while nobody can reach this server.

Decision: the effect of an action is computed anew from the elements, beside the verdict that somebody gave.
Because: late evidence changes elements; the verdict says what was known that day.

Decision: where a stretch is too short or too thin the effect is not told, and what is missing is said.
Because: before and after prove no cause; with little evidence they do not even show a change.
"""

from gateway.improvement.effect import effect_of
from gateway.improvement.entered import ActionState, Found, Gathered, action_state, gather

__all__ = ["ActionState", "Found", "Gathered", "action_state", "effect_of", "gather"]
