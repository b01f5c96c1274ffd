"""From a template and what it says to a PDF, by typst, offline, with the fonts that come with it.

Decision: only typst's own Libertinus Serif is used, and no font of the system.
Because: it has all Vietnamese marks, and the same document is then the same file on every machine.
"""

from functools import cache
from pathlib import Path
from typing import Any

_INSTALL = "documents: typst is not installed. Run: pip install 'nhipdo[documents]'"


class NotInstalledError(Exception):
    """A library of the extra ``documents`` is not there; the message says what to do."""


def typeset(template: Path, document: str) -> bytes:
    """The PDF of a template.

    Args:
        template: A file of typst, which reads ``sys.inputs.document``.
        document: What it says, JSON.

    Raises:
        NotInstalledError: typst is not installed.
    """
    compiler, fonts = _typst()
    made = compiler.compile(str(template), format="pdf", font_paths=fonts, sys_inputs={"document": document})
    assert isinstance(made, bytes), "one file was asked for"
    return made


@cache
def _typst() -> tuple[Any, Any]:
    try:
        import typst  # noqa: PLC0415  an extra
    except ImportError as error:
        raise NotInstalledError(_INSTALL) from error
    return typst, typst.Fonts(include_system_fonts=False)
