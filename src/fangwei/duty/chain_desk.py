"""Escalation chains: the list, saving, taking away, and the dry view of who would be told when."""

import asyncio

import msgspec

from fangwei.audit.record import Entry
from fangwei.bus import subjects
from fangwei.bus.client import Bus
from fangwei.core.clock import now_ns
from fangwei.core.errors import RevisionStale
from fangwei.core.events import Hazard
from fangwei.duty import chains, dry, errors, texts
from fangwei.duty.chains import Chain, ChainBody
from fangwei.duty.ledger import Ledger
from fangwei.duty.models import ChainRow
from fangwei.duty.standing import Standing


class SaveChain(msgspec.Struct):
    """Command `fw.do.duty.save_chain`; `chain` None makes a new one, else `revision` is the one it was made from."""

    id: str
    by: str
    body: ChainBody
    chain: str | None = None
    revision: int = 0


class RemoveChain(msgspec.Struct):
    """Command `fw.do.duty.remove_chain`."""

    id: str
    by: str
    chain: str
    revision: int


class AskDryRun(msgspec.Struct):
    """Question `fw.ask.duty.dry_run`: an incident that opens at `time` (now without one); `body` tries a chain that is
    not saved, whatever it is for."""

    zone: str
    hazard: Hazard = Hazard.RELEASE
    priority: int = 1
    time: int | None = None
    body: ChainBody | None = None


class DefaultPace(msgspec.Struct):
    """The duty file's own: seconds until the next step, until everyone, until everyone again (None: never)."""

    escalate_after: float
    everyone_after: float
    repeat_after: float | None


class Chains(msgspec.Struct):
    """The answer of `fw.ask.duty.chains`."""

    default: DefaultPace
    items: list[Chain]


class ChainDesk:
    """Answers for the chains."""

    def __init__(self, standing: Standing, ledger: Ledger) -> None:
        self._standing = standing
        self._ledger = ledger
        self._one_at_a_time = asyncio.Lock()

    async def offer(self, bus: Bus) -> None:
        """Answer from now on."""
        await bus.answer(f"{subjects.ASK}.duty.chains", dict, self.listed)
        await bus.answer(f"{subjects.ASK}.duty.dry_run", AskDryRun, self.dry_run)
        await bus.answer(f"{subjects.DO}.duty.save_chain", SaveChain, self.save)
        await bus.answer(f"{subjects.DO}.duty.remove_chain", RemoveChain, self.remove)

    async def listed(self, _question: dict[str, object]) -> Chains:
        """The chains, and what holds where none fits."""
        duty = self._standing.site.duty
        return Chains(
            DefaultPace(duty.escalate_after, duty.everyone_after, duty.repeat_after),
            sorted(self._standing.chains.values(), key=lambda chain: chain.body.name.en),
        )

    async def dry_run(self, question: AskDryRun) -> dry.DryRun:
        """Who would be told when, if nobody answered."""
        standing = self._standing
        if question.zone not in standing.known.zones:
            raise errors.ZoneUnknown(zone=question.zone[:64])
        if question.body is not None:
            chains.check(question.body, standing.rota, standing.known.zones, ())
            held = chains.pace("draft", question.body)
        else:
            held = chains.pace_of(
                standing.rota, standing.chains.values(), [question.zone], question.hazard, question.priority
            )
        at = now_ns() if question.time is None else question.time
        name = standing.chains[held.chain].body.name if held.chain in standing.chains else None
        return dry.run(standing.rota, standing.ways, held, name, question.zone, question.priority, at)

    async def save(self, order: SaveChain) -> msgspec.Raw:
        """Keep a new chain or a new revision of one."""
        async with self._one_at_a_time:
            known = await self._ledger.answered("save_chain", order.id)
            if known is not None:
                return known
            standing = self._standing
            before = self._held(order.chain, order.revision) if order.chain is not None else None
            if before is None and len(standing.chains) >= chains.MOST_CHAINS:
                raise errors.ChainRefused(why=texts.CHAINS_FULL.format(most=chains.MOST_CHAINS))
            id = order.chain or order.id
            others = [chain for chain in standing.chains.values() if chain.id != id]
            chains.check(order.body, standing.rota, standing.known.zones, others)
            revision = standing.chain_revisions.get(id, 0) + 1
            chain = Chain(id=id, revision=revision, time=now_ns(), by=order.by, body=order.body)
            answer = await self._keep("save_chain", order.id, chain, before, chain)
            standing.chains[id] = chain
            standing.chain_revisions[id] = revision
            standing.changed()
            return answer

    async def remove(self, order: RemoveChain) -> msgspec.Raw:
        """Take a chain away; what it was is kept."""
        async with self._one_at_a_time:
            known = await self._ledger.answered("remove_chain", order.id)
            if known is not None:
                return known
            standing = self._standing
            before = self._held(order.chain, order.revision)
            gone = Chain(id=before.id, revision=before.revision + 1, time=now_ns(), by=order.by, body=before.body)
            answer = await self._keep("remove_chain", order.id, gone, before, None)
            del standing.chains[before.id]
            standing.chain_revisions[before.id] = gone.revision
            standing.changed()
            return answer

    def _held(self, id: str, revision: int) -> Chain:
        chain = self._standing.chains.get(id)
        if chain is None:
            raise errors.ChainUnknown(chain=id[:64])
        if chain.revision != revision:
            raise RevisionStale(revision=chain.revision, current=chain)
        return chain

    async def _keep(
        self, name: str, command: str, chain: Chain, before: Chain | None, after: Chain | None
    ) -> msgspec.Raw:
        row = ChainRow(
            chain=chain.id,
            revision=chain.revision,
            time=chain.time,
            by=chain.by,
            body=msgspec.json.encode(after.body) if after else None,
        )
        entry = Entry(
            id=f"duty/{name}/{command}",
            time=chain.time,
            by=chain.by,
            action="duty.chains",
            subject=f"chain/{chain.id}",
            before=msgspec.to_builtins(before.body) if before else None,
            after=msgspec.to_builtins(after.body) if after else None,
        )
        return await self._ledger.keep(name, command, chain, [row], [entry])
