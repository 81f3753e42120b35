"""Rules as people make them: saved, tried, armed by two, disarmed by one; and how each stands."""

import asyncio
from collections.abc import Callable

import msgspec

from fangwei.audit.record import SYSTEM, Entry
from fangwei.core.clock import now_ns
from fangwei.core.errors import RevisionStale
from fangwei.core.lists import holds, ordered
from fangwei.core.texts import Text
from fangwei.plant.site import Site
from fangwei.reactions import check, errors
from fangwei.reactions.compile import joined
from fangwei.reactions.examples import examples
from fangwei.reactions.judge import Judge, Stop
from fangwei.reactions.questions import (
    AskCheck,
    AskFirings,
    AskRule,
    AskRules,
    Checked,
    Firings,
    OnRule,
    Rules,
    SaveRule,
    Standing,
)
from fangwei.reactions.rule import Rule, RuleBody
from fangwei.reactions.store import Store

STATES = {"stopped": 0, "arming": 1, "changed": 2, "armed": 3, "draft": 4}


class Desk:
    """Every rule in memory; each change is stored before it holds."""

    def __init__(self, site: Site, store: Store, judge: Judge) -> None:
        self._site = site
        self._store = store
        self._judge = judge
        self._rules: dict[str, Rule] = {}
        self._fired: dict[str, int] = {}
        self._one_at_a_time = asyncio.Lock()
        self.changed: Callable[[], None] = lambda: None
        """Called when other rules run than before."""

    async def load(self) -> None:
        """Take up what was kept; a fresh store gets the site's example drafts."""
        rules = await self._store.rules()
        if not rules:
            now = now_ns()
            rules = [
                Rule(id=id, revision=1, body=body, by=SYSTEM, updated=now, example=True)
                for id, body in examples(self._site).items()
            ]
            await self._store.put(
                rules,
                [_entry(r, "save", SYSTEM, None, {"revision": 1}, f"example/{r.id}") for r in rules],
                None,
                saved=True,
            )
        self._rules = {rule.id: rule for rule in rules}
        self._fired = await self._store.last_fired()
        for rule in rules:
            if rule.armed is not None and rule.armed_revision is not None and rule.armed_at is not None:
                self._judge.arm(rule.id, rule.armed_revision, rule.armed, rule.armed_at)
        self.changed()

    def fired(self, rule: str, time: int) -> None:
        """It fired."""
        self._fired[rule] = max(time, self._fired.get(rule, 0))

    # --- asked --------------------------------------------------------------------------------------------------

    async def listed(self, asked: AskRules) -> Rules:
        """A page of the rules."""
        found = [self._standing(rule) for rule in self._rules.values() if holds(_words(rule), asked.words)]
        keys: dict[str, Callable[[Standing], object]] = {
            "updated": lambda s: s.rule.updated,
            "state": lambda s: STATES[s.state],
            "fired": lambda s: s.last_fired,
            "name": lambda s: s.rule.body.name.zh,
        }
        found = ordered(found, asked.sort or "name", keys)
        first, last = asked.bounds()
        return Rules(len(found), first, found[first:last])

    async def show(self, asked: AskRule) -> Standing:
        """One rule."""
        return self._standing(self._rule(asked.rule))

    async def checked(self, asked: AskCheck) -> Checked:
        """What a body would be refused or warned for."""
        problems = check.problems(asked.rule or "new", asked.body, self._site, self._others(asked.rule))
        return Checked(problems, check.warnings(asked.body, self._site), joined(asked.body))

    async def firings(self, asked: AskFirings) -> Firings:
        """What fired."""
        return await self._store.firings(asked)

    def rule(self, id: str) -> Rule:
        """One rule.

        Raises:
            RuleUnknown: there is none.
        """
        return self._rule(id)

    # --- done ---------------------------------------------------------------------------------------------------

    async def save(self, order: SaveRule) -> msgspec.Raw:
        """A new rule, or a new revision; what runs goes on as it is."""
        async with self._one_at_a_time:
            known = await self._store.answered("save", order.id, order.by)
            if known is not None:
                return known
            before = None if order.rule is None else self._at(order.rule, order.revision)
            if before is None and len(self._rules) >= check.MOST_RULES:
                raise errors.RulesFull(most=check.MOST_RULES)
            id = order.rule or order.id
            found = check.problems(id, order.body, self._site, self._others(order.rule))
            if found:
                why = Text("；".join(p.zh for p in found[:5]), "; ".join(p.en for p in found[:5]))
                raise errors.RuleRefused(why=why)
            now = now_ns()
            if before is None:
                after = Rule(id=id, revision=1, body=order.body, by=order.by, updated=now)
            else:
                after = msgspec.structs.replace(
                    before, revision=before.revision + 1, body=order.body, by=order.by, updated=now, first_by=None,
                    first_at=None, stopped=None if before.armed is None else before.stopped,
                )  # fmt: skip
            was = None if before is None else {"revision": before.revision, "body": msgspec.to_builtins(before.body)}
            now_is = {"revision": after.revision, "body": msgspec.to_builtins(after.body)}
            return await self._put(after, "save", order.id, order.by, was, now_is, saved=True)

    async def arm(self, order: OnRule) -> msgspec.Raw:
        """The first person proposes to arm a revision, another arms it."""
        async with self._one_at_a_time:
            known = await self._store.answered("arm", order.id, order.by)
            if known is not None:
                return known
            before = self._at(order.rule, order.revision)
            if before.armed_revision == before.revision:
                raise errors.AlreadyArmed(revision=before.revision)
            if before.tried_revision != before.revision:
                raise errors.NotTried(revision=before.revision)
            found = check.problems(before.id, before.body, self._site, self._others(before.id))
            if found:
                raise errors.RuleRefused(why=found[0])
            now = now_ns()
            if before.first_by is None:
                after = msgspec.structs.replace(before, first_by=order.by, first_at=now)
                return await self._put(
                    after, "propose", order.id, order.by, None, {"revision": after.revision}, name="arm"
                )
            if before.first_by == order.by:
                raise errors.SamePerson()
            both = (before.first_by, order.by)
            after = msgspec.structs.replace(
                before, armed_revision=before.revision, armed=before.body, armed_at=now, armed_by=both, first_by=None,
                first_at=None, stopped=None,
            )  # fmt: skip
            answer = await self._put(
                after, "arm", order.id, order.by, {"armed": before.armed_revision},
                {"armed": after.revision, "by": list(both)},
            )  # fmt: skip
            self._judge.arm(after.id, after.revision, after.body, now)
            self.changed()
            return answer

    async def disarm(self, order: OnRule) -> msgspec.Raw:
        """One person stops it; also takes back that it shall be armed."""
        async with self._one_at_a_time:
            known = await self._store.answered("disarm", order.id, order.by)
            if known is not None:
                return known
            before = self._rule(order.rule)
            if before.armed is None and before.first_by is None:
                raise errors.NotArmed()
            after = _disarmed(before)
            # It stops before that is stored: whoever presses this wants silence now.
            self._judge.disarm(before.id)
            self.changed()
            return await self._put(
                after, "disarm", order.id, order.by, {"armed": before.armed_revision}, {"armed": None}
            )

    async def stop(self, stop: Stop) -> None:
        """The platform stops a rule; it does not run any more when this is called."""
        async with self._one_at_a_time:
            before = self._rules.get(stop.rule)
            if before is None or before.armed is None:
                return
            after = msgspec.structs.replace(_disarmed(before), stopped=stop.why)
            self._rules[after.id] = after
            entry = _entry(
                after, "stop", SYSTEM, {"armed": before.armed_revision}, {"armed": None, "why": stop.why.en},
                f"stop/{after.id}/{stop.decided}",
            )  # fmt: skip
            await self._store.put([after], [entry], None)
            self.changed()

    async def tried(self, rule: str, revision: int) -> None:
        """A revision was run against history."""
        async with self._one_at_a_time:
            before = self._rules.get(rule)
            if before is None or before.revision != revision or before.tried_revision == revision:
                return
            after = msgspec.structs.replace(before, tried_revision=revision)
            await self._store.put([after], [], None)
            self._rules[rule] = after

    # --- inside -------------------------------------------------------------------------------------------------

    def _rule(self, id: str) -> Rule:
        found = self._rules.get(id)
        if found is None:
            raise errors.RuleUnknown(rule=id[:64])
        return found

    def _at(self, id: str, revision: int) -> Rule:
        found = self._rule(id)
        if found.revision != revision:
            raise RevisionStale(revision=found.revision, current=self._standing(found))
        return found

    def _others(self, but: str | None) -> dict[str, RuleBody]:
        others = {id: rule.body for id, rule in self._rules.items() if id != but}
        running = {f"{id}@": rule.armed for id, rule in self._rules.items() if rule.armed is not None and id != but}
        return others | running

    async def _put(
        self,
        rule: Rule,
        action: str,
        id: str,
        by: str,
        before: dict[str, object] | None,
        after: dict[str, object],
        saved: bool = False,
        name: str | None = None,
    ) -> msgspec.Raw:
        entry = _entry(rule, action, by, before, after, f"{action}/{id}")
        kept = await self._store.put([rule], [entry], (id, name or action, by, self._standing(rule)), saved)
        self._rules[rule.id] = rule
        return kept

    def _standing(self, rule: Rule) -> Standing:
        running = self._judge.rules.get(rule.id)
        if rule.stopped is not None and rule.armed is None:
            state = "stopped"
        elif rule.first_by is not None:
            state = "arming"
        elif rule.armed is None:
            state = "draft"
        else:
            state = "armed" if rule.armed_revision == rule.revision else "changed"
        return Standing(
            rule=rule,
            state=state,  # type: ignore[arg-type]  # one of its words
            expression=joined(rule.body),
            warnings=check.warnings(rule.body, self._site),
            blind=[row.number for row in running.rows if row.blind] if running else [],
            held=running.held if running else 0,
            held_why=running.last_held if running else "",
            lates=running.lates if running else 0,
            fired_hour=len(running.fired) if running else 0,
            last_fired=self._fired.get(rule.id),
        )


def _words(rule: Rule) -> str:
    return f"{rule.id} {rule.body.name.zh} {rule.body.name.en}".casefold()


def _disarmed(rule: Rule) -> Rule:
    return msgspec.structs.replace(
        rule, armed_revision=None, armed=None, armed_at=None, armed_by=(), first_by=None, first_at=None
    )


def _entry(
    rule: Rule, action: str, by: str, before: dict[str, object] | None, after: dict[str, object], id: str
) -> Entry:
    return Entry(
        id=f"reactions/{id}",
        time=now_ns(),
        by=by,
        action=f"reactions.{action}",
        subject=f"rule/{rule.id}",
        before=before,
        after=after,
    )
