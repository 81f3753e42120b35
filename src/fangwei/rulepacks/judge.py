"""Does what is asked for keep the rules? Every clause that concerns the moment is asked. Pure but for FEEL.

A row whose condition is false is put aside. A row that cannot be told, because a fact is unknown or a unit does not
fit, refuses and says what is missing: not knowing is never safe.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.rulepacks import texts
from fangwei.rulepacks.conditions import at, unknown, used, values
from fangwei.rulepacks.facts import Facts
from fangwei.rulepacks.finding import Finding
from fangwei.rulepacks.levels import level_of, rank_of
from fangwei.rulepacks.major import figures
from fangwei.rulepacks.pack import STOPS, Action, Clause, Moment, Pack, Rule
from fangwei.rulepacks.quantities import convert, said
from fangwei.rulepacks.substances import Substances, substances
from fangwei.rulepacks.view import LISTS, PATHS, View, view

GATES = frozenset({Moment.SIGN, Moment.START})
"""Where the level and the measures of a ticket are looked at."""


class _Case(NamedTuple):
    """One row, asked over one set of facts."""

    pack: Pack
    clause: Clause
    rule: Rule
    action: Action
    seen: View
    where: str
    """`readings[2]`, or empty."""


def judge(
    packs: Sequence[Pack], moment: Moment, facts: Facts, feel: Feel, known: Substances | None = None
) -> list[Finding]:
    """What the packs say to these facts at this moment; empty: nothing stands against it.

    `known`: the substances (those that are shipped when None).
    """
    seen = view(facts, known if known is not None else substances(), figures(packs, facts))
    cases = [case for pack in packs for case in _cases(pack, moment, facts, seen, feel)]
    asked = list(dict.fromkeys((c, id(case.seen)) for case in cases for c in _conditions(case.rule)))
    views = {id(case.seen): case.seen for case in cases}
    answers = dict(zip(asked, values(feel, [(c, views[i]) for c, i in asked]), strict=True))
    found = [finding for case in cases if (finding := _judged(case, answers)) is not None]
    for pack in packs:
        found += _blind(pack, moment, facts)
        if moment in GATES or moment is Moment.RESUME:
            found += _level(pack, facts, seen, feel)
        if moment in GATES:
            found += _measures(pack, facts)
    return found


def _conditions(rule: Rule) -> tuple[str, ...]:
    return (*rule.when, rule.must) if rule.must else rule.when


def _cases(pack: Pack, moment: Moment, facts: Facts, seen: View, feel: Feel) -> Iterator[_Case]:
    work, level = facts.work.kind, facts.work.level
    borrowed = _borrowed(pack, work, seen, feel)
    for clause in pack.clauses:
        for rule in clause.rules:
            action = rule.moments.get(moment)
            if action is None or not (_concerns(rule.works, work) or _lent(rule, clause, borrowed)):
                continue
            if rule.levels and level is not None and level not in rule.levels:
                continue
            if rule.each is None:
                yield _Case(pack, clause, rule, action, seen, "")
                continue
            items = seen[rule.each]
            if items is None:
                yield _Case(pack, clause, rule, action, seen | {LISTS[rule.each]: {}}, rule.each)
                continue
            for number, item in enumerate(items, 1):
                yield _Case(pack, clause, rule, action, seen | {LISTS[rule.each]: item}, f"{rule.each}[{number}]")


def _concerns(works: tuple[str, ...], work: str | None) -> bool:
    return not works or work in works


def _lent(rule: Rule, clause: Clause, borrowed: dict[str, set[str]]) -> bool:
    return any(clause.number in borrowed.get(work, ()) for work in rule.works)


def _borrowed(pack: Pack, work: str | None, seen: View, feel: Feel) -> dict[str, set[str]]:
    """Kind of work -> the clauses of it that hold for this one too; those that cannot be told hold."""
    found: dict[str, set[str]] = {}
    for row in pack.counts_as:
        if row.work == work and False not in values(feel, [(condition, seen) for condition in row.when]):
            found.setdefault(row.counts_as, set()).update(row.clauses)
    return found


def _judged(case: _Case, answers: dict[tuple[str, int], bool | None]) -> Finding | None:
    rule, key = case.rule, id(case.seen)
    told = [answers[condition, key] for condition in rule.when]
    if False in told:
        return None
    missing = [p for c, answer in zip(rule.when, told, strict=True) if answer is None for p in _missing(c, case)]
    if rule.levels and at(case.seen, "work.level") is None:
        missing.append("work.level")
    if missing:
        return _doubt(case, missing)
    if rule.must is not None:
        answer = answers[rule.must, key]
        if answer is None:
            return _doubt(case, _missing(rule.must, case))
        return None if answer else _broken(case, None)
    return _compared(case)


def _compared(case: _Case) -> Finding | None:
    rule = case.rule
    assert rule.parameter is not None and rule.limit is not None and rule.unit is not None
    value = at(case.seen, rule.parameter)
    problem = at(case.seen, "reading.problem") if rule.each == "readings" else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _doubt(case, [_place(rule.parameter, case)], problem)
    unit = PATHS[rule.parameter]
    number = convert(value, unit, rule.unit) if unit else float(value)
    kept = (
        (rule.at_least is None or number >= rule.at_least)
        and (rule.at_most is None or number <= rule.at_most)
        and (rule.above is None or number > rule.above)
        and (rule.below is None or number < rule.below)
    )
    return None if kept else _broken(case, number)


def _missing(condition: str, case: _Case) -> list[str]:
    return [_place(path, case) for path in unknown(condition, case.seen)] or [condition]


def _place(path: str, case: _Case) -> str:
    head, _, rest = path.partition(".")
    item = LISTS.get(case.rule.each or "")
    if item != head:
        return path
    return f"{case.where}.{rest}" if case.where.endswith("]") else case.where


def _inputs(case: _Case) -> dict[str, Any]:
    paths = dict.fromkeys(path for condition in _conditions(case.rule) for path in used(condition).paths)
    if case.rule.parameter:
        paths[case.rule.parameter] = None
    if case.rule.each == "readings":
        paths |= dict.fromkeys(("reading.shown", "reading.shown_unit", "reading.substance", "reading.place"))
    return {_place(path, case): at(case.seen, path) for path in paths}


def _broken(case: _Case, number: float | None) -> Finding:
    rule = case.rule
    words = rule.text
    if rule.limit is not None and rule.unit is not None:
        limit = said(rule.limit, rule.unit)
        value = said(number if number is not None else 0.0, rule.unit)
        # replaced, not formatted: a pack's text may not reach into objects
        words = Text(
            words.zh.replace("{value}", value.zh).replace("{limit}", limit.zh),
            words.en.replace("{value}", value.en).replace("{limit}", limit.en),
        )
    return _finding(case, words, ())


def _doubt(case: _Case, missing: list[str], problem: Text | None = None) -> Finding:
    names = tuple(dict.fromkeys(missing))
    if problem is not None:
        words = texts.UNIT_REFUSED.format(why=problem, asks=case.clause.title)
    else:
        words = texts.UNKNOWN.format(what=texts.listed(names), asks=case.clause.title)
    return _finding(case, words, names)


def _finding(case: _Case, words: Text, missing: tuple[str, ...]) -> Finding:
    blind = bool(missing) and case.action is not Action.NOTIFY
    return Finding(
        standard=case.pack.standard,
        edition=case.pack.edition,
        clause=case.clause.number,
        rule=case.rule.id,
        refuse=blind or case.action in STOPS,
        action=case.action if not blind or case.action in STOPS else Action.REFUSE,
        alarm=case.rule.alarm,
        certainty=case.rule.certainty or case.clause.certainty,
        text=words,
        facts=_inputs(case),
        missing=missing,
    )


def _refusal(pack: Pack, clause: str, rule: str, words: Text, facts: dict[str, Any], **more: Any) -> Finding:
    at_clause = pack.clause(clause)
    more.setdefault("action", Action.REFUSE)
    more.setdefault("alarm", None)
    more.setdefault("certainty", at_clause.certainty if at_clause else pack.certainty)
    return Finding(
        standard=pack.standard,
        edition=pack.edition,
        clause=clause,
        rule=rule,
        refuse=True,
        text=words,
        facts=facts,
        **more,
    )


def _blind(pack: Pack, moment: Moment, facts: Facts) -> list[Finding]:
    """Without the kind of work nothing of a permit pack can be asked."""
    if facts.work.kind is not None or not pack.permits:
        return []
    words = texts.UNKNOWN.format(what=texts.listed(("work.kind",)), asks=pack.name)
    return [_refusal(pack, pack.permits[0].clause, "work_kind", words, {"work.kind": None}, missing=("work.kind",))]


def _level(pack: Pack, facts: Facts, seen: View, feel: Feel) -> list[Finding]:
    """A ticket may not stand at a lower level than the work has."""
    work = facts.work.kind
    answer = level_of(pack, work, seen, feel) if work else None
    if work is None or answer is None:
        return []
    clause = next(row.clause for row in pack.levels if row.work == work)
    clause = answer.clauses[0] if answer.clauses else clause
    if answer.level is None:
        what = texts.listed(answer.missing) if answer.missing else texts.NO_ROW
        words = texts.LEVEL_UNKNOWN.format(what=what)
        return [_refusal(pack, clause, "level", words, dict.fromkeys(answer.missing), missing=answer.missing)]
    has = rank_of(pack, work, facts.work.level) if facts.work.level is not None else None
    if has is not None and has >= answer.rank:
        return []
    permit = pack.permit(work)
    names = permit.level_names if permit else {}
    level = facts.work.level
    words = texts.LEVEL_TOO_LOW.format(
        has=names.get(level, Text(level, level)) if level is not None else texts.NONE_GIVEN,
        needs=names.get(answer.level, Text(answer.level, answer.level)),
    )
    inputs = {"work.level": level, "level": answer.level}
    return [_refusal(pack, clause, "level", words, inputs, action=Action.RAISE_LEVEL)]


def _measures(pack: Pack, facts: Facts) -> list[Finding]:
    """Each fixed measure is confirmed, or somebody said that it does not concern the job."""
    found: list[Finding] = []
    for clause in pack.clauses:
        for measure in clause.measures:
            if not _concerns(measure.works, facts.work.kind):
                continue
            if measure.levels and facts.work.level is not None and facts.work.level not in measure.levels:
                continue
            state = (facts.measures or {}).get(measure.key)
            if state in ("confirmed", "not_relevant"):
                continue
            found.append(
                _refusal(
                    pack,
                    clause.number,
                    f"measure_{measure.key}",
                    texts.MEASURE_OPEN.format(measure=measure.text),
                    {f"measures.{measure.key}": state},
                    alarm="90",
                    certainty=measure.certainty or clause.certainty,
                    missing=() if state is not None else (f"measures.{measure.key}",),
                )
            )
    return found
