"""Productivity of an economy: calculate from the registry or a workbook, save with the inputs, sign off."""

import io
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, HTTPException, Path, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.refusals import AccessError
from gateway.api.imports import XLSX
from gateway.api.noun_attachments import read_upload
from gateway.api.noun_schemas import ID
from gateway.api.permission import allow
from gateway.api.registry_pages.desk import Desk, TheDesk
from gateway.api.sent_forms import Sent, TheSent, check_token
from gateway.api.source import Zone
from gateway.api.tfp_asked import GrowthAsked, TheGrowth, growth_asked, hold_sheet, may_write, provinces_of
from gateway.api.tfp_picture import picture_of
from gateway.indicators.accounts import Accounting
from gateway.production.periods import today
from gateway.programme.tfp_files import read_growth_file
from gateway.programme.tfp_runs import inputs_of, save_run, sign_run, write_statistics
from gateway.registry.book import Asked, Entry
from gateway.registry.catalogue import NOUNS
from gateway.registry.refusals import ForbiddenError, StaleRowError, WrongValuesError
from gateway.registry.roles import Action
from gateway.registry.sheets.faults import Fault
from gateway.registry.sheets.table import MOST_BYTES
from gateway.registry.texts import Title
from gateway.reports.growth_told import figure_told, flags_told, gap_told, notes_of, tables_of

router = APIRouter(include_in_schema=False, prefix="/tfp")

Reads = Depends(allow(Action.READ, "programme"))
Writes = Depends(allow(Action.WRITE, "programme"))
Word = Annotated[str, Form(max_length=200)]
Upload = Annotated[UploadFile | None, File()]
RunId = Annotated[str, Path(pattern=ID)]
_MOST_RUNS = 50
_NO_FILE = Title("Chưa chọn tệp. Hãy chọn tệp .xlsx đã điền.", "No file was chosen. Choose the .xlsx filled in.")
_GONE = Title(
    "Không có số liệu để lưu, hoặc tệp không còn được giữ. Hãy chọn lại tệp.",
    "There are no figures to save, or the file is not held any more. Choose it again.",
)
_STALE = Title("Có người vừa sửa bản tính này. Hãy xem lại.", "Somebody has just changed it. Look again.")


@router.get("", dependencies=[Reads])
def show_growth(desk: TheDesk, asked: TheGrowth, new: int = 0, changed: int = 0, same: int = 0) -> HTMLResponse:
    """Figures of a province, what comes out of them, and what was saved."""
    return _page(desk, asked, imported=(new, changed, same) if new or changed or same else None)


@router.get("/form.xlsx", dependencies=[Reads])
def read_form(desk: TheDesk) -> Response:
    """The workbook to fill in, with its example."""
    from gateway.reports.growth_book import write_form  # noqa: PLC0415  its library is large
    from gateway.reports.growth_example import example_figures  # noqa: PLC0415

    file = io.BytesIO()
    write_form(file, desk.language, example=example_figures())
    return _workbook(file.getvalue(), "nhipdo-tfp")


@router.get("/result.xlsx", dependencies=[Reads])
def read_result(desk: TheDesk, asked: TheGrowth) -> Response:
    """Every table of what was asked.

    Raises:
        HTTPException: 404, there are no figures.
    """
    from gateway.reports.growth_book import write_results  # noqa: PLC0415  its library is large

    if asked.whole is None:
        raise HTTPException(404, "tfp: there are no figures. Enter statistics, or choose a workbook.")
    file = io.BytesIO()
    write_results(file, asked.whole, desk.language)
    return _workbook(file.getvalue(), f"tfp-{asked.whole.since}-{asked.whole.until}")


@router.post("/sheet", dependencies=[Reads])
def take_sheet(desk: TheDesk, token: Word = "", province: Word = "", file: Upload = None) -> Response:
    """Read a workbook whole; nothing of it is kept but in memory, for its sender."""
    faults: list[Fault] = []
    problem: Title | None = None
    try:
        check_token(desk.request, Sent({"token": [token]}))
        if file is None or not file.filename:
            raise AccessError(_NO_FILE.vi, _NO_FILE.en)
        content = read_upload(file, MOST_BYTES)
        faults = read_growth_file(content)[1]
        if not faults:
            sheet = hold_sheet(desk, content)
            chosen = next((one.id for one in provinces_of(desk) if one.id == province), "")
            return RedirectResponse(f"/tfp?province={chosen}&sheet={sheet}", 303)
    except AccessError as error:
        problem = error.why
    return _page(desk, growth_asked(desk, province), problem=problem, faults=faults)


