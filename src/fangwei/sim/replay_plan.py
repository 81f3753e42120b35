"""Which column feeds which point, and in which form: decided from the options and the site, before anything is sent."""

from pathlib import Path
from typing import Any

import yaml

from fangwei.sim.recording import Recording, RecordingUnusable
from fangwei.sim.replay import MqttSender, OpcUaSender
from fangwei.sim.site import Item, Source, read_site

DOCUMENTED_MQTT: dict[str, Any] = {"topic": "plant/{point}", "value": "v", "time": "t", "time_format": "ms"}
"""How messages look where the site has no MQTT source for the points."""

MAPPING_FILE = "replay.json"
"""A site may bring the mapping of the recordings it was made for. JSON, because every YAML file of a site folder
belongs to the site itself."""


def mapping_of(recording: Recording, pairs: tuple[str, ...], map_file: Path | None, site: Path) -> dict[str, str]:
    """Column -> point, from --map, else --map-file, else the site's own replay.json, else columns named like points.

    Raises:
        RecordingUnusable: a pair without `=`, no readable mapping, a column that the file lacks, a point that the site
            lacks, or nothing to send.
        SiteUnusable: the site cannot be read.
    """
    known = read_site(site).points
    own = site / MAPPING_FILE
    said = "--map"
    chosen: dict[str, str] = {}
    if pairs:
        for pair in pairs:
            column, mark, point = pair.rpartition("=")
            if not mark or not column or not point:
                raise RecordingUnusable(f"--map {pair!r}: 应为 列=测点 / must be COLUMN=POINT")
            chosen[column.strip()] = point.strip()
    elif map_file is not None or own.is_file():
        path = map_file or own
        said = str(path)
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as why:
            raise RecordingUnusable(f"{path}: 读不出列与测点的映射 / the mapping cannot be read: {why}") from None
        if not isinstance(content, dict):
            raise RecordingUnusable(f"{path}: 应为 列: 测点 的映射 / must be a mapping of column: point")
        chosen = {str(k): str(v) for k, v in content.items()}
    else:
        chosen = {c: c for c in recording.columns if c in known}
    missing = [c for c in chosen if c not in recording.columns]
    if missing:
        raise RecordingUnusable(
            f"{said} 所列的列 {', '.join(missing)} 不在文件中，文件的列为：{', '.join(recording.columns)}；"
            "用 --map 列=测点 指定\n"
            f"{said} names {', '.join(missing)}, which the file lacks; its columns are {', '.join(recording.columns)}; "
            "say --map COLUMN=POINT"
        )
    if not chosen:
        raise RecordingUnusable(
            f"没有一列是站点 {site} 的测点；用 --site 指定站点，或用 --map 列=测点。列："
            f"{', '.join(recording.columns)}\n"
            f"No column is a point of the site {site}: give the site with --site, or say --map COLUMN=POINT. Columns: "
            + ", ".join(recording.columns)
        )
    strange = [p for p in chosen.values() if p not in known]
    if strange:
        raise RecordingUnusable(
            f"站点 {site} 没有测点 {', '.join(strange)} / the site {site} has no point {', '.join(strange)}"
        )
    return chosen


def sender_of(via: str, source_id: str | None, site: Path, data: Path, points: set[str]) -> MqttSender | OpcUaSender:
    """The sender that speaks as a source of the site does: the named one, else the one with most of the points.

    Raises:
        SiteUnusable: the site cannot be read.
        RecordingUnusable: no such source, or it speaks another protocol.
    """
    sources = read_site(site).sources
    found: Source | None
    if source_id is not None:
        found = sources.get(source_id)
        if found is None or found.protocol != via:
            raise RecordingUnusable(
                f"没有 {via} 数据源 {source_id} / no {via} source {source_id}: {', '.join(sources)}"
            )
    else:
        fitting = [s for s in sources.values() if s.protocol == via and points & {i.point for i in s.items}]
        found = max(fitting, key=lambda s: len(points & {i.point for i in s.items}), default=None)
    items = {i.point: i for i in found.items if i.point in points} if found else {}
    if via == "mqtt":
        return MqttSender(found.options if found else DOCUMENTED_MQTT, items)
    for point in points - items.keys():
        items[point] = Item(point, {"node": f"ns=2;s={point}"}, 1.0, 0.0)
    options = found.options if found else {"endpoint": "opc.tcp://127.0.0.1:4840/plant"}
    return OpcUaSender(options, items, data)
