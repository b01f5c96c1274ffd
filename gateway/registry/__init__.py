"""The registry database: edges, journals and their receipts, records, elements and stops, dead letters, findings.

May import SQLAlchemy, Alembic, ``calibration.dcc`` and the standard library. SQLite by default, any SQLAlchemy URL
otherwise.

Decision: one row, ``store``, carries a counter that every transaction of people, commands and jobs raises first; the
ingest's do not, they lock the rows of their edges.
Because: the ingesting thread remembers what it has said, and a command that admits an edge or imports a stick writes
beside it; who finds another count than it remembers reads again. Raising it first takes SQLite's write lock at once, so
no transaction fails half-way for want of it; on PostgreSQL several processes can then store at once.
Instead of: asking the serving process over a socket of its own, which must then be running.

Decision: Alembic from the first table on, its scripts inside the package, run at every start.
Because: a province's gateway is updated by people who are not database administrators.
"""

from gateway.registry import catalogue
from gateway.registry.accounts import AccountRow, AttemptRow, GrantRow, LinkRow, SessionRow, TokenRow
from gateway.registry.audit import AuditHeadRow, AuditRow
from gateway.registry.database import (
    RegistryError,
    StaleError,
    collided,
    connect,
    differences,
    downgrade,
    ingesting,
    transaction,
    upgrade,
)
from gateway.registry.files import DocumentContentRow, DocumentRow, ImportRow
from gateway.registry.idempotency import IdempotencyRow
from gateway.registry.issued_documents import DocumentDraftRow, DocumentEventRow, IssuedDocumentRow
from gateway.registry.models import (
    Base,
    DeadLetterRow,
    DeclaredRow,
    EdgeRow,
    FindingRow,
    JournalRow,
    ReceiptRow,
    RecordRow,
    SettingRow,
    StoreRow,
)
from gateway.registry.personal import PersonalRow
from gateway.registry.production_days import ProductionDayRow
from gateway.registry.rolled import WindowHourRow, WindowsLookedForRow
from gateway.registry.shop_floor import ElementRow, NominalBucketRow, StopRow, WorkUnitRow

__all__ = [
    "AccountRow",
    "AttemptRow",
    "AuditHeadRow",
    "AuditRow",
    "Base",
    "DeadLetterRow",
    "DeclaredRow",
    "DocumentContentRow",
    "DocumentDraftRow",
    "DocumentEventRow",
    "DocumentRow",
    "EdgeRow",
    "ElementRow",
    "FindingRow",
    "GrantRow",
    "IdempotencyRow",
    "ImportRow",
    "IssuedDocumentRow",
    "JournalRow",
    "LinkRow",
    "NominalBucketRow",
    "PersonalRow",
    "ProductionDayRow",
    "ReceiptRow",
    "RecordRow",
    "RegistryError",
    "SessionRow",
    "SettingRow",
    "StaleError",
    "StopRow",
    "StoreRow",
    "TokenRow",
    "WindowHourRow",
    "WindowsLookedForRow",
    "WorkUnitRow",
    "catalogue",
    "collided",
    "connect",
    "differences",
    "downgrade",
    "ingesting",
    "transaction",
    "upgrade",
]
