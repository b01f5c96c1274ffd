import msgspec
import pytest

from edge_agent.wire.messages import Ack, GatewayStatus, Setting
from edge_agent.wire.records import AnyRecord

ACK = '{"store": "s", "generation": %s, "at": %s, "journals": {"j": {"floor": %s, "ranges": [[%s, 9]]}}}'


def test_the_largest_numbers_that_the_envelope_and_a_database_can_hold_are_read() -> None:
    ack = msgspec.json.decode(ACK % (2**31 - 2, 2**63 - 1, 10**18 - 1, 8), type=Ack)
    assert ack.generation == 2**31 - 2
    assert (ack.at, ack.journals["j"].floor) == (2**63 - 1, 10**18 - 1)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (Ack, ACK % (2**31 - 1, 1, 1, 1)),
        (Ack, ACK % (1, 2**63, 1, 1)),
        (Ack, ACK % (1, 1, 10**18, 1)),
        (Ack, ACK % (1, 1, -1, 1)),
        (Ack, ACK % (1, 1, 1, 10**30)),
        (GatewayStatus, '{"state": "online", "can_store": true, "at": 9223372036854775808}'),
        (Setting, '{"revision": 9223372036854775808, "body": {}}'),
        (AnyRecord, '{"noun": "loss", "key": "k", "since": 9223372036854775808, "until": 1, "n": 1, "reason": "r"}'),
        (AnyRecord, '{"noun": "run", "key": "k", "revision": 1e300}'),
    ],
)
def test_a_number_that_no_database_can_hold_is_refused_when_it_is_read(word: type, text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=word)
