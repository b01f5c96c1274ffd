"""What about the shop floor can be used and may mislead."""

import pytest

from edge_agent.config import cautions_about, hash_pin

PRESS = '\n[[work_units]]\nname = "press"\nrunning = "press-1.is_running"\n'
COUNTED = 'total = "press-1.produced"\n'
P10 = '\n[[work_units.products]]\nname = "P10"\nideal_cycle_s = 2\n'
P20 = P10.replace("P10", "P20")
CALENDAR = '\n[[calendars]]\n[[calendars.shifts]]\nname = "A"\nstart = "06:00"\nend = "14:00"\n'
SCREEN = '\n[screen]\nhost = "0.0.0.0"\n'
OPEN = (
    "screen.host: 0.0.0.0 lets the network in, and nobody has a PIN, so anybody can enter reasons. "
    "Add [[operators]] with pin_hash: nhipdo-edge pin prints it."
)


@pytest.fixture
def cautions(load, piece):
    def about(*tables):
        press = piece.bus("press", "tcp://plc"), piece.instrument("press-1", "press_plc")
        odd = piece.bus("odd", "tcp://odd"), piece.instrument("odd-1", piece.meter.replace("meter", "odd_counters"))
        return cautions_about(load(piece.edge, *press, *odd, *tables))

    return about


def test_a_quiet_shop_has_none(cautions):
    assert cautions(PRESS, COUNTED, P10, CALENDAR, "\n[screen]\n") == []


def test_no_calendar_means_that_all_time_is_planned(cautions):
    assert cautions(PRESS, COUNTED, P10) == [
        (
            "calendars: none, so every hour of every day is planned, and a night without work is a loss. "
            "Add a table [[calendars]]."
        )
    ]


def test_products_without_a_counter_give_no_oee(cautions):
    assert cautions(PRESS, P10, CALENDAR) == [
        (
            "work unit press: has products and nothing that counts pieces, so it has availability and no OEE. "
            "Write total or good."
        )
    ]


def test_several_products_need_somebody_to_tell_which(cautions):
    assert cautions(PRESS, COUNTED, P10, P20, CALENDAR) == [
        (
            "work unit press: nothing tells which product is made, so its pieces are of none. "
            "Write product, or add the table [screen]."
        )
    ]
    assert cautions(PRESS, COUNTED, P10, P20, CALENDAR, "\n[screen]\n") == []


def test_a_float_counts_singly_only_so_far(cautions):
    assert cautions(PRESS, 'total = "odd-1.floating"\n', P10, CALENDAR) == [
        (
            "work unit press: odd-1.floating is a float32, which counts singly only to 16777216. "
            "Read an integer register if there is one."
        )
    ]


def test_a_screen_for_the_network_wants_a_pin(cautions):
    assert cautions(SCREEN) == [OPEN]
    assert cautions(SCREEN, '\n[[operators]]\nname = "Lan"\n') == [OPEN]
    assert cautions(SCREEN, f'\n[[operators]]\nname = "Lan"\npin_hash = "{hash_pin("1234")}"\n') == []
