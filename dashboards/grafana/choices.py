"""What several dashboards share: what the reader chooses, and marks on the time axis.

Decision: a mark is asked for as columns ``text`` and ``tags``, never grouped in the outermost question.
Because: Grafana's page takes for a tag each column whose name contains that of the tags; a grouped answer has the names
of its tags in those of all its columns, and a number among them breaks the page. A row with an empty cell is left out.
"""

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
_EDGES = (chosen("site"), chosen("edge"))


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


def products(*, is_by_day: bool = False, is_shown: bool = True) -> Note:
    """Where a product comes into force that was not in the hour, or on the day, before; and which is at the beginning.

    A tag cannot be compared with the one before. So each product of a machine is marked where it is first there, and
    where more than an hour or a day has passed since it was. Time without a plan counts too: a product that stays over
    night is not marked in the morning. Many machines are asked for by day: a year has few days.
    """
    measurement, step = (ELEMENT_DAY, "1d") if is_by_day else (ELEMENT_HOUR, "1h")
    there = " OR ".join(f'"{field}" > 0' for field in (PLANNED_BUSY, SECONDS["PLANNED_STOP"], SECONDS["NOT_SCHEDULED"]))
    told = " AND ".join([*UNITS, f"\"product\" != '{NOTHING}'", f"({there})"])
    # The range of time stands once, because Grafana's page expands only the first in an annotation; the questions
    # within have it from the one around them.
    of_each = f'FROM "{measurement}" WHERE {told} GROUP BY "work_unit", "product"'
    first = f'SELECT first("{PLANNED_BUSY}") AS "there" {of_each}'
    since = f'SELECT elapsed("{PLANNED_BUSY}", {step}) AS "there" {of_each}'
    again = f'SELECT "there" FROM ({since}) WHERE "there" > 1 GROUP BY "work_unit", "product"'  # noqa: S608  our own
    named = '"there", "product" AS "text", "work_unit" AS "tags"'
    return Note("note.products", f"SELECT {named} FROM ({first}), ({again}) WHERE {influxql.TIME}", GREY, is_shown)  # noqa: S608


def pilots(*conditions: str) -> Note:
    """Where a pilot begins; one mark for all its figures."""
    begun = ('"begins" = 1', *conditions)
    each = influxql.rows(PILOT, {'last("name")': "name"}, begun, ' GROUP BY "pilot", "site"')
    asked = f'SELECT "name" AS "text", "site" AS "tags" FROM ({each})'  # noqa: S608  our own
    return Note("note.pilots", asked, ORANGE)


def silences() -> Note:
    """Where an edge that ought to speak falls silent; one mark, however long it lasts."""
    rises = influxql.rows(EDGE_STATUS, {'difference("silent")': "rise"}, _EDGES, ' GROUP BY "site", "edge"')
    named = '"rise", "edge" AS "text", "site" AS "tags"'
    asked = f'SELECT {named} FROM ({rises}) WHERE "rise" > 0'  # noqa: S608  our own
    return Note("note.silences", asked, RED, is_shown=False)
