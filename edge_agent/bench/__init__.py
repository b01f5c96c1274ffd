"""Calibration at the bench: procedures as data, sessions that survive a power cut, results with their budgets.

May import ``calibration``, ``drivers.strict`` (how a TOML file is read), ``edge_agent.wire``, ``edge_agent.config``,
``edge_agent.outbox``, ``edge_agent.dating`` (a sample and its time), ``edge_agent.asked``,
``edge_agent.oee.shop_book`` (the book in which what was entered is kept), ``edge_agent.oee.entry_error``, msgspec,
numpy and the standard library. The pages are in ``edge_agent.screen.bench``.

Way of a session: ``procedure`` (a file) -> ``opening`` (may it begin) -> ``steps`` (what to do, in order) ->
``looking`` with ``settling`` and ``surroundings`` -> ``judging`` (what keeps a capture back) -> ``capturing``, all of
it by ``on_bench`` in the recorder's transaction -> ``closing`` with ``evaluation`` (errors, budgets, decision).

What pages call is :class:`edge_agent.bench.bench.Bench` and nothing else: ``board`` (open sessions, as of the last
transaction), ``offered`` (procedures, work orders, standards, people, channels), ``ask(request)`` (done and on disk, or
what is wrong, in words; the requests are in ``requests``), ``calibration(key)`` and ``before(item, started_at)`` (a
session with its captures and results). ``desk`` is the recorder's side of it; nothing but it, ``in_force`` and
``set_at_bench`` is loaded where no ``[bench]`` is configured.

Decision: where a session stands is worked out from its captures, and kept nowhere else.
Because: after a power cut it then goes on at the very point, whatever was lost.
Instead of: a saved state beside the records, which may contradict them.

Decision: that a point is set up is forgotten in a power cut, and asked for again.
Because: nobody knows what happened to the item meanwhile.

Decision: what a person captures in spite of something that speaks against it does not count until a person says so.
Because: the record keeps what was seen, and nothing doubtful reaches a certificate by one press of a button.

Decision: the bench takes samples before they are corrected, and asks for the correction of a reference by itself.
Because: ISO/IEC 17025:2017, 7.5.1 wants original observations; the correction can be worked out again, they cannot.

Decision: one desk for each recorder, and one session for each item; several items may be on the bench at once.
Because: two thermometers share a bath, and an instrument can be in one state only.
"""
