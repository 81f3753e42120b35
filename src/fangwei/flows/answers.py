"""Are these the answers that a step asks for? Shape only: what they mean, rules and conditions say. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from fangwei.core.clock import MINUTE
from fangwei.core.texts import Text
from fangwei.flows.commands import Submit
from fangwei.flows.engine_errors import AnswersRefused, NotOnSite, ProofNeeded, ReasonMissing, SecondPerson

LARGEST: Final = 48 * 1024
DEEPEST: Final = 8
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
RESERVED: Final = frozenset({"judged", "constructor", "prototype"})
"""Names that the engine writes, or that mean something to JavaScript."""
PROOF_LASTS: Final = 5 * MINUTE
PRESENCE_LASTS: Final = 10 * MINUTE
"""A scanned code says where somebody is for as long as a signature takes."""


def check(
    task: Mapping[str, Any], below: frozenset[str], command: Submit, zones: list[str], now: int
) -> dict[str, Any]:
    """The answers as they are kept.

    Raises:
        AnswersRefused, ReasonMissing: they do not have the shape of the step.
        ProofNeeded: a signature without a fresh second proof.
    """
    answers = command.answers
    if len(msgspec.json.encode(answers)) > LARGEST:
        raise AnswersRefused(why=Text(f"超过 {LARGEST // 1024} KB", f"larger than {LARGEST // 1024} KB"))
    _names(answers, DEEPEST)
    if taken := next((name for name in answers if name in below or name.endswith("_")), None):
        raise AnswersRefused(why=Text(f"“{taken}”不能填写", f"{taken} is not asked"))
    kind = str(task.get("kind"))
    if kind == "approve":
        return _signature(task, answers, command, zones, now)
    if kind == "decide":
        _one_of(answers, "decision", ("then", "otherwise"))
        _reason(answers)
    elif kind == "overtime":
        _booleans(answers, ("finished",))
    elif kind in ("accept", "isolate", "confirm"):
        _booleans(answers, ())
    return dict(answers)


def second_person(task: Mapping[str, Any], data: Mapping[str, Any], by: str, name: Text) -> None:
    """Raises SecondPerson: whoever did the first part may not confirm it."""
    first = task.get("not_by")
    found: Any = data
    for part in str(first).split(".") if first else ():
        found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, Mapping) and found.get("by_") == by:
        raise SecondPerson(task=name)


def on_site(task: Mapping[str, Any], answers: Mapping[str, Any], zones: list[str], judged: bool) -> None:
    """Raises NotOnSite: no proof of being there, and no judge behind who would refuse it with its alarm."""
    wanted = bool(task.get("on_site")) or any(a.get("on_site") for a in task.get("anyone", ()))
    if wanted and not judged and answers.get("on_site_") is not True:
        raise NotOnSite(zone="、".join(zones), minutes=PRESENCE_LASTS // MINUTE)


def _signature(
    task: Mapping[str, Any], answers: Mapping[str, Any], command: Submit, zones: list[str], now: int
) -> dict[str, Any]:
    _one_of(answers, "decision", ("approved", "refused"))
    if answers["decision"] == "refused":
        _reason(answers)
    if not 0 <= now - command.proved <= PROOF_LASTS:
        raise ProofNeeded()
    shown = command.presence
    there = shown is not None and shown.zone in zones and 0 <= now - shown.time <= PRESENCE_LASTS
    return dict(answers) | {"on_site_": there} | ({"zone_": shown.zone} if shown is not None and there else {})


def _one_of(answers: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> None:
    if answers.get(name) not in allowed:
        raise AnswersRefused(
            why=Text(f"{name} 应为 {'、'.join(allowed)} 之一", f"{name} has to be one of {', '.join(allowed)}")
        )


def _reason(answers: Mapping[str, Any]) -> None:
    reason = answers.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise ReasonMissing()


def _booleans(answers: Mapping[str, Any], needed: tuple[str, ...]) -> None:
    for name in needed:
        if not isinstance(answers.get(name), bool):
            raise AnswersRefused(why=Text(f"{name} 应为是或否", f"{name} has to be yes or no"))


def _names(value: Any, deep: int) -> None:
    if deep == 0:
        raise AnswersRefused(why=Text("内容嵌套过深", "too deep"))
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(name, str) or not _NAME.fullmatch(name) or name in RESERVED:
                raise AnswersRefused(why=Text(f"字段名 {name!r} 不可用", f"the name {name!r} cannot be used"))
            _names(inner, deep - 1)
    elif isinstance(value, list):
        for inner in value:
            _names(inner, deep - 1)
