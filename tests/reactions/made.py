"""Events and rules that tests speak of."""

from typing import Any

from fangwei.core.clock import SECOND
from fangwei.core.events import AlarmChange, AlarmEvent, AlarmState, Hazard
from fangwei.core.orders import PlantSignal
from fangwei.core.texts import Text
from fangwei.reactions.judge import Decision, Judge
from fangwei.reactions.rule import AlarmRow, Broadcast, Move, RuleBody, There
from fangwei.reactions.seen import Seen, of_alarm

NOW = 1_800_000_000 * SECOND
TICK = 5_000 * SECOND
WORDS = Text("撤离", "Leave")
POINTS = {"GAS-1": ("filling", "%LEL"), "FLOW-1": ("filling", "m3/h"), "GAS-2": ("store", "%LEL")}


def body(**more: Any) -> RuleBody:
    given: dict[str, Any] = {
        "name": Text("漏气", "Vapour"),
        "when": (AlarmRow(kinds=("combustible_gas",), priority=2),),
        "there": There(zones=("filling",)),
        "then": (Broadcast(WORDS), Move("fan", "full")),
    }
    return RuleBody(**(given | more))


def alarm(number: int = 1, **more: Any) -> AlarmEvent:
    time = more.pop("time", NOW)
    given: dict[str, Any] = {
        "id": f"GAS-1.hi/{number}/raised",
        "occurrence": f"GAS-1.hi/{number}",
        "alarm": "GAS-1.hi",
        "point": "GAS-1",
        "zone": "filling",
        "east": 10.0,
        "north": 5.0,
        "up": 1.0,
        "kind": "combustible_gas",
        "hazard": Hazard.RELEASE,
        "priority": 1,
        "change": AlarmChange.RAISED,
        "state": AlarmState.UNACKED,
        "active": True,
        "value": 31.0,
        "limit": 25.0,
        "unit": "%LEL",
        "quality": 0,
        "source_time": time,
        "receive_time": time,
        "decided_time": time,
        "message": Text("可燃气体高", "Combustible gas high"),
    }
    return AlarmEvent(**(given | more))


def returned(number: int = 1, **more: Any) -> AlarmEvent:
    change = {"id": f"GAS-1.hi/{number}/returned", "change": AlarmChange.RETURNED, "active": False}
    return alarm(number, **(change | more))


def seen(event: AlarmEvent) -> Seen:
    found = of_alarm(event)
    assert found is not None
    return found


def signal(number: int = 1, name: str = "leak.forecast", **more: Any) -> PlantSignal:
    given: dict[str, Any] = {"id": f"s-{number}", "name": name, "time": NOW, "zone": "filling"}
    return PlantSignal(**(given | more))


def judge(*rules: RuleBody, since: int = NOW - SECOND) -> Judge:
    """Rules r0, r1, ... armed a second ago, on a site where every zone is 10 m away."""
    made = Judge(lambda place, zone: 10.0, POINTS)
    for number, one in enumerate(rules):
        made.arm(f"r{number}", 1, one, since)
    return made


def rules_of(found: list[Any]) -> list[str]:
    return [one.rule for one in found if isinstance(one, Decision) and not one.late]
