"""Panels: what all of one kind have in common.

A panel's key names its words: ``KEY`` is its title, ``KEY_about`` tells what it shows and what it rests on.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from grafana_foundation_sdk.builders import barchart, common, dashboard, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.cog import builder, variants
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as models

from dashboards.grafana.language import Language
from dashboards.grafana.units import CHANNELS, grafana_unit

KIND = "influxdb"
SOURCE = models.DataSourceRef(type_val=KIND, uid="${datasource}")
"""What the reader chose; provisioned, there is one."""
GREEN, AMBER, ORANGE, RED, BLUE, VIOLET, GREY, PALE = (
    "#2fbf71",
    "#ffd21f",
    "#f0761a",
    "#b00414",
    "#1550e0",
    "#84609b",
    "#939da6",
    "#e6eaee",
)
"""The colours of the pages; red: somebody must act."""
AnyPanel = TypeVar("AnyPanel", barchart.Panel, stat.Panel, statetimeline.Panel, table.Panel, timeseries.Panel)


class Asked(NamedTuple):
    """A question of a panel.

    Attributes:
        query: InfluxQL.
        alias: What its series are called; may hold ``$tag_NAME`` and ``$col``.
        is_table: Whether its rows stay together.
    """

    query: str
    alias: str = ""
    is_table: bool = False


class InfluxqlTarget(variants.Dataquery):
    """A question as Grafana's data source for InfluxDB keeps it."""

    def __init__(self, asked: Asked, ref_id: str) -> None:
        self.asked = asked
        self.ref_id = ref_id

    def to_json(self) -> dict[str, object]:
        """What stands in the dashboard."""
        said: dict[str, object] = {
            "refId": self.ref_id,
            "datasource": SOURCE,
            "query": self.asked.query,
            "rawQuery": True,
            "resultFormat": "table" if self.asked.is_table else "time_series",
        }
        return said | ({"alias": self.asked.alias} if self.asked.alias else {})


class _Target(builder.Builder[variants.Dataquery]):
    def __init__(self, asked: Asked, ref_id: str) -> None:
        self._made = InfluxqlTarget(asked, ref_id)

    def build(self) -> variants.Dataquery:
        return self._made


class Limits(NamedTuple):
    """From where on a figure has which colour.

    Attributes:
        colours: Lower limit -> colour, rising.
        below: Colour below them all.
    """

    colours: Mapping[float, str]
    below: str = GREY

    def build(self) -> dashboard.ThresholdsConfig:
        """As Grafana wants it."""
        steps = [models.Threshold(color=self.below)]
        steps += [models.Threshold(value=value, color=colour) for value, colour in self.colours.items()]
        return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def asking(panel: AnyPanel, say: Language, key: str, asked: Sequence[Asked], ucum: str) -> AnyPanel:
    """Title, description, unit and questions of a panel."""
    panel.title(say(key)).description(say(f"{key}_about")).datasource(SOURCE).unit(grafana_unit(ucum))
    panel.no_value(say("all.no_value"))
    for number, one in enumerate(asked):
        panel.with_target(_Target(one, chr(ord("A") + number)))
    return panel


def figures(
    say: Language, key: str, asked: Sequence[Asked], ucum: str, limits: Limits | None = None, decimals: int = 1
) -> stat.Panel:
    """Large figures, the last of each series."""
    panel = asking(stat.Panel(), say, key, asked, ucum).decimals(decimals)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False))
    panel.graph_mode(looks.BigValueGraphMode.NONE).text_mode(looks.BigValueTextMode.VALUE_AND_NAME)
    panel.color_mode(looks.BigValueColorMode.VALUE if limits else looks.BigValueColorMode.NONE)
    return panel.thresholds((limits or Limits({})).build())


def curves(
    say: Language,
    key: str,
    asked: Sequence[Asked],
    ucum: str,
    *,
    every: str = "1m",
    limits: Limits | None = None,
    is_share: bool = False,
    is_from_zero: bool = True,
) -> timeseries.Panel:
    """Lines over time; gaps stay gaps.

    Args:
        say: Language.
        key: Of its words.
        asked: Questions.
        ucum: Unit.
        every: The least ``$__interval``.
        limits: Drawn as lines.
        is_share: Whether the axis shows 0 to 1.
        is_from_zero: Whether the axis shows 0; not where small changes of a large value matter.
    """
    panel = asking(timeseries.Panel(), say, key, asked, ucum).interval(every)
    panel.draw_style(looks.GraphDrawStyle.LINE).line_width(2).fill_opacity(0).span_nulls(span_nulls=False)
    panel.show_points(looks.VisibilityMode.AUTO).legend(_legend()).tooltip(_tooltip())
    if is_from_zero:
        panel.axis_soft_min(0)
    if is_share:
        panel.min(0).axis_soft_max(1)
    if limits:
        style = common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.DASHED)
        panel.thresholds(limits.build()).thresholds_style(style)
    return panel


def bars(
    say: Language, key: str, asked: Sequence[Asked], ucum: str, *, every: str = "1d", is_stacked: bool = False
) -> timeseries.Panel:
    """Bars over time, from zero."""
    panel = curves(say, key, asked, ucum, every=every).min(0)
    panel.draw_style(looks.GraphDrawStyle.BARS).fill_opacity(80).line_width(0)
    panel.show_points(looks.VisibilityMode.NEVER)
    if is_stacked:
        panel.stacking(common.StackingConfig().mode(looks.StackingMode.NORMAL).group("A"))
    return panel


