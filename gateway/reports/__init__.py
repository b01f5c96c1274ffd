"""Evaluated plans as documents that people go on working with: text (DOCX), tables (XLSX), print (PDF), charts.

May import :mod:`gateway.indicators`, :mod:`edge_agent.speech`, document libraries (openpyxl, python-docx, matplotlib)
and :mod:`gateway.certificates.typesetting`. Reads no registry and no clock: it is given what it says.

    given.Given -> composing.compose -> content.Report -> text_document (DOCX), printing (PDF)
                -> figures_book.sheets_of -> workbook (XLSX)

Decision: what a report says is one value, ``content.Report``; the text that an officer edits and the print are made
from it.
Because: they can then never say different things.

Decision: an estimate of a year stands beside the value, and what cannot be said has a chapter of its own with the
reason.
Because: an officer answers for each figure, and a gap that is named can be closed.

Decision: no text becomes a formula of a workbook.
Because: names come from files of others, and a cell that begins with ``=`` runs when somebody opens it.
"""
