"""The recorder against a real outbox, with time in the test's hands."""

import random
import shutil
import sqlite3
import threading
from collections import defaultdict

import pytest

from edge_agent.asked import Acknowledged, SettingCame, Unsendable
from edge_agent.clock import Clock
from edge_agent.collect import Sample
from edge_agent.losses import Losses
from edge_agent.outbox import Outbox, OutboxReader
from edge_agent.record import Recorder
from edge_agent.wire.lines import Point, parse_line
from edge_agent.wire.messages import Declared, InstrumentDescription, Loss, Run, Setting, SettingKept, Text
from edge_agent.wire.ranges import Ranges
from edge_agent.wire.records import record_decoder

S = 10**9
WALL = 1_795_330_800 * S  # a whole minute


class Edge:
    """A recorder and its world; ``restart`` is a new process, ``kill`` one without goodbye."""

    made: list["Edge"] = []

    def __init__(self, config, tmp_path) -> None:
        self.config, self.path = config, tmp_path / "state"
        self.now = 1000 * S
        self.start = WALL - self.now
        self.is_set = True
        self.boot = "boot-1"
        self.outbox = None
        self.made.append(self)
        self.restart()

    def restart(self) -> None:
        self.kill()
        clock = Clock(
            self.config.clock.trust, self.path, lambda: self.is_set, lambda: self.now + self.start, lambda: self.now
        )
        self.outbox = Outbox(self.path, machine="m1")
        self.losses = Losses()
        self.recorder = Recorder(self.config, clock, self.outbox, self.losses, self.boot)

    def kill(self) -> None:
        if self.outbox:
            self.outbox.close()

    def sample(self, value: float = 1.0, instrument: str = "balance-1", **more) -> None:
        self.recorder.samples.put(Sample(instrument, self.now, [("mass", value)], [], **more))

    def second(self, value: float = 1.0) -> None:
        self.sample(value)
        self.now += S
        self.recorder.record()

    def bodies(self, *, records: bool) -> list[str]:
        reader = OutboxReader(self.outbox.path)
        lines = [
            line for w in reader.after(0, 10_000, records=records) for line in reader.body(w.id)[1].decode().split("\n")
        ]
        reader.close()
        return lines

    def points(self, measurement: str = "sample") -> list[Point]:
        return [p for p in map(parse_line, self.bodies(records=False)) if p.measurement == measurement]

    def records(self, kind: type) -> list:
        return [r for r in map(record_decoder.decode, self.bodies(records=True)) if isinstance(r, kind)]


@pytest.fixture(autouse=True)
def none_outlives_its_test():
    yield
    while Edge.made:
        Edge.made.pop().kill()


@pytest.fixture
def edge(agent_config, tmp_path):
    return Edge(agent_config(), tmp_path)


def unset(agent_config, tmp_path, wait_s: float = 100.0) -> Edge:
    made = Edge(agent_config(clock=f'trust = "ntp"\nundated_max_s = {wait_s}'), tmp_path)
    made.is_set = False
    return made


def test_a_sample_is_dated_on_the_wall(edge) -> None:
    edge.second(2.5)
    assert edge.points() == [Point("sample", "sa-dec", "e1", "balance-1", {"mass": 2.5}, {}, WALL)]


def test_the_run_comes_first_and_meanings_before_the_first_sample(edge) -> None:
    edge.second()
    reader = OutboxReader(edge.outbox.path)
    kinds = {w.seq: w.kind for r in (True, False) for w in reader.after(0, 99, records=r)}
    reader.close()
    [run] = edge.records(Run)
    assert (run.key, run.previous_end, run.previous_clean) == (edge.outbox.journal, 0, True)
    assert kinds == {1: "kept", 2: "record", 3: "telemetry"}
    described = {d.key: d for d in edge.records(InstrumentDescription)}
    assert set(described) == {"press-1", "balance-1"}
    assert described["balance-1"].channels["mass"].unit == "g"


