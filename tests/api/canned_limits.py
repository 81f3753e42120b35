"""Limits, proposals and figures as the alarms room answers them, from its own pure parts and a dictionary."""

import random
from typing import Any

import msgspec

from fangwei.alarms import errors, schemas
from fangwei.alarms.engine import Engine
from fangwei.alarms.kpi import Transition
from fangwei.alarms.kpi_report import KpiReport, report
from fangwei.alarms.overrides import LimitState, Standing, Version, approved, limit_of, override_of, propose, state_of
from fangwei.alarms.proposal import Proposal, ProposalKind, ProposalState, overtaken, review, withdraw
from fangwei.alarms.setting import faults, notes, setting_of
from fangwei.bus.client import Bus
from fangwei.core.clock import DAY, HOUR, MINUTE, now_ns
from fangwei.core.events import AlarmChange, AlarmState
from fangwei.core.lists import cut
from fangwei.plant.site import Site


class CannedLimits:
    """Answers `fw.*.alarms.*` about limits; forgets everything with the process."""

    def __init__(self, site: Site, bus: Bus) -> None:
        self.site, self.bus = site, bus
        self.engine = Engine(site, now_ns())
        self.standings: dict[str, Standing] = {}
        self.made: dict[str, Proposal] = {}
        self.versions: dict[str, list[Version]] = {}

    async def answer(self) -> None:
        """Subscribe."""
        b, s = self.bus, schemas
        await b.answer("fw.ask.alarms.limits", dict, self._limits)
        await b.answer("fw.ask.alarms.limit", s.LimitAsked, self._limit)
        await b.answer("fw.ask.alarms.check_limit", s.CheckAsked, self._check)
        await b.answer("fw.ask.alarms.proposals", s.ProposalsAsked, self._proposals)
        await b.answer("fw.ask.alarms.kpi_report", s.KpiAsked, self._report)
        await b.answer("fw.do.alarms.propose_limit", s.ProposeLimit, self._propose)
        await b.answer("fw.do.alarms.propose_take_out", s.ProposeTakeOut, self._take_out)
        await b.answer("fw.do.alarms.review", s.Review, self._review)
        await b.answer("fw.do.alarms.withdraw", s.Withdraw, self._withdraw)

    def standing(self, alarm: str) -> Standing:
        return self.standings.get(alarm) or Standing(alarm=alarm)

    def _state(self, alarm: str) -> LimitState:
        limit_of(self.site, alarm)
        mine = [p for p in self.made.values() if p.alarm == alarm and p.kind is ProposalKind.LIMIT]
        mine.sort(key=lambda p: (p.state is not ProposalState.OPEN, -p.time))
        return state_of(self.site, self.engine.site, self.standing(alarm), self.versions.get(alarm, []), mine)

    async def _limits(self, _: dict[str, Any]) -> list[schemas.LimitInForce]:
        return [self._in_force(s) for s in self.standings.values() if s.current]

    def _in_force(self, standing: Standing) -> schemas.LimitInForce:
        point, limit = limit_of(self.site, standing.alarm)
        return schemas.LimitInForce(
            alarm=standing.alarm, point=point.id, version=standing.version, setting=override_of(limit, standing)
        )

    async def _limit(self, asked: schemas.LimitAsked) -> LimitState:
        return self._state(asked.alarm)

    async def _check(self, asked: schemas.CheckAsked) -> schemas.Checked:
        point, limit = limit_of(self.engine.site, asked.alarm)
        after = asked.after or setting_of(limit_of(self.site, asked.alarm)[1])
        wrong = faults(point, limit, after)
        return schemas.Checked(wrong, [] if wrong else notes(point, limit, setting_of(limit), after))

    async def _proposals(self, asked: schemas.ProposalsAsked) -> schemas.Proposals:
        found = [
            p
            for p in sorted(self.made.values(), key=lambda p: -p.time)
            if asked.kind in (None, p.kind) and asked.state in (None, p.state) and asked.alarm in (None, p.alarm)
        ]
        total, part = cut(found, asked, {"time": lambda p: p.time}, lambda p: p.alarm)
        return schemas.Proposals(total, asked.offset, part)

    async def _propose(self, asked: schemas.ProposeLimit) -> Proposal:
        if asked.id in self.made:
            return self.made[asked.id]
        standing = self.standing(asked.alarm)
        if asked.revision != standing.revision:
            raise errors.LimitChanged(alarm=asked.alarm, current=self._state(asked.alarm))
        made = propose(
            self.site, self.engine.site, standing,
            id=asked.id, by=asked.by, revision=asked.revision, after=asked.after, reason=asked.reason, now=now_ns(),
        )  # fmt: skip
        self.made[made.id] = made
        self.standings[asked.alarm] = msgspec.structs.replace(standing, revision=standing.revision + 1)
        return made

    async def _take_out(self, asked: schemas.ProposeTakeOut) -> Proposal:
        spec = self.engine.desk.specs.get(asked.alarm)
        if spec is None:
            raise errors.AlarmUnknown(alarm=asked.alarm)
        until = now_ns() + int(asked.seconds * 1e9) if asked.seconds else None
        made = Proposal(
            id=asked.id, kind=ProposalKind.TAKE_OUT, alarm=asked.alarm, point=spec.point, zone=spec.zone, by=asked.by,
            time=now_ns(), reason=asked.reason, until=until,
        )  # fmt: skip
        return self.made.setdefault(made.id, made)

    def _found(self, id: str, kind: ProposalKind) -> Proposal:
        found = self.made.get(id)
        if found is None or found.kind is not kind:
            raise errors.ProposalUnknown()
        return found

    async def _review(self, asked: schemas.Review) -> Proposal:
        now, made = now_ns(), self._found(asked.proposal, asked.kind)
        standing = self.standing(made.alarm)
        done = review(made, asked.by, asked.approve, asked.comment, asked.id, standing.version, now)
        self.made[done.id] = done
        if done.state is ProposalState.APPROVED and done.kind is ProposalKind.LIMIT:
            version, limit = approved(self.site, done, standing, now)
            self.engine.set_limit(done.point, limit, now)
            self.versions.setdefault(done.alarm, []).insert(0, version)
            standing = Standing(alarm=done.alarm, revision=standing.revision + 1, current=version)
            self.standings[done.alarm] = standing
            for other in self.made.values():
                if other.alarm == done.alarm and other.state is ProposalState.OPEN:
                    self.made[other.id] = overtaken(other, now)
            await self.bus.emit(f"fw.limits.{done.point}", self._in_force(standing))
        return done

    async def _withdraw(self, asked: schemas.Withdraw) -> Proposal:
        done = withdraw(self._found(asked.proposal, asked.kind), asked.by, asked.id, now_ns())
        self.made[done.id] = done
        return done

    async def _report(self, asked: schemas.KpiAsked) -> KpiReport:
        """Invented transitions of a busy plant with a flood each day, the same for the same range."""
        if asked.end <= asked.start:
            raise errors.KpiRangeWrong()
        chance = random.Random(asked.start // HOUR)
        alarms = [(f"{p.id}.{one.id}", p.zone, one.priority) for p in self.site.points.values() for one in p.limits]
        chosen = [a for a in alarms if asked.zones is None or a[1] in asked.zones]
        times = []
        at = float(asked.start)
        while chosen and at < asked.end and len(times) < 20_000:
            flood = (at // DAY * DAY + 9 * HOUR) <= at < (at // DAY * DAY + 9 * HOUR + 20 * MINUTE)
            at += chance.expovariate(1 / ((0.5 if flood else 16) * MINUTE))
            times.append(int(at))
        events = []
        for n, t in enumerate(times):
            name, zone, priority = chosen[int(chance.paretovariate(1.2)) % len(chosen)]
            events.append(
                Transition(
                    id=f"{name}@{n}",
                    alarm=name,
                    zone=zone,
                    change=AlarmChange.RAISED,
                    state=AlarmState.UNACKED,
                    priority=priority,
                    decided_time=t,
                )
            )
        return report(events, asked.start, asked.end, asked.operators, asked.start - DAY)
