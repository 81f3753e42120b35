"""Waiting for what the example plant does, asked from the API as any other program would."""

import asyncio
from typing import Any

import httpx
from tests.e2e.platform import Platform

ZONE = "electrolyte_filling"


async def open_incidents(api: httpx.AsyncClient, settled: bool = False) -> list[dict[str, Any]]:
    """Incidents that nobody has closed; also those whose alarms are gone, where `settled`."""
    wanted = ("open", "owned", "settled") if settled else ("open", "owned")
    listed = (await api.get("/api/incidents", params={"limit": 500})).json()
    return [row for row in listed["items"] if row["status"] in wanted]


async def leak_incident(platform: Platform, api: httpx.AsyncClient, alarms: int = 3) -> dict[str, Any]:
    """Start a leak in the filling area; its incident, once so many alarms belong to it."""
    code, output = await platform.command("sim", "leak", ZONE)
    assert code == 0, output
    async with asyncio.timeout(60):
        while True:
            for incident in await open_incidents(api):
                if ZONE in incident["zones"] and len(incident["members"]) >= alarms:
                    return incident
            await asyncio.sleep(0.3)


async def calm(api: httpx.AsyncClient) -> None:
    """What the start itself gave rise to is closed and acknowledged, so that a plant that is well can be seen."""
    for incident in await open_incidents(api, settled=True):
        await api.post(f"/api/incidents/{incident['id']}/close", json={"text": "开机过程 start-up"})
    alarms = [alarm["alarm"] for alarm in (await api.get("/api/alarms", params={"limit": 500})).json()["items"]]
    if alarms:
        await api.post("/api/alarms/acknowledge", json={"alarms": alarms[:200]})
