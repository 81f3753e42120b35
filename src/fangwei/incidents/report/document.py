"""The report itself. Pure: `make(matter)` gives the PDF; `python -m fangwei.incidents.report.document` does so for a
`Matter` as MessagePack on standard input (a process of its own: a thousand lines take a second of CPU)."""

import io
import sys
from collections.abc import Iterable
from datetime import timedelta

import msgspec
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from fangwei.core.clock import to_datetime
from fangwei.core.events import TimelineEntry
from fangwei.core.texts import Text
from fangwei.incidents.report.drawings import curve_drawing, priority_mark, spread_map
from fangwei.incidents.report.matter import Matter, Picture
from fangwei.incidents.report.style import (
    BODY,
    CELL,
    HEAD,
    INK,
    LATIN,
    LEAD,
    LINE,
    PALE,
    RIGHT,
    SMALL,
    TITLE,
    Numbered,
    is_chinese,
    marked,
    when,
)  # fmt: skip
from fangwei.incidents.report.texts import WORDS

WIDTH = A4[0] - 36 * mm
MOST_LINES = 3000
MOST_ALARMS = 120
UNITS = {"degC": "°C", "m3/h": "m³/h", "m3/s": "m³/s", "mg/m3": "mg/m³", "state": "", "1": "", "count": ""}


def make(matter: Matter) -> bytes:
    """The PDF."""
    sink = io.BytesIO()
    page = Writer(matter)
    document = SimpleDocTemplate(
        sink, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=20 * mm,
        title=page.say(matter.incident.title), author=page.say(matter.site), subject=matter.incident.id,
    )  # fmt: skip

    class Canvas(Numbered):
        foot = page.foot()
        page_of = page.words("page_of").replace("{n}", "{n}")
        head = f"{page.say(matter.incident.title)} · {matter.incident.id}"

    document.build(list(page.story()), canvasmaker=Canvas)
    return sink.getvalue()


