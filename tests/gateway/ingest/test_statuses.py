"""What edges say of themselves: their runs, their images, and our own restoration."""

import pytest

from edge_agent.wire.messages import Held, Run, Stored
from gateway.health import gateway_health
from gateway.people import DecisionError, admit_edge, decide_journal, parse_edge, put_setting


def said_run(run, at: int, held=(), **more) -> Run:
    return Run(
        key=run.journal, revision=1, at=at, machine="m", boot="b", version="1", config_sha256="0", held=held, **more
    )


def test_a_status_is_kept_and_waiting_is_told_as_of_it(gateway, run) -> None:
    gateway.takes(run.sample())
    run.seq = 5
    gateway.takes(run.status(at=1, undated=3))
    health = gateway.health()
    assert (health.state, health.waiting, health.missing, health.status.undated) == ("online", 4, 0, 3)
    assert not health.silent


def test_an_edge_that_has_not_our_word_gets_it_with_its_status(gateway, run) -> None:
    gateway.takes(run.status(at=1))
    ack = gateway.said.ack()
    gateway.said.by_topic.clear()
    gateway.takes(run.status(at=2, store=ack.store, generation=ack.generation))
    assert gateway.said.acks() == set()


def test_a_person_who_checks_the_connection_gets_an_acknowledgement(gateway, run) -> None:
    gateway.takes((run.topic("status"), b'{"state":"checking","at":5}'))
    assert gateway.said.ack().journals == {}
    assert gateway.health().state == "unknown"


def test_below_first_and_neither_stored_nor_declared_is_missing(gateway, run) -> None:
    gateway.takes(run.sample(1), run.sample(3))
    run.first, run.seq = 3, 3
    gateway.takes(run.status(at=1))
    assert (gateway.health().waiting, gateway.health().missing) == (0, 1)


def test_a_will_changes_the_state_and_nothing_else(gateway, run) -> None:
    run.seq = 4
    gateway.takes(run.status(at=1))
    gateway.takes((run.topic("status"), b'{"state":"lost","journal":"%s","at":9}' % run.journal.encode()))
    health = gateway.health()
    assert (health.state, health.silent, health.waiting) == ("lost", True, 4)


def test_the_will_of_a_run_that_is_over_is_no_news(gateway, run, run_of) -> None:
    gateway.takes(run.status(at=1))
    gateway.takes(run_of("b" * 32).status(at=5))
    gateway.takes((run.topic("status"), b'{"state":"lost","journal":"%s","at":1}' % run.journal.encode()))
    assert gateway.health().state == "online"


def test_an_edge_is_silent_after_three_of_its_periods_unless_it_was_stopped(gateway, run) -> None:
    gateway.takes(run.status(at=1, period_s=2.0))
    gateway.clock.now += 7 * 10**9
    assert gateway.health().silent
    gateway.takes(run.status(at=9, state="stopped", period_s=2.0))
    gateway.clock.now += 700 * 10**9
    assert not gateway.health().silent


def test_a_status_that_cannot_be_read_is_a_finding(gateway, run) -> None:
    gateway.takes((run.topic("status"), b"{"))
    assert gateway.health().findings == (
        "s1/e1: status cannot be read (Input data was truncated). Update this gateway, or find who publishes it.",
    )


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"held": (Held(journal="b" * 32, first=1, last=2**70),)}, "a number is not between 0 and 4611686018427387904"),
        ({"held": (Held(journal="B" * 32, first=1, last=2),)}, f"journal '{'B' * 32}' is not 32 hex digits"),
        ({"acknowledged": {"x": 1}}, "journal 'x' is not 32 hex digits"),
    ],
)
def test_a_status_that_makes_no_sense_is_a_finding_and_harms_no_other(gateway, run, run_of, more, why) -> None:
    other = run_of("d" * 32, edge="e2")
    gateway.takes(run.status(at=1, **more), other.status(at=1))
    expected = f"s1/e1: status cannot be read ({why}). Update this gateway, or find who publishes it."
    assert gateway.health().findings == (expected,)
    assert gateway.health("e2").state == "online"


