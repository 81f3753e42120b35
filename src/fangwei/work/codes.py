"""Codes that hang at the place, and the sheet they are printed on. Pure.

A code says `fangwei:zone/<id>` or `fangwei:point/<id>` and nothing else: no address that could change or mislead.
"""

from html import escape

import segno

from fangwei.core.texts import Text
from fangwei.plant.schema import Kind
from fangwei.plant.site import Site
from fangwei.work.texts import SHEET

SCHEME = "fangwei:"

STYLE = """
@page { size: A4; margin: 10mm }
body { margin: 0; font: 11pt/1.35 -apple-system, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  color: #000; background: #fff }
header { padding: 8px 4px 14px } h1 { font-size: 15pt; margin: 0 } p { margin: 2px 0 }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(58mm, 1fr)) }
.code { border: 0.3mm dashed #777; padding: 4mm; text-align: center; break-inside: avoid; overflow-wrap: anywhere }
.code svg { width: 44mm; height: 44mm } .code b { display: block; font-size: 12pt }
.code code { font: 9pt ui-monospace, monospace }
"""


def sheet(site: Site, zone: str | None, nonce: str) -> str:
    """An HTML page to print and cut: one zone with its points, or every zone of the site (`zone` None).

    Raises:
        KeyError: the site has no such zone.
    """
    if zone is None:
        place = site.head.name.text
        cells = [_cell(f"zone/{z.id}", z.name.text) for z in site.zones.values()]
    else:
        place = site.zones[zone].name.text
        points = [p for p in site.points.values() if p.zone == zone and p.kind != Kind.SOURCE]
        cells = [_cell(f"zone/{zone}", place)] + [_cell(f"point/{p.id}", p.name) for p in points]
    title = SHEET["title"].format(place=place)
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(title.zh)}</title>'
        f'<style nonce="{nonce}">{STYLE}</style><body><header><h1>{escape(title.zh)}</h1><p>{escape(title.en)}</p>'
        f"<p>{escape(SHEET['how'].zh)} {escape(SHEET['how'].en)}</p></header>"
        f'<div class="sheet">{"".join(cells)}</div></body></html>'
    )


def _cell(path: str, name: Text) -> str:
    # Level Q: a quarter of the code may be dirty, scratched or behind a cable tie.
    drawing = segno.make(SCHEME + path, error="q", micro=False).svg_inline(border=3, omitsize=True)
    return (
        f'<div class="code">{drawing}<b>{escape(name.zh)}</b>{escape(name.en)}<br>'
        f"<code>{escape(path.split('/', 1)[1])}</code></div>"
    )