def test_a_kill_is_declared_by_the_next_run_and_a_stop_in_order_is_not(edge) -> None:
    edge.second()
    edge.second()
    killed = edge.now + edge.start
    edge.now += 30 * S
    edge.restart()
    edge.second()
    [loss] = edge.records(Loss)
    timeout = S  # a poll under way at the last commit began at most that long before it
    assert (loss.reason, loss.since, loss.n) == ("power_cut", killed - timeout, None)
    assert loss.until >= killed + 30 * S
    edge.recorder.record(last=True)
    edge.restart()
    edge.second()
    assert len(edge.records(Loss)) == 1
    runs = edge.records(Run)
    assert [r.previous_clean for r in runs] == [True, False, True]
    assert [r.previous for r in runs] == ["", runs[0].key, runs[1].key]


def test_undated_samples_wait_for_the_clock_and_then_get_their_true_times(agent_config, tmp_path) -> None:
    edge = unset(agent_config, tmp_path)
    true_start, edge.start = edge.start, -900 * S
    edge.second(1.0)
    edge.second(2.0)
    assert edge.points() == []
    edge.restart()  # the same boot: monotonic time goes on
    edge.second(3.0)
    edge.is_set, edge.start = True, true_start
    edge.second(4.0)
    assert [(p.numbers["mass"], p.at, p.texts) for p in edge.points()] == [
        (float(k + 1), WALL + k * S, {}) for k in range(4)
    ]


def test_what_was_undated_when_its_boot_ended_goes_out_as_unsure(agent_config, tmp_path) -> None:
    edge = unset(agent_config, tmp_path)
    edge.start = 77 * S
    edge.second(1.0)
    edge.boot, edge.now, edge.is_set, edge.start = "boot-2", 5 * S, True, WALL
    edge.restart()
    edge.second(2.0)
    assert [(p.numbers["mass"], p.at, p.texts) for p in edge.points()] == [
        (1.0, 1077 * S, {"mass_q": "uncertain.clock_unsure"}),
        (2.0, WALL + 5 * S, {}),
    ]


def test_nothing_waits_longer_than_undated_max(agent_config, tmp_path) -> None:
    edge = unset(agent_config, tmp_path, wait_s=3.0)
    for k in range(6):
        edge.second(float(k))
    unsure = [p.numbers["mass"] for p in edge.points()]
    assert unsure == [0.0, 1.0, 2.0]
    edge.is_set = True
    edge.second(6.0)
    assert [p.numbers["mass"] for p in edge.points()] == [float(k) for k in range(7)]
    assert [p.texts for p in edge.points()[3:]] == [{}] * 4


