"""Every action that a room records has a name that people read."""

import re
from pathlib import Path

from fangwei.alarms.recorded import ACTIONS as ALARMS
from fangwei.duty.recorded import ACTIONS as NOTICES
from fangwei.incidents.recorded import BY_PEOPLE, BY_SYSTEM

ROOT = Path(__file__).resolve().parents[2]
ENTRY = re.compile(r"Entry\((?:[^()]|\([^()]*\))*?action=(f?)\"([a-z_{}.]+)\"", re.DOTALL)


def recorded_actions() -> set[str]:
    found = {*ALARMS.values(), *NOTICES.values(), *BY_PEOPLE.values(), *BY_SYSTEM.values(), "incidents.update"}
    for path in (ROOT / "src" / "fangwei").rglob("*.py"):
        for pattern, action in ENTRY.findall(path.read_text("utf-8")):
            if not pattern:
                found.add(action)
    return found


def test_every_action_has_a_name_in_both_languages() -> None:
    texts = (ROOT / "web/src/features/audit/texts.ts").read_text("utf-8")
    named = set(re.findall(r'"([a-z_]+\.[a-z_]+)": \{ zh: "[^"]+", en: "[^"]+" \}', texts))
    actions = recorded_actions()
    assert len(actions) > 40
    assert actions <= named, sorted(actions - named)


def test_every_room_that_records_can_be_filtered_by() -> None:
    texts = (ROOT / "web/src/features/audit/texts.ts").read_text("utf-8")
    rooms = texts[texts.index("roomNames") : texts.index("actionNames")]
    for room in {action.split(".")[0] for action in recorded_actions()}:
        assert f"\n  {room}: " in rooms, room
