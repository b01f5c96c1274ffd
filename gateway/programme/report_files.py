"""The files of a report: text, workbook, print.

Document libraries are imported when the first file is made: a gateway must start quickly.
"""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.certificates.typesetting import NotInstalledError
from gateway.registry.documents import DOCX, XLSX
from gateway.registry.pictures import PDF
from gateway.reports.given import Given

FORMATS: Mapping[str, str] = {"docx": DOCX, "xlsx": XLSX, "pdf": PDF}
"""Ending -> media type."""
_INSTALL = "reports: {library} is not installed. Run: pip install 'nhipdo[documents]'"


class ReportFile(NamedTuple):
    """A file of a report.

    Attributes:
        name: To save it under.
        media_type: Of its content.
        content: All of it.
    """

    name: str
    media_type: str
    content: bytes


def report_file(given: Given, ending: str, language: str = "vi") -> ReportFile:
    """One file of a report.

    Args:
        given: What it is made of.
        ending: ``docx``, ``xlsx`` or ``pdf``.
        language: ``vi`` or ``en``.

    Raises:
        NotInstalledError: A library of the extra ``documents`` is not there.
    """
    try:
        content = _content(given, ending, language)
    except ModuleNotFoundError as error:
        raise NotInstalledError(_INSTALL.format(library=error.name)) from error
    return ReportFile(f"{given.plan.id}-{given.kind}-{given.result.as_of}.{ending}", FORMATS[ending], content)


def _content(given: Given, ending: str, language: str) -> bytes:
    from gateway.reports.composing import compose  # noqa: PLC0415

    report = compose(given, language)
    if ending == "xlsx":
        from gateway.reports.figures_book import sheets_of  # noqa: PLC0415
        from gateway.reports.workbook import xlsx_of  # noqa: PLC0415

        return xlsx_of(sheets_of(given, language), given.as_of, report.mark)
    if ending == "docx":
        from gateway.reports.text_document import docx_of  # noqa: PLC0415

        return docx_of(report, given.as_of)
    from gateway.reports.printing import pdf_of  # noqa: PLC0415

    return pdf_of(report)
