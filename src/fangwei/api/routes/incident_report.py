"""An incident as a PDF."""

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from fangwei.api.callers import needs
from fangwei.api.context import Context, ItemId
from fangwei.bus import subjects
from fangwei.core.clock import now_ns
from fangwei.core.errors import FangweiError
from fangwei.core.events import Incident, Notice
from fangwei.historian.questions import AskDownsample, Historian
from fangwei.identity.caller import Caller
from fangwei.incidents.apart import WorkFailed
from fangwei.incidents.photo_files import FOLDER, PhotoFiles
from fangwei.incidents.photos import Photo
from fangwei.incidents.report import gather
from fangwei.incidents.report.matter import Curve, Matter, Picture
from fangwei.incidents.service import Shown
from fangwei.incidents.texts import ReportFailed

BUCKETS = 400
"""What a page's width can show."""


def router(context: Context) -> APIRouter:
    """GET /incidents/{id}/report.pdf."""
    routes = APIRouter(prefix="/incidents", tags=["incidents"])
    site = context.site
    files = PhotoFiles(context.data / FOLDER)

    async def notices(incident: str) -> list[Notice] | None:
        try:
            answer = await context.bus.ask(f"{subjects.ASK}.duty.notices", {"incident": incident}, 3.0)
            return msgspec.json.decode(answer, type=list[Notice])
        except FangweiError as error:
            context.health.error("api.notices_unknown", str(error))
            return None

    async def curves(incident: Incident) -> list[Curve] | None:
        points = [p for p in gather.main_points(incident) if p in site.points]
        if not points:
            return []
        start, end = gather.time_shown(incident)
        question = AskDownsample(points, start, end, BUCKETS, aligned=True)
        try:
            series = (await Historian(context.bus).downsample(question)).series
        except FangweiError as error:
            context.health.error("api.report_without_curves", str(error))
            return None
        return [gather.curve(site, incident, p, series[p]) for p in points if p in series]

    async def photos(incident: str) -> list[Picture]:
        answer = await context.bus.ask(f"{subjects.ASK}.incidents.photos", {"incident": incident})
        found = []
        for photo in msgspec.json.decode(answer, type=list[Photo]):
            facts = {name: getattr(photo, name) for name in Picture.__struct_fields__ if name != "jpeg"}
            found.append(Picture(jpeg=None if photo.erased else files.read(photo.hash), **facts))
        return found

    @routes.get("/{incident}/report.pdf", response_class=Response)
    async def report(
        incident: ItemId,
        caller: Annotated[Caller, needs("incidents.export")],
        language: Annotated[Literal["zh", "en"], Query()] = "zh",
    ) -> Response:
        """Everything of one incident on paper: facts, spread, curves, who was told, notes, photos, timeline."""
        answer = await context.bus.ask(f"{subjects.ASK}.incidents.show", {"incident": incident})
        shown = msgspec.json.decode(answer, type=Shown)
        matter = Matter(
            language=language,
            site=site.head.name.text,
            timezone=site.head.timezone,
            exported_by=caller.id,
            exported_at=now_ns(),
            incident=shown.incident,
            timeline=shown.timeline,
            notices=await notices(incident),
            curves=await curves(shown.incident),
            photos=await photos(incident),
            zones=gather.outlines(site),
            storeys={s.id: s.name.text for s in site.head.storeys},
            people={p.id: p.name for p in context.gate.people.values()},
            points={m.point: site.points[m.point].name for m in shown.incident.members if m.point in site.points},
            duties=gather.duties(site, shown.incident),
        )
        try:
            pdf = await context.workers.run("fangwei.incidents.report.document", msgspec.msgpack.encode(matter))
        except WorkFailed as error:
            context.health.error("api.report_failed", str(error.__cause__ or error))
            raise ReportFailed() from error
        name = f'attachment; filename="incident-{incident}.pdf"'
        return Response(pdf, media_type="application/pdf", headers={"content-disposition": name})

    return routes
