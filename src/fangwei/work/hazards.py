"""What may happen to a hidden hazard (隐患), and in which order. Pure: the time is passed in.

    reported -> assigned -> fixed -> verified
        |          |  ^       |
        +-> rejected  +-------+ returned: not put right well enough

Put right on the spot (立即整改) goes from reported to fixed. Who put it right never verifies it: 闭环 needs four eyes.
"""

from enum import StrEnum

import msgspec

from fangwei.core.clock import DAY, MINUTE
from fangwei.core.errors import RevisionStale
from fangwei.work.errors import (
    DeadlinePast,
    HazardOver,
    NotSaid,
    OwnWork,
    StepRefused,
    TooManyPhotos,
)

LONGEST_WORDS = 2000
MOST_PHOTOS = 6
OLDEST_SIGHT = 30 * DAY
"""A phone that was without a line for longer has lost more than this; an older time is a wrong clock."""
CLOCKS_DIFFER = 5 * MINUTE
LATEST_DEADLINE = 3 * 366 * DAY


class HazardStatus(StrEnum):
    """How far it is."""

    REPORTED = "reported"
    ASSIGNED = "assigned"
    FIXED = "fixed"
    VERIFIED = "verified"
    REJECTED = "rejected"
    """No hazard, or told before."""


OVER = frozenset({HazardStatus.VERIFIED, HazardStatus.REJECTED})


class HazardLevel(StrEnum):
    """一般 and 重大, the two levels of the law (安全生产法, 事故隐患排查治理)."""

    GENERAL = "general"
    MAJOR = "major"


class HazardKind(StrEnum):
    """What is wrong, as a person on the spot sees it."""

    LEAK = "leak"
    FIRE_PROTECTION = "fire_protection"
    ELECTRICAL = "electrical"
    PASSAGE = "passage"
    GUARD = "guard"
    STORAGE = "storage"
    INSTRUMENT = "instrument"
    PROTECTIVE_GEAR = "protective_gear"
    BEHAVIOUR = "behaviour"
    OTHER = "other"


class FoundHazard(msgspec.Struct, kw_only=True):
    """One hidden hazard as it stands. Times are UTC ns.

    Invariants: `revision` grows by one with each step; `closed` is set when and only when the status is one of `OVER`;
    `checked_by` is never `fixed_by`.
    """

    id: str
    revision: int
    status: HazardStatus
    level: HazardLevel
    kind: HazardKind
    zone: str
    place: tuple[float, float] | None
    """East, north in the site frame, m; None: only the zone is known."""
    point: str | None
    """The point whose code was scanned."""
    words: str
    photos: list[str]
    reporter: str
    seen: int
    """When the reporter saw it; the phone may have had no line for hours."""
    reported: int
    """When it arrived here."""
    updated: int
    assignee: str | None = None
    deadline: int | None = None
    fixed_by: str | None = None
    fixed_at: int | None = None
    fix_photos: list[str] = []
    checked_by: str | None = None
    closed: int | None = None


class HazardLine(msgspec.Struct, kw_only=True):
    """One step in a hazard's history; `id` is the command's, so that a command sent twice is one step."""

    id: str
    hazard: str
    time: int
    by: str
    action: str
    words: str
    status: HazardStatus
    photos: list[str] = []
    person: str | None = None
    """Whom it was given to."""
    deadline: int | None = None


class Report(msgspec.Struct, kw_only=True):
    """`fw.do.work.report`: the command's id becomes the hazard's."""

    id: str
    by: str
    zone: str
    words: str
    kind: HazardKind
    level: HazardLevel = HazardLevel.GENERAL
    place: tuple[float, float] | None = None
    point: str | None = None
    photos: list[str] = []
    seen: int | None = None


class Step(msgspec.Struct, kw_only=True):
    """`fw.do.work.assign|fix|verify|return|reject`: one step, by who saw `revision`."""

    id: str
    by: str
    hazard: str
    revision: int
    words: str = ""
    photos: list[str] = []
    person: str | None = None
    deadline: int | None = None
    level: HazardLevel | None = None