def test_a_long_wait_for_the_clock_is_dated_in_parts_and_its_windows_are_whole(
    agent_config, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("edge_agent.dating._AT_ONCE_BYTES", 500)
    edge = unset(agent_config, tmp_path, 1e5)
    for k in range(180):
        edge.second(float(k))
    edge.is_set = True
    edge.now += S
    edge.recorder.record()
    assert 0 < len(edge.points()) < 50
    for _ in range(60):
        edge.now += S
        edge.recorder.record()
    assert [p.numbers["mass"] for p in edge.points()] == [float(k) for k in range(180)]
    windows = {p.at: p.numbers["mass_n"] for p in edge.points("window")}
    assert windows == {WALL: 60.0, WALL + 60 * S: 60.0, WALL + 120 * S: 60.0}
    assert len(edge.points("window")) == 3


def test_an_outbox_at_its_limit_lets_nothing_wait_for_the_clock(agent_config, tmp_path) -> None:
    edge = unset(agent_config, tmp_path, 1e5)
    edge.recorder._dating._crowded_bytes = 200_000
    for k in range(600):
        edge.sample(float(k), texts=[("note", random.Random(k).randbytes(1000).hex())])
        edge.now += S
        edge.recorder.record()
    [[undated]] = edge.outbox.db.execute("SELECT sum(length(body)) FROM undated").fetchall()
    assert (undated or 0) < 250_000
    points = edge.points()
    assert len(points) > 300
    assert [p.texts for p in points] == [{"mass_q": "uncertain.clock_unsure"}] * len(points)


def test_undated_samples_that_rot_are_counted_and_the_others_go_on(agent_config, tmp_path) -> None:
    edge = unset(agent_config, tmp_path)
    for k in range(3):
        edge.second(float(k))
    edge.outbox.db.execute("UPDATE undated SET body = substr(body, 1, 20) WHERE id = 2")
    edge.is_set = True
    edge.recorder.record(last=True)
    assert [p.numbers["mass"] for p in edge.points()] == [0.0, 2.0]
    [loss] = edge.records(Loss)
    assert (loss.reason, loss.instrument, loss.n) == ("rotten", "", 1)


def test_a_power_cut_before_the_clock_was_set_is_declared(agent_config, tmp_path) -> None:
    edge = unset(agent_config, tmp_path)
    edge.is_set = True
    edge.second()
    edge.recorder.record(last=True)
    edge.restart()
    edge.is_set = False
    edge.second()
    edge.restart()
    edge.is_set = True
    edge.second()
    assert [one.reason for one in edge.records(Loss)] == ["power_cut"]


def test_a_run_that_never_knew_the_time_and_stopped_in_order_declares_nothing(agent_config, tmp_path) -> None:
    edge = unset(agent_config, tmp_path)
    edge.second()
    edge.recorder.record(last=True)
    edge.restart()
    edge.is_set = True
    edge.second()
    assert not edge.records(Loss)
    assert len(edge.points()) == 2


def test_what_is_given_up_before_a_run_has_begun_is_dropped_with_its_declaration_or_not_at_all(
    agent_config, tmp_path
) -> None:
    edge = unset(agent_config, tmp_path)
    edge.is_set = True
    edge.second()
    reader = OutboxReader(edge.outbox.path)
    [message, *_] = reader.after(0, 9, records=False)
    edge.restart()
    edge.is_set = False
    edge.recorder.asked.put(Unsendable([message.id], "rotten"))
    edge.second()
    assert reader.body(message.id) is not None  # a kill now must not leave a gap that nobody has declared
    edge.is_set = True
    edge.second()
    assert reader.body(message.id) is None
    assert [one.ranges for one in edge.records(Declared)] == [((message.seq, message.seq),)]
    reader.close()


def test_losses_before_the_clock_was_set_get_their_true_times(agent_config, tmp_path) -> None:
    edge = unset(agent_config, tmp_path)
    edge.start -= 10**9 * S  # a Pi without a clock wakes up long ago
    edge.losses.add("balance-1", "skipped", edge.now, edge.now)
    lost_at = edge.now
    edge.second()
    edge.start += 10**9 * S
    edge.is_set = True
    edge.second()
    edge.recorder.record(last=True)
    [loss] = [one for one in edge.records(Loss) if one.reason == "skipped"]
    assert (loss.since, loss.until, loss.n) == (lost_at + edge.start, lost_at + edge.start, 1)


def test_a_window_that_had_ended_but_was_not_closed_is_whole_after_a_kill(edge) -> None:
    for k in range(61):
        edge.second(float(k))
    assert not edge.points("window")
    edge.restart()
    for _ in range(3):
        edge.second(61.0)
    [window] = edge.points("window")
    assert (window.at, window.numbers["mass_n"]) == (WALL, 60.0)


def test_windows_hold_mean_least_greatest_and_number(edge) -> None:
    for k in range(63):
        edge.second(float(k))
    [window] = edge.points("window")
    assert (window.at, window.instrument) == (WALL, "balance-1")
    assert window.numbers == {"expected": 60.0, "mass_n": 60.0, "mass_mean": 29.5, "mass_min": 0.0, "mass_max": 59.0}


def test_a_window_is_whole_after_a_kill_in_its_middle(edge) -> None:
    for k in range(30):
        edge.second(float(k))
    edge.restart()
    for k in range(30, 63):
        edge.second(float(k))
    assert [w.numbers["mass_mean"] for w in edge.points("window")] == [29.5]
    assert [w.numbers["mass_n"] for w in edge.points("window")] == [60.0]


def test_a_clock_that_is_set_back_leaves_the_windows_that_were_said(edge) -> None:
    for k in range(63):
        edge.second(float(k))
    edge.start -= 40 * S
    for _ in range(50):
        edge.second(999.0)
    said = [w.numbers["mass_n"] for w in edge.points("window") if w.at == WALL]
    assert said == [60.0]


def test_bad_and_uncertain_values_are_no_part_of_a_window(edge) -> None:
    edge.sample(5.0)
    edge.recorder.samples.put(Sample("balance-1", edge.now + 1, [("mass", 99.0)], [("mass_q", "uncertain.unsettled")]))
    edge.recorder.samples.put(Sample("balance-1", edge.now + 2, [], [("mass_q", "bad.busy")]))
    edge.now += 63 * S
    edge.recorder.record()
    edge.recorder.record()
    [window] = edge.points("window")
    assert (window.numbers["mass_n"], window.numbers["mass_max"]) == (1.0, 5.0)


def test_a_transaction_that_fails_is_tried_again_and_counts_nothing_twice(edge) -> None:
    edge.second(1.0)
    [pages] = edge.outbox.db.execute("PRAGMA page_count").fetchone()
    edge.outbox.db.execute(f"PRAGMA max_page_count = {pages}")
    noise = random.Random(1)
    for k in range(2000):
        edge.recorder.samples.put(Sample("balance-1", edge.now + k, [("mass", noise.random())], []))
    edge.recorder.record()
    assert len(edge.points()) <= 1
    edge.outbox.db.execute("PRAGMA max_page_count = 1000000")
    edge.now += 63 * S
    edge.recorder.record()
    edge.recorder.record()
    times = [p.at for p in edge.points()]
    assert len(times) == len(set(times))
    assert {WALL + S + k for k in range(2000)} <= set(times)
    [window] = edge.points("window")
    assert window.numbers["mass_n"] == 2001.0  # the first sample was summed up before it had to go


def test_a_disk_that_stays_full_costs_the_oldest_and_they_are_counted(agent_config, tmp_path, monkeypatch) -> None:
    edge = Edge(agent_config(edge="queue_limit = 120"), tmp_path)
    edge.second(0.0)
    append = edge.outbox.append

    def full(*_):
        msg = "database or disk is full"
        raise sqlite3.OperationalError(msg)

    monkeypatch.setattr(edge.outbox, "append", full)
    for k in range(1, 26):
        edge.second(float(k))
    monkeypatch.setattr(edge.outbox, "append", append)
    edge.recorder.record(last=True)
    kept = [p.numbers["mass"] for p in edge.points()]
    [loss] = [one for one in edge.records(Loss) if one.reason == "disk_full"]
    assert kept == [0.0, *(float(k) for k in range(16, 26))]
    assert (loss.instrument, loss.n) == ("balance-1", 15)
    assert (loss.since, loss.until) == (WALL + S, WALL + 15 * S)


def test_a_disk_that_stays_full_takes_the_new_for_the_oldest_and_all_are_accounted_for(edge, monkeypatch) -> None:
    for k in range(300):
        edge.second(float(k))
    usage = shutil.disk_usage(edge.path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=0))
    [pages] = edge.outbox.db.execute("PRAGMA page_count").fetchone()
    edge.outbox.db.execute(f"PRAGMA max_page_count = {pages}")
    for k in range(300, 900):
        edge.second(float(k))
    edge.recorder.record()
    held = {p.numbers["mass"] for p in edge.points()}
    windows = len(edge.points("window"))
    declared = edge.records(Declared)
    assert max(held) == 899.0
    assert not edge.records(Loss)
    assert {one.reason for one in declared} == {"evicted"}
    evicted = sum(one.lines for one in declared)
    assert 900 - len(held) <= evicted <= 900 - len(held) + 15 - windows
    assert len(held) > 40  # of so small a file what tells of the losses takes half


