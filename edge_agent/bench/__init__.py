"""Calibration at the bench: procedures as data, sessions that survive a power cut, results with their budgets.

May import ``calibration``, ``drivers.strict`` (how a TOML file is read), ``edge_agent.wire``, ``edge_agent.outbox``,
``edge_agent.oee.shop_book`` (the book in which what was entered is kept), msgspec, numpy and the standard library. The
pages are in ``edge_agent.screen.bench``.

Way of a session: ``procedure`` (a file) -> ``steps`` (what to do, in order) -> ``settling`` and ``surroundings`` (may
it be captured now) -> ``desk`` (captures, in the recorder's transaction) -> ``evaluation`` (errors, budgets, decision).

Decision: where a session stands is worked out from its captures, and kept nowhere else.
Because: after a power cut it then goes on at the very point, whatever was lost.
Instead of: a saved state beside the records, which may contradict them.
"""
