"""What PTB's own schemas say, where the operator has them; nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibration.checks import refuse
from calibration.dcc.document import MOST_BYTES, Element, library, place_of, root_of
from calibration.dcc.problems import DccError, Problem

# The schemas get names of no scheme that anything could open.
BASE = "schemas:/"
WHO = "schemas"


def validate_dcc(
    document: bytes | str, schemas: Mapping[str, bytes], *, entry: str = "dcc.xsd", most_bytes: int = MOST_BYTES
) -> tuple[Problem, ...]:
    """Every departure from the schemas.

    Args:
        document: XML, as bytes or as text.
        schemas: Path of each schema within its folder, with ``/``, and its bytes: ``dcc.xsd``, ``SI_Format.xsd``,
            and whatever these import. An import by address is looked for by its path, its end, its last name.
        entry: The schema to begin with.
        most_bytes: Larger documents are not looked at.

    Returns:
        In the order of the document; empty: it is valid.

    Raises:
        ValueError: There is no such entry, an imported schema is not among them, or one is no schema.
        MissingLibraryError: lxml is not installed.

    >>> schema = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="b"/></xs:schema>'
    >>> [problem.kind for problem in validate_dcc(b"<a/>", {"dcc.xsd": schema})]
    ['schema']
    """
    try:
        root = root_of(document, most_bytes)
    except DccError as error:
        return error.problems
    schema = _compiled(schemas, entry)
    if schema.validate(root):
        return ()
    by_line = {element.sourceline: element for element in reversed(list(root.iter())) if isinstance(element.tag, str)}
    return tuple(_problem(found, by_line) for found in schema.error_log)


def _problem(found: Any, by_line: Mapping[int, Element]) -> Problem:
    element = by_line.get(found.line)
    return Problem(found.line, "" if element is None else place_of(element), found.message.rstrip("."), "schema")


def _compiled(schemas: Mapping[str, bytes], entry: str) -> Any:
    if entry not in schemas:
        names = ", ".join(sorted(schemas)) or "none"
        raise refuse(WHO, entry, f"it among the schemas ({names})", "none", "Give the folder that PTB publishes.")
    etree = library()
    lacking: list[str] = []

    class Folder(etree.Resolver):  # type: ignore[misc, name-defined]
        """Answers with what is in the mapping, and with nothing else."""

        def resolve(self, url: str, _: object, context: object) -> Any:
            name = _found(schemas, url)
            if name is None:
                lacking.append(url.removeprefix(BASE))
                # An empty answer: with none the library would open files by itself.
                return self.resolve_empty(context)
            return self.resolve_string(schemas[name], context, base_url=BASE + name)

    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities="internal")
    parser.resolvers.add(Folder())
    try:
        tree = etree.fromstring(schemas[entry], parser, base_url=BASE + entry)
        schema = etree.XMLSchema(tree)
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
        if lacking:
            raise _lacking(lacking) from error
        raise refuse(WHO, entry, "a schema", str(error), "Take the folder anew from its publisher.") from error
    if lacking:
        raise _lacking(lacking)
    return schema


def _lacking(names: list[str]) -> ValueError:
    return refuse(WHO, "imports", "every imported schema", "no " + ", ".join(names), "Put it into the folder.")


def _found(schemas: Mapping[str, bytes], url: str) -> str | None:
    path = url.removeprefix(BASE)
    if path in schemas:
        return path
    parts = path.split("/")
    for start in range(len(parts)):
        ending = "/".join(parts[start:])
        for name in schemas:
            if ending and (name == ending or name.endswith("/" + ending)):
                return name
    return None
