"""All tables. A table is found by the archive's word for what it holds."""

from archive.db.models.audit import AuditEntry, AuditPayload
from archive.db.models.base import Base
from archive.db.models.cases import Case, CaseDecision, CaseMessage
from archive.db.models.consents import (
    ConsentConfirmation,
    ConsentRecord,
    Evidence,
    FoundFree,
    Limit,
    NarratorCard,
)
from archive.db.models.indexing import AccessClass, DenyOverlay, IndexedPiece, TestimonyClass
from archive.db.models.people import (
    Account,
    AccountFact,
    Assignment,
    Duty,
    Person,
    PersonName,
    WebSession,
    WrongTry,
)
from archive.db.models.steps import Step
from archive.db.models.testimonies import (
    Collection,
    Original,
    Rendition,
    Role,
    Session,
    Testimony,
    TestimonyText,
)
from archive.db.models.words import ContentNote, IndexPoint, NameMark, Revision, Segment, Tag, Transcript

__all__ = [
    "AccessClass",
    "Account",
    "AccountFact",
    "Assignment",
    "AuditEntry",
    "AuditPayload",
    "Base",
    "Case",
    "CaseDecision",
    "CaseMessage",
    "Collection",
    "ConsentConfirmation",
    "ConsentRecord",
    "ContentNote",
    "DenyOverlay",
    "Duty",
    "Evidence",
    "FoundFree",
    "IndexPoint",
    "IndexedPiece",
    "Limit",
    "NameMark",
    "NarratorCard",
    "Original",
    "Person",
    "PersonName",
    "Rendition",
    "Revision",
    "Role",
    "Segment",
    "Session",
    "Step",
    "Tag",
    "Testimony",
    "TestimonyClass",
    "TestimonyText",
    "Transcript",
    "WebSession",
    "WrongTry",
]
