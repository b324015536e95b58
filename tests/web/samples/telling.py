"""Sample pages of one testimony: sound, film, words only, nothing open."""

from __future__ import annotations

from dataclasses import replace

from archive.web import viewmodels as vm
from archive.web import wave
from tests.web.samples.common import DURATION_MS, peaks, piece

NARRATOR = vm.Speaker(role=vm.SpeakerRole.NARRATOR)
INTERVIEWER = vm.Speaker(role=vm.SpeakerRole.INTERVIEWER)
TOLD = (
    (740, INTERVIEWER, "What did you do when the rains came?", "តើអ្នកធ្វើអ្វីនៅពេលភ្លៀងធ្លាក់?"),
    (
        754,
        NARRATOR,
        (
            "We dug the *canal* at night, and in the morning the dam had to be built again. My mother "
            "counted the baskets so that nobody could say we had done less."
        ),
        "យើងជីក*ប្រឡាយ*នៅពេលយប់ ហើយនៅពេលព្រឹកត្រូវសាងសង់ទំនប់ម្ដងទៀត។",
    ),
    (
        779,
        NARRATOR,
        "After that we did not speak for a long while. You heard only the frogs.",
        "មានតែសំឡេងកង្កែប។",
    ),
    (788, NARRATOR, "I still count baskets when I cannot sleep.", "ខ្ញុំនៅតែរាប់កញ្ច្រែង។"),
    (797, INTERVIEWER, "And when you came back to the village?", "ហើយនៅពេលអ្នកត្រឡប់មកវិញ?"),
    (
        802,
        NARRATOR,
        (
            "The house was there and the well was there. We cooked rice, the first of our own, and my aunt "
            "put a bowl aside for everyone who was missing. We did not touch those bowls until evening."
        ),
        "ផ្ទះនៅទីនោះ អណ្ដូងនៅទីនោះ។",
    ),
)


def _rows(minutes: int) -> tuple[vm.Said | vm.Gap, ...]:
    rows: list[vm.Said | vm.Gap] = []
    for turn in range(minutes):
        for at, speaker, text, khmer in TOLD:
            second = at + turn * 66
            rows.append(
                vm.Said(
                    anchor=f"s{second}",
                    pieces=piece(text if turn == 0 else text.replace("*", "")),
                    lang="en",
                    start_ms=second * 1000,
                    end_ms=second * 1000 + 8000,
                    href=f"?t={second}#s{second}",
                    speaker=speaker,
                    new_speaker=at not in (779, 788),
                    translation=piece(khmer if turn == 0 else khmer.replace("*", "")),
                    translation_lang="km",
                )
            )
            if at == 754 and turn == 0:
                rows.append(vm.Gap(anchor="g771", start_ms=771_000, end_ms=779_000))
    return tuple(rows)


def player(kind: vm.PlayerKind) -> vm.Player:
    film = kind is vm.PlayerKind.FILM
    return vm.Player(
        kind=kind,
        sources=(
            vm.Source(
                address="/media/tone.wav", mime="audio/wav", size_bytes=82_000_000 if film else 14_200_000
            ),
        ),
        duration_ms=DURATION_MS,
        start_ms=754_000,
        preload=vm.Preload.METADATA,
        poster="/media/still.svg" if film else None,
        wave_svg=wave.strip(
            peaks(), duration_ms=DURATION_MS, bars=120, gaps=((1_700_000, 1_900_000),), played_ms=754_000
        ),
        tracks=(vm.Track(address="/media/en.vtt", lang="en", label="English", default=True),) if film else (),
        other=vm.OtherWay(
            href="?as=sound" if film else "?as=film",
            kind=vm.PlayerKind.SOUND if film else vm.PlayerKind.FILM,
            size_bytes=14_200_000 if film else 82_000_000,
        ),
    )


