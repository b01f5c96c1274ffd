"""``nhipdo-edge outbox``, ``adopt``, ``trust-clock``: a person and the outbox."""

import os
import sqlite3

import pytest

from edge_agent.commands.outbox import described
from edge_agent.outbox import Outbox, OutboxError, Survey, autonomy_days
from edge_agent.wire.messages import Held
from edge_agent.wire.packing import TELEMETRY, pack

DAY_NS = 86_400_000_000_000
EDGE = """\
[edge]
site = "sa-dec"
name = "press-shop"
[[buses]]
name = "a"
url = "tcp://plc"
[[buses.instruments]]
name = "press-1"
model = "press_plc"
"""
WEEK = Survey(
    messages=1000,
    waiting=250,
    bytes=400_000_000,
    limit_bytes=2_000_000_000,
    oldest_waiting=3 * DAY_NS,
    bytes_per_day=100_000_000.0,
    undated=12,
    journals=(Held(journal="a" * 32, first=1, last=900), Held(journal="b" * 32, first=1, last=100)),
    disk_free=50_000_000_000,
)


@pytest.fixture
def config(write) -> str:
    return write(EDGE)


@pytest.fixture
def filled(tmp_path) -> None:
    """An outbox with two messages, as an agent leaves it."""
    outbox = Outbox(tmp_path / "state")
    try:
        with outbox.transaction():
            outbox.append([*pack(TELEMETRY, ["sample a=1 1"]), *pack(TELEMETRY, ["sample a=2 2"])], DAY_NS)
    finally:
        outbox.close()


def test_a_survey_is_told_in_words():
    assert described(WEEK, now=5 * DAY_NS) == [
        "held       1000 messages, 400 MB of 2 GB",
        "waiting    250 messages, the oldest for 2 d",
        "undated    12 samples, waiting for the clock",
        "disk       50 GB free",
        "grows      100 MB a day",
        "room for   19 d without a gateway",
        "",
        f"{'JOURNAL':32}  FIRST  LAST\n{'a' * 32}  1      900\n{'b' * 32}  1      100",
    ]


def test_autonomy_counts_up_to_the_limit_or_the_end_of_the_disk():
    # A quarter of 400 MB waits; the rest may be dropped for new samples, 100 MB a day.
    assert autonomy_days(WEEK) == pytest.approx((2000 - 100) / 100)
    assert autonomy_days(WEEK._replace(disk_free=500_000_000)) == pytest.approx((500 + 300) / 100)
    assert autonomy_days(WEEK._replace(bytes=9_000_000_000, waiting=1000)) == 0
    assert autonomy_days(WEEK._replace(bytes_per_day=0.0)) is None


def test_an_empty_outbox_promises_nothing():
    empty = WEEK._replace(messages=0, waiting=0, bytes=0, oldest_waiting=0, bytes_per_day=0.0, undated=0, journals=())
    assert described(empty, now=0)[-1] == "room for   not known yet: nothing has been kept so far"


@pytest.mark.usefixtures("filled")
def test_the_outbox_is_shown(nhipdo_edge, config):
    code, out, err = nhipdo_edge("outbox", config)
    assert (code, err) == (0, "")
    assert out.startswith("held       2 messages, ")
    assert "\nwaiting    2 messages, the oldest for " in out
    assert "  1      2\n" in out


@pytest.mark.parametrize("words", [("outbox",), ("adopt",)])
def test_without_an_outbox_it_says_so_and_makes_none(nhipdo_edge, config, tmp_path, words):
    assert nhipdo_edge(*words, config) == (
        1,
        "",
        f"{tmp_path}/state/outbox.sqlite: no outbox there yet. Start the agent first: nhipdo-edge run agent.toml\n",
    )
    assert not (tmp_path / "state").exists()