class Writer:
    """Writes one report in its language."""

    def __init__(self, matter: Matter) -> None:
        self.m = matter

    # --- words
    def say(self, text: Text) -> str:
        """The text in the report's language."""
        return text.en if self.m.language == "en" else text.zh

    def words(self, key: str, **values: object) -> str:
        """A sentence of the catalogue."""
        text = WORDS[key]
        return self.say(text.format(**values) if values else text)

    def name(self, person: str | None) -> str:
        """A person's name, the id of one who is not known any more."""
        known = self.m.people.get(person or "")
        return self.say(known) if known else (person or self.words("nobody"))

    def time(self, ns: int) -> str:
        """Date and clock."""
        return when(ns, self.m.timezone)

    def clock(self, ns: int) -> str:
        """Clock alone."""
        return to_datetime(ns, self.m.timezone).strftime("%H:%M:%S")

    def value(self, value: float | None, unit: str) -> str:
        """A value with its unit."""
        return "–" if value is None else f"{value:.4g} {UNITS.get(unit, unit)}".strip()

    def foot(self) -> str:
        """What stands at the foot of every page."""
        m = self.m
        offset = to_datetime(m.exported_at, m.timezone).strftime("%z")
        return self.words(
            "footer", by=self.name(m.exported_by), time=self.time(m.exported_at), zone=m.timezone,
            offset=f"UTC{offset[:3]}:{offset[3:]}",
        )  # fmt: skip

    def p(self, text: str, style: object = BODY) -> Paragraph:
        """A paragraph of plain text."""
        return Paragraph(marked(text), style)

    def table(self, rows: list[list[object]], widths: list[float], header: bool = True) -> Table:
        """A table with thin lines; its first row again on every page."""
        table = Table(rows, colWidths=widths, repeatRows=1 if header else 0)
        table.setStyle([
            ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("FONT", (0, 0), (-1, -1), LATIN, 8), ("TEXTCOLOR", (0, 0), (-1, -1), INK),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            *([("BACKGROUND", (0, 0), (-1, 0), PALE)] if header else []),
        ])  # fmt: skip
        return table

    # --- the story
    def story(self) -> Iterable[Flowable]:
        """Everything, in the order in which it is asked for."""
        yield from self._head()
        yield from self._facts()
        yield from self._duties()
        yield from self._map()
        yield from self._curves()
        yield from self._alarms()
        yield from self._told()
        yield from self._notes()
        yield from self._photos()
        yield from self._timeline()

    def _section(self, key: str, room: float = 30 * mm) -> Iterable[Flowable]:
        yield CondPageBreak(room)
        yield self.p(self.words(key), HEAD)

    def _head(self) -> Iterable[Flowable]:
        i = self.m.incident
        kind = self.words("report") + (f" · {self.words('exercise')}" if i.exercise else "")
        yield self.p(f"{self.say(self.m.site)} · {kind}", SMALL)
        yield Spacer(1, 3)
        yield Table(
            [[priority_mark(i.priority, 26), self.p(self.say(i.title), TITLE)]], colWidths=[34, WIDTH - 34],
            style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0)],
        )  # fmt: skip

    def _facts(self) -> Iterable[Flowable]:
        m, i = self.m, self.m.incident
        over = i.status in ("closed", "dissolved")
        status = self.words(str(i.status))
        if i.merged_into:
            status = self.words("merged", other=i.merged_into)
        zones = {z.id: self.say(z.name) for z in m.zones}
        lasted = timedelta(seconds=round((i.updated - i.started) / 1e9))
        first = m.points.get(i.first_out.point)
        first_name = self.say(first) if first else i.first_out.point
        facts = [
            ("number", i.id),
            ("status", status),
            ("owner" if over else "owner_now", self.name(i.owner)),
            ("hazard", self.words(str(i.hazard))),
            ("first_out", f"{first_name} · {self.value(i.first_out.value, i.first_out.unit)}"),
            ("zones", " → ".join(zones.get(z, z) for z in i.zones)),
            ("began", self.time(i.started)),
            ("announced", self.time(i.announced)),
            ("updated", f"{self.time(i.updated)} · {self.words('lasted')} {lasted}"),
            ("alarms", self.words("count", n=len(i.members), active=sum(x.active for x in i.members))),
        ]
        yield from self._section("facts")
        rows: list[list[object]] = [[self.p(self.words(k), SMALL), self.p(v, CELL)] for k, v in facts]
        yield self.table(rows, [32 * mm, WIDTH - 32 * mm], header=False)

    def _duties(self) -> Iterable[Flowable]:
        if not self.m.duties:
            return
        yield from self._section("action")
        for duty in self.m.duties:
            within = self.words("within", n=f"{duty.within_s:.0f}")
            yield KeepTogether([
                self.p(self.say(duty.action), LEAD),
                self.p(f"{self.say(duty.message)} · {within}", SMALL),
                self.p(f"{self.words('consequence')}: {self.say(duty.consequence)}", SMALL),
                Spacer(1, 4),
            ])  # fmt: skip

    def _map(self) -> Iterable[Flowable]:
        m = self.m
        reached = set(m.incident.zones)
        storeys = list(dict.fromkeys(z.storey for z in m.zones if z.id in reached))
        if not storeys:
            return
        yield from self._section("map", 90 * mm)
        for storey in storeys:
            zones = [z for z in m.zones if z.storey == storey and len(z.polygon) > 2]
            if zones:
                if len(storeys) > 1:
                    yield self.p(self.say(m.storeys.get(storey, Text(storey, storey))), SMALL)
                yield spread_map(m.incident, zones, self.say, self.clock, WIDTH, 82 * mm)
        yield self.p(self.words("map_hint"), SMALL)

    def _curves(self) -> Iterable[Flowable]:
        if self.m.curves is None:
            yield from self._section("charts")
            yield self.p(self.words("history_silent"))
            return
        if not self.m.curves:
            return
        yield from self._section("charts", 60 * mm)
        for curve in self.m.curves:
            unit = UNITS.get(curve.unit, curve.unit)
            yield KeepTogether([
                self.p(f"{self.say(curve.name)} ({curve.point})", CELL),
                curve_drawing(curve, unit, self.clock, WIDTH, 92, self.words("no_readings")),
                Spacer(1, 4),
            ])  # fmt: skip
        yield self.p(self.words("charts_hint"), SMALL)

    def _alarms(self) -> Iterable[Flowable]:
        m = self.m
        zones = {z.id: self.say(z.name) for z in m.zones}
        rows: list[list[object]] = [
            [self.p(self.words(k), SMALL) for k in ("priority", "point", "zone", "value", "since", "state")]
        ]
        for x in m.incident.members[:MOST_ALARMS]:
            name = m.points.get(x.point)
            rows.append([
                priority_mark(x.priority, 11), self.p(self.say(name) if name else x.point, CELL),
                self.p(zones.get(x.zone, x.zone), CELL), self.p(self.value(x.value, x.unit), RIGHT),
                self.p(self.time(x.since), CELL), self.p(self.words("active" if x.active else "returned"), CELL),
            ])  # fmt: skip
        yield from self._section("alarms")
        yield self.table(rows, [14 * mm, WIDTH - 134 * mm, 38 * mm, 24 * mm, 36 * mm, 22 * mm])
        if len(m.incident.members) > MOST_ALARMS:
            yield self.p(self.words("more", n=len(m.incident.members) - MOST_ALARMS), SMALL)

    def _told(self) -> Iterable[Flowable]:
        notices = self.m.notices
        yield from self._section("told")
        if not notices:
            yield self.p(self.words("told_unknown" if notices is None else "told_nobody"))
            return
        rows: list[list[object]] = [
            [self.p(self.words(k), SMALL) for k in ("person", "channel", "sent", "arrived", "read")]
        ]
        for n in sorted(notices, key=lambda n: (n.sent, n.id)):
            arrived = self.clock(n.arrived) if n.arrived else "–"
            if n.state == "failed":
                arrived = self.words("failed", error=(n.error or "–")[:120])
            channel = self.words("page") if n.channel == "websocket" else n.channel
            rows.append([
                self.p(self.say(n.person_name), CELL), self.p(channel, CELL), self.p(self.time(n.sent), CELL),
                self.p(arrived, CELL), self.p(self.clock(n.read) if n.read else "–", CELL),
            ])  # fmt: skip
        yield self.table(rows, [38 * mm, 30 * mm, 40 * mm, WIDTH - 134 * mm, 26 * mm])

    def _notes(self) -> Iterable[Flowable]:
        notes = [line for line in self.m.timeline if line.words and line.kind in ("note", "said_settled", "closed")]
        if not notes:
            return
        yield from self._section("notes")
        rows: list[list[object]] = [
            [self.p(f"{self.name(n.by)}\n{self.time(n.time)}", SMALL), self.p(n.words or "", BODY)] for n in notes
        ]
        yield self.table(rows, [42 * mm, WIDTH - 42 * mm], header=False)

    def _photos(self) -> Iterable[Flowable]:
        if not self.m.photos:
            return
        yield from self._section("photos", 80 * mm)
        for photo in self.m.photos:
            yield KeepTogether([*self._photo(photo), Spacer(1, 8)])

    def _photo(self, photo: Picture) -> Iterable[Flowable]:
        if photo.jpeg is not None:
            scale = min(120 * mm / photo.width, 85 * mm / photo.height)
            yield Image(io.BytesIO(photo.jpeg), photo.width * scale, photo.height * scale, hAlign="LEFT")
        told = [self.name(photo.by), self.time(photo.time)]
        if photo.erased is not None:
            by, why = self.name(photo.erased_by), photo.erased_why or "–"
            told.append(self.words("photo_erased", time=self.time(photo.erased), by=by, why=why))
        elif photo.jpeg is None:
            told.append(self.words("photo_missing"))
        if photo.taken is not None:
            told.append(self.words("photo_taken", time=self.time(photo.taken)))
        if photo.latitude is not None and photo.longitude is not None:
            told.append(self.words("photo_place", lat=f"{photo.latitude:.5f}", lon=f"{photo.longitude:.5f}"))
        if photo.text:
            yield self.p(photo.text, CELL)
        yield self.p(" · ".join(told), SMALL)

    def _timeline(self) -> Iterable[Flowable]:
        lines = sorted(self.m.timeline, key=lambda line: (line.time, line.recorded))
        yield from self._section("timeline")
        if len(lines) > MOST_LINES:
            yield self.p(self.words("left_out", n=len(lines) - MOST_LINES), SMALL)
            lines = lines[-MOST_LINES:]
        rows: list[list[object]] = [[self.p(self.words(k), SMALL) for k in ("time", "event", "value")]]
        rows += [self._line(line) for line in lines]
        table = self.table(rows, [36 * mm, WIDTH - 62 * mm, 26 * mm])
        table.setStyle([("ALIGN", (2, 1), (2, -1), "RIGHT")])
        yield table

    def _line(self, line: TimelineEntry) -> list[object]:
        said = self.say(line.text)
        value = "" if line.value is None else self.value(line.value, line.unit)
        # Plain cells cost a fifth of paragraphs, and a line's time and value never break.
        plain = value if not any(map(is_chinese, value)) else self.p(value, RIGHT)
        return [self.time(line.time), self.p(said, CELL), plain]


if __name__ == "__main__":
    sys.stdout.buffer.write(make(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Matter)))
