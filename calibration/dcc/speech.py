"""Texts of a document in the language that its reader wants."""

from __future__ import annotations

import re

from calibration.dcc.document import DCC, Element, children_of, name_of, text_of
from calibration.dcc.simple import entries
from calibration.records import record

# Allowed in XML, and refused in a certificate: they cannot be printed.
_CONTROLS = re.compile("[\r\x7f-\x9f]")


def find(element: Element, path: str) -> Element | None:
    """First element of the DCC's namespace down a path of names; None where there is none."""
    return element.find("/".join(f"{{{DCC}}}{name}" for name in path.split("/")))


def find_all(element: Element, path: str) -> list[Element]:
    """All elements of the DCC's namespace down a path of names."""
    return list(element.iterfind("/".join(f"{{{DCC}}}{name}" for name in path.split("/"))))


def token(element: Element, path: str) -> str:
    """Text down a path of names; empty where there is none."""
    found = find(element, path)
    return "" if found is None else clean(text_of(found))


def clean(text: str) -> str:
    """Without blanks around it and without characters that cannot be printed."""
    return _CONTROLS.sub("", text).strip()


def words_of(element: Element) -> list[str]:
    """Words of its refType."""
    return entries(element.get("refType") or "")


@record
class Speech:
    """Chooses among languages.

    Attributes:
        language: ISO 639-1 code that is wanted.
    """

    language: str

    @classmethod
    def of(cls, root: Element, wanted: str | None) -> Speech:
        """The wanted language where the document has it, else its first mandatory one."""
        core = "administrativeData/coreData"
        used = [text_of(code) for code in find_all(root, f"{core}/usedLangCodeISO639_1")]
        return cls(wanted if wanted in used and wanted else token(root, f"{core}/mandatoryLangCodeISO639_1"))

    def text(self, element: Element, path: str) -> str:
        """Text down a path of names, in the language; else without one; else in the first one; empty: there is none."""
        found = find(element, path)
        return "" if found is None else self.said(found)

    def said(self, element: Element) -> str:
        """The same of the element itself; several paragraphs of one language stand on lines of their own."""
        contents = [child for child in children_of(element) if name_of(child) == "content"]
        if not contents:
            return ""
        langs = [content.get("lang") for content in contents]
        chosen = next((lang for lang in (self.language, None) if lang in langs), langs[0])
        return clean("\n".join(clean(text_of(content)) for content in contents if content.get("lang") == chosen))
