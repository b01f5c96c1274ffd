"""What somebody asks of growth accounting: of which province, over which years, by which figures."""

from secrets import token_hex
from typing import Annotated, Literal, NamedTuple, cast
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, HTTPException, Query

from gateway.api.registry_pages.desk import Desk, TheDesk, is_id
from gateway.api.registry_pages.held import HeldFiles
from gateway.indicators.accounts import Accounting, Options
from gateway.indicators.economy import years_told
from gateway.programme.tfp_files import read_growth_file
from gateway.programme.tfp_runs import Inputs, province_figures
from gateway.registry.book import Asked, Entry
from gateway.registry.roles import Action, Place

Year = Annotated[int | None, Query(ge=1901, le=2100)]
_MOST = 200


class GrowthAsked(NamedTuple):
    """A question, and what answers it.

    Attributes:
        provinces: Those whose records may be seen.
        province: The chosen one; None: there is none.
        inputs: Figures, years and options; None: there are no figures.
        whole: What comes out of them.
        sheet: Id of the workbook that is held; empty: the figures are the registry's.
        is_gone: A workbook was named that is not held any more.
    """

    provinces: list[Entry]
    province: Entry | None
    inputs: Inputs | None
    whole: Accounting | None
    sheet: str
    is_gone: bool

    @property
    def query(self) -> str:
        """The same question as an address."""
        parts: dict[str, object] = {"province": self.province.id if self.province else ""}
        if self.inputs is not None:
            options = self.inputs.options
            parts |= {"since": self.inputs.since, "until": self.inputs.until}
            parts |= {"method": options.method, "share": options.labour_share, "timing": options.timing}
        if self.sheet:
            parts["sheet"] = self.sheet
        return urlencode(parts)


def growth_asked(
    desk: TheDesk,
    province: Annotated[str, Query(max_length=32)] = "",
    since: Year = None,
    until: Year = None,
    method: Annotated[Literal["", "discrete", "tornqvist"], Query()] = "",
    share: Annotated[Literal["", "accounts", "entered", "assumed"], Query()] = "",
    timing: Annotated[Literal["", "end_of_year", "mid_year"], Query()] = "",
    sheet: Annotated[str, Query(max_length=32)] = "",
) -> GrowthAsked:
    """What was asked, calculated.

    Raises:
        HTTPException: 404, the province is not there, or not theirs.
    """
    provinces = provinces_of(desk)
    chosen = _chosen(desk, provinces, province)
    content = held_sheet(desk, sheet) if sheet else None
    read = read_growth_file(content)[0] if content is not None else None
    sources: dict[str, str] = {}
    options = Options()
    if read is not None:
        figures, sources, options = read.figures, dict(read.sources), read.options
        since, until = since or read.since, until or read.until
    else:
        figures = tuple(province_figures(desk.book, desk.reader, chosen.id)) if chosen and not sheet else ()
    given = {"method": method, "labour_share": share, "timing": timing}
    options = msgspec.structs.replace(options, **{name: value for name, value in given.items() if value})
    inputs = None
    if figures:
        first, last = years_told(figures, since, until)
        last = max(first, last)
        made_up = bool(getattr(desk.request.app.state, "made_up", False))
        inputs = Inputs(since=first, until=last, options=options, figures=figures, sources=sources, made_up=made_up)
    held = sheet if read is not None else ""
    return GrowthAsked(
        provinces, chosen, inputs, inputs.account() if inputs else None, held, bool(sheet) and read is None
    )


TheGrowth = Annotated[GrowthAsked, Depends(growth_asked)]


def provinces_of(desk: Desk) -> list[Entry]:
    """The provinces whose records whoever asks may see."""
    entries = desk.book.page(desk.reader, "province", Asked(limit=_MOST)).entries
    return [one for one in entries if desk.reader.may(Action.READ, "programme", Place(province=one.id))]


def may_write(desk: Desk, province: Entry | None) -> bool:
    """Whether they may write records of the programme of a province."""
    return province is not None and desk.reader.may(Action.WRITE, "programme", Place(province=province.id))


def hold_sheet(desk: Desk, content: bytes) -> str:
    """Keep a workbook in memory for its sender, for half an hour; the id by which it is found."""
    name = token_hex(16)
    _held(desk).keep(name, desk.reader.account, content)
    return name


def held_sheet(desk: Desk, sheet: str) -> bytes | None:
    """A workbook that is held for whoever asks; None: it is gone."""
    content = _held(desk).take(sheet, desk.reader.account)
    if content is not None:
        _held(desk).keep(sheet, desk.reader.account, content)
    return content


def _held(desk: Desk) -> HeldFiles:
    return cast("HeldFiles", desk.request.app.state.held_files)


def _chosen(desk: Desk, provinces: list[Entry], province: str) -> Entry | None:
    if province:
        found = next((one for one in provinces if one.id == province and is_id(province)), None)
        if found is None:
            msg = f"province {province[:12]}: is not there, or not yours. Choose one of /tfp."
            raise HTTPException(404, msg)
        return found
    if len(provinces) <= 1:
        return provinces[0] if provinces else None
    having = {str(one.values["province"]) for one in _latest(desk)}
    return next((one for one in provinces if one.id in having), provinces[0])


def _latest(desk: Desk) -> list[Entry]:
    """Some figures of output, to open the page with a province that has any."""
    asked = Asked(where={"series": "grdp_constant"}, limit=1000)
    return list(desk.book.page(desk.reader, "statistic", asked).entries)
