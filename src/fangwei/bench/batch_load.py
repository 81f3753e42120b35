"""A flood of Arrow batches in a process of its own, straight onto the bus: 1,000 readings a message, paced.

    python -m fangwei.bench.batch_load --rate 500000 --seconds 20 --points 5000

Prints one JSON object: what was sent and the source time of every edge. Addresses come from FANGWEI_* variables.
"""

import argparse
import asyncio
import json
import time

import numpy as np
import uvloop

from fangwei.bus import codec, subjects
from fangwei.bus.client import Bus
from fangwei.core.health import Health
from fangwei.core.ids import point_key
from fangwei.core.reading import Readings
from fangwei.core.settings import Settings

BATCH = 1000
EDGE_EVERY_S = 0.25
ALARM_VALUE = 60.0


async def send(rate: float, seconds: float, points: int, edge_points: list[str]) -> dict[str, object]:
    """Send `rate` readings a second for `seconds`; every quarter of a second the next edge point alarms once."""
    settings = Settings.from_environment()
    bus = await Bus.connect(settings, Health("load"))
    keys = np.array([point_key(f"P{n:05d}") for n in range(points)], np.int64)
    edge_keys = [point_key(p) for p in edge_points]
    rng = np.random.default_rng(1)
    # Instrument-like values: a slow walk at 0.1 resolution, one table per hundred rounds.
    table = np.round(5 + np.cumsum(rng.normal(0, 0.05, (100, points)), axis=0).clip(-4, 15), 1)
    quality = np.zeros(BATCH, np.int16)
    # The sender's own first encoding imports and allocates; that is not the platform's delay.
    codec.encode(Readings.of([0] * BATCH, [0] * BATCH, [0] * BATCH, [0.0] * BATCH, [0] * BATCH))
    edges: list[tuple[str, int]] = []
    sent = 0
    behind = 0.0
    begin = time.perf_counter()
    next_edge = begin
    slots = max(points // BATCH, 1)
    number = 0
    while True:
        now = time.perf_counter()
        due = begin + sent / rate
        if now < due:
            await asyncio.sleep(due - now)
        behind = max(behind, now - due)
        if now - begin >= seconds:
            break
        slot, turn = number % slots, number // slots
        rows = slice(slot * BATCH, (slot + 1) * BATCH)
        point = keys[rows]
        stamp = time.time_ns() // 1_000_000 * 1_000_000
        value = table[turn % 100, rows].copy()
        if now >= next_edge and len(edges) < len(edge_points) and slot == 0:
            # The edge is the first row of a slot-0 batch: edge points are the first ones of the site.
            row = int(np.flatnonzero(point == edge_keys[len(edges)])[0])
            value[row] = ALARM_VALUE
            edges.append((edge_points[len(edges)], stamp))
            next_edge = now + EDGE_EVERY_S
        times = np.full(len(point), stamp, np.int64)
        batch = Readings(point, times, times, value, quality[: len(point)])
        await bus.publish(f"{subjects.READINGS}.load", codec.encode(batch))
        sent += len(point)
        number += 1
        if number % 8 == 0:
            await bus.flush()
    await bus.flush()
    took = time.perf_counter() - begin
    await bus.close()
    return {"sent": sent, "seconds": took, "behind_s": behind, "edges": edges}


def main() -> None:
    """Parse, send, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=500_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--points", type=int, default=5000)
    parser.add_argument("--edge", action="append", default=[])
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(send(given.rate, given.seconds, given.points, given.edge))))


if __name__ == "__main__":
    main()
