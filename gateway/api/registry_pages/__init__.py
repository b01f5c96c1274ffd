"""Pages that every noun of the registry has: list, row with its history and documents, form, import.

May import the registry, its spreadsheets and the other parts of the API.

Decision: a page is made from a noun's fields, at ``/registry/NOUN``; no noun has a template of its own here.
Because: what is true of one of forty nouns (what was typed comes back, who came between is told) is then true of all.
Instead of: forty forms, of which the one that is used least is the one with the old mistakes.

Decision: a link is chosen from a list while few rows can be meant, typed with suggestions while some hundred can, and
else typed and found; a name that means several asks which one.
Because: it then works with a thumb, with a keyboard, and without script, whether there are five agencies or nine
thousand organisations.
"""

from gateway.api.registry_pages import files, forms, imports, lists, rows

routers = (imports.router, lists.router, forms.router, files.router, rows.router)
"""In this order: ``/registry/imports`` is no noun, ``/registry/NOUN/new`` no row."""

__all__ = ["routers"]