FROM: dict[str, frozenset[HazardStatus]] = {
    "assign": frozenset({HazardStatus.REPORTED, HazardStatus.ASSIGNED}),
    "fix": frozenset({HazardStatus.REPORTED, HazardStatus.ASSIGNED}),
    "verify": frozenset({HazardStatus.FIXED}),
    "return": frozenset({HazardStatus.FIXED}),
    "reject": frozenset({HazardStatus.REPORTED, HazardStatus.ASSIGNED}),
}
TO = {
    "assign": HazardStatus.ASSIGNED,
    "fix": HazardStatus.FIXED,
    "verify": HazardStatus.VERIFIED,
    "return": HazardStatus.ASSIGNED,
    "reject": HazardStatus.REJECTED,
}
NEED_WORDS = frozenset({"fix", "return", "reject"})


def report(order: Report, now: int) -> tuple[FoundHazard, HazardLine]:
    """A new hazard and its first line. A time of sight that cannot be (ahead of us, or a month old) becomes now.

    Raises:
        NotSaid: no words, or too many.
        TooManyPhotos: more than 6.
    """
    words = _words(order.words, needed=True)
    _few(order.photos)
    seen = order.seen if order.seen is not None and now - OLDEST_SIGHT <= order.seen <= now + CLOCKS_DIFFER else now
    hazard = FoundHazard(
        id=order.id,
        revision=1,
        status=HazardStatus.REPORTED,
        level=order.level,
        kind=order.kind,
        zone=order.zone,
        place=order.place,
        point=order.point,
        words=words,
        photos=order.photos,
        reporter=order.by,
        seen=min(seen, now),
        reported=now,
        updated=now,
    )
    return hazard, HazardLine(
        id=order.id,
        hazard=order.id,
        time=now,
        by=order.by,
        action="report",
        words=words,
        status=HazardStatus.REPORTED,
        photos=order.photos,
    )


def step(hazard: FoundHazard, action: str, order: Step, now: int) -> tuple[FoundHazard, HazardLine]:
    """The hazard after one step, and the step's line.

    Raises:
        HazardOver: it is verified or rejected already.
        RevisionStale: somebody else changed it since `order.revision`.
        StepRefused: this step does not follow on the present status.
        OwnWork: who put it right wants to verify or return it.
        DeadlinePast: no deadline, or one in the past or absurdly far ahead.
        NotSaid, TooManyPhotos: as for a report.
    """
    if hazard.status in OVER:
        raise HazardOver(hazard=hazard.id)
    if order.revision != hazard.revision:
        raise RevisionStale(revision=hazard.revision, current=hazard)
    if hazard.status not in FROM[action]:
        raise StepRefused.at(hazard.status)
    words = _words(order.words, needed=action in NEED_WORDS)
    _few(order.photos)
    changes: dict[str, object] = {"status": TO[action], "revision": hazard.revision + 1, "updated": now}
    if action == "assign":
        if order.person is None:
            raise NotSaid()
        if order.deadline is None or not now < order.deadline <= now + LATEST_DEADLINE:
            raise DeadlinePast()
        changes |= {"assignee": order.person, "deadline": order.deadline, "level": order.level or hazard.level}
    elif action == "fix":
        changes |= {"fixed_by": order.by, "fixed_at": now, "fix_photos": order.photos}
    elif action in ("verify", "return"):
        if order.by == hazard.fixed_by:
            raise OwnWork()
        if action == "verify":
            changes |= {"checked_by": order.by, "closed": now}
        else:
            # Whoever said it was right goes on with it, unless it had been given to somebody.
            changes |= {"fixed_by": None, "fixed_at": None, "fix_photos": []}
            changes |= {"assignee": hazard.assignee or hazard.fixed_by}
    else:
        changes |= {"closed": now}
    line = HazardLine(
        id=order.id,
        hazard=hazard.id,
        time=now,
        by=order.by,
        action=action,
        words=words,
        status=TO[action],
        photos=order.photos,
        person=order.person if action == "assign" else None,
        deadline=order.deadline if action == "assign" else None,
    )
    return msgspec.structs.replace(hazard, **changes), line


def _words(words: str, needed: bool) -> str:
    said = words.replace("\0", "").strip()  # which PostgreSQL does not store
    if len(said) > LONGEST_WORDS or (needed and not said):
        raise NotSaid()
    return said


def _few(photos: list[str]) -> None:
    if len(photos) > MOST_PHOTOS or len(set(photos)) != len(photos):
        raise TooManyPhotos(most=MOST_PHOTOS)
