"""What leaves through the channels, and how a receiver that misbehaves is met."""

import asyncio
from typing import Any

import msgspec
import pytest
from tests.conftest import until
from tests.duty.conftest import Receiver, event, incident

from fangwei.core.events import IncidentStatus, TimelineEntry
from fangwei.core.health import Health
from fangwei.core.texts import Text
from fangwei.duty.channels import ChannelFailed, Outgoing, open_door
from fangwei.duty.channels.alertmanager import NO_END, alertmanager_body
from fangwei.duty.courier import Courier
from fangwei.plant.schema import Channel


def channel(type: str, url: str = "", urls: list[str] | None = None) -> Channel:
    return Channel.model_validate({"id": "c", "type": type, "url": url or None, "urls": urls or []})


def message(number: int = 1, **more: Any) -> Outgoing:
    happened = event(revision=number, **more)
    line = TimelineEntry(id=f"l{number}", time=1, recorded=1, kind="joined", text=Text("行", "line"))
    happened.entries.append(line)
    return Outgoing(id=f"{happened.id}/c", key=happened.incident.id, event=happened)


class Tally:
    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.failures: list[str] = []

    async def on_sent(self, out: Outgoing) -> None:
        self.sent.append(out)

    async def on_failed(self, out: Outgoing, error: str) -> None:
        self.failures.append(error)


def courier(receiver_url: str, tally: Tally) -> Courier:
    door = open_door(channel("webhook", receiver_url))
    return Courier("c", door, Health("t"), tally.on_sent, tally.on_failed, first_wait_s=0.05)


async def test_receiver_that_was_away_gets_the_newest_picture_with_every_line_once(receiver: Receiver) -> None:
    receiver.answers = [503, 503]
    tally = Tally()
    sender = courier(receiver.url, tally)
    for number in range(1, 6):
        sender.post(message(number))
    await until(lambda: bool(tally.sent), "it is delivered")
    assert receiver.got[-1]["incident"]["revision"] == 5
    assert [line["id"] for line in receiver.got[-1]["entries"]] == ["l1", "l2", "l3", "l4", "l5"]
    assert tally.failures == ["HTTP 503", "HTTP 503"]
    await until(lambda: sender.busy == 0, "nothing is left")
    await sender.close()


async def test_many_changes_of_one_incident_are_few_messages_that_end_with_the_newest_and_hold_every_line(
    receiver: Receiver,
) -> None:
    tally = Tally()
    sender = courier(receiver.url, tally)
    sender.post(message(1))
    await until(lambda: len(tally.sent) == 1, "the first word is out")
    for number in range(2, 31):
        sender.post(message(number))
    await until(lambda: sender.busy == 0, "all of it is delivered")
    assert len(receiver.got) == 2
    assert receiver.got[-1]["incident"]["revision"] == 30
    lines = [line["id"] for body in receiver.got for line in body["entries"]]
    assert lines == [f"l{number}" for number in range(1, 31)]
    assert receiver.times[1] - receiver.times[0] >= 0.9e9
    await sender.close()


@pytest.mark.parametrize(
    "news",
    [{"status": IncidentStatus.OWNED, "owner": "li"}, {"priority": 1}, {"zones": ["filling", "store"]},
     {"status": IncidentStatus.DISSOLVED, "merged_into": "i0"}],
)  # fmt: skip
async def test_what_matters_goes_at_once_and_takes_the_waiting_lines_along(
    receiver: Receiver, news: dict[str, Any]
) -> None:
    tally = Tally()
    sender = courier(receiver.url, tally)
    sender.post(message(1))
    await until(lambda: len(tally.sent) == 1, "the first word is out")
    sender.post(message(2))
    await asyncio.sleep(0)
    sender.post(message(3, **news))
    await until(lambda: len(tally.sent) == 2, "the news is out before the pace allows", 0.5)
    assert [line["id"] for line in receiver.got[1]["entries"]] == ["l2", "l3"]
    await sender.close()


