"""What a noun's rows look like in JSON, made from its fields: models of answers, schemas of bodies, filters of lists.

Decision: a body is described by a schema and read by the fields themselves, strictly in JSON's types.
Because: what is wrong is then said at its field and in both languages, word for word as on a form and in a file.
Instead of: a model that validates a second time, in other words.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, create_model
from pydantic import Field as Described

from gateway.registry.fields import Choice, Choices, Day, Field, Flag, Line, Link, Number, Value, Whole
from gateway.registry.nouns import NOUNS, Registered
from gateway.registry.texts import Title, WrongValueError, shown

ID = "^[0-9a-f]{32}$"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ID_EXAMPLE = "019a5b2c4d10" + "3f9a" * 5
_STRING = Title("một chuỗi JSON", "a JSON string")
_NUMBER = Title("một số JSON", "a JSON number")
_BOOLEAN = Title("true hoặc false", "true or false")

Schema = dict[str, Any]


def camel(of: type[Registered]) -> str:
    """Name of a noun in the OpenAPI.

    >>> from gateway.registry.catalogue import NOUNS
    >>> camel(NOUNS["task_progress"])
    'TaskProgress'
    """
    return "".join(part.capitalize() for part in of.__tablename__.split("_"))


def row_model(of: type[Registered]) -> type[BaseModel]:
    """One row as the API answers it."""
    name = camel(of)
    values: dict[str, Any] = {
        field: (
            _python(one),
            Described(None if field in of.personal else ..., description=meaning(one), **_example(one)),
        )
        for field, one in of.all_fields().items()
    }
    fields: dict[str, Any] = {
        "id": (str, Described(examples=[_ID_EXAMPLE])),
        "label": (str, Described(description="How people call it")),
        "revision": (int, Described(description="Its ETag", examples=[1])),
        "values": (create_model(f"{name}Values", **values), Described()),
        "labels": (
            dict[str, str],
            Described(
                description="Field that names a row -> how people call that row",
                json_schema_extra={"properties": {field: {"type": "string"} for field in of.links()}},
            ),
        ),
        "hidden": (list[str], Described(description="Personal fields that are not shown to you; null in values")),
        "made_at": (str, Described(description="UTC")),
        "changed_at": (str, Described(description="UTC")),
        "changed_by": (str, Described(description="Who signed for the last change")),
        "retired_at": (str | None, Described(description="UTC; null: it is in use")),
    }
    return create_model(name, __doc__=of.__doc__, **fields)


def body_schema(of: type[Registered], *, partial: bool) -> Schema:
    """What is sent for a new row, or for a change of some of its fields."""
    fields = of.all_fields()
    example = {
        name: _ID_EXAMPLE if isinstance(one, Link) else one.example
        for name, one in fields.items()
        if one.required or (one.example not in ("", None) and not partial)
    }
    if partial:
        first = next((name for name, one in fields.items() if isinstance(one, Line) and name not in of.noun.key), "")
        example = {first: fields[first].example or "…"} if first else example
    schema: Schema = {
        "title": f"{camel(of)}{'Change' if partial else 'New'}",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: property_schema(one) for name, one in fields.items()},
        "examples": [example],
    }
    required = [name for name, one in fields.items() if one.required]
    if required and not partial:
        schema["required"] = required
    if partial:
        schema["minProperties"] = 1
    return schema


def property_schema(one: Field) -> Schema:
    """One field in a body."""
    told = {"title": one.title.en, "description": meaning(one), **_form(one), **_example(one)}
    if not one.required and not isinstance(one, Flag | Choices) and isinstance(told["type"], str):
        told["type"] = [told["type"], "null"]
        if "enum" in told:
            told["enum"] = [*told["enum"], "", None]
    return told


def meaning(one: Field) -> str:
    """Title in Vietnamese, hint, unit, what may be chosen."""
    parts = [one.title.vi]
    if one.hint:
        parts.append(one.hint.en)
    if unit := getattr(one, "unit", ""):
        parts.append(f"in {unit}")
    if isinstance(one, Link):
        parts.append(f"id of a row of {NOUNS[one.to].path()}")
    if isinstance(one, Choice):
        parts.append("; ".join(f"{key}: {title.en}" for key, title in one.options.items()))
    if one.personal:
        parts.append(f"personal, kept for {one.personal}")
    return ". ".join(parts)


def wrong_values(of: type[Registered], body: Mapping[str, Any], *, partial: bool) -> dict[str, Title]:
    """Field -> what is wrong with it, of all fields at once: strict in JSON's types, then as the field reads it."""
    problems = {}
    for name, one in of.all_fields().items():
        if partial and name not in body:
            continue
        value = body.get(name)
        wanted = mistyped(one, value) if name in body else None
        if wanted is not None:
            problems[name] = Title(
                f"Cần {wanted.vi}, đã nhận {_got(value).vi}. Hãy sửa lại.",
                f"Expected {wanted.en}, got {_got(value).en}. Correct it.",
            )
            continue
        try:
            one.read(value)
        except WrongValueError as error:
            problems[name] = error.why
    unknown = Title("Không có ô này. Hãy bỏ đi.", "There is no such field. Leave it out.")
    return problems | {name: unknown for name in body if name not in of.all_fields()}