@router.post("/runs", dependencies=[Writes])
def save(desk: TheDesk, sent: TheSent, zone: Zone, asked: TheGrowth) -> Response:
    """Save the calculation with its inputs."""
    try:
        check_token(desk.request, sent)
        if asked.inputs is None or asked.province is None or asked.is_gone:
            return _page(desk, asked, problem=_GONE)
        day = today(desk.now, zone)
        run = save_run(desk.book, desk.reader, asked.province.id, asked.inputs, day, sent["note"][:1000])
    except AccessError as error:
        return _page(desk, asked, problem=error.why)
    except WrongValuesError as error:
        return _page(desk, asked, problem=next(iter(error.problems.values())))
    except ForbiddenError as error:
        raise _forbidden(desk, "save a calculation for this province") from error
    return RedirectResponse(f"/tfp/runs/{run}", 303)


@router.post("/import", dependencies=[Writes])
def import_sheet(desk: TheDesk, sent: TheSent, asked: TheGrowth) -> Response:
    """Write the figures of the workbook as statistics of the province: all, or none."""
    try:
        check_token(desk.request, sent)
        if asked.inputs is None or asked.province is None or not asked.sheet:
            return _page(desk, asked, problem=_GONE)
        options = asked.inputs.options
        rates = {"depreciation_rate": options.depreciation, "capital_start_growth": options.start_growth}
        done = write_statistics(desk.book, desk.reader, asked.province.id, asked.inputs, rates=rates)
    except AccessError as error:
        return _page(desk, asked, problem=error.why)
    except WrongValuesError as error:
        return _page(desk, asked, problem=next(iter(error.problems.values())))
    except ForbiddenError as error:
        raise _forbidden(desk, "write statistics of this province") from error
    counts = f"new={done.new}&changed={done.changed}&same={done.same}"
    return RedirectResponse(f"/tfp?province={asked.province.id}&{counts}", 303)


@router.get("/runs/{run}", dependencies=[Reads])
def show_run(run: RunId, desk: TheDesk) -> HTMLResponse:
    """A calculation that was saved, made again from its inputs."""
    return _run_page(desk, desk.entry(NOUNS["tfp_run"], run))


@router.post("/runs/{run}/sign", dependencies=[Depends(allow(Action.DECIDE, "programme"))])
def sign(run: RunId, desk: TheDesk, sent: TheSent, zone: Zone) -> Response:
    """Sign off a calculation."""
    entry = desk.entry(NOUNS["tfp_run"], run)
    try:
        check_token(desk.request, sent)
        sign_run(desk.book, desk.documents, desk.reader, entry, today(desk.now, zone))
    except AccessError as error:
        return _run_page(desk, entry, error.why)
    except WrongValuesError as error:
        return _run_page(desk, entry, next(iter(error.problems.values())))
    except StaleRowError:
        return _run_page(desk, desk.entry(NOUNS["tfp_run"], run), _STALE)
    except ForbiddenError as error:
        raise _forbidden(desk, "sign off a calculation of this province") from error
    return RedirectResponse(f"/tfp/runs/{run}", 303)


def _page(
    desk: Desk,
    asked: GrowthAsked,
    *,
    problem: Title | None = None,
    faults: list[Fault] | None = None,
    imported: tuple[int, int, int] | None = None,
) -> HTMLResponse:
    where = {"province": asked.province.id} if asked.province else {}
    runs = list(desk.book.page(desk.reader, "tfp_run", Asked(where=where, limit=_MOST_RUNS)).entries)
    context = {
        "asked": asked,
        **told(desk, asked.whole),
        "runs": sorted(runs, key=lambda one: str(one.values["computed"]), reverse=True),
        "may_write": may_write(desk, asked.province),
        "problem": problem,
        "faults": faults or [],
        "imported": imported,
    }
    return desk.page("tfp/index.html", context, 422 if problem or faults else 200)


def _run_page(desk: Desk, run: Entry, problem: Title | None = None) -> HTMLResponse:
    inputs = inputs_of(desk.documents, desk.reader, run)
    context = {
        "run": run,
        **told(desk, inputs.account() if inputs is not None else None),
        "documents": desk.documents.of(desk.reader, "tfp_run", run.id),
        "may_sign": desk.reader.may(Action.DECIDE, "programme", run.place) and not run.values["is_signed"],
        "problem": problem,
        "made_up": inputs is not None and inputs.made_up,
    }
    return desk.page("tfp/run.html", context, 422 if problem else 200)


def told(desk: Desk, whole: Accounting | None) -> dict[str, object]:
    """What a template shows of growth accounting."""
    language = desk.language
    if whole is None:
        return {"whole": None}
    return {
        "whole": whole,
        "period": whole.total.period,
        "tables": tables_of(whole, language),
        "notes": notes_of(whole, language),
        "gaps": [gap_told(one, language) for one in whole.problems],
        "flags": [flags_told([one], language) for one in whole.flags],
        "picture": picture_of(whole.total.steps),
        "figure": lambda value: figure_told(value, language),
    }


def _forbidden(desk: Desk, what: str) -> HTTPException:
    return HTTPException(403, f"{desk.reader.name}: may not {what}. Ask an officer of the province.")


def _workbook(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=XLSX, headers=headers)
