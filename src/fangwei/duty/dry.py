"""Who would be told when, if an incident opened now and nobody answered. Pure: nothing is sent."""

import msgspec

from fangwei.core.clock import SECOND
from fangwei.core.texts import Text
from fangwei.duty import texts
from fangwei.duty.chains import Pace, steps_of
from fangwei.duty.rota import EVERYONE, Rota, Step
from fangwei.duty.ways import Ways


class DryPerson(msgspec.Struct):
    """A person and by what, in people's words; the page (`websocket`) is always first."""

    id: str
    name: Text
    channels: list[str]


class DryStep(msgspec.Struct):
    """Told at UTC ns `time`, `after_s` seconds after the opening."""

    step: int
    after_s: float
    time: int
    text: Text
    people: list[DryPerson]


class DryRun(msgspec.Struct, kw_only=True):
    """The answer of `fw.ask.duty.dry_run`; `chain` is empty where the duty file's own holds."""

    chain: str
    name: Text | None
    planned: bool
    """False: nobody is on duty for the zone then, so everyone is told at once."""
    steps: list[DryStep]
    repeat_s: float | None


def run(rota: Rota, ways: Ways, held: Pace, name: Text | None, zone: str, priority: int, at: int) -> DryRun:
    """Step by step as `Escalation` would do it, on the rota of the moment in which each step is due."""
    found: list[DryStep] = []
    told: set[str] = set()

    def tell(step: Step, time: int, text: Text) -> None:
        people = [p for p in step.people if p.id not in told or step.step >= EVERYONE]
        told.update(p.id for p in people)
        found.append(
            DryStep(
                step.step,
                (time - at) / SECOND,
                time,
                text,
                [
                    DryPerson(p.id, p.name.text, ["websocket", *map(ways.name, ways.of(p, priority, time)[:1])])
                    for p in people
                ],
            )
        )

    steps, planned = steps_of(rota, held, zone, at)
    reached, time, end = -1, at, at + held.everyone_after
    if steps:
        tell(steps[0], at, texts.step_name(steps[0].step))
        reached = steps[0].step
    wait = held.wait_after(reached)
    while wait is not None and time + wait < end:
        time += wait
        following = next((s for s in steps_of(rota, held, zone, time)[0] if s.step > reached), None)
        if following is None:
            break
        tell(following, time, texts.step_name(following.step))
        reached = following.step
        wait = held.wait_after(reached)
    tell(rota.everyone, end, texts.EVERYONE_NAME)
    repeat = None if held.repeat is None else held.repeat / SECOND
    return DryRun(chain=held.chain, name=name, planned=planned, steps=found, repeat_s=repeat)
