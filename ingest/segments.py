"""Cut what an engine heard into segments people can cite: one stretch between pauses, 5 to 30 s, words
kept.

An engine's drafts follow its windows of 30 s, not the speaker. Here the words of a chunk are taken as one
line and divided again at the longest pauses, the ends of sentences first (docs/speech.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.transcribe import Heard
from ingest.values import SegmentDraft, Word

SHORTEST_MS, LONGEST_MS = 5_000, 30_000
BREAK_MS = 2_500  # a silence this long always ends a segment, however short the segment is
PAUSE_MS = 600  # a change of speaker or of thought
SENTENCE_PAUSE_MS = 250  # enough after the end of a sentence
_SENTENCE_ENDS = tuple(".!?…។៕။。！？؟।")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One word with the draft it comes from and the text up to the next word."""

    word: Word
    draft: Heard
    text: str

    @property
    def ends_sentence(self) -> bool:
        return self.text.rstrip(" \"'”’»)").endswith(_SENTENCE_ENDS)


def divided(drafts: Sequence[Heard]) -> tuple[SegmentDraft, ...]:
    """Segments of 5-30 s from an engine's drafts (in order of time); drafts without word times stay whole."""
    out: list[SegmentDraft] = []
    run: list[_Said] = []
    for draft in drafts:
        if not draft.words:
            out += _cut(run)
            run = []
            out.append(_plain(draft))
            continue
        said = _words_with_text(draft)
        if run and run[-1].draft.language != draft.language:
            out += _cut(run)
            run = []
        run += said
    out += _cut(run)
    return tuple(sorted(out, key=lambda s: (s.start_ms, s.end_ms)))


def _cut(run: Sequence[_Said]) -> list[SegmentDraft]:
    return [_segment(part) for block in _at_breaks(run) for part in _at_pauses(block)]


def _at_breaks(run: Sequence[_Said]) -> Iterator[Sequence[_Said]]:
    start = 0
    for i in range(1, len(run)):
        if _pause(run, i) >= BREAK_MS:
            yield run[start:i]
            start = i
    if start < len(run):
        yield run[start:]


def _at_pauses(run: Sequence[_Said]) -> Iterator[Sequence[_Said]]:
    """Divide at the best pause that leaves 5 s on both sides; over 30 s even at a bad one."""
    pending = [run]
    while pending:
        part = pending.pop()
        at = _best(part)
        if at:
            pending += [part[at:], part[:at]]
        else:
            yield part


def _best(run: Sequence[_Said]) -> int:
    """Where to divide, or 0. The score is the pause, trebled after the end of a sentence."""
    begin, end = run[0].word.start_ms, run[-1].word.end_ms
    too_long = end - begin > LONGEST_MS
    best, best_score = 0, -1
    for i in range(1, len(run)):
        if run[i - 1].word.end_ms - begin < SHORTEST_MS or end - run[i].word.start_ms < SHORTEST_MS:
            continue
        pause, closes = _pause(run, i), run[i - 1].ends_sentence
        good = pause >= PAUSE_MS or (closes and pause >= SENTENCE_PAUSE_MS)
        score = pause * (3 if closes else 1)
        if (good or too_long) and score > best_score:
            best, best_score = i, score
    return best


def _pause(run: Sequence[_Said], i: int) -> int:
    return run[i].word.start_ms - run[i - 1].word.end_ms


def _segment(run: Sequence[_Said]) -> SegmentDraft:
    drafts = [said.draft for said in run]
    return SegmentDraft(
        start_ms=run[0].word.start_ms,
        end_ms=max(said.word.end_ms for said in run),
        text="".join(said.text for said in run).strip(),
        words=tuple(said.word for said in run),
        avg_logprob=sum(d.avg_logprob for d in drafts) / len(drafts),
        no_speech_prob=max(d.no_speech_prob for d in drafts),
        compression_ratio=max(d.compression_ratio for d in drafts),
        language=run[0].draft.language,
        flags=tuple(dict.fromkeys(flag for d in drafts for flag in d.flags)),
    )


def _plain(draft: Heard) -> SegmentDraft:
    return SegmentDraft(
        start_ms=draft.start_ms,
        end_ms=draft.end_ms,
        text=draft.text,
        words=draft.words,
        flags=draft.flags,
        avg_logprob=draft.avg_logprob,
        no_speech_prob=draft.no_speech_prob,
        compression_ratio=draft.compression_ratio,
        language=draft.language,
    )


def _words_with_text(draft: Heard) -> list[_Said]:
    """Each word with its own piece of the draft's text, so that a language without spaces stays without
    them.
    """
    starts: list[int] = []
    at = 0
    for word in draft.words:
        found = draft.text.find(word.text, at)
        if found < 0:  # an engine whose words are not its text: spaces are the best guess
            return [_Said(word=w, draft=draft, text=w.text + " ") for w in draft.words]
        starts.append(found)
        at = found + len(word.text)
    starts[0] = 0
    text = draft.text + " "  # between two drafts there is always a space
    ends = [*starts[1:], len(text)]
    return [
        _Said(word=word, draft=draft, text=text[start:end])
        for word, start, end in zip(draft.words, starts, ends, strict=True)
    ]
