"""A night at the example plant for pictures and walks: a leak that is being dealt with, another nobody has taken,
hazards, a limit somebody wants changed, a hand-over."""

import asyncio
import io
from typing import Any

import httpx
from PIL import Image, ImageDraw
from tests.conftest import until
from tests.e2e.platform import Platform
from tests.e2e.watching import ZONE, leak_incident, open_incidents

from fangwei.core.clock import HOUR, now_ns

OTHER_ZONE = "nmp_recovery"
"""Far enough from the leak to be an incident of its own."""

LOOKS_EVERY_S = 0.5
"""Between two questions of the same thing: the door counts them."""

HAZARDS = [
    (ZONE, "leak", "major", "2号注液机法兰渗漏，地面有液迹"),
    ("formation_ageing", "passage", "general", "老化架之间堆放空托盘，通道只剩半米"),
    ("electrolyte_store", "fire_protection", "general", "东侧灭火器压力不足"),
    ("coating", "guard", "general", "涂布机尾部防护罩螺栓缺失"),
]


async def until_plant_speaks(platform: Platform, share: float = 0.9, seconds: float = 75.0) -> None:
    """Until nearly every point has said something: some speak once a minute."""
    api = await platform.client("administrator")

    async def speaks() -> bool:
        rows = (await api.get("/api/points", params={"limit": 500})).json()["items"]
        await asyncio.sleep(LOOKS_EVERY_S)
        return bool(rows) and sum(row["latest"] is not None for row in rows) >= share * len(rows)

    await until(speaks, seconds=seconds, what="the plant's points speak")


def photo(text: str) -> bytes:
    """A picture that is seen to be one."""
    image = Image.new("RGB", (1200, 900), (98, 106, 112))
    draw = ImageDraw.Draw(image)
    for i in range(12):
        draw.line((0, 80 * i, 1200, 80 * i - 240), fill=(112, 120, 126), width=10)
    draw.ellipse((330, 200, 870, 740), outline=(205, 208, 210), width=46)
    draw.rectangle((540, 0, 660, 900), fill=(150, 156, 160))
    draw.ellipse((500, 620, 760, 880), fill=(64, 70, 76))
    draw.text((30, 850), text, fill=(230, 230, 230))
    sink = io.BytesIO()
    image.save(sink, "JPEG", quality=80)
    return sink.getvalue()


async def night(platform: Platform) -> dict[str, str]:
    """Play it; what the addresses of pages.py leave open."""
    clients = {
        role: await platform.client(role) for role in ("administrator", "shift_supervisor", "crew", "safety_engineer")
    }
    admin, boss, crew, safety = clients.values()
    me = {role: (await client.get("/api/me")).json()["id"] for role, client in clients.items()}
    await _sim(platform, "fail", "EF-TMP-02", "--mode", "dead")
    await _sim(platform, "leak", OTHER_ZONE)
    leak = await leak_incident(platform, admin, alarms=8)
    path = f"/api/incidents/{leak['id']}"
    await _done(boss.post(f"{path}/take", json={}))
    await _done(boss.post(f"{path}/note", json={"text": "3 号阀已关，排风已开到最大，人员撤到东门。"}))
    for text in ("2 号注液机法兰", "管沟口地面"):
        data = photo("FILLER 2")
        await _done(
            boss.post(f"{path}/photos", params={"text": text}, content=data, headers={"content-type": "image/jpeg"})
        )
    hazard = await _hazards(crew, boss, me)
    await _proposal(safety)
    note = await _done(
        crew.post(
            "/api/duty/handovers", json={"to": me["shift_supervisor"], "text": "注液间今晚按半速生产，3 号泵待检。"}
        )
    )
    other = await until(lambda: _another(admin, leak["id"]), seconds=60, what="the other leak becomes an incident")
    await _done(boss.post(f"{path}/hand", json={"to": me["safety_engineer"]}))
    return {
        "incident": leak["id"],
        "point": leak["first_out"]["point"],
        "other": other["id"],
        "hazard": hazard,
        "note": note["id"],
    }


async def _another(api: httpx.AsyncClient, known: str) -> dict[str, Any] | None:
    await asyncio.sleep(LOOKS_EVERY_S)
    found = [i for i in await open_incidents(api) if i["id"] != known and OTHER_ZONE in i["zones"]]
    return found[0] if found else None


async def _hazards(crew: httpx.AsyncClient, boss: httpx.AsyncClient, me: dict[str, str]) -> str:
    """Four in their states: assigned, put right, reported; the id of the first."""
    ids = []
    for zone, kind, level, words in HAZARDS:
        sent = await _done(crew.post("/api/work/photos", content=photo(zone), headers={"content-type": "image/jpeg"}))
        body = {"zone": zone, "kind": kind, "level": level, "words": words, "photos": [sent["id"]]}
        ids.append((await _done(crew.post("/api/work/hazards", json=body)))["id"])
    for place, (hazard, person) in enumerate(zip(ids, ("shift_supervisor", "crew"), strict=False)):
        body = {"person": me[person], "deadline": now_ns() + (place + 1) * 20 * HOUR, "words": "先围挡，再更换垫片"}
        await _done(boss.post(f"/api/work/hazards/{hazard}/assign", json=body, headers=await _tag(boss, hazard)))
    body = {"words": "托盘已移走，通道恢复 1.4 米"}
    await _done(crew.post(f"/api/work/hazards/{ids[1]}/fix", json=body, headers=await _tag(crew, ids[1])))
    return ids[0]


async def _tag(api: httpx.AsyncClient, hazard: str) -> dict[str, str]:
    return {"if-match": (await api.get(f"/api/work/hazards/{hazard}")).headers["etag"]}


async def _proposal(api: httpx.AsyncClient) -> None:
    """Another limit for the second filler's detector, to be decided on."""
    await propose(api, "EF-GAS-02.hi", 1.25, "更换探头后复核，减少误报")


async def propose(api: httpx.AsyncClient, alarm: str, times: float, reason: str) -> None:
    """Propose a limit `times` as high as it is."""
    answer = await api.get(f"/api/alarms/limits/{alarm}")
    after = answer.json()["in_force"]
    after["at"] *= times
    await _done(
        api.post(
            f"/api/alarms/limits/{alarm}/propose",
            json={"after": after, "reason": reason},
            headers={"if-match": answer.headers["etag"]},
        )
    )


async def _done(asked: Any) -> dict[str, Any]:
    answer: httpx.Response = await asked
    assert answer.status_code < 300, f"{answer.request.url}: {answer.text}"
    shown: dict[str, Any] = answer.json()
    return shown


async def _sim(platform: Platform, *words: str) -> None:
    code, output = await platform.command("sim", *words)
    assert code == 0, output
