"""Honest applications for the shipped permits, and the walk from one to its acceptance."""

from collections.abc import Mapping
from typing import Any

from tests.flows.engine_helpers import Trial

from fangwei.feel.interpreter import Feel
from fangwei.flows.cards import Form
from fangwei.flows.compile import all_cards
from fangwei.flows.facts import facts_of
from fangwei.flows.library import template
from fangwei.rulepacks.facts import Facts

GOOD = {"o2": 20.9, "lel": 0, "h2s": 0, "co": 0}
APPLY: dict[str, Any] = {
    "times": {"planned_start": "2026-07-06T16:00:00+08:00", "planned_end": "2026-07-06T21:00:00+08:00"},
    "guardian_id": "wang-fang",
    "people": ["li-wei"],
    "people_each": {"certificate": "valid"},
    "linked": [],
    "papers": {"risk_analysis": True, "plan": True},
    "work": {"substances": ["methane"], "oxygen_rich": False},
}
HOT: dict[str, Any] = APPLY | {
    "work": {
        "substances": ["methane"], "level": "II", "raised": False, "outdoor": False, "in_vessel": False,
        "oxygen_equipment": False,
    },
    "site": {"explosive_place": False},
    "hot": dict.fromkeys(("running_plant", "unpurged", "in_major_dike", "pipe_rack", "unit_cleared"), False),
    "day": {"holiday": False, "special": False},
    "weather": {"wind_force": 2},
    "near": [],
}  # fmt: skip
READY: dict[str, Any] = {
    "papers": {"briefing": True},
    "guardian": {"present": True, "other_duties": False},
    "work": {"changed": False, "surroundings_changed": False, "abnormal": False},
    "monitored": True,
}


def fields(form: Mapping[str, Any]) -> list[str]:
    """Keys that a form asks."""
    return [str(part["key"]) for part in form["components"] if "key" in part]


def confirmed(id: str) -> dict[str, Any]:
    """The form that confirms every measure, filled in."""
    form = next(c for c in all_cards(template(id).flow.cards) if isinstance(c, Form) and c.key == "confirm").form
    keys = [key.removeprefix("measures.") for key in fields(form) if key.startswith("measures.")]
    return {
        "guardian": {"trained": True}, "papers": {"altered": False}, "measures": dict.fromkeys(keys, "confirmed")
    }  # fmt: skip


class Permit(Trial):
    """A run of a shipped permit."""

    def __init__(self, id: str, feel: Feel, judge: Any = None) -> None:
        self.id = id
        super().__init__(template(id).flow, feel, judge)

    def to_signing(self, apply: Mapping[str, Any]) -> "Permit":
        """Up to where it waits for the first signature."""
        self.submit("apply", **apply)
        self.submit("isolate", material=True, power=True, steam=True)
        self.submit("isolate.confirm", material=True, power=True, steam=True)
        self.submit("confirm", **confirmed(self.id))
        self.submit("gas", **GOOD)
        return self

    def to_start(self) -> "Permit":
        """Signed by everybody who has to, briefed: up to where work may start."""
        while self.open and self.open[0].startswith("sign."):
            self.submit(self.open[0], decision="approved", on_site_=True)
        self.submit("ready", **READY)
        return self

    def facts(self) -> Facts:
        """What the rules would be asked about now."""
        return facts_of(self.definition, self.live.run, self.data, self.now, "Asia/Shanghai")
