"""Tables: their columns in a fixed order, by the reader's words."""

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models import dashboard as models

from dashboards.grafana.language import Language
from dashboards.grafana.panels import Asked, asking, columns_of, transformation, worded
from dashboards.grafana.units import grafana_unit


def listing(
    say: Language,
    key: str,
    asked: Asked,
    units: Mapping[str, str] | None = None,
    *,
    tags: Sequence[str] = (),
    hides_time: bool = False,
) -> table.Panel:
    """A table: time, tags, columns of the question.

    Args:
        say: Language.
        key: Of its words.
        asked: One question for a table.
        units: Column -> unit of its numbers.
        tags: By which the question groups; their words are ``column.TAG``.
        hides_time: Whether the time of the rows says nothing.
    """
    panel = asking(table.Panel(), say, key, [asked._replace(is_table=True)], "{number}").filterable(filterable=True)
    # Grafana's server puts tags in another order at every turn, unless each column has its place.
    order = {name: place for place, name in enumerate(("Time", *tags, *columns_of(asked.query)))}
    names = {tag: say(f"column.{tag}") for tag in tags} | ({} if hides_time else {"Time": say("all.time")})
    excluded = {"Time": True} if hides_time else {}
    step = transformation("organize", excludeByName=excluded, indexByName=order, renameByName=names)
    panel.with_transformation(step)
    for column, ucum in (units or {}).items():
        panel.override_by_name(column, [models.DynamicConfigValue("unit", grafana_unit(ucum))])
    return panel


def in_words(
    panel: table.Panel,
    say: Language,
    column: str,
    named: Mapping[float, tuple[str, str]] | Mapping[str, tuple[str, str]],
    *,
    is_coloured: bool = True,
) -> table.Panel:
    """A column of numbers or codes as words, on their colours."""
    values = [models.DynamicConfigValue("mappings", [worded(say, named)])]
    if is_coloured:
        values.append(models.DynamicConfigValue("custom.cellOptions", {"type": "color-background", "mode": "basic"}))
    return panel.override_by_name(column, values)
