"""Commands: done once, refused by name."""

import msgspec
import pytest
from tests.alarms.alarm_plant import at, gas, limit, read, site

from fangwei.alarms import errors
from fangwei.alarms.commands import Commands
from fangwei.alarms.engine import Engine
from fangwei.alarms.schemas import AcknowledgeAsked, Acknowledged, Command
from fangwei.core.clock import HOUR
from fangwei.core.events import AlarmEvent, AlarmState, AlarmStatus


class Room:
    def __init__(self) -> None:
        p = gas("G1", limit(), limit("hihi", at=40.0))
        self.engine = Engine(site(p), at(0))
        self.kept: dict[str, bytes] = {}
        self.told: list[AlarmEvent] = self.engine.hear(read(p, 1, 50.0), at(1))
        self.commands = Commands(self.engine.desk, {}, lambda id, answer, time: self.kept.__setitem__(id, answer))

    async def tell(self, events: list[AlarmEvent]) -> None:
        self.told += events

    async def acknowledge(self, id: str, *alarms: str, by: str = "li") -> Acknowledged:
        answer = await self.commands.acknowledge(AcknowledgeAsked(id, by, list(alarms)), at(2), self.tell)
        return msgspec.json.decode(answer, type=Acknowledged)

    async def do(self, name: str, id: str, alarm: str = "G1.hi", by: str = "li", **more: object) -> AlarmStatus:
        answer = await self.commands.do(name, Command(id, by, alarm, **more), at(2), self.tell)  # type: ignore[arg-type]
        return msgspec.json.decode(answer, type=AlarmStatus)


async def test_acknowledging_many_does_what_it_can_and_names_the_rest() -> None:
    room = Room()
    answer = await room.acknowledge("c1", "G1.hi", "nobody", "G1.data", "G1.hihi")
    assert answer.done == ["G1.hi", "G1.hihi"]
    assert [(r.alarm, r.code) for r in answer.refused] == [
        ("nobody", "alarms.unknown"),
        ("G1.data", "alarms.nothing_to_acknowledge"),
    ]
    assert room.engine.desk.status("G1.hi").by == "li"


async def test_the_same_command_twice_is_done_once_and_answered_twice() -> None:
    room = Room()
    first = await room.acknowledge("c1", "G1.hi")
    told = len(room.told)
    assert await room.acknowledge("c1", "G1.hi") == first
    assert len(room.told) == told and "c1" in room.kept


async def test_shelve_for_gas_ends_within_the_hour_and_says_until_when() -> None:
    room = Room()
    with pytest.raises(errors.ShelvingTooLong):
        await room.do("shelve", "c1", seconds=7200, reason="换探头")
    status = await room.do("shelve", "c2", seconds=1800, reason="换探头")
    assert (status.state, status.until, status.reason) == (AlarmState.SHELVED, at(2) + HOUR // 2, "换探头")
    assert [e.id for e in room.engine.tick(at(2) + HOUR)][-1].endswith(f"/unshelved/{at(2) + HOUR // 2}")


@pytest.mark.parametrize("seconds", [None, 0.0, -5.0, 1e300])
async def test_a_shelving_without_a_sane_end_is_refused(seconds: float | None) -> None:
    with pytest.raises(errors.ShelvingTooLong):
        await Room().do("shelve", "c1", seconds=seconds, reason="换探头")


async def test_logic_may_not_shelve_gas() -> None:
    with pytest.raises(errors.LogicMayNotShelve):
        await Room().do("shelve", "c1", by="logic:flood", seconds=60, reason="泛滥")


async def test_unknown_alarm_and_nobody() -> None:
    with pytest.raises(errors.AlarmUnknown):
        await Room().do("reset", "c1", alarm="nobody")
    with pytest.raises(errors.PersonMissing):
        await Room().do("reset", "c1", by=" ")


async def test_a_refusal_is_not_remembered() -> None:
    room = Room()
    with pytest.raises(errors.NotShelved):
        await room.do("unshelve", "c1")
    await room.do("shelve", "c2", seconds=60, reason="换探头")
    assert (await room.do("unshelve", "c1")).state is AlarmState.ACKED
