"""The map of the spread and the curves, as vector drawings."""

from collections.abc import Callable

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import white
from reportlab.pdfbase.pdfmetrics import stringWidth

from fangwei.core.events import Incident
from fangwei.core.texts import Text
from fangwei.incidents.report.matter import Curve, Outline
from fangwei.incidents.report.style import INK, LINE, PALE, PRIORITY, SOFT, font_of, tint

Say = Callable[[Text], str]
Clock = Callable[[int], str]


def priority_mark(priority: int, size: float = 22) -> Drawing:
    """The priority's shape with its number: square, triangle, circle, diamond."""
    drawing = Drawing(size, size)
    p = min(4, max(1, priority))
    colour, s = PRIORITY[p - 1], size
    shape = {
        1: Rect(1, 1, s - 2, s - 2, fillColor=colour, strokeColor=None),
        2: Polygon([s / 2, s - 1, s - 0.5, 1, 0.5, 1], fillColor=colour, strokeColor=None),
        3: Circle(s / 2, s / 2, s / 2 - 1, fillColor=colour, strokeColor=None),
        4: Polygon([s / 2, s - 0.5, s - 0.5, s / 2, s / 2, 0.5, 0.5, s / 2], fillColor=colour, strokeColor=None),
    }[p]
    drawing.add(shape)
    low = s * (0.2 if p == 2 else 0.31)
    drawing.add(String(s / 2, low, str(p), fontName="Helvetica-Bold", fontSize=s * 0.52, fillColor=white,
                       textAnchor="middle"))  # fmt: skip
    return drawing


def spread_map(
    incident: Incident, zones: list[Outline], say: Say, clock: Clock, width: float, most_high: float
) -> Drawing:
    """The zones of one storey from above: those reached tinted and numbered, the first alarm a square."""
    corners = [corner for zone in zones for corner in zone.polygon]
    west, south = min(c[0] for c in corners), min(c[1] for c in corners)
    east, north = max(c[0] for c in corners), max(c[1] for c in corners)
    scale = min((width - 8) / max(east - west, 1), (most_high - 8) / max(north - south, 1))
    drawing = Drawing(width, (north - south) * scale + 8)

    def at(x: float, y: float) -> tuple[float, float]:
        return 4 + (x - west) * scale, 4 + (y - south) * scale

    order = {zone: number for number, zone in enumerate(incident.zones, 1)}
    times: dict[str, int] = {}
    for member in incident.members:
        times[member.zone] = min(times.get(member.zone, member.since), member.since)
    colour = PRIORITY[min(4, max(1, incident.priority)) - 1]
    for zone in zones:
        flat = [value for corner in zone.polygon for value in at(*corner)]
        reached = zone.id in order
        drawing.add(
            Polygon(flat, fillColor=tint(colour, 0.16) if reached else PALE,
                    strokeColor=colour if reached else LINE, strokeWidth=1.2 if reached else 0.6)
        )  # fmt: skip
    for member in incident.members[:400]:
        if any(zone.id == member.zone for zone in zones):
            x, y = at(member.east, member.north)
            own = PRIORITY[min(4, max(1, member.priority)) - 1]
            drawing.add(Circle(x, y, 2.2, fillColor=own, strokeColor=white, strokeWidth=0.5))
    first = incident.first_out
    if any(zone.id == first.zone for zone in zones):
        x, y = at(first.east, first.north)
        drawing.add(Rect(x - 5, y - 5, 10, 10, fillColor=None, strokeColor=INK, strokeWidth=1.4))
    for zone in zones:
        _name_zone(drawing, zone, order.get(zone.id), times.get(zone.id), say, clock, at, scale)
    return drawing


def _name_zone(
    drawing: Drawing,
    zone: Outline,
    number: int | None,
    time: int | None,
    say: Say,
    clock: Clock,
    at: Callable[[float, float], tuple[float, float]],
    scale: float,
) -> None:
    west = min(c[0] for c in zone.polygon)
    top = max(c[1] for c in zone.polygon)
    room = (max(c[0] for c in zone.polygon) - west) * scale - 6
    high = (top - min(c[1] for c in zone.polygon)) * scale
    name = say(zone.name) if number is None else f"{number}. {say(zone.name)}"
    size = 7.5
    font = font_of(name)
    while size > 4.5 and stringWidth(name, font, size) > room:
        size -= 0.5
    if stringWidth(name, font, size) > room or high < size + 3:
        return
    x, y = at(west, top)
    drawing.add(String(x + 3, y - size - 1.5, name, fontName=font, fontSize=size, fillColor=INK if number else SOFT))
    if time is not None and high > 2 * size + 6:
        drawing.add(String(x + 3, y - 2 * size - 3.5, clock(time), fontName="Helvetica", fontSize=size - 0.5,
                           fillColor=INK))  # fmt: skip


