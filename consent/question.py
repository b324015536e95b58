"""One question, made ready: the prerequisites of an action, what a part can show, which facts hold now.

Source: docs/consent.md, "Words" (prerequisites) and "The order of a decision".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from consent.part import Part
from consent.viewer import Viewer
from consent.vocabulary import VIEW, Action, Feature, Medium, Purpose, Task

#: The actions by which a medium is taken in.
SEE: dict[Medium, tuple[Action, ...]] = {
    Medium.ENTRY: (Action.DESCRIBE,),
    Medium.TEXT: (Action.READ,),
    Medium.SOUND: (Action.LISTEN,),
    Medium.PICTURE: (Action.WATCH,),
    Medium.VIDEO: (Action.LISTEN, Action.WATCH),
}
#: What a medium can show of a narrator.
SHOWS: dict[Medium, frozenset[Feature]] = {
    Medium.ENTRY: frozenset({Feature.NAME}),
    Medium.TEXT: frozenset({Feature.NAME}),
    Medium.SOUND: frozenset({Feature.NAME, Feature.VOICE}),
    Medium.PICTURE: frozenset({Feature.FACE}),
    Medium.VIDEO: frozenset(Feature),
}
#: Uses of what is already seen; each also needs the actions by which the part is taken in.
_USES = frozenset({Action.FIND, Action.QUOTE, Action.DOWNLOAD, Action.EMBED, Action.DERIVE, Action.COMPUTE})
_NEEDS: dict[Action, frozenset[Action]] = {
    Action.WATCH: frozenset({Action.LISTEN}),
    Action.FIND: frozenset({Action.READ}),
    Action.QUOTE: frozenset({Action.READ}),
    Action.DERIVE: frozenset({Action.READ, Action.LISTEN}),
}
#: From the nearest prerequisite to the farthest.
_NEAREST_FIRST = (Action.READ, Action.WATCH, Action.LISTEN, Action.DESCRIBE, Action.EXIST)
_HIDING_TASKS = frozenset({Task.HIDE, Task.CHECK})


def _chain(action: Action, medium: Medium) -> tuple[Action, ...]:
    """The action, then everything it needs, nearest first."""
    if action is Action.EXIST:
        return (Action.EXIST,)
    needed = {Action.DESCRIBE, Action.EXIST}
    if action in _USES and medium is not Medium.ENTRY:
        for seen in SEE[medium]:
            needed |= {seen} | _NEEDS.get(seen, frozenset())
    if action not in _USES or medium is not Medium.ENTRY:
        needed |= _NEEDS.get(action, frozenset())
    return (action, *(each for each in _NEAREST_FIRST if each in needed and each is not action))


CHAINS: dict[tuple[Action, Medium], tuple[Action, ...]] = {
    (action, medium): _chain(action, medium) for action in Action for medium in Medium
}
CHAIN_SETS = {key: frozenset(chain) for key, chain in CHAINS.items()}


def shown(action: Action, medium: Medium) -> frozenset[Feature]:
    """The features that this action with this medium can show."""
    if action is Action.EXIST:
        return frozenset()
    return SHOWS[Medium.ENTRY] if action is Action.DESCRIBE else SHOWS[medium]


def _names_of_entry(action: Action, medium: Medium) -> frozenset[Feature]:
    """What describing it can show, if the action needs that: no act is allowed whose need is denied."""
    needed = Action.DESCRIBE in CHAIN_SETS[action, medium]
    return SHOWS[Medium.ENTRY] if needed else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who, what, about which part, when (UTC); with what follows from these worked out.

    features: those the part can show and the asker cares about (for the source of a derivative fewer).
    of_sources: those that the sources of a derivative are asked about: what the action shows, and the name wherever
    the catalogue entry is needed too.
    facts: audiences that hold now, as limits see them. doors: the same as grants see them: who is one
    narrator of the
    testimony counts as each of them. tasks: of assignments that hold now; empty if the question is not
    about care.
    """

    viewer: Viewer
    action: Action
    part: Part
    now: datetime
    chain: tuple[Action, ...]
    chain_set: frozenset[Action]
    features: frozenset[Feature]
    of_sources: frozenset[Feature]
    facts: frozenset[str]
    doors: frozenset[str]
    tasks: frozenset[Task]
    is_narrator: bool

    @classmethod
    def ask(
        cls,
        viewer: Viewer,
        action: Action,
        part: Part,
        now: datetime,
        features: frozenset[Feature],
    ) -> Self:
        """Make the question ready; `features` narrows what is asked about. The part must have a medium."""
        medium, narrators = Medium(str(part.medium)), part.testimony.narrators
        facts = viewer.facts_at(now)
        selves = frozenset([f"self:{narrator}" for narrator in narrators])
        is_narrator = not facts.isdisjoint(selves)
        tasks: frozenset[Task] = frozenset()
        if viewer.purpose == Purpose.CARE and action in VIEW:
            mine = part.testimony.id
            tasks = frozenset([a.task for a in viewer.assignments if a.testimony == mine and a.live(now)])
        return cls(
            viewer=viewer,
            action=action,
            part=part,
            now=now,
            chain=CHAINS[action, medium],
            chain_set=CHAIN_SETS[action, medium],
            features=features & shown(action, medium),
            of_sources=features & (shown(action, medium) | _names_of_entry(action, medium)),
            facts=facts,
            doors=facts | selves if is_narrator else facts,
            tasks=tasks,
            is_narrator=is_narrator,
        )

    @property
    def about_entry(self) -> bool:
        """True where the answer is about catalogue fields, not about seconds."""
        return self.action is Action.DESCRIBE or self.part.medium == Medium.ENTRY

    @property
    def may_see_hidden(self) -> bool:
        """True for assignments to hide or to check: their work is on what is hidden."""
        return not self.tasks.isdisjoint(_HIDING_TASKS)
