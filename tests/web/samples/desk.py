"""Sample pages of the desk: list, deposit, progress, names, card."""

from __future__ import annotations

from dataclasses import replace

from archive.web import viewmodels as vm
from tests.web.samples.common import BACK, ONE_PAGE, TITLE
from tests.web.samples.telling import TOLD, player

DESK = vm.DeskPage(
    duties=("intake", "transcribe", "consent"),
    new_href="/p/deposit",
    pagination=ONE_PAGE,
    done="The file is stored and read back.",
    rows=(
        vm.DeskRow(
            code="KH-7Q4M",
            title=TITLE,
            languages=("Khmer",),
            state="active",
            since="2026-11-02",
            level="STUDY",
            links=(
                vm.Link(label="Progress", href="/p/processing"),
                vm.Link(label="Words", href="/p/review"),
                vm.Link(label="Consent", href="/p/consent"),
            ),
            next_step=vm.Link(label="Mark names", href="/p/review"),
            waits_for_second=True,
            opens_on="2026-12-05",
        ),
        vm.DeskRow(
            code="KH-M3RW",
            title=None,
            languages=("Cham", "Khmer"),
            state="draft",
            since="2026-11-20",
            level=None,
            links=(vm.Link(label="Progress", href="/p/processing"),),
        ),
    ),
)
DESK_EMPTY = vm.DeskPage(rows=(), duties=(), new_href=None, pagination=ONE_PAGE)

DEPOSIT = vm.DepositPage(
    action="/new",
    max_bytes=4_000_000_000,
    collections=(vm.Choice(value="1", label="Villages by the lake, 2014"),),
    languages=(
        vm.Choice(value="km", label="Khmer", chosen=True),
        vm.Choice(value="vi", label="Vietnamese"),
        vm.Choice(value="cja", label="Cham"),
        vm.Choice(value="fr", label="French"),
        vm.Choice(value="en", label="English"),
    ),
    places=(vm.Choice(value="KH15", label="Pursat · ពោធិ៍សាត់"),),
    carriers=(vm.Choice(value="cassette", label="Cassette"), vm.Choice(value="file", label="File")),
    narrators=("", ""),
)
DEPOSIT_WRONG = replace(
    DEPOSIT,
    session_date="yesterday",
    errors=(
        vm.FieldError(field="session_date", message="Write the date as 2014-03-02, 2014-03 or 2014."),
        vm.FieldError(field="language", message="Say which language is spoken."),
    ),
    duplicate=vm.Link(label="KH-2XP9", href="/p/processing"),
)
ADD_FILE = vm.DepositPage(action="/add", max_bytes=4_000_000_000, testimony=TITLE, code="KH-7Q4M", back=BACK)

STATE = vm.StepState
PROCESSING = vm.ProcessingPage(
    code="KH-7Q4M",
    title=TITLE,
    looked_at="10:42:07",
    self_href="/p/processing",
    refresh_s=20,
    stop_href="?stop=1",
    start_href="?",
    add_file_href="/p/add-file",
    consent_href="/p/consent",
    back=BACK,
    originals=(
        vm.OriginalProgress(
            number=1,
            kind="film",
            size_bytes=2_100_000_000,
            duration_ms=5_530_000,
            next_step=vm.Link(label="Hear it and mark names", href="/p/review"),
            steps=(
                vm.StepProgress(name="store", state=STATE.DONE),
                vm.StepProgress(name="probe", state=STATE.DONE),
                vm.StepProgress(name="listening_copy", state=STATE.DONE),
                vm.StepProgress(
                    name="transcribe",
                    state=STATE.RUNNING,
                    done=240_000,
                    total=540_000,
                    longer_than_usual=True,
                ),
                vm.StepProgress(name="poster", state=STATE.RUNNING),
                vm.StepProgress(name="video_240p", state=STATE.WAITING, ahead=3),
                vm.StepProgress(name="mask", state=STATE.SKIPPED),
                vm.StepProgress(name="index", state=STATE.NEEDS_SCRATCH),
            ),
        ),
        vm.OriginalProgress(
            number=2,
            kind="sound",
            size_bytes=900_000,
            steps=(
                vm.StepProgress(
                    name="store", state=STATE.RUNNING, done=600_000, total=2_100_000, unit=vm.Unit.BYTES
                ),
                vm.StepProgress(
                    name="probe",
                    state=STATE.FAILED,
                    message="This film has no sound track. The file is safe. Is there another copy?",
                    help=vm.Link(label="What to do", href="/help"),
                    retry_action="/again",
                ),
            ),
        ),
    ),
)
PROCESSING_STILL = replace(PROCESSING, originals=(), refresh_s=None, title=None)

REVIEW = vm.ReviewPage(
    code="KH-7Q4M",
    title=TITLE,
    action="/review",
    revision="r-1",
    made_by="by machine, 25 Nov 2026",
    language="English",
    player=player(vm.PlayerKind.SOUND),
    back=BACK,
    marks_total=1,
    saved="Saved at 10:42:07.",
    errors=(vm.FieldError(field="names_checked", message="Say first that you have heard all of it."),),
    whose=(vm.Choice(value="narrator", label="the narrator’s"), vm.Choice(value="other", label="somebody else’s")),
    segments=tuple(
        vm.ReviewSegment(
            segment_id=str(at),
            words=tuple(text.replace("*", "").split()),
            lang="en",
            start_ms=at * 1000,
            end_ms=at * 1000 + 8000,
            href=f"?t={at}",
            speaker=speaker,
            marks=(
                vm.NameMark(
                    mark_id="m1", whose=vm.Whose.OTHER, first_word=2, last_word=3, words="mother counted"
                ),
                vm.NameMark(mark_id="m2", whose=vm.Whose.NARRATOR),
            )
            if at == 754
            else (),
            flags=("The machine was unsure of the language here.",) if at == 779 else (),
        )
        for at, speaker, text, _ in TOLD
    ),
)
REVIEW_EMPTY = replace(
    REVIEW,
    segments=(),
    player=None,
    published=True,
    checked_by="Example archivist 2",
    checked_on="2026-11-25",
    errors=(),
)

CARD = vm.NarratorCardPage(
    code_groups=("4021", "7736", "5"),
    secret=vm.CardSecret(groups=("5904", "1178", "3320", "6415")),
    telephone="0800 000 000",
    hours="free, 8–17 h",
    close_address="river.example/stop",
    back=BACK,
    under_pressure=vm.CardSecret(groups=("8812", "0035", "9471", "2260")),
)
CARD_SHOWN = replace(CARD, secret=None, under_pressure=None, new_card_action="/new-card")

DESK_PAGES: dict[str, tuple[str, object]] = {
    "desk": ("desk/index.html", DESK),
    "desk-empty": ("desk/index.html", DESK_EMPTY),
    "deposit": ("desk/deposit.html", DEPOSIT),
    "deposit-wrong": ("desk/deposit.html", DEPOSIT_WRONG),
    "add-file": ("desk/deposit.html", ADD_FILE),
    "processing": ("desk/processing.html", PROCESSING),
    "processing-still": ("desk/processing.html", PROCESSING_STILL),
    "review": ("desk/review.html", REVIEW),
    "review-empty": ("desk/review.html", REVIEW_EMPTY),
    "card": ("desk/card.html", CARD),
    "card-shown": ("desk/card.html", CARD_SHOWN),
}
