"""Checking a whole chain and saying what is proved."""

from collections.abc import Callable, Mapping

import msgspec

from fangwei.audit.check import Checker
from fangwei.audit.explain import explain
from fangwei.audit.faults import Fault, Kind
from fangwei.audit.seal import Seal
from fangwei.audit.source import Source
from fangwei.core.clock import iso
from fangwei.core.texts import Text

PROGRESS_EVERY = 1000


class Report(msgspec.Struct, kw_only=True):
    """What a check found.

    Everything up to `proved_sequence` was there unchanged at `proved_time`, by a seal of a trusted key; the `unsealed`
    entries behind it are chained and wait for the next seal.
    """

    intact: bool
    entries: int
    first: int
    last: int
    seals: int
    proved_sequence: int = 0
    proved_time: int | None = None
    proved_key: str = ""
    unsealed: int = 0
    unsealed_since: int | None = None
    erased: int = 0
    foreign_trust: bool = False
    """The trusted keys were given, not taken from beside the chain."""
    faults: list[Fault] = []
    fault_count: int = 0

    def lines(self, zone: str = "UTC") -> list[Text]:
        """The report for a person: the outcome first, then what is wrong, then what is proved."""
        said = []
        if self.intact:
            said.append(
                Text(
                    f"完好：第 {self.first} 至 {self.last} 条，共 {self.entries} 条，{self.seals} 个封签",
                    f"Intact: entries {self.first} to {self.last}, {self.entries} in all, {self.seals} seals",
                )
                if self.entries
                else Text(f"完好：还没有记录，{self.seals} 个封签", f"Intact: no entries yet, {self.seals} seals")
            )
        else:
            said.append(
                Text(
                    f"记录被动过：发现 {self.fault_count} 处", f"The record was tampered with: {self.fault_count} found"
                )
            )
        said += [Text(f"  {f.text.zh}", f"  {f.text.en}") for f in self.faults]
        if self.proved_time is not None:
            when = iso(self.proved_time, zone)
            said.append(
                Text(
                    f"已证明：到第 {self.proved_sequence} 条，在 {when} 时未被改动（密钥 {self.proved_key}）",
                    f"Proved: up to entry {self.proved_sequence}, unchanged as of {when} (key {self.proved_key})",
                )
            )
        else:
            said.append(Text("没有任何一条得到证明", "Nothing is proved"))
        if self.unsealed:
            since = iso(self.unsealed_since, zone) if self.unsealed_since else "?"
            said.append(
                Text(
                    f"{since} 起的 {self.unsealed} 条已入链，尚未封签",
                    f"{self.unsealed} entries since {since} are chained and not sealed yet",
                )
            )
        if self.erased:
            said.append(Text(f"{self.erased} 条所附文字已删除", f"The words beside {self.erased} entries are erased"))
        if not self.foreign_trust:
            said.append(
                Text(
                    "公钥取自数据本身：要防备能改数据的人，请用另外保存的公钥核对（--public-key）",
                    "The public key came with the data: against someone who could change the data, check with a key "
                    "kept elsewhere (--public-key)",
                )
            )
        return said


def verify(
    source: Source, trusted: Mapping[str, bytes] | None = None, progress: Callable[[int], None] | None = None
) -> Report:
    """Follow the chain from its start. `trusted`: public keys by id; None takes those beside the chain. `progress`
    hears the entries followed so far."""
    checker = Checker(source.keys() if trusted is None else trusted, *source.start, whole=source.whole)
    walk(checker, source, progress)
    return report(checker, source, trusted is not None)


def walk(checker: Checker, source: Source, progress: Callable[[int], None] | None = None) -> None:
    """Follow what the source has behind where the checker stands."""
    known = checker.number
    seals = (seal for seal in source.seals(checker.sequence) if seal.number >= known)
    waiting: Seal | None = next(seals, None)
    for one in source.links(checker.sequence):
        while waiting is not None and waiting.sequence <= one.sequence:
            checker.expect(waiting)
            waiting = next(seals, None)
        checker.follow(one)
        if progress is not None and one.sequence % PROGRESS_EVERY == 0:
            progress(one.sequence)
    while waiting is not None:
        checker.expect(waiting)
        waiting = next(seals, None)


def report(checker: Checker, source: Source, foreign_trust: bool) -> Report:
    """What the checker knows, with the first break explained."""
    faults = checker.end(*source.end())
    if checker.changed is not None:
        place, before = checker.changed
        faults = _clearer(faults, place, explain(source, Fault(Kind.CHANGED, place, place), before))
    proved, sealed = checker.proved, checker.sealed
    return Report(
        intact=not faults,
        entries=checker.sequence - checker.first + 1,
        first=checker.first,
        last=checker.sequence,
        seals=checker.seals,
        proved_sequence=proved.sequence if proved else 0,
        proved_time=proved.time if proved else None,
        proved_key=proved.key if proved else "",
        unsealed=checker.sequence - (sealed.sequence if sealed else checker.first - 1),
        unsealed_since=checker.unsealed_since,
        erased=checker.erased,
        foreign_trust=foreign_trust,
        faults=faults,
        fault_count=len(faults),
    )


def _clearer(faults: list[Fault], place: int, exact: Fault) -> list[Fault]:
    """The faults with what was done at `place` in place of its mere traces: the entries behind it do not fit where
    their numbers moved, and a seal of its stretch cannot fit."""
    if exact.kind is Kind.CHANGED:
        return faults
    moved = exact.kind in (Kind.INSERTED, Kind.REMOVED)
    traces = {exact.first, exact.last, place}

    def is_trace(fault: Fault) -> bool:
        if fault.kind is Kind.CHANGED:
            return fault.first in traces or fault.first - 1 in traces or (moved and fault.first >= place)
        return fault.kind is Kind.REWRITTEN and fault.first <= exact.first <= fault.last

    return sorted([exact, *(f for f in faults if not is_trace(f))], key=lambda fault: fault.first)
