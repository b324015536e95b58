"""Table of contents: every frozen value that other packages hand to `decide()` or receive from it."""

from __future__ import annotations

from consent.part import NameSpan, Original, Part, Source, Testimony
from consent.scope import (
    FOREVER_MS,
    PAD_MS,
    WHOLE,
    Derivative,
    Field,
    Mention,
    Scope,
    Span,
    WholeOriginal,
    WholeTestimony,
)
from consent.terms import ConsentRecord, Grant, Limit
from consent.verdict import Decision
from consent.viewer import Approval, Assignment, Fact, Viewer

__all__ = [
    "FOREVER_MS",
    "PAD_MS",
    "WHOLE",
    "Approval",
    "Assignment",
    "ConsentRecord",
    "Decision",
    "Derivative",
    "Fact",
    "Field",
    "Grant",
    "Limit",
    "Mention",
    "NameSpan",
    "Original",
    "Part",
    "Scope",
    "Source",
    "Span",
    "Testimony",
    "Viewer",
    "WholeOriginal",
    "WholeTestimony",
]
