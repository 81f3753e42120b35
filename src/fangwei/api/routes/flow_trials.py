"""Flows before anybody publishes them: templates to begin from, faults in words, files from outside, a play-through.

Nothing here is kept.
"""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Context, as_json
from fangwei.api.conventions import Listing, page
from fangwei.core.clock import EARLIEST, LATEST, now_ns
from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.flows import library
from fangwei.flows.bpmn_check import LARGEST, check_bpmn
from fangwei.flows.cards import Noun
from fangwei.flows.drafts import flow_of
from fangwei.flows.lint import Problem, lint
from fangwei.flows.office import Office
from fangwei.flows.play import MOST_DEEDS, PLAYER, Deed, Do, Give, Push, play
from fangwei.flows.shelf import SiteShelf
from fangwei.identity.caller import Caller
from fangwei.rulepacks.library import load

TEN_YEARS = 10 * 366 * 86_400
TemplateId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
TaskName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./-]{1,200}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Shape(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class LookAt(Shape):
    """A flow as it is drawn (src/fangwei/flows/cards.py)."""

    flow: dict[str, Any]


class BpmnFile(Shape):
    """A BPMN file as text."""

    xml: Annotated[str, StringConstraints(min_length=1, max_length=LARGEST)]


class DoStep(Shape):
    """Somebody does an open step. `by`: any name; two steps that two people must do need two names. `on_site`: signs
    where the work is."""

    deed: Literal["do"]
    task: TaskName
    answers: Annotated[dict[str, Any], Field(max_length=500)] = {}
    by: Name = PLAYER
    on_site: bool = True


class PushClock(Shape):
    """Time passes."""

    deed: Literal["push"]
    seconds: Annotated[float, Field(gt=0, le=TEN_YEARS, allow_inf_nan=False)]


class GiveSignal(Shape):
    """Something happens: `gas_alarm`, `evacuation`, `guardian_away`, or what the flow waits for."""

    deed: Literal["signal"]
    name: Name


Deeds = Annotated[DoStep | PushClock | GiveSignal, Field(discriminator="deed")]


class PlayForm(LookAt):
    """A flow, and everything that is done to it from its start; `time`: when the play begins (UTC ns; None: now)."""

    deeds: Annotated[list[Deeds], Field(max_length=MOST_DEEDS)] = []
    time: Annotated[int | None, Field(ge=EARLIEST, le=LATEST)] = None


class TemplateRow(msgspec.Struct, kw_only=True):
    """A template in the list."""

    id: str
    name: Text
    about: Text | None
    noun: Noun
    work: str | None
    standard: str | None
    enterprises: tuple[str, ...]
    fits: bool
    """What one means at this plant by its noun and work."""
    cards: int


class TemplatesPage(msgspec.Struct):
    """A page of templates."""

    total: int
    offset: int
    items: list[TemplateRow]


class Linted(msgspec.Struct):
    """What is wrong with a flow; `publishable`: nothing forbids publishing it."""

    publishable: bool
    problems: list[Problem]


def router(context: Context) -> APIRouter:
    """Under /flows: templates, lint, import, play."""
    routes = APIRouter(prefix="/flows", tags=["flows"])
    feel = Feel()
    shelf = SiteShelf(context.site, load(feel, vectors=False))  # the room of flows has run their vectors
    office = Office(context.site, feel, shelf)

    @routes.get("/templates")
    async def list_templates(want: Listing, caller: Annotated[Caller, needs("flows.read")]) -> Response:
        """The flows that are shipped; `fits` marks what binds this plant. Sorted by `name` or `noun`."""
        rows = [
            TemplateRow(
                id=one.id, name=one.flow.name, about=one.flow.about, noun=one.flow.noun, work=one.flow.work,
                standard=one.flow.standard, enterprises=one.enterprises, cards=len(one.flow.cards),
                fits=library.choose(one.flow.noun, one.flow.work, context.site.head.enterprise) is one,
            )
            for one in library.templates()
        ]  # fmt: skip
        by: dict[str, Any] = {"name": lambda row: row.name.zh, "noun": lambda row: row.noun.value}
        return as_json(page(rows, want, by, lambda row: f"{row.id} {row.name.zh} {row.name.en}"))

    @routes.get("/templates/{template}")
    async def show_template(template: TemplateId, caller: Annotated[Caller, needs("flows.read")]) -> Response:
        """A template whole, to begin a draft from."""
        return as_json(library.template(template))

    @routes.post("/lint")
    async def lint_flow(asked: LookAt, caller: Annotated[Caller, needs("flows.draw")]) -> Response:
        """What is wrong with a flow, in plain words, the worst first."""
        flow = flow_of(asked.flow)
        problems = await asyncio.to_thread(lint, flow, context.site, shelf.packs, feel)
        return as_json(Linted(not any(p.severity == "error" for p in problems), problems))

    @routes.post("/import")
    async def import_bpmn(asked: BpmnFile, caller: Annotated[Caller, needs("flows.draw")]) -> Response:
        """A BPMN file from outside as cards and expert blocks; what cannot be run is listed, and then there is no
        flow: it is never half-run."""
        return as_json(await asyncio.to_thread(check_bpmn, asked.xml.encode(), feel))

    @routes.post("/play")
    async def play_flow(asked: PlayForm, caller: Annotated[Caller, needs("flows.draw")]) -> Response:
        """Run a flow against made-up people and a clock that is pushed, from its start through all deeds; stops at
        the first that is refused."""
        flow = flow_of(asked.flow)
        todo = [_deed(deed) for deed in asked.deeds]
        now = asked.time if asked.time is not None else now_ns()
        return as_json(
            await asyncio.to_thread(play, flow, todo, office, shelf.applies(flow.standard, flow.work, now), now)
        )

    return routes


def _deed(deed: DoStep | PushClock | GiveSignal) -> Deed:
    if isinstance(deed, DoStep):
        return Do(task=deed.task, answers=deed.answers, by=deed.by, on_site=deed.on_site)
    return Push(seconds=deed.seconds) if isinstance(deed, PushClock) else Give(name=deed.name)