def sample_of(kind: vm.PlayerKind = vm.PlayerKind.SOUND, minutes: int = 3) -> vm.TestimonyPage:
    return vm.TestimonyPage(
        label=vm.Text(text="A narrator, KH-7Q4M"),
        title=vm.Text(text="The dam and the frogs", lang="en"),
        code="KH-7Q4M",
        invented=True,
        back=vm.Link(label="23 moments", href="/p/search"),
        facts=(
            vm.Fact(term="Told in", values=(vm.Text(text="Khmer"), vm.Text(text="2014"))),
            vm.Fact(term="Open to", values=(vm.Text(text="everyone"),)),
            vm.Fact(term="Place", values=(vm.Text(text="ពោធិ៍សាត់", lang="km"), vm.Text(text="Pursat"))),
            vm.Fact(term="Words", values=(vm.Text(text="by machine, names checked by a person"),)),
        ),
        player=player(kind),
        rows=_rows(minutes),
        notes=(
            vm.ContentNote(
                text="hunger", start_ms=730_000, end_ms=797_000, href="?t=730", skip_href="?t=797"
            ),
            vm.ContentNote(
                text="a death", start_ms=1_862_000, end_ms=2_020_000, href="?t=1862", skip_href="?t=2020"
            ),
        ),
        contents=(
            vm.IndexPoint(href="?t=0", start_ms=0, title=vm.Text(text="Childhood by the river", lang="en")),
            vm.IndexPoint(
                href="?t=740",
                start_ms=740_000,
                title=vm.Text(text="Work on the dam", lang="en"),
                synopsis=vm.Text(text="Night work, the count of baskets, silence.", lang="en"),
            ),
            vm.IndexPoint(
                href="?t=797", start_ms=797_000, title=vm.Text(text="The first meal at home", lang="en")
            ),
        ),
        words=(
            vm.ChoiceLink(label="ខ្មែរ", href="?words=km", lang="km"),
            vm.ChoiceLink(label="English", href="?words=en", lang="en"),
            vm.ChoiceLink(label="Both", href="?words=both", current=True),
        ),
        parts=(
            vm.ChoiceLink(label="Tape 1", href="?", current=True),
            vm.ChoiceLink(label="Tape 2", href="?tape=2"),
        ),
        stretch=vm.Stretch(
            from_ms=0, to_ms=1_800_000, pagination=vm.Pagination(number=1, count=4, next_href="?page=2")
        ),
        citation="A narrator, KH-7Q4M, told in 2014. River House, 12:34. Heard on 25 November 2026.",
    )


WORDS_ONLY = vm.TestimonyPage(
    label=vm.Text(text="សាក្សីឧទាហរណ៍ ៣", lang="km"),
    title=vm.Text(text="ផ្លូវចេញពីក្រុង ក្នុងខែមេសា", lang="km"),
    code="KH-M3RW",
    invented=True,
    facts=(vm.Fact(term="Told in", values=(vm.Text(text="Khmer"), vm.Text(text="about 1999"))),),
    player=None,
    no_media=vm.NoMedia.WORDS_ONLY,
    rows=(
        vm.Said(
            anchor="s1",
            lang="km",
            pieces=piece("យើងដើរចេញពីក្រុងនៅពេលព្រឹក។ ម្ដាយខ្ញុំកាន់ដៃខ្ញុំ ហើយយើងមិនដឹងថាត្រូវទៅណាទេ។"),
            speaker=NARRATOR,
            translation=piece(
                "We walked out of the town in the morning. My mother held my hand. Nobody knew where to go."
            ),
            translation_lang="en",
        ),
        vm.Gap(anchor="g2"),
        vm.Said(
            anchor="s3",
            lang="km",
            pieces=piece("ផ្លូវពោរពេញដោយមនុស្ស។"),
            speaker=vm.Speaker(role=vm.SpeakerRole.INTERPRETER, number=1),
            interpreted=True,
        ),
    ),
    wanted_language="Vietnamese",
    shown_language="Khmer",
    see_as="teachers and their classes",
)
_WHOLE = sample_of(minutes=1)
STRETCH = replace(_WHOLE, player=replace(player(vm.PlayerKind.SOUND), end_ms=756_000))
NOTHING_OPEN = vm.TestimonyPage(
    label=vm.Text(text="A narrator, KH-9ZZ2"),
    code="KH-9ZZ2",
    invented=False,
    facts=(),
    player=None,
    rows=(),
    words_open=False,
    ask_href="/ask",
)


TELLING: dict[str, tuple[str, object]] = {
    "testimony": ("pages/testimony.html", sample_of()),
    "testimony-film": ("pages/testimony.html", sample_of(vm.PlayerKind.FILM)),
    "testimony-stretch": ("pages/testimony.html", STRETCH),
    "testimony-words": ("pages/testimony.html", WORDS_ONLY),
    "testimony-nothing": ("pages/testimony.html", NOTHING_OPEN),
}
