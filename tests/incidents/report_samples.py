"""A whole incident for the report: a leak that grew over three zones of the example plant."""

import math

from tests.incidents.photo_samples import jpeg

from fangwei.core.clock import MINUTE, SECOND
from fangwei.core.events import Hazard, Incident, IncidentMember, IncidentStatus, Notice, NoticeState, TimelineEntry
from fangwei.core.texts import Text
from fangwei.historian.questions import Series
from fangwei.incidents.report import gather
from fangwei.incidents.report.matter import Matter, Picture
from fangwei.plant.site import Site

T = 1_790_000_000 * SECOND


def leak(site: Site, alarms: int = 12) -> Incident:
    """Gas alarms of the plant, one after the other."""
    gas = [p for p in site.points.values() if p.limits and p.place][:alarms]
    members = [
        IncidentMember(
            alarm=f"{p.id}.{p.limits[0].id}", occurrence=f"o{n}", point=p.id, zone=p.zone, east=p.place[0],
            north=p.place[1], up=p.place[2], kind=p.kind, priority=1 + n % 4, active=n % 3 > 0, value=10.0 + n,
            unit=p.unit, since=T + n * 20 * SECOND, certainty=0.9,
        )
        for n, p in enumerate(gas)
    ]  # fmt: skip
    return Incident(
        id="inc-20260921-0001", revision=9, status=IncidentStatus.OWNED, hazard=Hazard.RELEASE, priority=1,
        title=Text("注液间疑似可燃气体泄漏，波及 3 个区域", "Suspected gas leak in filling, 3 zones reached"),
        zones=list(dict.fromkeys(m.zone for m in members)), started=T, updated=T + 20 * MINUTE, announced=T + SECOND,
        first_out=members[0], members=members, owner="li-wei", owned_at=T + MINUTE,
    )  # fmt: skip


def matter(site: Site, *, lines: int = 40, language: str = "zh", photos: int = 2) -> Matter:
    """Everything a report holds."""
    incident = leak(site)
    start, end = gather.time_shown(incident)
    step = (end - start) // 300
    times = [start + n * step for n in range(300)]
    values = [None if 120 < n < 140 else 5 + 20 / (1 + math.exp(-(n - 90) / 8)) + math.sin(n) for n in range(300)]
    high = [None if v is None else v + 1.5 for v in values]
    low = [None if v is None else v - 1.5 for v in values]
    series = Series(times, low, high, values, values, [9] * 300, [0] * 300)
    timeline = [
        TimelineEntry(
            id=f"{incident.id}/line/{n}", time=T + n * 3 * SECOND, recorded=T + n * 3 * SECOND,
            kind="note" if n % 10 == 5 else "joined", by="li-wei" if n % 10 == 5 else None,
            words="阀门已关，<b>现场</b> 3 人 & 无火花 → 继续监测" if n % 10 == 5 else None,
            text=Text(f"可燃气体 {n} 高：{n}，归入本事件", f"Combustible gas {n} high: {n}; joined this incident"),
            value=float(n), unit="%LEL",
        )
        for n in range(lines)
    ]  # fmt: skip
    notices = [
        Notice(
            id=f"n{n}", incident=incident.id, revision=1, person="li-wei", person_name=Text("李伟", "Li Wei"),
            channel="websocket" if n % 2 else "wecom", step=n // 2, text=incident.title, sent=T + n * SECOND,
            state=NoticeState.FAILED if n == 3 else NoticeState.READ, arrived=T + n * SECOND + 300_000_000,
            read=None if n == 3 else T + MINUTE, error="连接被拒绝 connection refused" if n == 3 else None,
        )
        for n in range(5)
    ]  # fmt: skip
    pictures = [
        Picture(by="li-wei", time=T + MINUTE, text="法兰处 <img src=x>", jpeg=jpeg(800, 600), width=800, height=600,
                latitude=31.3, longitude=119.6)
        for _ in range(photos)
    ]  # fmt: skip
    if photos:
        pictures.append(Picture(by="li-wei", time=T, text="", jpeg=None, width=4, height=3, erased=T + 5 * MINUTE,
                                erased_by="li-wei", erased_why="有人脸"))  # fmt: skip
    return Matter(
        language=language, site=site.head.name.text, timezone=site.head.timezone, exported_by="li-wei",
        exported_at=T + 30 * MINUTE, incident=incident, timeline=timeline, notices=notices,
        curves=[gather.curve(site, incident, p, series) for p in gather.main_points(incident)], photos=pictures,
        zones=gather.outlines(site), storeys={s.id: s.name.text for s in site.head.storeys},
        people={"li-wei": Text("李伟", "Li Wei")},
        points={m.point: site.points[m.point].name for m in incident.members}, duties=gather.duties(site, incident),
    )  # fmt: skip