@pytest.mark.usefixtures("filled")
def test_what_waits_is_written_to_a_file(nhipdo_edge, config, tmp_path):
    file = tmp_path / "stick.nhipdo"
    assert nhipdo_edge("outbox", "export", config, str(file)) == (
        0,
        f"{file}: 2 messages of sa-dec/press-shop\nAt the gateway: nhipdo -c gateway.toml outbox import FILE\n",
        "",
    )
    assert file.read_bytes().startswith(b"#nhipdo-export1 site=sa-dec edge=press-shop\n")


@pytest.mark.usefixtures("filled")
def test_a_stick_that_is_not_there_is_told_in_one_line(nhipdo_edge, config, tmp_path):
    file = tmp_path / "no-stick" / "a.nhipdo"
    assert nhipdo_edge("outbox", "export", config, str(file)) == (
        1,
        "",
        f"{file}: No such file or directory. Is the stick mounted, writable and large enough?\n",
    )


@pytest.mark.usefixtures("filled")
def test_a_file_that_is_no_answer_is_refused(nhipdo_edge, config, tmp_path):
    file = tmp_path / "a.ack"
    file.write_text("{}")
    code, out, err = nhipdo_edge("outbox", "acknowledge", config, str(file))
    assert (code, out) == (1, "")
    assert err.startswith(f"{file}: not an acknowledgement (")


@pytest.mark.usefixtures("filled")
def test_a_gateways_answer_is_taken(nhipdo_edge, config, tmp_path):
    outbox = Outbox(tmp_path / "state")
    [one] = outbox.held()
    outbox.close()
    file = tmp_path / "a.ack"
    file.write_text(f'{{"store": "s", "generation": 1, "at": 1, "journals": {{"{one.journal}": {{"floor": 2}}}}}}')
    assert nhipdo_edge("outbox", "acknowledge", config, str(file)) == (
        0,
        f"{file}: 2 messages of this outbox are stored at the gateway\n",
        "",
    )
    assert "\nwaiting    0 messages\n" in nhipdo_edge("outbox", config)[1]


def test_another_machines_outbox_is_adopted(nhipdo_edge, config, tmp_path):
    Outbox(tmp_path / "state", machine="another").close()
    with pytest.raises(OutboxError, match="nhipdo-edge adopt"):
        Outbox(tmp_path / "state")
    assert nhipdo_edge("adopt", config) == (0, f"{tmp_path}/state: now belongs to this machine\n", "")
    Outbox(tmp_path / "state").close()


def test_an_outbox_in_use_is_not_adopted(nhipdo_edge, config, tmp_path):
    outbox = Outbox(tmp_path / "state")
    try:
        told = f"{tmp_path}/state: in use by process {os.getpid()}. Stop that one, or set another state_dir.\n"
        assert nhipdo_edge("adopt", config) == (1, "", told)
    finally:
        outbox.close()


def test_a_person_says_that_the_clock_is_right(nhipdo_edge, config, tmp_path):
    noted = tmp_path / "state" / "clock_trusted"
    told = f"{noted}: the clock is trusted until the next start of this machine\n"
    assert nhipdo_edge("trust-clock", config) == (0, told, "")
    assert noted.exists()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("words", [["outbox"], ["outbox", "export"], ["adopt"]], ids=" ".join)
def test_another_users_outbox_is_told_and_no_traceback(nhipdo_edge, config, tmp_path, monkeypatch, words):
    def refuse(*_args: object, **_named: object) -> None:
        msg = "attempt to write a readonly database"
        raise sqlite3.OperationalError(msg)

    for name in ("survey", "export"):
        monkeypatch.setattr(f"edge_agent.outbox.{name}", refuse)
    file = [str(tmp_path / "stick")] if "export" in words else []
    code, _, err = nhipdo_edge(*words, config, *file)
    why = (
        "its outbox cannot be used (attempt to write a readonly database). Run this as the agent's user, the service's."
    )
    assert (code, err) == (1, f"{tmp_path}/state: {why}\n")
