"""Who may change what on the running plant, done: propose, decide, put in force, remember, tell.

Each decision is first written with its record, then put in force, then told. Died in between, the next start lays what
was written over the site's files.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from fangwei.alarms import errors, texts
from fangwei.alarms.engine import Engine
from fangwei.alarms.limit_store import LimitStore
from fangwei.alarms.overrides import LimitState, Standing, approved, check, limit_of, override_of, state_of
from fangwei.alarms.overrides import propose as proposed
from fangwei.alarms.proposal import Proposal, ProposalKind, ProposalState, overtaken, review, withdraw
from fangwei.alarms.recorded import decided_entry, in_force_entry, proposed_entry
from fangwei.alarms.schemas import (
    CheckAsked,
    Checked,
    LimitInForce,
    Proposals,
    ProposalsAsked,
    ProposeLimit,
    ProposeTakeOut,
    Review,
    Withdraw,
)
from fangwei.alarms.setting import faults, laid_over, notes, setting_of
from fangwei.alarms.state import TakeOut
from fangwei.core.clock import seconds
from fangwei.core.errors import FangweiError
from fangwei.core.events import AlarmEvent
from fangwei.core.health import Health
from fangwei.core.texts import Text
from fangwei.plant.site import Site

AWAY = (SQLAlchemyError, OSError, TimeoutError)
PATIENCE_S = 10.0
"""A person waits; what the store has not taken by then is refused in words."""
MOST_SHOWN = 50
LONGEST_OUT_S = 90 * 86_400.0
"""A quarter of a year out of service is no maintenance; the site's files are to be changed."""

Tell = Callable[[list[AlarmEvent]], Awaitable[None]]
Announce = Callable[[LimitInForce], Awaitable[None]]


