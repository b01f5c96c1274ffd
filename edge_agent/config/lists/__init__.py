"""The lists that an enterprise starts with: stop reasons, a checklist of machine care, the questions of a 5S audit.

May import msgspec and the tables of the configuration.

Decision: a list is a TOML file in the very form of ``agent.toml``.
Because: an enterprise copies it into its own file and changes the words; there is one form to learn.
Instead of: lists in Python, which nobody on the floor can copy.

Decision: a reason below another has that one's loss, unless it says another, and the loss is written into it here.
Because: whoever computes losses then looks at one reason and needs no tree.
Instead of: looking upwards at every stop.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from edge_agent.config.shop_tables import AuditConfig, ChecklistConfig, ReasonConfig

LISTS = Path(__file__).parent


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((LISTS / f"{name}.toml").read_text("utf-8"))


@cache
def shipped_reasons() -> tuple[ReasonConfig, ...]:
    """Stop reasons of two levels, in the order in which a screen shows them; each with its big loss."""
    return with_losses(msgspec.convert(_read("reasons")["reasons"], tuple[ReasonConfig, ...]))


@cache
def shipped_checklists() -> tuple[ChecklistConfig, ...]:
    """Machine care in a shift, for all work units."""
    return msgspec.convert(_read("checklists")["checklists"], tuple[ChecklistConfig, ...])


@cache
def shipped_audit() -> AuditConfig:
    """Five questions for each S, and areas that most sites have."""
    return msgspec.convert(_read("audit")["audit"], AuditConfig)


def with_losses(reasons: tuple[ReasonConfig, ...]) -> tuple[ReasonConfig, ...]:
    """The same reasons; those below without a loss have that of the reason above them."""
    return tuple(_told(reason) for reason in reasons)


def _told(reason: ReasonConfig) -> ReasonConfig:
    below = (msgspec.structs.replace(one, loss=one.loss or reason.loss) for one in reason.of)
    return msgspec.structs.replace(reason, of=with_losses(tuple(below)))
