import pytest

from edge_agent.wire.topics import EdgeTopic, GatewayTopic, parse


@pytest.mark.parametrize(
    "topic",
    [
        EdgeTopic("sa-dec", "press-shop", "telemetry"),
        EdgeTopic("sa-dec", "press-shop", "record"),
        EdgeTopic("sa-dec", "press-shop", "status"),
        EdgeTopic("sa-dec", "press-shop", "ack"),
        EdgeTopic("sa-dec", "press-shop", "setting", "certificate", "k-118"),
        GatewayTopic("gw-1"),
    ],
    ids=str,
)
def test_what_is_built_is_parsed(topic: EdgeTopic | GatewayTopic) -> None:
    assert parse(str(topic)) == topic


@pytest.mark.parametrize(
    "topic",
    ["", "nhipdo/v1", "nhipdo/v2/a/b/telemetry", "nhipdo/v1/a/b/other", "nhipdo/v1/gateway/b/telemetry",
     "nhipdo/v1/A/b/telemetry", "nhipdo/v1/a//telemetry", "nhipdo/v1/a/b/telemetry/x", "nhipdo/v1/a/+/telemetry"],
)  # fmt: skip
def test_any_other_topic_is_refused(topic: str) -> None:
    with pytest.raises(ValueError, match="not one of nhipdo/v1/SITE/EDGE/KIND"):
        parse(topic)
