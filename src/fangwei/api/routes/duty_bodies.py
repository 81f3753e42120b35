"""What the routes of duty take, checked for shape; whether it makes sense the room decides."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from fangwei.api.context import Command, ItemId
from fangwei.core.events import Hazard

ClockTime = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"), Field(examples=["08:00"])
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
ShiftKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
Zones = Annotated[list[ItemId], Field(max_length=500)]


def _of_the_site(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("the time is the site's wall time, without a zone")
    return moment


WallTime = Annotated[datetime, AfterValidator(_of_the_site), Field(examples=["2026-09-21T08:00"])]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NamesForm(_Shape):
    """A name in both languages."""

    zh: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    en: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class ShiftForm(_Shape):
    """Who is on duty from when to when, as in duty.yaml."""

    person: ItemId
    zones: Zones = []
    days: Annotated[list[Weekday], Field(max_length=7)] = []
    start: ClockTime = "00:00"
    end: ClockTime = "24:00"
    step: Annotated[int, Field(ge=0, le=9)] = 0


class AddForm(_Shape):
    """A further shift."""

    type: Literal["add"]
    shift: ShiftForm
    first: date
    last: date | None = None


class AlterForm(_Shape):
    """A shift becomes another one for some days."""

    type: Literal["change"]
    key: ShiftKey
    shift: ShiftForm
    first: date
    last: date | None = None


class EndForm(_Shape):
    """A shift does not hold for some days, or from a day on."""

    type: Literal["end"]
    key: ShiftKey
    first: date
    last: date | None = None


class SwapForm(_Shape):
    """`taker` takes the turn of `giver`, who takes the other turn in return where one is named."""

    type: Literal["swap"]
    key: ShiftKey
    day: date
    giver: ItemId
    taker: ItemId
    other_key: ShiftKey | None = None
    other_day: date | None = None


class AbsenceForm(_Shape):
    """A person is away; wall times of the site."""

    type: Literal["absence"]
    person: ItemId
    start: WallTime
    end: WallTime
    deputy: ItemId | None = None


class HolidayForm(_Shape):
    """A day on which other shifts hold."""

    type: Literal["holiday"]
    day: date
    name: NamesForm
    as_day: Weekday | None = None
    shifts: Annotated[list[ShiftForm], Field(max_length=200)] = []


RotaChange = Annotated[
    AddForm | AlterForm | EndForm | SwapForm | AbsenceForm | HolidayForm, Field(discriminator="type")
]


class TrialForm(_Shape):
    """A change that is only looked at."""

    body: RotaChange


class RotaForm(Command):
    """A change with its reason; `accept_gaps` after its gaps have been read."""

    why: Why
    body: RotaChange
    accept_gaps: bool = False


class UndoForm(Command):
    """Take a change back."""

    why: Why
    accept_gaps: bool = False


class PartyForm(_Shape):
    """One party of a step."""

    kind: Literal["step", "role", "person", "everyone"]
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
    step: Annotated[int, Field(ge=0, le=9)] = 0


class StepForm(_Shape):
    """`wait_s` after the step before."""

    wait_s: Annotated[float, Field(ge=0, le=86_400)]
    who: Annotated[list[PartyForm], Field(min_length=1, max_length=20)]


class ChainContentForm(_Shape):
    """An escalation chain."""

    name: NamesForm
    zones: Zones = []
    hazards: Annotated[list[Hazard], Field(max_length=20)] = []
    priorities: Annotated[list[Annotated[int, Field(ge=1, le=4)]], Field(max_length=4)] = []
    steps: Annotated[list[StepForm], Field(min_length=1, max_length=10)]
    repeat_s: Annotated[float, Field(ge=30, le=86_400)] | None = None


class ChainForm(Command):
    """A new chain, or a revision of one."""

    body: ChainContentForm


class DryRunForm(_Shape):
    """An incident that is only imagined."""

    zone: ItemId
    hazard: Hazard = Hazard.RELEASE
    priority: Annotated[int, Field(ge=1, le=4)] = 1
    time: Annotated[int, Field(ge=946_684_800 * 10**9, le=4_102_444_800 * 10**9)] | None = None
    body: ChainContentForm | None = None


class QuietForm(_Shape):
    """A stretch in which only priority `still` and more urgent comes."""

    start: ClockTime
    end: ClockTime
    days: Annotated[list[Weekday], Field(max_length=7)] = []
    still: Annotated[int, Field(ge=0, le=3)] = 1


class ContactForm(Command):
    """A person's own channel; without an address the one entered before stays."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), Field(examples=["手机"])
    ]
    type: Literal["webhook", "apprise"]
    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)] | None = None
    max_priority: Annotated[int, Field(ge=1, le=4)] = 4
    quiet: list[QuietForm] = Field(default=[], max_length=10)


class HandOverForm(Command):
    """The outgoing person's words to the incoming one."""

    to: ItemId
    text: Said = ""


class ConfirmForm(Command):
    """The incoming person has read the note."""

    text: Said = ""
