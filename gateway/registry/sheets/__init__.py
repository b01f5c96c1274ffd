"""Nouns in spreadsheets: CSV and XLSX in, CSV and XLSX out, templates to fill in.

May import openpyxl, SQLAlchemy and the registry; knows nothing of the web. openpyxl is imported nowhere else, and only
when a workbook is read or made to be filled in (``from_xlsx``, ``template``): a gateway that takes no file does without
its 11 MB.

Decision: an import is planned without writing anything, and then written in one transaction, or not at all.
Because: half a file in the registry is worse than none, and a dry run must not hold up what edges send.
Instead of: row by row, with a list of those that failed.

Decision: nothing in a cell is guessed. Numbers whose zeros are gone, codes that turned into 1.4E+11, text of old fonts
and formulas are named with their cell, what is there, and what to do.
Because: a wrong tax code is found by nobody later.

Decision: a row that has the key of one in use changes it; an empty cell empties the field, a missing column leaves it.
Because: what was exported, corrected and imported again then says what the file says. The plan counts what it empties.
"""

from gateway.registry.sheets.exporting import export_csv
from gateway.registry.sheets.faults import Fault, UnreadableFileError
from gateway.registry.sheets.importing import Outcome, import_file
from gateway.registry.sheets.jobs import Imports, Job, NoSuchImportError, TooManyImportsError

__all__ = [
    "Fault",
    "Imports",
    "Job",
    "NoSuchImportError",
    "Outcome",
    "TooManyImportsError",
    "UnreadableFileError",
    "export_csv",
    "import_file",
]
