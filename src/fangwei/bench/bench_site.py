"""A site made for a benchmark: many points in zones that lie far apart, written as an ordinary site folder."""

from pathlib import Path
from typing import Any

import yaml

ZONES = 64
APART_M = 400.0
"""Zones lie so far apart that alarms in two of them are of two causes: each edge opens an incident of its own."""
TOPIC = "bench/{point}"


def write_site(folder: Path, points: int, source: str = "bench") -> list[str]:
    """Write the site; returns the ids of the points whose edges are alarms, one per zone.

    Every point has a high and a high-high limit with a deadband, a range and a greatest rate, so that the whole of
    quality and alarms is at work; one MQTT source takes them all by their topic.
    """
    zones: list[dict[str, Any]] = []
    for number in range(ZONES):
        east, north = (number % 8) * APART_M, (number // 8) * APART_M
        corners = [[east, north], [east + 40, north], [east + 40, north + 40], [east, north + 40]]
        zones.append(
            {
                "id": f"z{number}",
                "name": {"zh": f"区域{number}", "en": f"Zone {number}"},
                "storey": "f1",
                "polygon": corners,
                "floor": 0.0,
                "ceiling": 6.0,
            }
        )
    limits = [
        {"id": "hi", "type": "high", "at": 25.0, "deadband": 2.0, "priority": 2},
        {"id": "hi_hi", "type": "high", "at": 50.0, "deadband": 2.0, "priority": 1},
    ]
    types = [
        {
            "id": "gas",
            "kind": "combustible_gas",
            "unit": "%LEL",
            "gas": {"substance": "DMC", "lel": 4.2},
            "range": [-5.0, 100.0],
            "max_rate": 1e6,
            "stale_after": 600.0,
            "limits": limits,
        }
    ]
    rows = []
    for number in range(points):
        zone = number % ZONES
        corner = zones[zone]["polygon"][0]
        within = number // ZONES
        rows.append(
            {
                "id": f"P{number:05d}",
                "type": "gas",
                "zone": f"z{zone}",
                "place": [corner[0] + 1 + within % 38, corner[1] + 1 + (within // 38) % 38, 1.5],
            }
        )
    folder.mkdir(parents=True, exist_ok=True)
    head = {
        "id": "bench",
        "name": {"zh": "性能测试", "en": "Benchmark"},
        "georeference": {"longitude": 120.0, "latitude": 31.0},
        "storeys": [{"id": "f1", "name": {"zh": "一层", "en": "Ground floor"}, "floor": 0.0, "ceiling": 6.0}],
    }
    options = {"topic": TOPIC, "value": "v", "time": "t", "time_format": "ns"}
    everyone = {"id": "lead", "name": {"zh": "班长", "en": "Shift lead"}, "role": "shift_supervisor"}
    for name, content in {
        "site": {"site": head},
        "zones": {"zones": zones},
        "points": {"point_types": types, "points": rows},
        "sources": {
            "sources": [
                {
                    "id": source,
                    "protocol": "mqtt",
                    "options": options,
                    "points": [{"point": row["id"], "address": row["id"]} for row in rows],
                }
            ]
        },
        "duty": {"duty": {"people": [everyone], "shifts": [{"person": "lead"}]}},
    }.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    return [f"P{zone:05d}" for zone in range(ZONES)]
