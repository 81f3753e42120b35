"""The cases of a pack, run: what each must answer stands beside it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from fangwei.core.clock import from_datetime
from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.rulepacks import texts
from fangwei.rulepacks.facts import Facts, facts_of
from fangwei.rulepacks.finding import Finding
from fangwei.rulepacks.judge import judge
from fangwei.rulepacks.levels import level_of
from fangwei.rulepacks.major import figures
from fangwei.rulepacks.pack import Pack, Vector
from fangwei.rulepacks.signatures import approver
from fangwei.rulepacks.substances import substances
from fangwei.rulepacks.view import view

ZONE = ZoneInfo("Asia/Shanghai")
"""Clock times in vectors are Chinese time."""
_TIMES = frozenset(
    {"now", "time", "booked", "planned_start", "planned_end", "started", "paused", "logged", "signature_due"}
)
ALL_CONFIRMED = "all"


def failures(pack: Pack, library: Sequence[Pack], feel: Feel) -> Iterator[tuple[int, Text]]:
    """The index of each vector that fails, and in which way."""
    for index, vector in enumerate(pack.vectors):
        wrong = run(pack, vector, library, feel)
        if wrong is not None:
            yield index, wrong


def run(pack: Pack, vector: Vector, library: Sequence[Pack], feel: Feel) -> Text | None:
    """None when every answer is as expected, otherwise the first that is not."""
    packs = [pack, *(other for other in library if other.standard in vector.also)]
    try:
        facts = vector_facts(pack, vector, packs)
    except (msgspec.ValidationError, ValueError) as error:
        return Text(str(error), str(error))
    got = _answers(pack, packs, vector, facts, feel)
    for what, want in vector.expect.items():
        if what not in got:
            return texts.EXPECTED.format(what=what, want=want, got="?")
        have = got[what]
        if isinstance(want, list):
            want, have = sorted(want), sorted(have)
        if want != have:
            return texts.EXPECTED.format(what=what, want=want, got=f"{have} {got['why']}")
    if got["unknown"] and "unknown" not in vector.expect:
        return texts.EXPECTED.format(what="unknown", want=[], got=got["unknown"])
    return None


def vector_facts(pack: Pack, vector: Vector, packs: Sequence[Pack]) -> Facts:
    """The facts of a case: its base with its own laid over it.

    Raises:
        msgspec.ValidationError, ValueError: facts that do not exist, or times that are none.
    """
    merged = _merge(pack.bases.get(vector.base or "", {}), vector.facts)
    if merged.get("measures") == ALL_CONFIRMED:
        merged["measures"] = {m.key: "confirmed" for p in packs for clause in p.clauses for m in clause.measures}
    return facts_of({"now": 0} | _timed(merged))


def _answers(pack: Pack, packs: Sequence[Pack], vector: Vector, facts: Facts, feel: Feel) -> dict[str, Any]:
    major = figures(packs, facts)
    found: list[Finding] = judge(packs, vector.moment, facts, feel) if vector.moment is not None else []
    got: dict[str, Any] = {
        "refuse": any(finding.refuse for finding in found),
        "alarms": sorted({finding.alarm for finding in found if finding.alarm}),
        "actions": sorted({str(finding.action) for finding in found}),
        "clauses": sorted({finding.clause for finding in found}),
        "rules": sorted({finding.rule for finding in found}),
        "unknown": sorted({path for finding in found for path in finding.missing}),
        "why": [f"{finding.standard} {finding.clause} {finding.rule}" for finding in found],
        **(major or {}),
    }
    work = facts.work.kind
    if work is not None:
        answer = level_of(pack, work, view(facts, substances(), major), feel)
        if answer is not None:
            got["level"] = answer.level
            by = approver(pack, work, answer.level) if answer.level is not None else None
            got["approver"] = by.posts[0] if by is not None else None
            if vector.moment is None:
                got["unknown"] = list(answer.missing)
    return got


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _timed(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _timed(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_timed(inner) for inner in value]
    if key in _TIMES and isinstance(value, str):
        return from_datetime(datetime.fromisoformat(value).replace(tzinfo=ZONE))
    return value
