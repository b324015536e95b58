"""Sample pages of consent: the form, reading back, waiting for a second person."""

from __future__ import annotations

from dataclasses import replace

from archive.web import viewmodels as vm
from tests.web.samples.common import BACK, TITLE

ENTRY = vm.ConsentEntry(
    version=1,
    captured="2014-03-02",
    effective="2014-03-02",
    status="given",
    level="CLOSED",
    cards=(),
    method="spoken yes",
    recorded_by="Example archivist 1",
    evidence_href="/evidence",
)
FORM = vm.ConsentForm(
    action="/consent",
    level="LEARN",
    doors=("res",),
    cards=tuple(
        vm.CardQuestion(card=card) for card in ("NAME", "NAME_STUDY", "FACE", "VOICE", "LISTED", "CLASS_COPY")
    ),
    methods=(
        vm.Choice(value="person", label="met in person"),
        vm.Choice(value="phone", label="by the known telephone"),
    ),
    languages=(vm.Choice(value="km", label="Khmer"),),
    captured="2026-11-25",
    earliest="2026-12-09",
    max_bytes=100_000_000,
)
CONSENT = vm.ConsentPage(
    code="KH-7Q4M",
    title=TITLE,
    narrator=vm.Text(text="Example narrator 1"),
    narrators=(
        vm.ChoiceLink(label="Example narrator 1", href="?", current=True),
        vm.ChoiceLink(label="Example narrator 4", href="?narrator=4"),
    ),
    state="active",
    level_now="STUDY",
    history=(
        ENTRY,
        replace(
            ENTRY,
            version=2,
            captured="2019-06-01",
            effective="2019-06-15",
            level="STUDY",
            cards=("VOICE", "LISTED"),
            method="met in person, read back",
            in_force=True,
        ),
    ),
    form=FORM,
    close_action="/close",
    card_href="/p/card",
    see_as=(vm.Link(label="everyone", href="?as=pub"), vm.Link(label="a teacher", href="?as=edu")),
    back=BACK,
)
PENDING = vm.Pending(
    direction=vm.Direction.WIDER,
    level="LEARN",
    cards=("VOICE", "LISTED"),
    recorded_by="Example archivist 1",
    recorded_on="2026-11-25",
    effective="2026-12-09",
    opens=("edu",),
    shuts=("fam", "com", "pub"),
    own_act=False,
    confirm_action="/confirm",
)
CONSENT_PENDING = replace(
    CONSENT, form=None, pending=PENDING, saved="Recorded. It waits for a second person."
)
CONSENT_OWN = replace(
    CONSENT_PENDING, pending=replace(PENDING, own_act=True, confirm_action=None), history=(), level_now=None
)
CONSENT_BACK = replace(
    CONSENT,
    state="draft",
    level_now=None,
    history=(),
    read_back=vm.ReadBack(
        direction=vm.Direction.FIRST,
        level="LEARN",
        doors=("self", "cust", "arc", "res", "edu"),
        outside=("fam", "com", "pub"),
        cards=("LISTED",),
        effective="2026-12-09",
        needs_second=True,
        action="/consent",
        kept=(vm.Hidden(name="level", value="LEARN"), vm.Hidden(name="family", value="no")),
    ),
)
CONSENT_WRONG = replace(
    CONSENT,
    form=replace(
        FORM, errors=(vm.FieldError(field="family", message="Answer the question about the family."),)
    ),
)


CONSENTING: dict[str, tuple[str, object]] = {
    "consent": ("desk/consent.html", CONSENT),
    "consent-pending": ("desk/consent.html", CONSENT_PENDING),
    "consent-own": ("desk/consent.html", CONSENT_OWN),
    "consent-read-back": ("desk/consent.html", CONSENT_BACK),
    "consent-wrong": ("desk/consent.html", CONSENT_WRONG),
}
