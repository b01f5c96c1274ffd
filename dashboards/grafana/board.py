"""A dashboard put together: variables, annotations, links, and panels in rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as models

from dashboards.grafana.language import Language
from dashboards.grafana.panels import KIND, SOURCE, AnyPanel

PREFIX = "nhipdo"
WIDTH = 24
"""Of Grafana's grid."""
DATASOURCE = "nhipdo"
"""Uid of the data source that is provisioned."""


class Line(NamedTuple):
    """Panels side by side.

    Attributes:
        height: In steps of the grid, 30 px each.
        panels: Each with its width; together at most 24.
    """

    height: int
    panels: Sequence[tuple[Any, int]]


class Section(NamedTuple):
    """Lines below a heading.

    Attributes:
        key: Of the heading's words.
        lines: From above.
    """

    key: str
    lines: Sequence[Line]


class Choice(NamedTuple):
    """Something that the reader chooses from what is stored.

    Attributes:
        name: Of the variable; its words are ``choice.NAME``.
        query: Which values there are.
        is_many: Whether several, or all, can be chosen.
        regex: What of each is taken.
    """

    name: str
    query: str
    is_many: bool = False
    regex: str = ""


class Note(NamedTuple):
    """Marks on the time axis.

    Attributes:
        key: Of the words.
        query: What is marked.
        colour: Of the marks.
        is_shown: At first.
        text: Column that is read when the pointer is on a mark.
        tags: Column of the words below it.
    """

    key: str
    query: str
    colour: str
    is_shown: bool = True
    text: str = "text"
    tags: str = "tags"


class Board(NamedTuple):
    """A dashboard.

    Attributes:
        name: Of its file, its uid and its words.
        choices: Variables, each after those that it rests on.
        notes: Annotations.
        sections: What is shown.
        since: Begin of the range that it opens with, relative.
        refresh: How often it asks again; empty: when told to.
    """

    name: str
    choices: Sequence[Choice]
    notes: Sequence[Note]
    sections: Sequence[Section]
    since: str = "now-6d/d"
    refresh: str = "5m"


class _NoteTarget(models.AnnotationTarget):
    """What the data source for InfluxDB keeps of an annotation; the model knows only Grafana's own annotations."""

    def __init__(self, note: Note) -> None:
        super().__init__()
        self.note = note

    def to_json(self) -> dict[str, object]:
        said = {"query": self.note.query, "refId": "note", "textColumn": self.note.text, "tagsColumn": self.note.tags}
        return {**said, "rawQuery": True, "fromAnnotations": True, "textEditor": True, "resultFormat": "table"}


def uid(name: str) -> str:
    """Of a dashboard, in whichever language: alert rules and bookmarks lead to the one that is provisioned.

    >>> uid("work_unit")
    'nhipdo-work-unit'
    """
    return f"{PREFIX}-{name}".replace("_", "-")


def dashboard_of(board: Board, say: Language) -> models.Dashboard:
    """The dashboard as Grafana's model has it."""
    title = f"board.{board.name}"
    made = dashboard.Dashboard(say(title)).uid(uid(board.name)).description(say(f"{title}_about"))
    made.tags([PREFIX, say.code]).time(board.since, "now").refresh(board.refresh).readonly()
    made.timezone("").tooltip(models.DashboardCursorSync.CROSSHAIR).week_start("monday")
    made.with_variable(_datasource(say))
    for choice in board.choices:
        made.with_variable(_chosen(choice, say))
    for note in board.notes:
        made.annotation(_note(note, say))
    made.link(_others(say))
    built = made.build()
    built.panels = _placed(board.sections, say)
    return built


def linked(panel: AnyPanel, say: Language, to: str, key: str, **variables: str) -> AnyPanel:
    """A way from a panel to another dashboard with the same time.

    Args:
        panel: From where.
        say: Language.
        to: Name of the other dashboard.
        key: Of the link's words.
        variables: Variable there -> what it gets.
    """
    carried = "".join(f"&var-{name}={value}" for name, value in variables.items())
    way = dashboard.DashboardLink(say(key)).url(f"/d/{uid(to)}?${{__url_time_range}}{carried}").title(say(key))
    return panel.data_links([way])


def _datasource(say: Language) -> dashboard.DatasourceVariable:
    usual = models.VariableOption(selected=True, text=DATASOURCE, value=DATASOURCE)
    made = dashboard.DatasourceVariable("datasource").type(KIND).label(say("choice.datasource"))
    return made.current(usual).hide(models.VariableHide.DONT_HIDE)


def _chosen(choice: Choice, say: Language) -> dashboard.QueryVariable:
    made = dashboard.QueryVariable(choice.name).label(say(f"choice.{choice.name}")).query(choice.query)
    made.datasource(SOURCE).refresh(models.VariableRefresh.ON_DASHBOARD_LOAD).regex(choice.regex)
    made.sort(models.VariableSort.ALPHABETICAL_ASC).multi(choice.is_many).include_all(choice.is_many)
    if choice.is_many:
        # Not formatted by Grafana: it matches all, also what is new since the page was opened.
        made.all_value(".*").current(models.VariableOption(selected=True, text="All", value="$__all"))
    return made


def _note(note: Note, say: Language) -> dashboard.AnnotationQuery:
    made = dashboard.AnnotationQuery().name(say(note.key)).datasource(SOURCE).icon_color(note.colour)
    built = made.enable(note.is_shown)
    built._internal.target = _NoteTarget(note)  # noqa: SLF001  its builder takes none of another data source
    return built


def _others(say: Language) -> dashboard.DashboardLink:
    made = dashboard.DashboardLink(say("all.others")).type(models.DashboardLinkType.DASHBOARDS)
    made.tags([PREFIX, say.code]).as_dropdown(as_dropdown=True).include_vars(include_vars=True)
    return made.keep_time(keep_time=True).icon("external link").tooltip(say("all.others"))


def _placed(sections: Sequence[Section], say: Language) -> list[models.Panel | models.RowPanel]:
    placed: list[models.Panel | models.RowPanel] = []
    y = 0
    for section in sections:
        heading = dashboard.Row(say(section.key)).id(len(placed) + 1).collapsed(collapsed=False)
        heading.grid_pos(models.GridPos(h=1, w=WIDTH, x=0, y=y))
        placed.append(heading.build())
        y += 1
        for line in section.lines:
            x = 0
            for panel, width in line.panels:
                panel.id(len(placed) + 1).grid_pos(models.GridPos(h=line.height, w=width, x=x, y=y))
                placed.append(panel.build())
                x += width
            y += line.height
    return placed
