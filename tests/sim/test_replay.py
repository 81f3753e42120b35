"""A recording sent as live: right values, right times, right pace, through both doors."""

import asyncio
import datetime
import json
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asyncua import Client
from click.testing import CliRunner
from tests.sim.test_devices import mqtt_port  # noqa: F401  (a fixture)

from fangwei.sim.commands import replay as replay_command
from fangwei.sim.devices.session import Session, broker_address
from fangwei.sim.recording import RecordingUnusable, read_recording
from fangwei.sim.replay import MqttSender, OpcUaSender, replay, row_times
from fangwei.sim.replay_plan import DOCUMENTED_MQTT, mapping_of
from fangwei.sim.site import Item

CSV = """datetime;Pressure;Flow
2020-03-09 10:00:00;0.5;32
2020-03-09 10:00:01;0.6;not a number
no time;9;9
2020-03-09 10:00:03;0.7;30
"""


@pytest.fixture
def recording_file(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(CSV)
    return path


def test_a_csv_is_read_with_its_gaps_and_without_rows_that_have_no_time(recording_file):
    recording = read_recording(recording_file)
    assert recording.seconds.tolist() == [0.0, 1.0, 3.0]
    assert recording.columns["Pressure"].tolist() == [0.5, 0.6, 0.7]
    assert np.isnan(recording.columns["Flow"][1])
    assert recording.start == datetime.datetime(2020, 3, 9, 10, tzinfo=datetime.UTC)


def test_parquet_gives_the_same_recording_and_rows_are_put_in_order(tmp_path):
    times = [datetime.datetime(2020, 3, 9, 10, 0, s, tzinfo=datetime.UTC) for s in (3, 0, 1)]
    pq.write_table(pa.table({"t": times, "Pressure": [0.7, 0.5, 0.6]}), tmp_path / "r.parquet")
    recording = read_recording(tmp_path / "r.parquet")
    assert recording.seconds.tolist() == [0.0, 1.0, 3.0]
    assert recording.columns["Pressure"].tolist() == [0.5, 0.6, 0.7]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", {}),
        ("a;b\n", {}),
        ("a;b\nx;1\n", {}),
        ("a;b\n2020-01-01;1\n", {"time_column": "no such"}),
    ],
)
def test_a_file_without_times_is_refused_with_a_sentence(tmp_path, text, options):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(RecordingUnusable) as refusal:
        read_recording(path, **options)
    assert "bad.csv" in str(refusal.value)


def test_numeric_and_formatted_times_are_read(tmp_path):
    for text, form in (
        ("t,x\n1500,1\n2500,2\n", "ms"),
        ("t,x\n09.03.2020 10:00,1\n09.03.2020 10:01,2\n", "%d.%m.%Y %H:%M"),
    ):
        (tmp_path / "n.csv").write_text(text)
        assert read_recording(tmp_path / "n.csv", time_format=form).seconds[1] in (1.0, 60.0)


def test_source_time_advances_at_the_speed(recording_file):
    times = row_times(read_recording(recording_file), 60.0, 1_000_000_000)
    assert times == [1_000_000_000, 1_016_666_667, 1_050_000_000]


def test_columns_are_mapped_by_option_or_by_name(recording_file, folder):
    recording = read_recording(recording_file)
    assert mapping_of(recording, ("Pressure=PRS-1",), None, folder) == {"Pressure": "PRS-1"}
    (folder / "replay.json").write_text('{"Flow": "FLO-1"}')
    assert mapping_of(recording, (), None, folder) == {"Flow": "FLO-1"}
    with pytest.raises(RecordingUnusable, match="Nothing"):
        mapping_of(recording, ("Nothing=PRS-1",), None, folder)
    with pytest.raises(RecordingUnusable, match="COLUMN=POINT"):
        mapping_of(recording, ("Pressure",), None, folder)


async def test_mqtt_replay_sends_every_value_once_stamped_near_now_at_its_pace(recording_file, mqtt_port):  # noqa: F811
    listener = await Session("listener", broker_address()).open()
    await listener.subscribe("plant/#")
    sender = MqttSender(DOCUMENTED_MQTT, {})
    await sender.open()
    began = time.time()
    told = []
    done = await replay(read_recording(recording_file), {"Pressure": "P-1", "Flow": "F-1"}, 6.0, sender, told.append)
    took = time.time() - began
    await sender.close()
    heard = [await asyncio.wait_for(listener.messages.get(), 5.0) for _ in range(5)]
    await listener.close()
    assert listener.messages.empty()
    assert done.sent == 5
    assert told[-1] == done
    assert 0.45 < took < 1.5  # three recorded seconds at speed six
    pressures = [json.loads(m) for t, m in heard if t == "plant/P-1"]
    assert [p["v"] for p in pressures] == [0.5, 0.6, 0.7]
    assert pressures[0]["t"] / 1000 == pytest.approx(began, abs=0.2)
    assert pressures[2]["t"] - pressures[0]["t"] == pytest.approx(500, abs=1)


async def test_opcua_replay_serves_the_values_to_a_client(recording_file, tmp_path):
    from tests.conftest import free_port

    endpoint = f"opc.tcp://127.0.0.1:{free_port()}/replay"
    sender = OpcUaSender({"endpoint": endpoint}, {"P-1": Item("P-1", {"node": "ns=2;s=P-1"}, 1.0, 0.0)}, tmp_path)
    await sender.open()
    async with Client(endpoint) as client:
        await replay(read_recording(recording_file), {"Pressure": "P-1"}, 30.0, sender, lambda p: None)
        deadline = time.monotonic() + 5.0
        while await client.get_node("ns=2;s=P-1").read_value() != 0.7 and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        assert await client.get_node("ns=2;s=P-1").read_value() == 0.7
    await sender.close()


@pytest.mark.parametrize(
    ("options", "zh", "en"),
    [
        (["--map", "Pressure=NOPE-1"], "没有测点 NOPE-1", "has no point NOPE-1"),
        (["--map", "Depth=PRS-1"], "不在文件中", "the file lacks"),
        (["--map-file", "none.yaml"], "读不出", "cannot be read"),
        (["--map-file", "broken.yaml"], "读不出", "cannot be read"),
        (["--separator", ";;", "--map", "Pressure=PRS-1"], "一个字符", "one character"),
        ([], "--site", "No column is a point of the site"),
    ],
)
def test_a_wrong_mapping_is_refused_in_both_languages_before_anything_is_sent(
    tmp_path: Path, folder, recording_file, monkeypatch, options, zh, en
):
    monkeypatch.chdir(tmp_path)
    Path("broken.yaml").write_text("a: [")
    said = CliRunner().invoke(replay_command, [str(recording_file), "--site", str(folder), *options])
    assert said.exit_code == 2, said.exception
    assert zh in said.output and en in said.output


def test_the_command_says_in_one_sentence_what_is_wrong(tmp_path: Path, folder, recording_file, monkeypatch):
    run = CliRunner().invoke
    missing = run(replay_command, [str(tmp_path / "none.csv"), "--site", str(folder)])
    assert (missing.exit_code, "none.csv" in missing.output) == (2, True)
    wanted = [str(recording_file), "--site", str(folder), "--map", "Pressure=PRS-1"]
    for port, why in (("1", "fangwei up"), ("seven", "FANGWEI_MQTT_PORT"), ("99999", "FANGWEI_MQTT_PORT")):
        monkeypatch.setenv("FANGWEI_MQTT_PORT", port)
        refused = run(replay_command, wanted)
        assert refused.exit_code == 2, refused.exception
        assert why in refused.output and "MQTT" in refused.output
