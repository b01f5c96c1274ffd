"""Every noun, imported once: whoever needs all of them (migrations, API, pages, imports) imports this."""

from gateway.registry import (
    laboratory,
    lists,
    organisations,
    persons,
    pilots,
    production,
    programme,
    proofs,
    sharing,
    shop_lists,
    tasks,
)
from gateway.registry.nouns import NOUNS, in_order

__all__ = [
    "NOUNS",
    "in_order",
    "laboratory",
    "lists",
    "organisations",
    "persons",
    "pilots",
    "production",
    "programme",
    "proofs",
    "sharing",
    "shop_lists",
    "tasks",
]
