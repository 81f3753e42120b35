"""What can be wrong with a pack beyond its shape: units, facts, conditions, doubles, references."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.plant.problems import Findings
from fangwei.plant.yaml_file import YamlFile
from fangwei.rulepacks import texts
from fangwei.rulepacks.conditions import used
from fangwei.rulepacks.pack import ENTERPRISES, WORKS, Pack, Rule
from fangwei.rulepacks.quantities import convert
from fangwei.rulepacks.view import LISTS, PATHS

GRADED: Final = (*WORKS, "major_hazard", "risk_lec", "risk_ls")
"""What has levels: the special works, units with hazardous substances, and risks."""
_ALARM = re.compile(r"(\d\d|S\d\d)")
_PLACE = re.compile(r"\{[^}]*\}")
Where = tuple[str | int, ...]


class _Check:
    def __init__(self, pack: Pack, name: str, file: YamlFile, feel: Feel, findings: Findings) -> None:
        self.pack, self.name, self.file, self.feel, self.findings = pack, name, file, feel, findings

    def fault(self, where: Where, what: Text) -> None:
        self.findings.add(self.name, self.file.line(*where), what)

    def once(self, noun: str, ids: Iterable[tuple[Where, str]]) -> None:
        seen: set[str] = set()
        for where, id in ids:
            if id in seen:
                self.fault(where, texts.TWICE.format(what=texts.NOUNS[noun], id=id))
            seen.add(id)

    def works(self, where: Where, works: Iterable[str], known: Iterable[str] = WORKS) -> None:
        for work in works:
            if work not in known:
                self.fault(where, texts.NO_WORK.format(work=work))

    def condition(self, where: Where, condition: str, each: str | None) -> None:
        try:
            asked = used(condition)
            self.feel.check(condition)
        except FangweiError as error:
            self.fault(where, error.message)
            return
        for path in asked.paths:
            self.item(where, path, each)

    def item(self, where: Where, path: str, each: str | None) -> None:
        owner = next((name for name, item in LISTS.items() if item == path.partition(".")[0]), None)
        if owner is not None and owner != each:
            self.fault(where, texts.ITEM_WITHOUT_EACH.format(path=path, each=owner))

    def clause(self, where: Where, number: str) -> None:
        if self.pack.clause(number) is None:
            self.fault(where, texts.CLAUSE_GONE.format(clause=number))


def check_pack(pack: Pack, name: str, file: YamlFile, feel: Feel, findings: Findings) -> None:
    """Note everything that is wrong with the pack."""
    check = _Check(pack, name, file, feel, findings)
    if pack.until is not None and pack.until <= pack.in_force:
        check.fault(("until",), texts.UNTIL_EARLY)
    for kind in pack.applies.enterprises:
        if kind not in ENTERPRISES:
            check.fault(("applies", "enterprises"), texts.NO_ENTERPRISE.format(kind=kind))
    check.works(("applies", "works"), pack.applies.works)
    check.once("clause", [(("clauses", n), clause.number) for n, clause in enumerate(pack.clauses)])
    check.once("rule", [(where, rule.id) for where, rule in _rules(pack)])
    check.once("measure", [(where, measure.key) for where, measure in _measures(pack)])
    check.once("vector", [(("vectors", n), vector.id) for n, vector in enumerate(pack.vectors)])
    check.once("table", [(("tables", n), table.id) for n, table in enumerate(pack.tables)])
    for where, rule in _rules(pack):
        _rule(check, where, rule)
    for where, measure in _measures(pack):
        check.works((*where, "works"), measure.works)
    _grades(check)
    _permits(check)
    for n, vector in enumerate(pack.vectors):
        if vector.base is not None and vector.base not in pack.bases:
            check.fault(("vectors", n, "base"), texts.NO_BASE.format(base=vector.base))


def _rules(pack: Pack) -> Iterator[tuple[Where, Rule]]:
    for c, clause in enumerate(pack.clauses):
        for r, rule in enumerate(clause.rules):
            yield ("clauses", c, "rules", r), rule


def _measures(pack: Pack) -> Iterator[tuple[Where, Any]]:
    for c, clause in enumerate(pack.clauses):
        for m, measure in enumerate(clause.measures):
            yield ("clauses", c, "measures", m), measure


def _rule(check: _Check, where: Where, rule: Rule) -> None:
    check.works((*where, "works"), rule.works)
    if rule.each is not None and rule.each not in LISTS:
        check.fault((*where, "each"), texts.NO_LIST.format(each=rule.each))
    for n, condition in enumerate(rule.when):
        check.condition((*where, "when", n), condition, rule.each)
    if rule.alarm is not None and not _ALARM.fullmatch(rule.alarm):
        check.fault((*where, "alarm"), texts.NO_ALARM.format(code=rule.alarm))
    for language in ("zh", "en"):
        for place in _PLACE.findall(getattr(rule.text, language)):
            if place not in ("{value}", "{limit}") or rule.parameter is None:
                check.fault((*where, "text", language), texts.PLACE_UNKNOWN.format(place=place))
    limits = [x for x in (rule.at_least, rule.at_most, rule.above, rule.below) if x is not None]
    if rule.must is not None:
        if limits or rule.parameter is not None or rule.unit is not None:
            check.fault(where, texts.ONE_LIMIT)
        check.condition((*where, "must"), rule.must, rule.each)
        return
    if rule.parameter is None or rule.unit is None or len(limits) != 1:
        check.fault(where, texts.ONE_LIMIT)
        return
    _comparable(check, where, rule, rule.parameter, rule.unit)


def _comparable(check: _Check, where: Where, rule: Rule, parameter: str, unit: str) -> None:
    if parameter not in PATHS:
        check.fault((*where, "parameter"), texts.NO_FACT.format(path=parameter))
        return
    check.item((*where, "parameter"), parameter, rule.each)
    own = PATHS[parameter]
    if own is None:
        check.fault((*where, "parameter"), texts.NOT_A_NUMBER.format(path=parameter))
        return
    try:
        convert(1.0, own, unit)
    except FangweiError as error:
        check.fault((*where, "unit"), error.message)


def _grades(check: _Check) -> None:
    for n, row in enumerate(check.pack.levels):
        check.works(("levels", n, "work"), (row.work,), GRADED)
        check.clause(("levels", n, "clause"), row.clause)
        for key, conditions in (("when", row.when), ("any", row.any)):
            for i, condition in enumerate(conditions):
                check.condition(("levels", n, key, i), condition, None)
    for n, extra in enumerate(check.pack.counts_as):
        check.works(("counts_as", n), (extra.work, extra.counts_as))
        for number in (extra.clause, *extra.clauses):
            check.clause(("counts_as", n, "clauses"), number)
        for i, condition in enumerate(extra.when):
            check.condition(("counts_as", n, "when", i), condition, None)


def _permits(check: _Check) -> None:
    for p, permit in enumerate(check.pack.permits):
        where: Where = ("permits", p)
        check.works((*where, "work"), (permit.work,))
        check.clause((*where, "clause"), permit.clause)
        for n, validity in enumerate(permit.validity):
            if validity.clause is not None:
                check.clause((*where, "validity", n, "clause"), validity.clause)
            try:
                convert(validity.longest, validity.unit, "s")
            except FangweiError as error:
                check.fault((*where, "validity", n, "unit"), error.message)
        for n, field in enumerate(permit.fields):
            if field.fact is not None and field.fact not in PATHS and not _raw_fact(field.fact):
                check.fault((*where, "fields", n, "fact"), texts.NO_FACT.format(path=field.fact))


def _raw_fact(path: str) -> bool:
    """Facts that a form fills and that conditions see in another shape (times, samples)."""
    return path.partition(".")[0] in ("times", "samples", "measures")