async def test_new_alarm_of_a_known_incident_reaches_the_receiver_within_a_quarter_of_a_second(
    receiver: Receiver,
) -> None:
    tally = Tally()
    sender = courier(receiver.url, tally)
    sender.post(message(1))
    await until(lambda: len(tally.sent) == 1, "the first word is out")
    sender.post(message(2))
    await asyncio.sleep(0)
    first = tally.sent[0].event.incident.members[0]
    more = [first, msgspec.structs.replace(first, alarm="EF-GAS-02.hi")]
    sender.post(message(3, members=more))
    await until(lambda: len(tally.sent) == 2, "the new alarm is out")
    assert receiver.times[1] - receiver.times[0] < 0.5e9
    assert [line["id"] for line in receiver.got[1]["entries"]] == ["l2", "l3"]
    await sender.close()


async def test_end_of_the_process_sends_what_kept_the_pace(receiver: Receiver) -> None:
    tally = Tally()
    sender = courier(receiver.url, tally)
    sender.post(message(1))
    await until(lambda: len(tally.sent) == 1, "the first word is out")
    sender.post(message(2))
    await sender.close()
    assert [body["incident"]["revision"] for body in receiver.got] == [1, 2]


async def test_receiver_that_never_answers_holds_up_nobody_else(receiver: Receiver) -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(deaf, "127.0.0.1", 0)
    slow, fast = Tally(), Tally()
    stuck = courier(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", slow)
    free = courier(receiver.url, fast)
    for number in range(40):
        stuck.post(message(id=f"i{number}"))
    free.post(message())
    await until(lambda: bool(fast.sent), "the other one is served", 2)
    assert slow.sent == []
    await stuck.close(0)
    await free.close()
    server.close()


@pytest.mark.parametrize("status", [301, 400, 404, 500])
async def test_anything_but_success_is_a_failure_and_redirects_are_not_followed(
    receiver: Receiver, status: int
) -> None:
    receiver.answers = [status]
    door = open_door(channel("webhook", receiver.url))
    with pytest.raises(ChannelFailed):
        await door.send(message())
    assert len(receiver.got) == 1
    await door.close()


async def test_nobody_listening_is_a_failure_with_a_reason() -> None:
    door = open_door(channel("webhook", "http://127.0.0.1:1/"))
    with pytest.raises(ChannelFailed) as failure:
        await door.send(message())
    assert "ConnectError" in failure.value.message.en
    await door.close()


async def test_apprise_reaches_a_json_receiver_from_its_thread(receiver: Receiver) -> None:
    door = open_door(channel("apprise", urls=[f"json://127.0.0.1:{receiver.port}/hook"]))
    await door.send(message())
    assert "注液漏气" in str(receiver.got[0])


async def test_apprise_address_of_no_kind_is_a_failure_that_keeps_the_key_secret() -> None:
    door = open_door(channel("apprise", urls=["nonsense-secret-key"]))
    with pytest.raises(ChannelFailed) as failure:
        await door.send(message())
    assert "secret-key" not in failure.value.message.en


def test_alertmanager_form_has_a_group_per_incident_and_an_alert_per_alarm() -> None:
    body = alertmanager_body(incident(), "c")
    assert body["version"] == "4" and body["status"] == "firing" and body["receiver"] == "c"
    alert = body["alerts"][0]
    assert alert["labels"]["alertname"] == "EF-GAS-01.hi"
    assert alert["labels"]["severity"] == "error"
    assert alert["endsAt"] == NO_END
    assert set(alert) == {"status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"}
    assert body["commonLabels"].items() <= alert["labels"].items()


def test_alertmanager_alert_keeps_its_fingerprint_when_the_priority_rises_and_is_resolved_with_the_incident() -> None:
    before = alertmanager_body(incident(), "c")["alerts"][0]
    after = alertmanager_body(incident(priority=1, status=IncidentStatus.SETTLED), "c")
    assert after["alerts"][0]["fingerprint"] == before["fingerprint"]
    assert after["status"] == "resolved" and after["alerts"][0]["endsAt"] != NO_END
