"""The list of instruments that must be verified by law, as far as it is confirmed, written into the registry."""

import tomllib
from pathlib import Path

from gateway.registry.book import Asked, Book
from gateway.registry.roles import Reader

_FILE = Path(__file__).with_name("legal_terms.toml")


def confirmed_terms() -> list[dict[str, object]]:
    """Values of ``legal_term`` rows whose text could be confirmed.

    >>> [(one["code"], one["months"]) for one in confirmed_terms() if one["code"] in ("taximeter", "steel-tape")]
    [('steel-tape', None), ('taximeter', 18)]
    """
    content = tomllib.loads(_FILE.read_text("utf-8"))
    return [
        {
            "code": code,
            "name": name,
            "verifications": ["initial", "periodic", "after_repair"] if months else ["initial"],
            "months": months or None,
            "source": content["source"],
            "since": content["since"],
        }
        for code, (name, months) in content["terms"].items()
    ]


def write_terms(book: Book, reader: Reader) -> int:
    """Write those that the registry does not have yet; how many were written. What is there is left as it is.

    Raises:
        gateway.registry.refusals.ForbiddenError: ``reader`` may not write what holds for everybody.
    """
    there = {one.values["code"] for one in book.all(reader, "legal_term", Asked(retired=True))}
    wanted = [one for one in confirmed_terms() if one["code"] not in there]
    with book.writing(reader) as writing:
        for values in wanted:
            writing.make("legal_term", values, str(values["source"]))
    return len(wanted)
