"""What a device, which needs no password, may hear and say."""

import asyncio
import contextlib

import msgspec
import paho.mqtt.client as mqtt
import pytest

from fangwei.bus.client import NobodyAnswers
from fangwei.bus.server import write_config


@pytest.fixture
async def device(settings, bus):
    """An MQTT client without credentials; `heard` are the topics that reached it."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.heard = []
    client.on_message = lambda *arguments: client.heard.append(arguments[2].topic)
    client.connect("127.0.0.1", settings.mqtt_port)
    client.loop_start()
    async with asyncio.timeout(10):
        while not client.is_connected():
            await asyncio.sleep(0.01)
    yield client
    client.disconnect()
    client.loop_stop()


async def subscribe(client, *topics):
    answered = asyncio.Event()
    loop = asyncio.get_running_loop()
    left = len(topics)

    def on_subscribe(*_):
        nonlocal left
        left -= 1
        if not left:
            loop.call_soon_threadsafe(answered.set)

    client.on_subscribe = on_subscribe
    for topic in topics:
        client.subscribe(topic)
    await asyncio.wait_for(answered.wait(), 10)


async def heard(client, topic):
    async with asyncio.timeout(10):
        while topic not in client.heard:
            await asyncio.sleep(0.01)


async def test_device_hears_devices_but_neither_the_platform_nor_the_answers_it_gets(bus, device):
    await subscribe(device, "#", "+/#", "fw/#", "_INBOX/#", "_INBOX/+/+", "$JS/#", "$SYS/#")
    for _ in range(5):
        with contextlib.suppress(NobodyAnswers):
            await bus.ask("fw.ask.nobody.there", {}, 0.5)
    await bus.publish("fw.evt.alarm.secret", b"x")
    await bus.flush()
    await bus.open_field().ensure(["plant.>"])
    device.publish("plant/last", b"1", qos=1)
    await heard(device, "plant/last")
    assert set(device.heard) == {"plant/last"}


def test_the_page_on_ipv6_leaves_the_broker_where_the_rooms_look_for_it(settings):
    config = write_config(msgspec.structs.replace(settings, host="::1")).read_text()
    assert f'"127.0.0.1:{settings.nats_port}"' in config
    assert f'"127.0.0.1:{settings.mqtt_port}"' in config
