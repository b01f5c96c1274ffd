"""What was typed into a form, and what is wrong with it: kept together, so that a page can show both again."""

import math
import re
from collections.abc import AsyncIterator, Collection, Mapping
from secrets import token_hex
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

LONGEST = 200
"""Of a text, characters."""
MOST = 1_000_000
"""Largest number that a person means, by default."""
_KEY = re.compile(r"[0-9a-f]{32}")


class Form:
    """A form that came back, or an empty one.

    Reading a field judges it: what is wrong stands in ``mistakes`` afterwards, as the key of its sentence.

    Attributes:
        typed: Field -> what was typed, without the blanks around it.
        files: Field -> file, where the browser sent one.
        mistakes: Field -> key of the words that say what is wrong; under ``form`` what concerns all of it.
        detail: What the recorder said when it could not keep the entry.
    """

    def __init__(self, typed: Mapping[str, str] | None = None, files: Mapping[str, UploadFile] | None = None) -> None:
        self.typed = dict(typed or {})
        self.files = dict(files or {})
        self.mistakes: dict[str, str] = {}
        self.detail = ""

    def __getitem__(self, name: str) -> str:
        """What was typed; empty: nothing."""
        return self.typed.get(name, "")

    def mistake(self, name: str) -> str:
        """The key of the words that say what is wrong with a field; empty: nothing."""
        return self.mistakes.get(name, "")

    def key(self) -> str:
        """The random key that the page was made with: the same form twice is the same record."""
        if not _KEY.fullmatch(self["key"]):
            self.typed["key"] = token_hex(16)
        return self["key"]

    def text(self, name: str, most: int = LONGEST, *, wanted: bool = False) -> str:
        """A text in one paragraph."""
        text = " ".join(self[name].split())
        if len(text) > most:
            self.mistakes[name] = "mistake.long"
        elif wanted and not text:
            self.mistakes[name] = "mistake.wanted"
        return text[:most]

    def choice(self, name: str, among: Collection[str]) -> str:
        """One of several; empty with a mistake when it is none of them."""
        if self[name] in among:
            return self[name]
        self.mistakes[name] = "mistake.choose"
        return ""

    def whole(self, name: str, least: int = 0, most: int = MOST, *, wanted: bool = False) -> int | None:
        """A whole number; None: nothing was typed, or no whole number."""
        number = self.number(name, least, most, wanted=wanted)
        if number is None:
            return None
        if number != int(number):
            self.mistakes[name] = "mistake.whole"
            return None
        return int(number)

    def number(self, name: str, least: float = 0, most: float = MOST, *, wanted: bool = False) -> float | None:
        """A number with a comma or a point; thousands are not set apart, since one sign would mean two things."""
        typed = self[name].replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
        if not typed:
            if wanted:
                self.mistakes[name] = "mistake.wanted"
            return None
        if not re.fullmatch(r"[+-]?([0-9]{1,12}(\.[0-9]{0,6})?|\.[0-9]{1,6})", typed):
            self.mistakes[name] = "mistake.number"
            return None
        number = float(typed)
        if not math.isfinite(number) or not least <= number <= most:
            self.mistakes[name] = "mistake.range"
            return None
        return number

    def instant(self, name: str, least: int, most: int) -> int | None:
        """A UTC time in ns that the page itself wrote into the form."""
        if not re.fullmatch(r"[0-9]{1,19}", self[name]) or not least <= int(self[name]) <= most:
            self.mistakes[name] = "mistake.choose"
            return None
        return int(self[name])


async def _sent(request: Request) -> AsyncIterator[Form]:
    """The form of a request; one that is not of our own page has a mistake from the start."""
    async with request.form() as fields:  # files end with it
        yield _form(request, fields)


def _form(request: Request, fields: FormData) -> Form:
    typed = {name: text.strip() for name, text in fields.items() if isinstance(text, str)}
    files = {name: file for name, file in fields.items() if isinstance(file, UploadFile)}
    form = Form(typed, files)
    if not request.app.state.screen.access.is_form_token(request.state.browser, typed.get("token", "")):
        form.mistakes["form"] = "mistake.old_page"
    return form


Sent = Annotated[Form, Depends(_sent)]
