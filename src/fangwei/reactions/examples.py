"""Rules to begin with, shipped as drafts: nothing of them runs before two people have armed it. Those whose zones and
people a site does not have are left out."""

from fangwei.core.events import Hazard
from fangwei.core.texts import Text
from fangwei.duty.chains import Who
from fangwei.plant.site import Site
from fangwei.reactions import check
from fangwei.reactions.rule import AlarmRow, Broadcast, EventRow, IncidentRow, Move, RuleBody, TellWho, There, ValueRow

_FILLING = There(zones=("electrolyte_filling",))
_ON_DUTY = (Who("step", step=0), Who("step", step=1))

_EXAMPLES: dict[str, RuleBody] = {
    "example-filling-vapour": RuleBody(
        name=Text(
            "注液间可燃气体：全速排风、广播、通知当班", "Vapour in the filling room: exhaust, broadcast, people on duty"
        ),
        when=(
            AlarmRow(kinds=("combustible_gas",), priority=1),
            ValueRow("EF-GAS-01", "above", 20.0, for_s=5.0),
        ),
        there=_FILLING,
        then=(
            Move("fan", "full"),
            Broadcast(
                Text(
                    "注液间有可燃气体，请停止作业，立即撤离",
                    "Combustible gas in the filling room: stop work and leave now",
                )
            ),
            TellWho(
                _ON_DUTY,
                Text(
                    "注液间可燃气体报警，排风已下令全速",
                    "Combustible gas in the filling room; the exhaust is ordered to full",
                ),
                1,
            ),
        ),
        blind="fire",
    ),
    "example-fire-doors": RuleBody(
        name=Text("化成老化区火情：开疏散门、亮灯、广播", "Fire in formation: doors open, lights on, broadcast"),
        when=(
            AlarmRow(kinds=("smoke",), priority=2),
            AlarmRow(kinds=("hot_spot", "temperature", "flame"), priority=2),
        ),
        join="all",
        window_s=120.0,
        there=There(zones=("formation_ageing",), within_m=5.0),
        then=(
            Move("door", "open", zones=("formation_ageing", "corridor")),
            Move("light", "on", zones=("formation_ageing", "corridor")),
            Broadcast(
                Text("化成区发生火情，请从走廊疏散", "Fire in formation: leave by the corridor"),
                zones=("formation_ageing", "corridor"),
            ),
        ),
    ),
    "example-weak-exhaust": RuleBody(
        name=Text(
            "注液间事故排风不足：关供液阀、通知", "Weak emergency exhaust in filling: close the feed, tell people"
        ),
        when=(ValueRow("EF-FLO-04", "below", 2000.0, for_s=10.0),),
        there=_FILLING,
        then=(
            Move("valve", "close", zones=("electrolyte_filling",)),
            TellWho(
                (Who("role", "shift_supervisor"),),
                Text(
                    "注液间事故排风不足，供液阀已下令关闭",
                    "The emergency exhaust of the filling room is weak; the feed valve is ordered shut",
                ),
                2,
            ),
        ),
        cooldown_s=900.0,
        blind="fire",
    ),
    "example-release-incident": RuleBody(
        name=Text(
            "泄漏事件升为一级：全厂广播并通知所有人",
            "A release becomes priority 1: whole-site broadcast, everyone told",
        ),
        when=(IncidentRow(hazards=(Hazard.RELEASE,), priority=1), EventRow("leak.forecast")),
        then=(
            Broadcast(Text("厂区发生泄漏，请按疏散路线撤离", "A release on the site: leave by the escape routes")),
            TellWho((Who("everyone"),), Text("泄漏事件已升为一级", "A release has become priority 1"), 1),
        ),
        per_hour=4,
    ),
}


def examples(site: Site) -> dict[str, RuleBody]:
    """The rules that fit the site."""
    return {id: body for id, body in _EXAMPLES.items() if not check.problems(id, body, site, {})}