def filters(of: type[Registered]) -> dict[str, Field]:
    """Fields by which a list can be narrowed: those of the key, links, choices, flags."""
    kept = {
        name: one
        for name, one in of.fields().items()
        if (name in of.noun.key or isinstance(one, Link | Choice | Flag)) and not isinstance(one, Choices | Number)
    }
    return {name: one for name, one in kept.items() if name not in ("limit", "cursor", "search", "retired")}


def filter_schema(name: str, one: Field) -> Schema:
    """A filter as a parameter of the query."""
    schema = _form(one)
    if isinstance(one, Day):
        schema = {"type": "string", "pattern": f"^{_DAY}$"}
    told = {key: part for key, part in schema.items() if key != "minLength"}
    return {"name": name, "in": "query", "required": False, "description": meaning(one), "schema": told}


def read_filter(one: Field, text: str) -> Value:
    """The value of a filter.

    Raises:
        ValueError: It is not of the form that the schema says.
    """
    if isinstance(one, Flag):
        if text not in ("true", "false"):
            raise ValueError
        return text == "true"
    if isinstance(one, Whole):
        if not re.fullmatch("-?[0-9]{1,18}", text) or not one.least <= int(text) <= one.most:
            raise ValueError
        return int(text)
    if mistyped(one, text) or not text:
        raise ValueError
    if isinstance(one, Line) and (len(text) > one.longest or (one.pattern and not re.fullmatch(one.pattern, text))):
        raise ValueError
    return text


def _python(one: Field) -> Any:
    """Type of an answer. Choices are text: a key whose words were taken away is still told."""
    kinds: Mapping[type[Field], Any] = {Whole: int | None, Number: float | None, Flag: bool, Choices: list[str]}
    if one.personal:
        return str | None
    if isinstance(one, Link):
        return str | None
    return kinds.get(type(one), str)


def _form(one: Field) -> Schema:
    if isinstance(one, Whole | Number):
        schema: Schema = {"type": "integer" if isinstance(one, Whole) else "number"}
        if math.isfinite(one.least):
            schema["minimum"] = one.least
        if math.isfinite(one.most):
            schema["maximum"] = one.most
        return schema
    if isinstance(one, Flag):
        return {"type": "boolean"}
    if isinstance(one, Choice):
        chosen = {"type": "string", "enum": list(one.options)}
        return {"type": "array", "items": chosen} if isinstance(one, Choices) else chosen
    if isinstance(one, Link | Day):
        pattern = ID if isinstance(one, Link) else f"^{_DAY}$"
        return {"type": "string", "pattern": pattern if one.required else f"{pattern}|^$"}
    return _line_form(one)


def _line_form(one: Field) -> Schema:
    schema: Schema = {"type": "string"}
    if isinstance(one, Line):
        schema["maxLength"] = one.longest
        if one.required:
            schema["minLength"] = 1
        if one.pattern:
            schema["pattern"] = f"^(?:{one.pattern})$" if one.required else f"^(?:{one.pattern})?$"
    return schema


def _example(one: Field) -> Schema:
    if isinstance(one, Link):
        return {"examples": [_ID_EXAMPLE]}
    return {"examples": [one.example]} if one.example not in ("", None) else {}


def mistyped(one: Field, value: Any) -> Title | None:
    """What JSON type is wanted; None: it is right, or null where that means nothing."""
    if value is None and not isinstance(one, Flag | Choices):
        return None
    if isinstance(one, Flag):
        return None if isinstance(value, bool) else _BOOLEAN
    if isinstance(one, Whole | Number):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number else _NUMBER
    if isinstance(one, Choices):
        good = isinstance(value, list) and all(isinstance(part, str) and part in one.options for part in value)
        keys = ", ".join(one.options)
        return None if good else Title(f"một danh sách gồm {keys}", f"a list of {keys}")
    return _misformed(one, value) if isinstance(value, str) else _STRING


def _misformed(one: Field, value: str) -> Title | None:
    if isinstance(one, Choice) and value and value not in one.options:
        keys = ", ".join(one.options)
        return Title(f"một trong {keys}", f"one of {keys}")
    if isinstance(one, Day) and value and not re.fullmatch(_DAY, value):
        return Title("một ngày như 2026-11-22", "a day such as 2026-11-22")
    if isinstance(one, Link) and value and not re.fullmatch(ID, value):
        return Title("mã gồm 32 chữ số thập lục phân", "an id of 32 hexadecimal digits")
    return None


def _got(value: Any) -> Title:
    """What came, short enough for a sentence."""
    if isinstance(value, str):
        return Title(f"«{shown(value)}»", repr(shown(value)))
    text = shown(json.dumps(value, ensure_ascii=False))
    return Title(text, text)