def test_an_unknown_edge_is_stored_and_shown_as_not_admitted_until_a_person_admits_it(gateway, run) -> None:
    gateway.takes(run.sample())
    assert (gateway.health().admitted, gateway.said.ack().admitted) == (False, False)
    admit_edge(gateway.engine, run.id, "Lan", gateway.clock())
    gateway.takes()
    assert (gateway.health().admitted, gateway.said.ack().admitted) == (True, True)
    with pytest.raises(DecisionError) as caught:
        admit_edge(gateway.engine, parse_edge("s1/nobody"), "Lan", gateway.clock())
    assert str(caught.value) == (
        "edge s1/nobody: never heard of. See nhipdo edges; is it switched on, does it reach the broker?"
    )


# ------------------------------------------------------------------ runs


def test_a_restart_is_no_finding(gateway, run, run_of) -> None:
    gateway.takes(run.sample(), run.status(at=10, started=5), run.status(at=20, state="stopped", started=5))
    later = run_of("b" * 32)
    held = Held(journal=run.journal, first=1, last=1)
    gateway.takes(later.records(said_run(later, 30, held=(held,))), later.status(at=31, started=30, held=(held,)))
    gateway.takes(later.status(at=41, started=30, held=(held,)))
    assert gateway.health().findings == ()
    assert gateway.said.ack().on_hold == ()
    assert set(gateway.said.ack().journals) == {run.journal, later.journal}


def test_a_restart_with_a_clock_that_went_back_is_no_finding(gateway, run, run_of) -> None:
    gateway.takes(run.status(at=1000, started=900), run.status(at=1010, started=900))
    later = run_of("b" * 32)
    gateway.takes(later.status(at=5, started=1), later.status(at=2000, started=1), later.status(at=2010, started=1))
    assert gateway.health().findings == ()


def test_two_runs_at_once_are_found_and_the_later_one_waits_for_a_person(gateway, run, run_of) -> None:
    clone = run_of("c" * 32)
    gateway.takes(run.status(at=10, started=5), clone.status(at=20, started=15), run.status(at=21, started=5))
    gateway.takes(run.sample(), clone.sample())
    ack = gateway.said.ack()
    assert ack.on_hold == (clone.journal,)
    assert clone.journal not in ack.journals
    assert ack.journals[run.journal] == Stored(floor=1)
    assert gateway.values() == [1.0]
    assert gateway.health().findings == (
        (
            "s1/e1: two runs at once, journals aaaaaaaa and cccccccc. A card was copied? The later one waits: stop one "
            f"of the machines, then nhipdo journals admit|close {clone.journal}."
        ),
    )
    assert gateway.health().status.journal == run.journal

    decide_journal(gateway.engine, "cccc", "open", "Lan", "the old Pi is off", gateway.clock())
    gateway.takes()
    assert gateway.said.ack().on_hold == ()
    gateway.takes(clone.sample(1, value=7.0))
    assert gateway.said.ack().journals[clone.journal] == Stored(floor=1)
    assert gateway.health().findings == ()


def test_the_later_run_is_the_one_that_began_later_in_whatever_order_they_are_heard(gateway, run, run_of) -> None:
    clone = run_of("c" * 32)
    gateway.takes(clone.status(at=20, started=15), run.status(at=21, started=5))
    gateway.takes(clone.status(at=30, started=15))
    assert gateway.said.ack().on_hold == (clone.journal,)


def test_a_status_that_comes_a_second_time_makes_no_two_runs(gateway, run, run_of) -> None:
    late = run.status(at=10, started=5)
    gateway.takes(late)
    later = run_of("b" * 32)
    gateway.takes(later.status(at=20, started=15), late, later.status(at=30, started=15))
    assert gateway.health().findings == ()


