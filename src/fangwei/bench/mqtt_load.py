"""A flood of MQTT devices in a process of its own: one reading per message, QoS 0, paced, with sharp edges.

    python -m fangwei.bench.mqtt_load --port 1883 --rate 40000 --seconds 20 --points 10000

It must cost next to nothing beside what it measures, so it frames MQTT 3.1.1 by hand: every publish packet
of a point is made once, all but its time; a tick joins those packets with the time of the tick as the
separator (0.1 us each). Prints one JSON object when it is done: what was sent, how fast, and the source
time of every edge.
"""

import argparse
import json
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

TICK_S = 0.002
"""Messages leave in groups of this length of time; shorter costs more system calls, longer adds its own
delay.
"""
DIGITS = 19
"""Of a time in nanoseconds from 2001 to 2286: the packet's length depends on it."""


class BrokerRefusedError(Exception):
    """The broker did not accept the connection; holds its MQTT return code."""


@dataclass(frozen=True, slots=True)
class Load:
    """What to send.

    `points` take turns; `calm` values come round one after the other, so that no sensor looks frozen. Every
    `edge_every_s` the next of `edge_points` sends `edge_value` for `edge_for_s`, then calm values again.
    """

    points: Sequence[str]
    topic: str = "plant/{point}/value"
    rate: float = 40_000.0
    seconds: float = 10.0
    calm: Sequence[float] = tuple(round(5 + 0.01 * k, 3) for k in range(8))
    edge_points: Sequence[str] = ()
    edge_value: float = 99.0
    edge_every_s: float = 0.5
    edge_for_s: float = 1.0


@dataclass(slots=True)
class Sent:
    """What was sent. `edges`: (point, source time in ns) of the first message of each edge."""

    messages: int = 0
    seconds: float = 0.0
    behind_s: float = 0.0
    """Longest time by which the sender ran behind its plan (a broker that pushes back, or no processor
    time).
    """
    cpu_s: float = 0.0
    edges: list[tuple[str, int]] = field(default_factory=list)


def connect_packet(client: str) -> bytes:
    """MQTT 3.1.1 CONNECT, clean session, no keep-alive (section 3.1 of the standard)."""
    body = struct.pack(">H4sBBHH", 4, b"MQTT", 4, 2, 0, len(client)) + client.encode()
    return b"\x10" + remaining_length(len(body)) + body


def remaining_length(length: int) -> bytes:
    """The variable length integer of section 2.2.3.

    >>> remaining_length(321).hex()
    'c102'
    """
    out = bytearray()
    while True:
        length, digit = divmod(length, 128)
        out.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(out)


def publish_packet(topic: str, payload: bytes) -> bytes:
    """A QoS 0 PUBLISH."""
    name = topic.encode()
    return b"\x30" + remaining_length(2 + len(name) + len(payload)) + struct.pack(">H", len(name)) + name + payload


def headless(topic: str, point: str, value: float) -> bytes:
    """A publish packet of about 80 bytes of JSON without its last field's value, the time, and closing
    brace.
    """
    payload = b'{"v":%s,"unit":"%%LEL","from":"load-%s","t":' % (repr(value).encode(), point[-12:].encode())
    whole = publish_packet(topic, payload + b"0" * DIGITS + b"}")
    return whole[: -DIGITS - 1]


def run(host: str, port: int, load: Load, say: Callable[[str], None] = lambda _: None) -> Sent:
    """Connect, send the load, hang up.

    Raises:
        BrokerRefusedError: the broker's CONNACK is not 0.
        OSError: no connection, or it broke.
    """
    calm = [[headless(load.topic.format(point=point), point, value) for point in load.points] for value in load.calm]
    rows = {point: row for row, point in enumerate(load.points)}
    loud = {point: headless(load.topic.format(point=point), point, load.edge_value) for point in load.edge_points}
    with socket.create_connection((host, port), 10) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.sendall(connect_packet(f"load-{time.time_ns() % 10**9}"))
        answer = peer.recv(4)
        if len(answer) != 4 or answer[3] != 0:
            raise BrokerRefusedError(answer.hex())
        say("sending")
        sent = _send(peer, load, calm, rows, loud)
        peer.sendall(b"\xe0\x00")
        peer.shutdown(socket.SHUT_WR)
        peer.recv(16)
    return sent