def curve_drawing(curve: Curve, unit: str, clock: Clock, width: float, height: float, silent: str) -> Drawing:
    """One point over the incident's time: mean as line, spread as band, gaps as gaps, limits dashed, alarms upright."""
    drawing = Drawing(width, height)
    left, bottom, right, top = 38.0, 14.0, width - 8, height - 6
    drawing.add(Rect(left, bottom, right - left, top - bottom, fillColor=white, strokeColor=LINE, strokeWidth=0.6))
    seen = [v for values in (curve.least, curve.most) for v in values if v is not None]
    if not seen or len(curve.time) < 2:
        drawing.add(String((left + right) / 2, (bottom + top) / 2, silent, fontName=font_of(silent), fontSize=8,
                           fillColor=SOFT, textAnchor="middle"))  # fmt: skip
        return drawing
    low, high = _reach(min(seen), max(seen), [level.at for level in curve.levels])
    begin, end = curve.time[0], curve.time[-1] + (curve.time[1] - curve.time[0])

    def x(time: float) -> float:
        return left + (time - begin) / (end - begin) * (right - left)

    def y(value: float) -> float:
        return bottom + (value - low) / (high - low) * (top - bottom)

    for share in (0.0, 0.5, 1.0):
        value = low + (high - low) * share
        drawing.add(Line(left, y(value), right, y(value), strokeColor=LINE, strokeWidth=0.4))
        drawing.add(String(left - 3, y(value) - 2.4, f"{value:.4g}", fontName="Helvetica", fontSize=6.5,
                           fillColor=SOFT, textAnchor="end"))  # fmt: skip
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        drawing.add(String(left + (right - left) * share, 4, clock(round(begin + (end - begin) * share)),
                           fontName="Helvetica", fontSize=6.5, fillColor=SOFT, textAnchor=anchor))  # fmt: skip
    for level in curve.levels:
        if low <= level.at <= high:
            drawing.add(Line(left, y(level.at), right, y(level.at), strokeWidth=0.9, strokeDashArray=[3, 2],
                             strokeColor=PRIORITY[min(4, max(1, level.priority)) - 1]))  # fmt: skip
    step = (curve.time[1] - curve.time[0]) / 2
    for run in _runs(curve):
        times = [x(curve.time[i] + step) for i in run]
        means = [y(v) for i in run if (v := curve.mean[i]) is not None]
        tops = [y(v) for i in run if (v := curve.most[i]) is not None]
        lows = [y(v) for i in run if (v := curve.least[i]) is not None]
        band = [*zip(times, tops, strict=True), *reversed(list(zip(times, lows, strict=True)))]
        if len(run) == 1:
            drawing.add(Circle(times[0], means[0], 1, fillColor=INK, strokeColor=None))
            continue
        drawing.add(Polygon([v for xy in band for v in xy], fillColor=tint(INK, 0.16), strokeColor=None))
        line = [v for xy in zip(times, means, strict=True) for v in xy]
        drawing.add(PolyLine(line, strokeColor=INK, strokeWidth=0.9))
    for time, priority in curve.alarms:
        if begin <= time <= end:
            drawing.add(Line(x(time), bottom, x(time), top, strokeWidth=0.8,
                             strokeColor=PRIORITY[min(4, max(1, priority)) - 1]))  # fmt: skip
    drawing.add(String(left + 4, top - 8, unit, fontName=font_of(unit), fontSize=7, fillColor=SOFT))
    return drawing


def _runs(curve: Curve) -> list[list[int]]:
    """Buckets with values, apart where the point was silent for longer than its gap."""
    runs: list[list[int]] = []
    for i, mean in enumerate(curve.mean):
        if mean is None:
            continue
        if not runs or curve.time[i] - curve.time[runs[-1][-1]] > curve.gap:
            runs.append([])
        runs[-1].append(i)
    return runs


def _reach(low: float, high: float, levels: list[float]) -> tuple[float, float]:
    # A limit near the values is drawn; one far off would press the line flat.
    room = (high - low) or abs(high) or 1.0
    for level in levels:
        if high < level < high + 2 * room:
            high = level
        if low - 2 * room < level < low:
            low = level
    edge = (high - low or room) * 0.06
    return low - edge, high + edge