class Register:
    """The record of limits over a running engine. `file`: the site as its files say."""

    def __init__(
        self, file: Site, engine: Engine, store: LimitStore, health: Health, tell: Tell, announce: Announce
    ) -> None:
        self._file = file
        self._engine = engine
        self._store = store
        self._health = health
        self._tell = tell
        self._announce = announce
        self._standings: dict[str, Standing] = {}
        self._one_at_a_time = asyncio.Lock()
        self.loaded = False

    async def load(self, now: int) -> list[AlarmEvent]:
        """Lay what people changed over the site's files.

        Raises SQLAlchemyError, OSError or TimeoutError while the store is away: the files' limits hold until then.
        """
        async with asyncio.timeout(PATIENCE_S):
            self._standings, unreadable = await self._store.standings()
        for what in unreadable:
            self._health.error("alarms.limit_unreadable", what)
        events: list[AlarmEvent] = []
        for standing in self._standings.values():
            try:
                point, limit = limit_of(self._file, standing.alarm)
            except errors.LimitUnknown:
                if standing.current is not None and standing.current.setting is not None:
                    self._health.error("alarms.changed_limit_gone", standing.alarm)
                continue
            setting = override_of(limit, standing)
            if setting is not None:
                events += self._engine.set_limit(point.id, laid_over(limit, setting), now)
            if standing.current is not None and standing.current.setting is not None:
                if setting is None:
                    self._health.error("alarms.changed_limit_of_another_type", standing.alarm)
                elif standing.current.file != setting_of(limit):
                    self._health.count("alarms.limits_whose_file_changed")
        self.loaded = True
        return events

    # --- asked ------------------------------------------------------------------------------------------------

    async def limit(self, alarm: str) -> LimitState:
        """One limit with its history and its proposals, the open ones first."""
        limit_of(self._file, alarm)
        self._must_be_loaded()
        try:
            versions = await self._store.versions(alarm)
            _, proposals = await self._store.proposals(
                ProposalsAsked(alarm=alarm, kind=ProposalKind.LIMIT, limit=MOST_SHOWN)
            )
        except AWAY as error:
            raise self._away(error) from error
        proposals.sort(key=lambda p: (p.state is not ProposalState.OPEN, -p.time))
        return state_of(self._file, self._engine.site, self._standing(alarm), versions, proposals)

    def limits(self) -> list[LimitInForce]:
        """Every limit that was changed."""
        self._must_be_loaded()
        return [self._in_force(s) for s in self._standings.values() if s.current is not None and self._exists(s.alarm)]

    async def proposals(self, asked: ProposalsAsked) -> Proposals:
        """A page of proposals."""
        try:
            total, items = await self._store.proposals(asked)
        except AWAY as error:
            raise self._away(error) from error
        return Proposals(total, asked.bounds()[0], items)

    def check(self, asked: CheckAsked) -> Checked:
        """What a setting would do, before anybody proposes it."""
        point, limit = limit_of(self._engine.site, asked.alarm)
        after = asked.after if asked.after is not None else setting_of(limit_of(self._file, asked.alarm)[1])
        wrong = faults(point, limit, after)
        if wrong:
            return Checked(wrong, [])
        told = notes(point, limit, setting_of(limit), after)
        return Checked([], told + self._at_once(asked.alarm, after.at, after.deadband, point.unit))

    def _at_once(self, alarm: str, at: float, deadband: float, unit: str) -> list[Text]:
        judged = self._engine.would(alarm, at, deadband)
        if judged is None:
            return []
        beyond, _, value = judged
        active = self._engine.desk.lives[alarm].active
        if beyond and not active:
            return [texts.RAISES_NOW.format(value=value, unit=unit)]
        if active and not beyond:
            return [texts.RETURNS_NOW.format(value=value, unit=unit)]
        return []

    # --- done -------------------------------------------------------------------------------------------------

    async def propose_limit(self, asked: ProposeLimit, now: int) -> Proposal:
        """Propose a setting.

        Raises:
            FangweiError: refused (errors.py); nothing was written.
        """
        async with self._one_at_a_time:
            known = await self._again(asked.id, asked.by, asked.alarm)
            if known is not None:
                return known
            standing = self._standing(asked.alarm)
            if asked.revision != standing.revision:
                raise errors.LimitChanged(alarm=asked.alarm, current=await self.limit(asked.alarm))
            proposal = proposed(
                self._file, self._engine.site, standing,
                id=asked.id, by=asked.by, revision=asked.revision, after=asked.after, reason=asked.reason, now=now,
            )  # fmt: skip
            assert proposal.after is not None
            unit = limit_of(self._file, asked.alarm)[0].unit
            told = self._at_once(asked.alarm, proposal.after.at, proposal.after.deadband, unit)
            proposal = msgspec.structs.replace(proposal, notes=[*proposal.notes, *told])
            later = msgspec.structs.replace(standing, revision=standing.revision + 1)
            await self._keep(later, [proposal], None, [proposed_entry(proposal)])
            return proposal

    async def propose_take_out(self, asked: ProposeTakeOut, now: int) -> Proposal:
        """Propose to take an alarm out of service.

        Raises:
            FangweiError: refused (errors.py).
        """
        async with self._one_at_a_time:
            known = await self._again(asked.id, asked.by, asked.alarm)
            if known is not None:
                return known
            spec = self._engine.desk.specs.get(asked.alarm)
            if spec is None:
                raise errors.AlarmUnknown(alarm=asked.alarm)
            if self._engine.desk.lives[asked.alarm].out_of_service:
                raise errors.AlreadyOutOfService(alarm=asked.alarm)
            if not asked.reason.strip():
                raise errors.ReasonMissing(alarm=asked.alarm)
            if asked.seconds is not None and not 0 < asked.seconds <= LONGEST_OUT_S:
                raise errors.OutTooLong(days=LONGEST_OUT_S / 86_400)
            proposal = Proposal(
                id=asked.id,
                kind=ProposalKind.TAKE_OUT,
                alarm=asked.alarm,
                point=spec.point,
                zone=spec.zone,
                by=asked.by,
                time=now,
                reason=asked.reason.strip(),
                until=now + seconds(asked.seconds) if asked.seconds is not None else None,
            )
            await self._keep(None, [proposal], None, [proposed_entry(proposal)])
            return proposal

    async def review(self, asked: Review, now: int) -> Proposal:
        """Approve or reject; what is approved is in force when this returns.

        Raises:
            FangweiError: refused (errors.py).
        """
        async with self._one_at_a_time:
            proposal = await self._found(asked.proposal, asked.kind)
            version = self._standing(proposal.alarm).version
            done = review(proposal, asked.by, asked.approve, asked.comment.strip(), asked.id, version, now)
            if done is proposal:
                return done
            if done.state is not ProposalState.APPROVED:
                return await self._decided(done)
            if done.kind is ProposalKind.TAKE_OUT:
                return await self._take_out(done, now)
            return await self._put_in_force(done, now)

    async def withdraw(self, asked: Withdraw, now: int) -> Proposal:
        """Take a proposal back.

        Raises:
            FangweiError: refused (errors.py).
        """
        async with self._one_at_a_time:
            proposal = await self._found(asked.proposal, asked.kind)
            done = withdraw(proposal, asked.by, asked.id, now)
            return done if done is proposal else await self._decided(done)

    # --- inside -----------------------------------------------------------------------------------------------

    async def _decided(self, done: Proposal) -> Proposal:
        standing = None
        if done.kind is ProposalKind.LIMIT:
            before = self._standing(done.alarm)
            standing = msgspec.structs.replace(before, revision=before.revision + 1)
        await self._keep(standing, [done], None, [decided_entry(done)])
        return done

    async def _take_out(self, done: Proposal, now: int) -> Proposal:
        if self._engine.desk.lives[done.alarm].out_of_service:
            raise errors.AlreadyOutOfService(alarm=done.alarm)
        await self._keep(None, [done], None, [decided_entry(done)])
        out = TakeOut(done.by, done.decided_by or "", done.reason, done.until)
        await self._tell(self._engine.desk.command(done.alarm, out, done.id, now))
        return done

    async def _put_in_force(self, done: Proposal, now: int) -> Proposal:
        assert done.after is not None
        # What was sensible when it was proposed need not be so beside what is in force now.
        check(self._file, self._engine.site, done.alarm, None if done.to_file else done.after)
        standing = self._standing(done.alarm)
        version, limit = approved(self._file, done, standing, now)
        asked = ProposalsAsked(kind=ProposalKind.LIMIT, state=ProposalState.OPEN, alarm=done.alarm, limit=500)
        _, open_ones = await self._store.proposals(asked)
        others = [overtaken(p, now) for p in open_ones if p.id != done.id]
        later = Standing(alarm=done.alarm, revision=standing.revision + 1, current=version)
        entries = [decided_entry(done), *(decided_entry(p) for p in others), in_force_entry(done, version)]
        await self._keep(later, [done, *others], version, entries)
        await self._tell(self._engine.set_limit(done.point, limit, now))
        self._health.count("alarms.limits_changed")
        await self._announce(self._in_force(later))
        return done

    async def _keep(self, standing: Standing | None, proposals, version, entries) -> None:  # type: ignore[no-untyped-def]
        self._must_be_loaded()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._store.keep(standing, proposals, version, entries)
        except AWAY as error:
            raise self._away(error) from error
        if standing is not None:
            self._standings[standing.alarm] = standing

    async def _found(self, id: str, kind: ProposalKind) -> Proposal:
        self._must_be_loaded()
        try:
            proposal = await self._store.proposal(id)
        except AWAY as error:
            raise self._away(error) from error
        if proposal is None or proposal.kind is not kind:
            raise errors.ProposalUnknown()
        return proposal

    async def _again(self, id: str, by: str, alarm: str) -> Proposal | None:
        """The proposal that this very command made before."""
        self._must_be_loaded()
        if not by.strip():
            raise errors.PersonMissing()
        try:
            known = await self._store.proposal(id)
        except AWAY as error:
            raise self._away(error) from error
        if known is not None and (known.by, known.alarm) != (by, alarm):
            raise errors.ProposalDecided(alarm=alarm)
        return known

    def _in_force(self, standing: Standing) -> LimitInForce:
        point, limit = limit_of(self._file, standing.alarm)
        setting = override_of(limit, standing)
        current = standing.current
        return LimitInForce(
            alarm=standing.alarm,
            point=point.id,
            version=standing.version,
            setting=setting,
            file_changed=setting is not None and current is not None and current.file != setting_of(limit),
        )

    def _exists(self, alarm: str) -> bool:
        try:
            limit_of(self._file, alarm)
        except errors.LimitUnknown:
            return False
        return True

    def _standing(self, alarm: str) -> Standing:
        return self._standings.get(alarm) or Standing(alarm=alarm)

    def _must_be_loaded(self) -> None:
        if not self.loaded:
            raise errors.LimitsNotLoaded()

    def _away(self, error: BaseException) -> FangweiError:
        self._health.error("alarms.limits_store_away", f"{type(error).__name__}: {error}")
        return errors.LimitsNotLoaded()
