"""What of a limit people may change on a running plant, and whether a change makes sense. Pure.

A setting is laid over the limit of the site's files. What would make the limit useless is refused (`faults`); what
makes it weaker, and is allowed, is named before anybody approves it (`notes`).
"""

from itertools import pairwise
from math import isfinite

import msgspec

from fangwei.alarms import texts
from fangwei.alarms.state import PROTECTED
from fangwei.core.events import Hazard
from fangwei.core.texts import Text
from fangwei.plant.schema import Limit, Name, Rationalisation
from fangwei.plant.site import SitePoint

UPWARDS = ("lo_lo", "lo", "hi", "hi_hi")
LONGEST_DELAY_S = 86_400.0
MOST_WORDS = 500


class Why(msgspec.Struct, frozen=True):
    """Rationalisation (ISA-18.2 clause 8)."""

    cause: Text
    consequence: Text
    action: Text
    time_to_respond: float
    """Seconds."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """The changeable part of a limit, in the units of `plant.schema.Limit`.

    Example:
        Setting(at=25.0, deadband=3.0, off_delay=10.0, priority=2)
    """

    at: float
    deadband: float = 0.0
    on_delay: float = 0.0
    off_delay: float = 0.0
    priority: int = 3
    why: Why | None = None


def setting_of(limit: Limit) -> Setting:
    """What the limit says now."""
    record = limit.rationalisation
    return Setting(
        at=float(limit.at),
        deadband=float(limit.deadband),
        on_delay=float(limit.on_delay),
        off_delay=float(limit.off_delay),
        priority=limit.priority,
        why=Why(record.cause.text, record.consequence.text, record.action.text, float(record.time_to_respond))
        if record
        else None,
    )


def laid_over(limit: Limit, setting: Setting) -> Limit:
    """The limit with the setting in the place of its own values."""
    why = setting.why
    record = (
        Rationalisation(
            cause=_name(why.cause),
            consequence=_name(why.consequence),
            action=_name(why.action),
            time_to_respond=why.time_to_respond,
        )
        if why
        else None
    )
    changed = {name: getattr(setting, name) for name in ("at", "deadband", "on_delay", "off_delay", "priority")}
    return limit.model_copy(update={**changed, "rationalisation": record})


def faults(point: SitePoint, limit: Limit, new: Setting) -> list[Text]:
    """Why the setting cannot be: each a sentence; none is good. `point` with its other limits as they are in force."""
    if not all(isfinite(v) for v in (new.at, new.deadband, new.on_delay, new.off_delay)):
        return [texts.NOT_FINITE]
    found = []
    if not 1 <= new.priority <= 4:
        found.append(texts.PRIORITY_RANGE)
    if new.deadband < 0:
        found.append(texts.DEADBAND_NEGATIVE)
    if not (0 <= new.on_delay <= LONGEST_DELAY_S and 0 <= new.off_delay <= LONGEST_DELAY_S):
        found.append(texts.DELAY_RANGE.format(most=LONGEST_DELAY_S))
    if new.why is not None:
        found += _faults_of_why(new.why)
    unit = point.unit
    if limit.type in ("high", "low"):
        found += _faults_of_level(point, limit, new)
    elif limit.type == "equals":
        if point.states and new.at not in point.states:
            names = "、".join(f"{n} {s.zh}" for n, s in point.states.items())
            english = ", ".join(f"{n} {s.en}" for n, s in point.states.items())
            found.append(texts.NO_SUCH_STATE.format(at=new.at, names=Text(names, english)))
    elif new.at <= 0:
        found.append(texts.NOT_POSITIVE)
    elif new.deadband >= new.at:
        found.append(texts.NEVER_BACK.format(at=new.at, deadband=new.deadband, unit=unit))
    return found


def _faults_of_level(point: SitePoint, limit: Limit, new: Setting) -> list[Text]:
    found, unit = [], point.unit
    back = new.at - new.deadband if limit.type == "high" else new.at + new.deadband
    if point.range is not None:
        low, high = point.range
        if not low <= new.at <= high:
            found.append(texts.OUTSIDE_RANGE.format(at=new.at, low=low, high=high, unit=unit))
        elif not low <= back <= high:
            found.append(texts.NEVER_BACK.format(at=new.at, deadband=new.deadband, unit=unit))
    if point.normal is not None:
        low, high = point.normal
        if (limit.type == "high" and back <= high) or (limit.type == "low" and back >= low):
            found.append(texts.IN_NORMAL.format(back=back, low=low, high=high, unit=unit))
    at = {one.id: one.at for one in point.limits if one.type in ("high", "low") and one.id in UPWARDS}
    if limit.id in at:
        at[limit.id] = new.at
        for below, above in pairwise(name for name in UPWARDS if name in at):
            if limit.id in (below, above) and at[below] >= at[above]:
                found.append(texts.ORDER.format(a=below, a_at=at[below], b=above, b_at=at[above], unit=unit))
    return found


def _faults_of_why(why: Why) -> list[Text]:
    found = []
    for words in (why.cause, why.consequence, why.action):
        if not (words.zh.strip() and words.en.strip()):
            found.append(texts.WHY_INCOMPLETE)
            break
        if max(len(words.zh), len(words.en)) > MOST_WORDS:
            found.append(texts.WHY_TOO_LONG.format(most=MOST_WORDS))
            break
    if not (isfinite(why.time_to_respond) and why.time_to_respond > 0):
        found.append(texts.RESPOND_RANGE)
    return found


def is_safety_critical(point: SitePoint, limit: Limit, setting: Setting) -> bool:
    """Gas, fire, evacuation, or the highest priority: what stands between a fault and people."""
    hazard: Hazard = limit.hazard or point.hazard
    return hazard in PROTECTED or setting.priority == 1


def loosened(limit: Limit, before: Setting, after: Setting, unit: str) -> list[Text]:
    """In which ways the alarm comes later or calls less loudly than before."""
    found = []
    later = after.at < before.at if limit.type == "low" else after.at > before.at
    if later and limit.type != "equals":
        found.append(texts.LATER.format(a=before.at, b=after.at, unit=unit))
    if limit.type == "equals" and after.at != before.at:
        found.append(texts.OTHER_STATE)
    if after.on_delay > before.on_delay:
        found.append(texts.DELAYED.format(a=before.on_delay, b=after.on_delay))
    if after.priority > before.priority:
        found.append(texts.LESS_URGENT.format(a=before.priority, b=after.priority))
    return found


def notes(point: SitePoint, limit: Limit, before: Setting, after: Setting) -> list[Text]:
    """What whoever approves must have read."""
    weaker = loosened(limit, before, after, point.unit)
    found = []
    if weaker:
        named = Text("；".join(t.zh for t in weaker), "; ".join(t.en for t in weaker))
        critical = is_safety_critical(point, limit, before)
        found.append((texts.SAFETY_LOOSENED if critical else texts.LOOSENED).format(how=named))
    if after.why is not None and after.on_delay >= after.why.time_to_respond:
        found.append(texts.DELAY_EATS_TIME.format(delay=after.on_delay, respond=after.why.time_to_respond))
    if before.why is not None and after.why is None:
        found.append(texts.WHY_REMOVED)
    return found


def _name(text: Text) -> Name:
    return Name(zh=text.zh, en=text.en)
