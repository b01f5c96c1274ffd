from edge_agent.clock import Clock
from edge_agent.outbox import Outbox, OutboxReader
from edge_agent.status import edge_status
from edge_agent.wire.packing import TELEMETRY, Body
from edge_agent.wire.ranges import Ranges


def test_a_status_tells_the_floor_and_the_highest_number_that_the_gateway_has_stored(agent_config) -> None:
    config = agent_config()
    outbox = Outbox(config.state_dir, machine="m1")
    with outbox.transaction():
        outbox.append([Body(TELEMETRY, 1, b"a")] * 9, 1)
    reader = OutboxReader(outbox.path)
    stored = {outbox.journal: Ranges([(1, 3), (5, 7)])}
    status = edge_status("online", config, Clock("always", config.state_dir), reader, stored, ("s", 1), {})
    reader.close()
    outbox.close()
    assert status.acknowledged == {outbox.journal: 3}
    assert status.acknowledged_last == {outbox.journal: 7}
    assert status.waiting == 3
