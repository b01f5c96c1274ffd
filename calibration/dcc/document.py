"""From bytes to a tree, with nothing fetched, expanded or executed on the way. The home of lxml."""

from __future__ import annotations

import codecs
import re
from types import ModuleType
from typing import Any

from calibration.checks import refuse
from calibration.dcc.problems import DccError, Problem

Element = Any  # lxml has no types of its own
DCC = "https://ptb.de/dcc"
SI = "https://ptb.de/si"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DS = "http://www.w3.org/2000/09/xmldsig#"
PREFIXES = {DCC: "", SI: "si:", DS: "ds:"}

MOST_BYTES = 32 * 1024 * 1024

_DECLARATION = re.compile(r"""<\?xml\s[^?]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^?]*\?>""")
_ANY_DECLARATION = re.compile(r"<\?xml\s[^?]*\?>")
# What may stand before the root: blanks, comments, instructions.
_BEFORE_ROOT = re.compile(r"(?:\s+|<!--(?:(?!--)[\s\S])*-->|<\?(?:(?!\?>)[\s\S])*\?>)*")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class MissingLibraryError(ImportError):
    """lxml is not installed."""


def library() -> ModuleType:
    """lxml.etree, which is loaded when the first document comes and not before.

    Raises:
        MissingLibraryError: It is not installed.
    """
    try:
        from lxml import etree  # noqa: PLC0415
    except ImportError as error:
        msg = "digital certificates: need lxml, which is not installed. Install nhipdo[dcc]."
        raise MissingLibraryError(msg) from error
    module: ModuleType = etree
    return module


def root_of(document: bytes | str, most_bytes: int = MOST_BYTES) -> Element:
    """Root element of a document that is safe to read.

    A document type declaration is refused before any parser sees it, so that there are no entities to expand or
    fetch. Lines keep their numbers.

    Raises:
        ValueError: Neither bytes nor text.
        DccError: Too large, not text, with a document type declaration, or not well-formed.
        MissingLibraryError: lxml is not installed.
    """
    etree = library()
    if not isinstance(document, bytes | str):
        who = "digital certificate"
        raise refuse(who, "document", "bytes or text", repr(document), "Read the file.")
    text = _text(document, most_bytes)
    _refuse_doctype(text)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        reason = re.sub(r",? line \d+, column \d+( \(.*\))?$", "", str(error.msg or "no document"))
        raise _refused(line, f"not well-formed: {reason}") from error
    except UnicodeEncodeError as error:
        raise _refused(0, "characters that no XML document can have") from error


def _refused(line: int, what: str) -> DccError:
    return DccError([Problem(line, "", what, "xml")])


def _text(document: bytes | str, most_bytes: int) -> str:
    if len(document) > most_bytes:
        raise _refused(0, f"expected at most {most_bytes} bytes, got {len(document)}")
    if isinstance(document, str):
        text = document.removeprefix("\ufeff")
    else:
        mark, encoding = next(((m, e) for m, e in _MARKS if document.startswith(m)), (b"", ""))
        encoding = encoding or _declared(document)
        try:
            text = document[len(mark) :].decode(encoding)
        except (UnicodeError, LookupError) as error:
            raise _refused(0, f"expected text in {encoding}, which its bytes are not") from error
    # The text is handed on as UTF-8; what it said of its encoding no longer holds.
    return _ANY_DECLARATION.sub(lambda declaration: "\n" * declaration[0].count("\n"), text, count=1)


def _declared(document: bytes) -> str:
    match = _DECLARATION.match(document[:200].decode("latin-1"))
    return match[1] if match else "utf-8"


def _refuse_doctype(text: str) -> None:
    match = _BEFORE_ROOT.match(text)
    end = match.end() if match else 0
    if text[end : end + 9].upper() == "<!DOCTYPE":
        line = text.count("\n", 0, end) + 1
        raise _refused(line, "a document type declaration, which could name files or grow without end")


def name_of(element: Element) -> str:
    """Short name of an element: ``coreData``, ``si:real``; foreign ones in full."""
    tag = element.tag
    if not isinstance(tag, str):
        return "" if tag is None else str(tag)
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    prefix = PREFIXES.get(namespace)
    return local if prefix == "" else f"{prefix}{local}" if prefix else tag


def place_of(element: Element) -> str:
    """The element and its parent: ``coreData/uniqueIdentifier``."""
    parent = element.getparent()
    return name_of(element) if parent is None else f"{name_of(parent)}/{name_of(element)}"


def children_of(element: Element) -> list[Element]:
    """Child elements, without comments and instructions."""
    return [child for child in element if isinstance(child.tag, str)]


def text_of(element: Element) -> str:
    """Text of an element without children."""
    return "".join(element.itertext())
