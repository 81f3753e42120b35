"""Waiting for what the example plant does, asked from the API as any other program would."""

import asyncio
from typing import Any

import httpx
from tests.e2e.platform import Platform

ZONE = "electrolyte_filling"


async def open_incidents(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Incidents that nobody has closed."""
    answer = (await api.get("/api/incidents")).json()
    rows = answer["items"] if isinstance(answer, dict) else answer
    return [row for row in rows if row["status"] in ("open", "owned")]


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