def test_a_run_on_hold_does_not_speak_for_the_journals_that_it_copied(gateway, run, run_of) -> None:
    clone = run_of("c" * 32)
    gateway.takes(run.sample(), run.sample(), run.status(at=10, started=5))
    gateway.takes(clone.status(at=20, started=15), run.status(at=21, started=5))
    gateway.takes(clone.status(at=30, started=15, held=(Held(journal=run.journal, first=2, last=9),)))
    [one] = [journal for journal in gateway.health().journals if journal.journal == run.journal]
    assert (one.first, one.last) == (1, 2)


def test_a_closed_journal_that_still_speaks_is_found_and_not_stored(gateway, run) -> None:
    gateway.takes(run.sample(), run.status(at=1))
    decide_journal(gateway.engine, run.journal, "closed", "Lan", "card burnt", gateway.clock())
    gateway.takes(run.sample(), run.status(at=2))
    gateway.takes()
    assert gateway.values() == [1.0]
    assert gateway.said.ack().on_hold == (run.journal,)
    assert gateway.health().findings == (
        "s1/e1: journal aaaaaaaa was closed and still runs. Admit it, or stop that machine.",
    )


# ------------------------------------------------------------------ images and cards


def test_a_restored_image_is_found_and_what_it_lost_is_missing(gateway, run, run_of) -> None:
    gateway.takes(*(run.sample() for _ in range(5)), run.sample(8), run.status(at=1, started=1))
    restored = run_of("b" * 32)
    held = Held(journal=run.journal, first=1, last=3)
    gateway.takes(
        restored.records(said_run(restored, 9, held=(held,))), restored.status(at=10, started=9, held=(held,))
    )
    health = gateway.health()
    assert health.findings == (
        (
            "s1/e1: journal aaaaaaaa is held only up to 3, we know it up to 8. An older image was put in: look for the "
            "newer card, and give one of the two another name."
        ),
    )
    assert (health.waiting, health.missing) == (0, 2)


def test_a_card_that_died_leaves_its_journal_missing_until_a_named_person_closes_it(gateway, run, run_of) -> None:
    gateway.takes(run.sample())
    run.seq = 4
    gateway.takes(run.status(at=1, started=1))
    fresh = run_of("b" * 32)
    gateway.takes(fresh.records(said_run(fresh, 9)), fresh.status(at=10, started=9))
    assert (gateway.health().waiting, gateway.health().missing) == (0, 3)
    assert gateway.health().findings == (
        (
            "s1/e1: journal aaaaaaaa is no longer held, 3 of its messages never came. An older image or another "
            "card was put in? Bring the card it was on, or close the journal."
        ),
    )
    decide_journal(gateway.engine, "aaaa", "closed", "Lan", "card burnt", gateway.clock())
    assert (gateway.health().missing, gateway.health().findings) == (0, ())
    [closed] = [one for one in gateway.health().journals if one.journal == run.journal]
    assert (closed.state, closed.missing) == ("closed", 3)


def test_a_journal_that_was_stored_to_its_end_may_be_let_go(gateway, run, run_of) -> None:
    gateway.takes(run.sample(), run.status(at=1, started=1))
    later = run_of("b" * 32)
    gateway.takes(later.records(said_run(later, 9)), later.status(at=10, started=9))
    assert (gateway.health().missing, gateway.health().findings) == (0, ())
    assert set(gateway.said.ack().journals) == {later.journal}


def test_a_run_that_the_disk_has_never_seen_was_on_another_disk(gateway, run, run_of) -> None:
    gateway.takes(run.records(said_run(run, 1)), run.status(at=2, started=1), run.status(at=3, state="stopped"))
    newer, restored = run_of("b" * 32), run_of("c" * 32)
    gateway.takes(
        newer.records(said_run(newer, 5, previous=run.journal)), newer.sample(), newer.status(at=6, started=5)
    )
    assert gateway.health().findings == ()
    gateway.takes(restored.records(said_run(restored, 9, previous=run.journal)), restored.status(at=10, started=9))
    expected = (
        "s1/e1: the disk that runs now (journal cccccccc) has never seen journal bbbbbbbb, which we know up to 2. An"
        " older image or another card was put in? What was read after that is on the other one: bring it, or close the"
        " journal."
    )
    assert gateway.health().findings == (expected,)
    decide_journal(gateway.engine, newer.journal, "closed", "Lan", "image of May", gateway.clock())
    assert gateway.health().findings == ()


