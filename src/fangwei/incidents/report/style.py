"""How the report looks: fonts for both scripts, paragraph styles, times, the foot of each page."""

from datetime import datetime
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from fangwei.core.clock import to_datetime

CHINESE = "STSong-Light"
LATIN = "Helvetica"
BOLD = "Helvetica-Bold"
pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))

INK, SOFT, LINE, PALE = HexColor("#1b1f24"), HexColor("#565d66"), HexColor("#c3c8ce"), HexColor("#f0f1f3")
PRIORITY = [HexColor(c) for c in ("#c40d2e", "#d85a00", "#b38d00", "#1767b0")]

BODY = ParagraphStyle("body", fontName=LATIN, fontSize=9, leading=13, textColor=INK, wordWrap="CJK")
SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=11, textColor=SOFT)
CELL = ParagraphStyle("cell", BODY, fontSize=8, leading=11)
RIGHT = ParagraphStyle("right", CELL, alignment=TA_RIGHT)
HEAD = ParagraphStyle("head", BODY, fontName=BOLD, fontSize=12, leading=16, spaceBefore=12, spaceAfter=5)
TITLE = ParagraphStyle("title", BODY, fontName=BOLD, fontSize=19, leading=25, spaceAfter=2)
LEAD = ParagraphStyle("lead", BODY, fontName=BOLD, fontSize=10.5, leading=15)


def marked(text: str) -> str:
    """A text as reportlab's markup: nothing in it is markup of its own, Chinese stands in the Chinese font.

    >>> marked("a<b")
    'a&lt;b'
    """
    parts: list[str] = []
    run, chinese = "", False
    for character in text:
        if ord(character) < 32 and character != "\n":
            continue
        wide = is_chinese(character)
        if wide != chinese and run:
            parts.append(_run(run, chinese))
            run = ""
        chinese = wide
        run += character
    if run:
        parts.append(_run(run, chinese))
    return "".join(parts)


def _run(text: str, chinese: bool) -> str:
    safe = escape(text).replace("\n", "<br/>")
    return f'<font name="{CHINESE}">{safe}</font>' if chinese else safe


def is_chinese(character: str) -> bool:
    """Whether a character is drawn with the Chinese font: its own, and marks that Helvetica lacks.

    >>> is_chinese("漏"), is_chinese("→"), is_chinese("°")
    (True, True, False)
    """
    return ord(character) > 0x2E7F or character in "→Ω≥≤"


def font_of(text: str, bold: bool = False) -> str:
    """The one font in which a whole short label is drawn."""
    return CHINESE if any(ord(c) > 0x2E7F for c in text) else BOLD if bold else LATIN


def when(ns: int, timezone: str, seconds: bool = True) -> str:
    """Date and clock time of the site."""
    local: datetime = to_datetime(ns, timezone)
    return local.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def tint(colour: Color, strength: float) -> Color:
    """A colour thinned with white."""
    mixed = (1 - (1 - part) * strength for part in (colour.red, colour.green, colour.blue))
    return Color(*mixed)


class Numbered(Canvas):  # type: ignore[misc]
    """A canvas that writes the foot of every page when the number of pages is known."""

    foot = ""
    page_of = "{n} / {all}"
    head = ""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  # reportlab's name
        """Remember the page; it is written out in `save`."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its foot."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._write_foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _write_foot(self, number: int, total: int) -> None:
        width = self._pagesize[0]
        self.setStrokeColor(LINE)
        self.setLineWidth(0.5)
        self.line(18 * mm, 14 * mm, width - 18 * mm, 14 * mm)
        self.setFillColor(SOFT)
        told = self.page_of.format(n=number, all=total)
        self.setFont(font_of(told), 7.5)
        self.drawRightString(width - 18 * mm, 9.5 * mm, told)
        self._write(18 * mm, 9.5 * mm, self.foot)
        if number > 1:
            self._write(18 * mm, self._pagesize[1] - 11 * mm, self.head)

    def _write(self, x: float, y: float, text: str) -> None:
        for chinese, run in groupby(text, is_chinese):
            font, part = CHINESE if chinese else LATIN, "".join(run)
            self.setFont(font, 7.5)
            self.drawString(x, y, part)
            x += pdfmetrics.stringWidth(part, font, 7.5)
