"""Takes a guard away, so that a test can show that its search would have found the leak."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.gate import Looking
from consent.decision import decide
from consent.minting import mint
from consent.permit import Permit
from consent.rules import Decision, Part
from consent.vocabulary import Action


def without_limits(part: Part) -> Part:
    """The same part, as if nobody had ever said no."""
    return replace(part, testimony=replace(part.testimony, limits=()))


def forget_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decisions and permits forget every limit; breaking one of them alone is caught by the other."""

    def decided(self: Looking, action: Action, part: Part) -> Decision:
        return decide(self.viewer, action, without_limits(part), self.now)

    def permitted(self: Looking, action: Action, part: Part) -> Permit:
        return mint(self.viewer, action, without_limits(part), self.now)

    monkeypatch.setattr(Looking, "decide", decided)
    monkeypatch.setattr(Looking, "permit", permitted)
