"""What several dashboards share: what the reader chooses, and marks on the time axis."""

from dashboards.grafana import influxql
from dashboards.grafana.board import Choice, Note
from dashboards.grafana.elements import UNITS
from dashboards.grafana.influxql import chosen, tag_values
from dashboards.grafana.language import Language
from dashboards.grafana.panels import BLUE, GREY, ORANGE, RED
from edge_agent.wire.schema import (
    EDGE_STATUS,
    ELEMENT_DAY,
    ELEMENT_HOUR,
    NOTHING,
    PILOT,
    PLANNED_BUSY,
    SECONDS,
    STOP,
    WINDOW_HOUR,
    WINDOW_HOUR_FIELDS,
)

SITE = Choice("site", tag_values(ELEMENT_DAY, "site"))
SITES = SITE._replace(is_many=True)
WORK_UNIT = Choice("work_unit", tag_values(ELEMENT_DAY, "work_unit", [chosen("site")]))
WORK_UNITS = WORK_UNIT._replace(is_many=True)
PLACE = Choice("place", tag_values(WINDOW_HOUR, "site"))
"""A site by its instruments: a laboratory has no work units."""
INSTRUMENT = Choice("instrument", tag_values(WINDOW_HOUR, "instrument", [chosen("site", "place")]), is_many=True)
CHANNEL = Choice("channel", f'SHOW FIELD KEYS FROM "{WINDOW_HOUR}"', regex=f"/^(.*){WINDOW_HOUR_FIELDS[0]}$/")
"""InfluxDB lists names of fields for all instruments together only."""
_SILENT = (chosen("site"), chosen("edge"), '"silent" = 1')


def stops(say: Language, *, is_shown: bool = True) -> Note:
    """Where a stop begins, with its reason."""
    names = {f'"title_{say.code}"': "text", '"kind"': "tags"}
    asked = influxql.rows(STOP, names, [*UNITS, '"gone" = 0', "\"kind\" != 'MINOR_STOP'", "\"kind\" != 'SETUP'"])
    return Note("note.stops", asked, ORANGE, is_shown=is_shown)


def changeovers(say: Language, *, is_shown: bool = True) -> Note:
    """Where a changeover begins."""
    names = {'"product"': "text", f'"title_{say.code}"': "tags"}
    asked = influxql.rows(STOP, names, [*UNITS, '"gone" = 0', "\"kind\" = 'SETUP'"])
    return Note("note.changeovers", asked, BLUE, is_shown=is_shown)


def products(*, is_shown: bool = True) -> Note:
    """Where a product comes into force that was not in the hour before.

    A tag cannot be compared with the one before; so time is summed for each product, with zeros where it was not in
    force, and a sum that equals its own rise follows on a zero. Time without a plan counts too: a product that stays
    over night is not marked in the morning.
    """
    there = " + ".join(f'"{field}"' for field in (PLANNED_BUSY, SECONDS["PLANNED_STOP"], SECONDS["NOT_SCHEDULED"]))
    told = " AND ".join([*UNITS, f"\"product\" != '{NOTHING}'"])
    times = f'SELECT {there} AS "s" FROM "{ELEMENT_HOUR}" WHERE {told} GROUP BY "work_unit", "product"'  # noqa: S608
    grouped = 'GROUP BY time(1h), "work_unit", "product" fill(0)'
    named = 'sum("s") AS "there", difference(sum("s")) AS "rise"'
    rises = f"SELECT {named} FROM ({times}) WHERE {influxql.TIME} {grouped}"  # noqa: S608
    # The range of time stands once, because Grafana's page expands only the first in an annotation; the innermost
    # question has it from the one around it.
    # By both tags again: InfluxDB 1.x gives the grouping of the outermost question to those within.
    begun = '"there" > 0 AND "rise" = "there" GROUP BY "work_unit", "product"'
    asked = f'SELECT "there" FROM ({rises}) WHERE {begun}'  # noqa: S608
    return Note("note.products", asked, GREY, is_shown, text="product", tags="work_unit")


def pilots() -> Note:
    """Where a pilot begins; one mark for all its figures."""
    asked = influxql.rows(PILOT, {'last("name")': "text"}, ['"begins" = 1'], ' GROUP BY "pilot", "site"')
    return Note("note.pilots", asked, ORANGE, tags="site")


def silences() -> Note:
    """Minutes in which an edge ought to have spoken."""
    asked = influxql.rows(EDGE_STATUS, {'"edge"': "text", '"site"': "tags", '"silent"': "silent"}, _SILENT)
    return Note("note.silences", asked, RED, is_shown=False)
