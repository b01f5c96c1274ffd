"""Copies that have stopped are told of."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.backup import back_up
from gateway.backup.watching import MARK, copied_at, watch_copies
from gateway.config import GatewayConfig
from gateway.health import gateway_health
from gateway.opening import Stores

DAY = 86_400 * 10**9
NOW = datetime(2026, 11, 22, 20, 45, tzinfo=UTC)
AT = int(NOW.timestamp()) * 10**9


@pytest.fixture
def since(stores: Stores) -> Stores:
    """A gateway that is as old as the copy."""
    with stores.engine.begin() as connection:
        connection.execute(text("UPDATE store SET created_at = :at"), {"at": AT})
    return stores


def told(stores: Stores, config: GatewayConfig, at: int) -> tuple[str, ...]:
    watch_copies(stores.engine, config.state_dir, "main", at)
    return gateway_health(stores.engine).findings


def test_a_gateway_of_which_no_copy_was_ever_made_says_so_after_two_days(config: GatewayConfig, since: Stores) -> None:
    assert told(since, config, AT + 2 * DAY - 1) == ()
    assert told(since, config, AT + 2 * DAY) == (
        (
            "gateway main: no copy was made ever, expected one every night. Look at systemctl status nhipdo-backup;"
            f" who makes copies in another way touches {config.state_dir / MARK} each time."
        ),
    )


def test_copies_that_have_stopped_are_told_until_there_is_one(
    config: GatewayConfig, since: Stores, copies: Path
) -> None:
    back_up(config, copies, NOW)
    mark = config.state_dir / MARK
    assert copied_at(config.state_dir) > 0
    os.utime(mark, ns=(AT, AT))
    assert told(since, config, AT + DAY) == ()
    [words] = told(since, config, AT + 3 * DAY)
    assert words.startswith("gateway main: no copy was made since 2026-11-22 20:45 UTC, expected one every night. ")
    os.utime(mark, ns=(AT + 3 * DAY, AT + 3 * DAY))
    assert told(since, config, AT + 3 * DAY + 1) == ()


def test_looking_again_writes_nothing(config: GatewayConfig, since: Stores) -> None:
    told(since, config, AT + 3 * DAY)
    with since.engine.connect() as connection:
        before = connection.execute(text("SELECT changes FROM store")).scalar_one()
        told(since, config, AT + 4 * DAY)
        assert connection.execute(text("SELECT changes FROM store")).scalar_one() == before


def test_a_copy_that_could_not_be_made_counts_for_none(
    config: GatewayConfig, since: Stores, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert since

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gateway.backup.making.copy", full)
    with pytest.raises(Exception, match="No space left"):
        back_up(config, copies, NOW)
    assert copied_at(config.state_dir) == 0
