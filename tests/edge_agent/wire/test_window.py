from edge_agent.wire.ranges import Ranges
from edge_agent.wire.window import Waiting, Window


class Rows:
    """An outbox in a list: one journal, seq = id."""

    def __init__(self, kinds: str = "") -> None:
        self.messages = [Waiting(k, "j", k, "telemetry" if c == "t" else "record", 100) for k, c in enumerate(kinds, 1)]

    def add(self, kinds: str) -> None:
        self.messages += Rows("." * len(self.messages) + kinds).messages[len(self.messages) :]

    def newest(self) -> int:
        return len(self.messages)

    def oldest_unstored(self, stored) -> int:
        return stored.get("j", Ranges()).floor(1) + 1

    def after(self, cursor: int, limit: int, *, records: bool) -> list[Waiting]:
        return [m for m in self.messages if m.id > cursor and (m.kind == "record") == records][:limit]


def window(rows: Rows, most: int = 8, most_bytes: int = 10**6) -> Window:
    return Window(rows, {}, most, most_bytes, resend_s=10, resend_max_s=40)


def sent(w: Window, now_s: float = 0.0) -> list[int]:
    w.added()
    return [m.id for m in w.next_to_send(now_s)]


def stored(*ranges: tuple[int, int]) -> dict[str, Ranges]:
    return {"j": Ranges(ranges)}


def test_records_go_first_then_the_newest_then_the_oldest() -> None:
    rows = Rows("ttrt")
    w = window(rows, most=12)
    rows.add("ttr")
    assert sent(w) == [3, 7, 5, 6, 1, 2, 4]


def test_a_backlog_leaves_a_quarter_of_the_window_to_what_is_new() -> None:
    rows = Rows("t" * 20)
    w = window(rows)
    assert sent(w) == [1, 2, 3, 4, 5, 6]
    rows.add("ttt")
    assert sent(w) == [21, 22]
    assert sent(w) == []


def test_the_window_is_bounded_in_bytes() -> None:
    assert sent(window(Rows("t" * 20), most=100, most_bytes=350)) == [1, 2, 3]


def test_what_is_stored_makes_room_and_is_never_sent_again() -> None:
    rows = Rows("t" * 20)
    w = window(rows)
    sent(w)
    w.acknowledged(stored((1, 3), (5, 5)))
    assert sent(w) == [7, 8, 9, 10]
    assert [m for m in sent(w, 10.0) if m in {1, 2, 3, 5}] == []


def test_sending_again_waits_twice_as_long_each_time_up_to_a_bound() -> None:
    w = window(Rows("t"))
    times = [t for t in range(200) if sent(w, float(t))]
    assert times == [0, 10, 30, 70, 110, 150, 190]


def test_after_a_broken_connection_everything_is_due_at_once() -> None:
    w = window(Rows("tt"))
    for ident in sent(w):
        w.heard(ident)
    assert w.disconnected(1.0) == []
    w.begin_anew()
    assert sent(w, 1.0) == [1, 2]


def test_what_the_broker_did_not_confirm_goes_one_at_a_time() -> None:
    w = window(Rows("ttt"))
    sent(w)
    w.heard(1)
    w.disconnected(1.0)
    assert sent(w, 1.0) == []
    w.proved()
    assert sent(w, 1.0) == [2]
    assert sent(w, 1.5) == []
    w.heard(2)
    assert sent(w, 2.0) == [3]
    w.heard(3)
    assert sent(w, 2.1) == [1]


def test_a_message_that_ends_the_connection_three_times_alone_is_set_aside() -> None:
    rows = Rows("ttt")
    w = window(rows)
    aside = []
    bad = 2
    ends = 0
    now = 0.0
    while not aside:
        now += 1
        w.proved()
        for ident in sent(w, now):
            if ident == bad:
                aside = [m.id for m in w.disconnected(now)]
                ends += 1
                break
            w.heard(ident)
        assert ends < 10
    assert aside == [bad]
    assert ends in {3, 4}  # the first time it may not have been alone
    rest = set(sent(w, now + 50))
    assert bad not in rest


def test_a_broker_that_goes_away_sets_nothing_aside() -> None:
    w = window(Rows("t"))
    for now in range(20):
        sent(w, float(now))
        assert w.disconnected(float(now)) == []  # it never confirmed anything: it is the broker that is ill


def test_a_network_that_falls_silent_sets_nothing_aside() -> None:
    w = window(Rows("t"))
    for now in range(0, 2000, 100):
        w.proved()
        sent(w, float(now))
        assert w.disconnected(now + 45.0) == []  # found out by keep-alive, long after sending


def test_a_restored_gateway_gets_what_it_lacks() -> None:
    rows = Rows("t" * 5)
    w = window(rows)
    sent(w)
    w.acknowledged(stored((1, 5)))
    assert len(w) == 0
    w.acknowledged(stored((1, 2)))
    assert sent(w, 1.0) == [3, 4, 5]


def test_when_the_gateway_can_store_again_what_is_in_flight_goes_again() -> None:
    rows = Rows("tt")
    w = window(rows)
    sent(w)
    rows.add("t" * 3)
    w.resume(5.0)
    assert sent(w, 5.0) == [1, 2, 3, 4, 5]


def test_live_that_falls_far_behind_becomes_backlog_and_nothing_is_left_out() -> None:
    rows = Rows()
    w = window(rows, most=4)
    rows.add("t" * 50)
    seen: set[int] = set()
    for now in range(100):
        new = sent(w, float(now))
        seen |= set(new)
        w.acknowledged(stored(*((n, n) for n in seen)))
    assert seen == set(range(1, 51))


def test_what_is_added_while_live_becomes_backlog_is_not_left_out() -> None:
    class Busy(Rows):
        def newest(self) -> int:
            self.add("t")  # the recorder commits between any two looks
            return super().newest()

    rows = Busy()
    w = window(rows, most=8)
    rows.add("t" * 100)
    done: set[int] = set()
    for step in range(400):
        done |= {*sent(w, float(step))}
        w.acknowledged(stored(*((one, one) for one in done)))
        if step == 200:
            Busy.newest = Rows.newest
    assert done == set(range(1, len(rows.messages) + 1))


def test_under_suspicion_and_unheard_there_is_nothing_to_wake_up_for() -> None:
    w = window(Rows("tt"))
    sent(w)
    w.disconnected(0.0)
    assert w.next_time_s() == float("inf")
    w.proved()
    assert w.next_time_s() == 0.0
    assert sent(w, 0.0) == [1]
    assert w.next_time_s() == float("inf")  # not sent again before the broker has spoken, however long that takes
    w.heard(1)
    assert w.next_time_s() == 0.0


def test_a_message_larger_than_the_window_goes_alone() -> None:
    w = window(Rows("ttt"), most_bytes=99)
    assert sent(w) == [1]
    w.acknowledged(stored((1, 1)))
    assert sent(w) == [2]


def test_journals_of_which_nothing_is_held_are_forgotten() -> None:
    w = window(Rows("t"))
    w.acknowledged({"old": Ranges([(1, 5)]), **stored((1, 1))})
    w.keep_only({"j"})
    assert w.stored == stored((1, 1))


def test_what_is_on_hold_at_the_gateway_does_not_fill_the_window() -> None:
    rows = Rows("rrrr")
    rows.messages = [m._replace(journal="held") if m.id < 4 else m for m in rows.messages]
    w = window(rows, most=3)
    assert sent(w) == [1, 2, 3]
    w.hold(["held"])
    assert sent(w) == [4]
    assert sent(w, 50.0) == [4]
    w.hold([])
    assert sent(w, 51.0) == [1, 2]