def ranking(say: Language, key: str, asked: Asked, ucum: str, *, by: str = "") -> barchart.Panel:
    """Bars from the largest to the smallest: a Pareto chart.

    Args:
        say: Language.
        key: Of its words.
        asked: One row of columns, or, with ``by``, a table.
        ucum: Unit.
        by: Column of a table by which its only other column is summed.
    """
    panel = asking(barchart.Panel(), say, key, [asked], ucum)
    panel.orientation(looks.VizOrientation.HORIZONTAL).show_value(looks.VisibilityMode.ALWAYS)
    panel.legend(common.VizLegendOptions().show_legend(show_legend=False).calcs([]))
    panel.fill_opacity(80).bar_width(0.7).min(0)
    if by:
        value = next(name for name in columns_of(asked.query) if name != by)
        grouped = {by: _field("groupby"), value: _field("aggregate", "sum")}
        panel.with_transformation(transformation("groupBy", fields=grouped))
        return panel.x_field(by).with_transformation(sorted_down(f"{value} (sum)"))
    panel.with_transformation(transformation("reduce", reducers=["lastNotNull"]))
    return panel.x_field("Field").with_transformation(sorted_down("Last *"))


def states(
    say: Language,
    key: str,
    asked: Sequence[Asked],
    named: Mapping[float, tuple[str, str]],
    *,
    every: str = "1m",
    longest_ms: int = 0,
) -> statetimeline.Panel:
    """What something was over time, by word and colour.

    Args:
        say: Language.
        key: Of its words.
        asked: Questions for a number.
        named: That number -> key of its word, and colour.
        every: The least ``$__interval``.
        longest_ms: For how long a state holds without another point; 0: until the next one.
    """
    panel = asking(statetimeline.Panel(), say, key, asked, "{number}").interval(every)
    panel.mappings([worded(say, named)]).show_value(looks.VisibilityMode.NEVER).merge_values(merge_values=True)
    panel.row_height(0.8).fill_opacity(90).line_width(0).legend(_legend())
    if longest_ms:
        # The builder does not know what Grafana calls "Disconnect values"; an override for all series sets it too.
        panel.override_by_regexp("/.*/", [models.DynamicConfigValue("custom.insertNulls", longest_ms)])
    return panel


def worded(say: Language, named: Mapping[float, tuple[str, str]] | Mapping[str, tuple[str, str]]) -> models.ValueMap:
    """Numbers or codes as words and colours."""
    return models.ValueMap(
        {
            number if isinstance(number, str) else f"{number:g}": models.ValueMappingResult(
                text=say(key), color=colour, index=place
            )
            for place, (number, (key, colour)) in enumerate(named.items())
        }
    )


def coloured(panel: AnyPanel, colours: Mapping[str, str]) -> AnyPanel:
    """Series by their names in fixed colours."""
    for name, colour in colours.items():
        value = {"mode": "fixed", "fixedColor": colour}
        panel.override_by_name(name, [models.DynamicConfigValue("color", value)])
    return panel


def by_channel(panel: timeseries.Panel) -> timeseries.Panel:
    """Units by the names of the channels that the series are called after."""
    for pattern, ucum in CHANNELS.items():
        value = models.DynamicConfigValue("unit", grafana_unit(ucum))
        panel.override_by_regexp(f"/{pattern}/", [value])
    return panel


def transformation(name: str, **options: Any) -> models.DataTransformerConfig:
    """A step between question and picture; of those that Grafana brings."""
    return models.DataTransformerConfig(id_val=name, options=options)


def sorted_down(column: str) -> models.DataTransformerConfig:
    """The largest first."""
    return transformation("sortBy", fields={}, sort=[{"field": column, "desc": True}])


def _field(operation: str, *aggregations: str) -> dict[str, object]:
    return {"operation": operation, "aggregations": list(aggregations)}


def columns_of(query: str) -> list[str]:
    """Names that a question gives to its columns.

    >>> columns_of('SELECT last("a") AS "Lost, declared", "b" AS "c" FROM (SELECT "x" AS "b" FROM "y")')
    ['Lost, declared', 'c']
    """
    return re.findall(r' AS "([^"]+)"', query.partition(" FROM ")[0])


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(looks.LegendDisplayMode.LIST)
        .placement(looks.LegendPlacement.BOTTOM)
        .show_legend(show_legend=True)
        .calcs([])
    )


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI).sort(looks.SortOrder.DESCENDING)


def banded(panel: timeseries.Panel, above: str, below: str) -> timeseries.Panel:
    """The area between two series, pale."""
    values = [
        models.DynamicConfigValue("custom.fillBelowTo", below),
        models.DynamicConfigValue("custom.fillOpacity", 15),
    ]
    return panel.override_by_name(above, values)


def coloured_by(panel: timeseries.Panel, begin: str, colour: str) -> None:
    """Series whose names begin so, and have a word more, in one colour."""
    value = models.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})
    panel.override_by_regexp(f"/^{re.escape(begin)} \\S+$/", [value])
