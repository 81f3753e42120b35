"""Who does a step, and what the rules say to it: the site's posts, the pinned rule packs, the card's own limits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.flows import texts
from fangwei.flows.cards import Measure, Quantity, Who, Work
from fangwei.flows.commands import Found
from fangwei.flows.definition import Definition
from fangwei.flows.engine import at
from fangwei.flows.facts import facts_of, readings
from fangwei.flows.run import Judged, Run
from fangwei.identity.roles import ROLES
from fangwei.plant.site import Site
from fangwei.rulepacks.facts import Facts
from fangwei.rulepacks.finding import Finding
from fangwei.rulepacks.judge import judge
from fangwei.rulepacks.pack import Moment, Pack
from fangwei.rulepacks.quantities import convert
from fangwei.rulepacks.signatures import approver

MOMENTS: Final = {"measure": None} | {moment.value: moment for moment in Moment}
"""A measurement on its way is compared with the card's own limits; the pack is asked when it counts: at sign and
start."""
NOBODY: Final = ("role:safety_engineer",)
"""Who does a step of which nobody can tell whose it is."""


class Shelf(Protocol):
    """Rule packs by their ids, and which apply."""

    def pinned(self, ids: Sequence[str]) -> Sequence[Pack]:
        """The packs of these ids."""
        ...

    def applies(self, standard: str | None, work: str | None, now: int) -> list[str]:
        """Ids of the packs a run that starts now is judged by."""
        ...


class Office:
    """The site's answer to what the engine asks."""

    def __init__(self, site: Site, feel: Feel, shelf: Shelf) -> None:
        self.feel = feel
        self.shelf = shelf
        self._site = site
        self._zone = site.head.timezone
        self._names = {person.id: person.name.text for person in site.duty.people}

    def doers(self, who: Mapping[str, Any] | None, run: Run, data: Mapping[str, Any]) -> tuple[tuple[str, ...], Text]:
        """`person:<id>` and `role:<role>`, and the same in words."""
        if who and who.get("field") is not None:
            named = at(data, str(who.get("field")))
            ids = [id for id in (named if isinstance(named, list) else [named]) if isinstance(id, str) and id]
            if not ids:
                return NOBODY, texts.NOT_CHOSEN
            return tuple(f"person:{id}" for id in ids), texts.listed(self._names.get(id, Text(id, id)) for id in ids)
        return self._standing(who)

    def first_doers(self, who: Who | None) -> tuple[tuple[str, ...], Text]:
        """Who may begin a flow whose first step is for `who`; nobody has chosen anybody yet."""
        return self._standing(msgspec.to_builtins(who)) if who is not None else ((), texts.ANYBODY)

    def _standing(self, who: Mapping[str, Any] | None) -> tuple[tuple[str, ...], Text]:
        """Posts and roles: they are the same for every run."""
        if not who:
            return NOBODY, texts.NOBODY
        if who.get("post") is not None:
            post = self._site.posts.get(str(who["post"]))
            if post is None:
                return NOBODY, texts.NO_POST.format(post=who["post"])
            doers = tuple(f"person:{id}" for id in post.persons) or (f"role:{post.role}",)
            return doers, post.name.text
        if who.get("role") is not None:
            role = str(who["role"])
            return (f"role:{role}",), ROLES.get(role, Text(role, role))
        return NOBODY, texts.NOT_CHOSEN

    def judge(
        self, definition: Definition, run: Run, do: Mapping[str, Any], data: Mapping[str, Any], now: int, late: bool
    ) -> Judged:
        """What the pinned packs and the card's own limits say; `late`: nobody did the step in time."""
        key, moment = str(do["key"]), str(do["moment"])
        answers = at(data, key)
        answers = answers if isinstance(answers, dict) else {}
        found = [_own(texts.NOT_DONE, "not_done")] if late else list(self._limits(definition, key, answers, data))
        asked = MOMENTS.get(moment)
        if asked is not None and run.packs:
            packs = self.shelf.pinned(run.packs)
            facts = facts_of(definition, run, data, now, self._zone, self._about(answers))
            if moment == "sign":
                approves = _approves(packs, facts, _posts(definition, key))
                facts = msgspec.structs.replace(
                    facts, approver=msgspec.structs.replace(facts.approver, approves=approves)
                )
            found += [_kept(finding) for finding in judge(packs, asked, facts, self.feel)]
        if moment == "sign" and _far(definition, key, answers) and not any(f.alarm == "30" for f in found):
            found.append(_own(texts.OFF_SITE, "off_site", alarm="30"))
        return Judged(
            key=key,
            moment=moment,
            passed=not late and not any(f.refuse for f in found),
            findings=tuple(msgspec.to_builtins(f) for f in found),
        )

    def _about(self, answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        head = self._site.head
        about: dict[str, dict[str, Any]] = {"site": {"timezone": head.timezone, "enterprise": head.enterprise}}
        if "decision" in answers:
            on_site = answers.get("on_site_")
            about["approver"] = {"authorised": True} | ({} if on_site is None else {"on_site": on_site})
        return about

    def _limits(
        self, definition: Definition, key: str, answers: Mapping[str, Any], data: Mapping[str, Any]
    ) -> Iterator[Found]:
        """The card's own limits. A quantity without a sample refuses: not measured is not safe."""
        card = definition.cards.get(key.split(".")[0])
        measured = isinstance(card, Measure) or (isinstance(card, Work) and key.count(".") == 1 and _measures(key))
        if not measured or not isinstance(card, Measure | Work):
            return
        for quantity in card.quantities:
            samples = list(readings(quantity, answers, data))
            if not samples:
                yield _own(texts.NOT_MEASURED.format(what=quantity.name), f"unmeasured_{quantity.key}")
            for sample in samples:
                yield from _compared(quantity, sample)


def _measures(key: str) -> bool:
    return key.rsplit(".", 1)[-1] in ("sample", "check", "fresh")


def _compared(quantity: Quantity, sample: Mapping[str, Any]) -> Iterator[Found]:
    if quantity.low is None and quantity.high is None:
        return
    shown = f"{sample['value']:g} {sample['unit']}"
    try:
        value = convert(sample["value"], sample["unit"], quantity.unit)
    except FangweiError as error:
        yield _own(texts.UNIT.format(what=quantity.name, shown=shown, why=error.message), f"unit_{quantity.key}")
        return
    low, high = quantity.low, quantity.high
    if (low is not None and value < low) or (high is not None and value > high):
        limits = {"low": "" if low is None else f"{low:g}", "high": "" if high is None else f"{high:g}"}
        words = texts.BEYOND.format(what=quantity.name, shown=shown, unit=quantity.unit, **limits)
        clause = quantity.clause
        yield Found(
            refuse=True, action="refuse", text=words, rule=f"limit_{quantity.key}", certainty="site",
            standard=clause.standard if clause else "", clause=clause.number if clause else "",
            facts={quantity.key: sample["value"], "unit": sample["unit"]},
        )  # fmt: skip


def _posts(definition: Definition, key: str) -> set[str]:
    """The posts that may give a signature."""
    task = (definition.does[key].task if key in definition.does else None) or {}
    asked = [task.get("who"), *(one.get("who") for one in task.get("anyone", ()))]
    return {str(who["post"]) for who in asked if isinstance(who, dict) and who.get("post") is not None}


def _approves(packs: Sequence[Pack], facts: Facts, posts: set[str]) -> bool | None:
    """Whether this signature is the approval that a pack asks of one of these posts; None: no pack says who approves,
    or nobody can tell by which post it is given."""
    work = facts.work.kind
    asked = [row for pack in packs if work and (row := approver(pack, work, facts.work.level)) is not None]
    return any(posts & set(row.posts) for row in asked) if asked and posts else None


def _far(definition: Definition, key: str, answers: Mapping[str, Any]) -> bool:
    """A signature that has to be given on site, without proof of being there."""
    task = (definition.does[key].task if key in definition.does else None) or {}
    wanted = bool(task.get("on_site")) or any(a.get("on_site") for a in task.get("anyone", ()))
    return wanted and answers.get("on_site_") is not True


def _own(words: Text, rule: str, alarm: str | None = None) -> Found:
    return Found(refuse=True, action="refuse", text=words, rule=rule, certainty="site", alarm=alarm)


def _kept(finding: Finding) -> Found:
    return Found(
        standard=finding.standard, edition=finding.edition, clause=finding.clause, rule=finding.rule,
        refuse=finding.refuse, action=str(finding.action), alarm=finding.alarm, certainty=str(finding.certainty),
        text=finding.text, facts=finding.facts, missing=list(finding.missing),
    )  # fmt: skip
