"""Conditions of packs: FEEL over facts, with one rule more: what hangs on an unknown fact is unknown.

In FEEL `level = "special"` is false when the level is null, and a rule would be put aside by not knowing. So every
condition is asked which facts it names, and is told (true or false) only when all of them are known.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.rulepacks.view import LISTS, PATHS, View

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BOUND = re.compile(r"\b(?:some|every|for)\s+([a-z_]\w*)\s+in\s+([a-z_][\w.]*)")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_WORDS = frozenset(
    "if then else and or not in some every satisfies for return true false null between".split()  # noqa: SIM905
)
_CALLS = frozenset({"count", "matches", "list contains", "contains", "min", "max", "sum", "abs", "floor", "ceiling"})
MAX_LENGTH = 500
"""A clause's condition fits in a line or two; what is longer nobody has read."""


class ConditionBroken(FangweiError):
    """A condition that a pack may not hold."""

    code = "rulepacks.condition_broken"
    text = Text("条件“{condition}”不成立：{why}", "The condition {condition} cannot be used: {why}")
    http_status = 422


class Used(NamedTuple):
    """What a condition asks about: paths, and fields of the items of lists."""

    paths: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]


@lru_cache(maxsize=8192)
def used(condition: str) -> Used:
    """The facts that a condition names.

    Raises:
        ConditionBroken: it is too long, or names what is no fact.

    >>> used('work.level = "I" and (some l in linked satisfies l.issued = true)')
    Used(paths=('work.level', 'linked'), fields=(('linked', 'issued'),))
    """
    if len(condition) > MAX_LENGTH:
        raise ConditionBroken(
            condition=condition[:40] + "…", why=Text(f"超过 {MAX_LENGTH} 字", f"longer than {MAX_LENGTH} characters")
        )
    bare = _STRING.sub(" ", condition)
    for call in re.findall(r"([a-z]+(?: [a-z]+)?)\s*\(", bare):
        name = call if call in _CALLS else call.split()[-1]
        if name not in _CALLS and name not in _WORDS:
            raise ConditionBroken(condition=condition, why=Text(f"没有函数 {name}", f"there is no function {name}"))
    bare = re.sub(r"\b(?:" + "|".join(sorted(_CALLS, key=len, reverse=True)) + r")\s*\(", "(", bare)
    bound = dict(_BOUND.findall(bare))
    paths: dict[str, None] = {}
    fields: dict[tuple[str, str], None] = {}
    for name in _NAME.findall(bare):
        head, _, rest = name.partition(".")
        if name in _WORDS or name in bound:
            continue
        if head in bound:
            fields[bound[head], rest] = None
        elif name in PATHS:
            paths[name] = None
        else:
            raise ConditionBroken(condition=condition, why=Text(f"没有事实 {name}", f"there is no fact {name}"))
    for place, field in fields:
        if f"{LISTS.get(place, '')}.{field}" not in PATHS:
            raise ConditionBroken(condition=condition, why=Text(f"{place} 没有 {field}", f"{place} have no {field}"))
    return Used(tuple(paths), tuple(fields))


def at(view: View, path: str) -> Any:
    """The fact at a path; None where unknown."""
    value: Any = view
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def unknown(condition: str, view: View) -> tuple[str, ...]:
    """The facts that a condition needs and nobody knows."""
    asked = used(condition)
    missing = [path for path in asked.paths if at(view, path) is None]
    for place, field in asked.fields:
        items = at(view, place) or ()
        missing += [f"{place}[{n}].{field}" for n, item in enumerate(items, 1) if item.get(field) is None]
    return tuple(missing)


def values(feel: Feel, asked: Sequence[tuple[str, View]]) -> list[bool | None]:
    """Each condition over its own facts, three-valued. Conditions over the same facts go to FEEL in one call."""
    answers: list[bool | None] = [None] * len(asked)
    groups: dict[int, tuple[View, dict[str, list[int]]]] = {}
    for index, (condition, view) in enumerate(asked):
        if not unknown(condition, view):
            groups.setdefault(id(view), (view, {}))[1].setdefault(condition, []).append(index)
    for view, conditions in groups.values():
        for condition, answer in zip(conditions, _ask(feel, list(conditions), view), strict=True):
            for index in conditions[condition]:
                answers[index] = answer
    return answers


def _ask(feel: Feel, conditions: list[str], view: View) -> list[bool | None]:
    groups = {path.partition(".")[0] for condition in conditions for path in used(condition).paths}
    try:
        found = feel.values(conditions, {name: view[name] for name in groups})
    except FangweiError:
        # nothing can be told; refusing is what unknown means
        return [None] * len(conditions)
    return [answer if isinstance(answer, bool) else None for answer in found]
