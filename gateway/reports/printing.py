"""A report as a print (PDF): the same blocks as the text that is edited, laid out by typst."""

from pathlib import Path
from typing import Any

import msgspec

from gateway.certificates.typesetting import typeset
from gateway.reports.charts import svg_of
from gateway.reports.content import Block, Chart, Report

MEDIA_TYPE = "application/pdf"
_TEMPLATE = Path(__file__).parent / "typst" / "report.typ"


def pdf_of(report: Report) -> bytes:
    """The print of a report.

    Raises:
        gateway.certificates.typesetting.NotInstalledError: typst is not installed.
    """
    laid = msgspec.to_builtins(report)
    laid["blocks"] = [_laid(block) for block in report.blocks]
    laid["annex"] = [_laid(block) for block in report.annex]
    return typeset(_TEMPLATE, msgspec.json.encode(laid).decode())


def _laid(block: Block) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(block)
    return found | {"svg": svg_of(block)} if isinstance(block, Chart) else found
