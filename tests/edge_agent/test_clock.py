from edge_agent.clock import Clock, boot_id, synchronised, trust_by_hand

S = 10**9


class Times:
    def __init__(self) -> None:
        self.monotonic = 50 * S
        self.wall = 1000 * S
        self.is_set = False

    def clock(self, tmp_path, trust: str = "ntp") -> Clock:
        return Clock(trust, tmp_path, lambda: self.is_set, lambda: self.wall, lambda: self.monotonic)


def test_until_somebody_sets_the_clock_there_is_no_offset(tmp_path) -> None:
    times = Times()
    clock = times.clock(tmp_path)
    assert clock.offset() is None
    assert clock.guess() == 950 * S
    times.is_set = True
    assert clock.offset() == 950 * S


def test_a_clock_that_was_set_is_believed_when_the_time_server_is_long_away(tmp_path) -> None:
    times = Times()
    clock = times.clock(tmp_path)
    times.is_set = True
    assert clock.offset() == 950 * S
    times.is_set = False  # as the kernel says nine hours later
    assert clock.offset() == 950 * S
    clock.told(1 * S)
    assert clock.offset() == 950 * S


def test_a_machine_with_a_clock_of_its_own_is_believed_at_once(tmp_path) -> None:
    assert Times().clock(tmp_path, "always").offset() == 950 * S


def test_the_gateways_word_counts_while_nobody_nearer_has_set_it(tmp_path) -> None:
    times = Times()
    clock = times.clock(tmp_path)
    clock.told(9000 * S)
    assert clock.offset() == 8950 * S
    assert clock.now() == 9000 * S
    clock.told(9000 * S + S // 10)  # late by the network: no news
    assert clock.offset() == 8950 * S
    times.is_set = True
    assert clock.offset() == 950 * S


def test_a_person_can_say_that_it_is_right_until_the_next_boot(tmp_path) -> None:
    clock = Times().clock(tmp_path)
    trust_by_hand(tmp_path)
    assert clock.offset() == 950 * S
    (tmp_path / "clock_trusted").write_text("another boot")
    assert clock.offset() is None


def test_a_step_is_logged_once(tmp_path, caplog) -> None:
    times = Times()
    clock = times.clock(tmp_path, "always")
    clock.offset()
    times.wall -= 3600 * S
    clock.offset()
    clock.offset()
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == ["clock stepped by -3600.000 s"]


def test_the_kernel_can_be_asked() -> None:
    assert synchronised() in {True, False}
    assert boot_id() == boot_id()