def test_once_there_is_room_again_the_reserve_is_made_again(edge, monkeypatch) -> None:
    edge.second()
    edge.outbox.reserve.spend()
    edge.now += 61 * S
    edge.second()
    assert edge.outbox.reserve.is_there
    assert (edge.path / "outbox.reserve").stat().st_size >= 4_000_000


def test_an_outbox_that_another_program_locks_costs_no_message(edge) -> None:
    for k in range(100):
        edge.second(float(k))
    edge.outbox.db.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(edge.outbox.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for k in range(100, 110):
        edge.second(float(k))
    other.execute("ROLLBACK")
    other.close()
    edge.second(110.0)
    assert [p.numbers["mass"] for p in edge.points()] == [float(k) for k in range(111)]
    assert not edge.records(Declared)
    assert edge.outbox.reserve.is_there


def test_a_log_that_cannot_be_folded_is_no_reason_to_stop(edge, monkeypatch, caplog) -> None:
    edge.second()

    def fail(**_):
        msg = "disk I/O error"
        raise sqlite3.OperationalError(msg)

    stop = threading.Event()
    monkeypatch.setattr(edge.outbox, "checkpoint", lambda **_: (stop.set(), fail()))
    edge.recorder.fold_soon()
    edge.sample(2.0)
    edge.recorder.run(stop)
    edge.outbox = None
    assert "its log cannot be folded now: disk I/O error" in caplog.text
    edge.restart()
    assert [p.numbers["mass"] for p in edge.points()] == [1.0, 2.0]


def test_a_full_queue_is_counted_by_instrument(agent_config, tmp_path) -> None:
    edge = Edge(agent_config(edge="queue_limit = 36"), tmp_path)
    for _ in range(5):
        edge.sample()
    edge.recorder.record(last=True)
    [loss] = edge.records(Loss)
    assert (loss.reason, loss.instrument, loss.n) == ("queue_full", "balance-1", 2)


def test_a_loss_becomes_a_record_once_it_has_been_quiet(edge) -> None:
    edge.second()
    edge.losses.add("press-1", "back_off", edge.now, edge.now + 3 * S, 4)
    edge.second()
    assert edge.records(Loss) == []
    edge.restart()  # a kill does not forget the count
    for _ in range(16):
        edge.second()
    [loss] = [one for one in edge.records(Loss) if one.reason == "back_off"]
    assert (loss.instrument, loss.n, loss.until - loss.since) == ("press-1", 4, 3 * S)


def test_a_text_is_said_when_it_changes(edge) -> None:
    for text in ("A", "A", "B"):
        edge.sample(instrument="press-1", texts=[("serial_number", text)])
        edge.now += S
        edge.recorder.record()
    assert [(t.key, t.value) for t in edge.records(Text)] == [
        ("press-1.serial_number", "A"),
        ("press-1.serial_number", "B"),
    ]


def test_a_setting_is_answered_once(edge) -> None:
    edge.second()
    for _ in range(2):
        edge.recorder.asked.put(SettingCame("products", "p1", Setting(revision=3, body={"products": []})))
        edge.second()
    [answer] = edge.records(SettingKept)
    assert (answer.key, answer.setting_revision, answer.accepted) == ("products/p1", 3, False)
    assert answer.why.startswith("setting products/p1: this edge has no work units.")


def test_another_store_is_told_the_meanings_again(edge) -> None:
    edge.second()
    for store in ("s1", "s1", "s2"):
        edge.recorder.asked.put(Acknowledged(store, 1, {edge.outbox.journal: Ranges([(1, 2)])}))
        edge.second()
    said = defaultdict(int)
    for one in edge.records(InstrumentDescription):
        said[one.key] += 1
    assert dict(said) == {"press-1": 2, "balance-1": 2}


def test_two_thousand_channels_fit_into_messages_of_64_kb(edge) -> None:
    numbers = [(f"channel_{k:04d}_of_a_long_name", 1234567.123456789 + k) for k in range(5000)]
    edge.recorder.samples.put(Sample("press-1", edge.now, numbers, []))
    edge.now += S
    edge.recorder.record()
    found = {k: v for p in edge.points() for k, v in p.numbers.items()}
    assert found == dict(numbers)
    assert {p.at for p in edge.points()} == {WALL}
