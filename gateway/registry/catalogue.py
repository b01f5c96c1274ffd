"""Every noun, imported once: whoever needs all of them (migrations, API, pages, imports) imports this."""

from gateway.registry import (
    certified,
    laboratory,
    laboratory_assurance,
    laboratory_quality,
    laboratory_scope,
    laboratory_staff,
    laboratory_work,
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
    "certified",
    "in_order",
    "laboratory",
    "laboratory_assurance",
    "laboratory_quality",
    "laboratory_scope",
    "laboratory_staff",
    "laboratory_work",
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
