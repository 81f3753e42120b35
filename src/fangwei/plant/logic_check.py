"""Rules and suppressions: whether they can be evaluated, speak of things that exist, and do not silence themselves."""

import json
import re
from collections.abc import Sequence

import zen

from fangwei.plant import texts
from fangwei.plant.point_check import DATA_ALARM, cycles
from fangwei.plant.problems import Findings
from fangwei.plant.schema import Rule, Suppression
from fangwei.plant.shape_check import Placed
from fangwei.plant.site import SitePoint

_STRINGS = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_WORD = re.compile(r"(?<![\w.#$])[A-Za-z_]\w*(?!\w*\s*\()")
_ZEN_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})


def check_rules(
    rules: Sequence[Placed[Rule]], points: dict[str, SitePoint], zones: set[str], broken: set[str], findings: Findings
) -> None:
    """Rules name existing zones and points, have one of `when` and `vote`, and their expression gives a truth."""
    for placed in rules:
        rule, file = placed.value, placed.file.name
        if rule.zone not in zones and rule.zone not in broken:
            what = texts.UNKNOWN_ID.format(what=texts.NOUNS["zone"], id=rule.zone)
            findings.add(file, placed.line("zone"), what, findings.guess(rule.zone, zones))
        if rule.point not in points and rule.point not in broken:
            what = texts.UNKNOWN_ID.format(what=texts.NOUNS["point"], id=rule.point)
            findings.add(file, placed.line("point"), what, findings.guess(rule.point, points))
        _check_inputs(placed, points, broken, findings)
        if (rule.when is None) == (rule.vote is None):
            findings.add(file, placed.line(), texts.RULE_ONE_OF.format(id=rule.id))
        if rule.vote is not None and not 1 <= rule.vote[0] <= len(rule.inputs):
            what = texts.VOTE_OF.format(id=rule.id, k=rule.vote[0], n=len(rule.inputs))
            findings.add(file, placed.line("vote"), what)
        if rule.when is not None:
            _check_expression(placed, findings)


def check_suppressions(
    suppressions: Sequence[Placed[Suppression]],
    rules: dict[str, Rule],
    points: dict[str, SitePoint],
    broken: set[str],
    findings: Findings,
) -> None:
    """Suppressions silence existing alarms, and never, directly or in a circle, alarms of their own inputs."""
    alarms = {f"{point.id}.{limit.id}" for point in points.values() for limit in point.limits}
    silences: dict[str, list[str]] = {}
    for placed in suppressions:
        suppression, file = placed.value, placed.file.name
        _check_inputs(placed, points, broken, findings)
        _check_expression(placed, findings)
        silenced: list[str] = []
        for index, alarm in enumerate(suppression.alarms):
            point, _, limit = alarm.partition(".")
            if alarm in rules:
                silenced.extend(rules[alarm].inputs.values())
            elif alarm in alarms or (point in points and limit == DATA_ALARM):
                silenced.append(point)
            elif alarm not in broken and point not in broken:
                what = texts.UNKNOWN_ID.format(what=texts.NOUNS["alarm"], id=alarm)
                findings.add(file, placed.line("alarms", index), what, findings.guess(alarm, [*alarms, *rules]))
        for watched in suppression.inputs.values():
            silences.setdefault(watched, []).extend(silenced)
    for cycle in cycles(silences):
        for placed in suppressions:
            if cycle[0] in placed.value.inputs.values():
                what = texts.SUPPRESSION_CYCLE.format(cycle=" -> ".join([*cycle, cycle[0]]))
                findings.add(placed.file.name, placed.line("alarms"), what)
                break


def _check_inputs(
    placed: Placed[Rule] | Placed[Suppression], points: dict[str, SitePoint], broken: set[str], findings: Findings
) -> None:
    item = placed.value
    if not item.inputs:
        findings.add(placed.file.name, placed.line("inputs"), texts.RULE_INPUTS.format(id=item.id))
    for name, point in item.inputs.items():
        if point not in points and point not in broken:
            what = texts.UNKNOWN_ID.format(what=texts.NOUNS["point"], id=point)
            findings.add(placed.file.name, placed.line("inputs", name), what, findings.guess(point, points))
        for other in item.inputs:
            if name in (f"{other}_age", f"{other}_ok"):
                what = texts.INPUT_NAME.format(id=item.id, name=name, other=other)
                findings.add(placed.file.name, placed.line("inputs", name), what)


def _check_expression(placed: Placed[Rule] | Placed[Suppression], findings: Findings) -> None:
    item, line = placed.value, placed.line("when")
    expression = item.when or ""
    names: dict[str, float | bool] = {}
    for name in item.inputs:
        names |= {name: 1.0, f"{name}_age": 1.0, f"{name}_ok": True}
    try:
        compiled = zen.compile_expression(expression)
    except Exception as error:  # zen raises bare RuntimeError with JSON and a stack trace in it
        why = _zen_reason(error)
        findings.add(placed.file.name, line, texts.EXPRESSION_WRONG.format(id=item.id, why=why))
        return
    unknown = sorted(set(_WORD.findall(_STRINGS.sub("", expression))) - names.keys() - _ZEN_WORDS)
    for word in unknown:
        what = texts.EXPRESSION_NAME.format(id=item.id, name=word)
        hint = findings.guess(word, names) or texts.ONE_OF.format(names=", ".join(names))
        findings.add(placed.file.name, line, what, hint)
    if unknown:
        return
    try:
        result = compiled.evaluate(names)
    except Exception as error:
        findings.add(placed.file.name, line, texts.EXPRESSION_WRONG.format(id=item.id, why=_zen_reason(error)))
        return
    if not isinstance(result, bool):
        findings.add(placed.file.name, line, texts.EXPRESSION_NOT_TRUTH.format(id=item.id))


def _zen_reason(error: Exception) -> str:
    first = str(error).split("\n", 1)[0]
    try:
        return str(json.loads(first)["source"])
    except (ValueError, KeyError, TypeError):
        return first[:200]