def test_runs_that_follow_each_other_are_no_finding_though_the_older_ones_messages_come_late(
    gateway, run, run_of
) -> None:
    older, newest = run_of("b" * 32), run_of("c" * 32)
    gateway.takes(run.records(said_run(run, 5, previous=older.journal)), run.status(at=6, started=5))
    gateway.takes(older.records(said_run(older, 1)), older.sample())
    gateway.takes(newest.records(said_run(newest, 9, previous=run.journal)), newest.status(at=10, started=9))
    assert gateway.health().findings == ()


# ------------------------------------------------------------------ our own database


def test_a_database_restored_to_an_earlier_state_becomes_a_new_generation(gateway, restarted, run, back_up) -> None:
    gateway.takes(run.sample(), run.sample())
    restore = back_up()
    gateway.takes(run.sample(), run.sample())
    ack = gateway.said.ack()
    assert ack.journals[run.journal] == Stored(floor=4)
    restore()
    after = restarted()
    status = run.status(at=5, store=ack.store, generation=ack.generation, acknowledged={run.journal: 4})
    after.takes(status)
    assert after.said.ack().generation == ack.generation + 1
    assert after.said.ack().journals[run.journal] == Stored(floor=2)
    after.takes(status)
    assert after.said.ack().generation == ack.generation + 1
    assert gateway_health(after.engine).findings == (
        (
            "registry: s1/e1 has our word for messages that we do not know (generation 1). The database was "
            "restored to an earlier state; edges send again what it lacks."
        ),
    )
    after.takes(run.sample(3), run.sample(4))
    assert after.said.ack().journals[run.journal] == Stored(floor=4)
    assert after.values() == [1.0, 2.0, 3.0, 4.0]


def test_a_generation_that_we_do_not_know_yet_means_restored_too(gateway, run) -> None:
    gateway.takes(run.sample())
    gateway.takes(run.status(at=1, store=gateway.said.ack().store, generation=7))
    assert gateway.said.ack().generation == 8


def test_an_edge_that_lost_its_first_messages_makes_no_restoration(gateway, run) -> None:
    run.first, run.seq = 11, 10
    gateway.takes(run.sample(), run.sample())
    ack = gateway.said.ack()
    assert ack.journals[run.journal] == Stored(floor=0, ranges=((11, 12),))
    told = {run.journal: 12}
    gateway.takes(run.status(at=1, store=ack.store, generation=ack.generation, acknowledged=told))
    assert gateway.said.ack().generation == 1


def test_a_restored_database_is_found_above_a_hole_that_stays(gateway, run) -> None:
    gateway.takes(run.sample(1), run.sample(3), run.sample(4))
    ack = gateway.said.ack()
    word = {"store": ack.store, "generation": ack.generation, "acknowledged": {run.journal: 1}}
    gateway.takes(run.status(at=1, **word, acknowledged_last={run.journal: 4}))
    assert gateway.said.ack().generation == ack.generation
    gateway.takes(run.status(at=2, **word, acknowledged_last={run.journal: 9}))
    assert gateway.said.ack().generation == ack.generation + 1


def test_a_setting_that_a_person_puts_is_published(gateway, run) -> None:
    gateway.takes(run.sample())
    put_setting(gateway.engine, run.id, "reason", "default", {"codes": ["jam"]}, "Lan", 5_000_000)
    gateway.takes()
    assert gateway.said.by_topic["nhipdo/v1/s1/e1/setting/reason/default"] == (
        b'{"revision":5,"body":{"codes":["jam"]}}'
    )
    assert put_setting(gateway.engine, run.id, "reason", "default", {}, "Lan", 5_000_000) == 6
