"""Consent as pure, frozen values: what a narrator allowed, and the one function that answers from it.

Table of contents: `vocabulary` (the words), `rules` (the values), `levels` (what a choice means), `decision`
(the answer), `permit` (the proof that it was asked), `classes` (the same rules for the index), `cases` (waiting
times and closings). `minting` is left out on purpose: only the gate imports it. Source: docs/consent.md.
"""

from consent.decision import decide
from consent.permit import Permit
from consent.rules import Decision, Part, Testimony, Viewer

__all__ = ["Decision", "Part", "Permit", "Testimony", "Viewer", "decide"]