def _send(
    peer: socket.socket, load: Load, calm: list[list[bytes]], rows: dict[str, int], loud: dict[str, bytes]
) -> Sent:
    sent = Sent()
    count = len(load.points)
    turn = 0  # how often the whole list has been sent
    position = 0  # in this turn
    raised: list[tuple[float, str, list[tuple[list[bytes], int, bytes]]]] = []
    waiting_edge: dict[str, int] = {}
    edge_number = 0
    cpu = time.process_time()
    start = time.perf_counter()
    total = round(load.rate * load.seconds)
    while sent.messages < total:
        now = time.perf_counter() - start
        if loud and now >= (edge_number + 1) * load.edge_every_s:
            point = load.edge_points[edge_number % len(load.edge_points)]
            edge_number += 1
            row = rows[point]
            raised.append((now + load.edge_for_s, point, [(values, row, values[row]) for values in calm]))
            for values in calm:
                values[row] = loud[point]
            waiting_edge[point] = row
        while raised and raised[0][0] <= now:
            for values, row, packet in raised.pop(0)[2]:
                values[row] = packet
        due = min(total, int((now + TICK_S) * load.rate)) - sent.messages
        sent.behind_s = max(sent.behind_s, now - sent.messages / load.rate - TICK_S)
        while due > 0:
            packets = calm[turn % len(calm)][position : position + due]
            stamp = time.time_ns()
            tail = b"%d}" % stamp
            peer.sendall(tail.join(packets) + tail)
            for point, row in list(waiting_edge.items()):
                if position <= row < position + len(packets):
                    sent.edges.append((point, stamp))
                    del waiting_edge[point]
            sent.messages += len(packets)
            due -= len(packets)
            position += len(packets)
            if position >= count:
                position, turn = 0, turn + 1
        next_due = (sent.messages + 1) / load.rate - TICK_S
        time.sleep(max(0.0, min(TICK_S, max(next_due, now + TICK_S) - (time.perf_counter() - start))))
    sent.seconds = time.perf_counter() - start
    sent.cpu_s = time.process_time() - cpu
    return sent


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--topic", default="plant/{point}/value")
    parser.add_argument("--rate", type=float, default=40_000.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--points", type=int, default=10_000, help="points P00000, P00001, ...")
    parser.add_argument("--names", help="file with one point per line, instead of --points")
    parser.add_argument("--edges", type=int, default=0, help="the first N points take turns in sending a sharp edge")
    parser.add_argument("--edge-value", type=float, default=99.0)
    parser.add_argument("--edge-every", type=float, default=0.5)
    parser.add_argument("--edge-for", type=float, default=1.0)
    chosen = parser.parse_args(arguments)
    if chosen.names:
        with open(chosen.names, encoding="utf-8") as file:  # noqa: PTH123
            points = [line.strip() for line in file if line.strip()]
    else:
        points = [f"P{number:05d}" for number in range(chosen.points)]
    load = Load(
        points=points,
        topic=chosen.topic,
        rate=chosen.rate,
        seconds=chosen.seconds,
        edge_points=points[: chosen.edges],
        edge_value=chosen.edge_value,
        edge_every_s=chosen.edge_every,
        edge_for_s=chosen.edge_for,
    )
    sent = run(chosen.host, chosen.port, load, say=lambda word: print(word, file=sys.stderr, flush=True))
    print(
        json.dumps(
            {
                "sent": sent.messages,
                "seconds": round(sent.seconds, 3),
                "rate": round(sent.messages / sent.seconds),
                "behind_ms": round(sent.behind_s * 1000, 1),
                "cpu_us_per_message": round(sent.cpu_s * 1e6 / max(1, sent.messages), 3),
                "edges": sent.edges,
            }
        )
    )


if __name__ == "__main__":
    main()
