"""What tells rows apart, in a file and in the registry."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.registry.fields import Value
from gateway.registry.nouns import Registered

Key = tuple[Value, ...]


def key_of(of: type[Registered], values: Mapping[str, Value]) -> Key:
    """What tells a row apart."""
    fields = of.fields()
    return tuple(values.get(name, fields[name].empty) for name in of.noun.key)


def keys_in_use(session: Session, of: type[Registered]) -> dict[Key, str]:
    """Key -> id of all rows in use, seen or not."""
    fields = [of.fields()[name] for name in of.noun.key]
    query = select(of.id, *(getattr(of, name) for name in of.noun.key)).where(of.retired_at == 0)
    return {
        tuple(one.told(kept) for one, kept in zip(fields, key, strict=True)): row_id
        for row_id, *key in session.execute(query)
    }
