"""Every code a problem may carry, as a page: `python -m fangwei.api.codes` (or `fangwei docs problems`).

Codes are what programs go by: they are never changed and never used again for something else.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import fangwei
from fangwei.core.errors import FangweiError

FILE = Path("docs/problems.md")
ELSEWHERE = ("fangwei.sim", "fangwei.bench", "fangwei.db.migrations")
"""The example plant, measuring and migrations answer nobody."""

HEAD = """\
# Problems, by code

Every answer of 4xx or 5xx is `application/problem+json` (RFC 9457). A program goes by `code`; a person reads `text`,
which is there in Chinese and English. `errors` names every field of a request that could not be understood, `current`
holds the state as it is now where somebody else changed it first. Commands of the command line and answers on the bus
use the same codes. Made by `fangwei docs problems`.

```json
{
  "type": "urn:fangwei:api.point_unknown",
  "title": "Point unknown",
  "status": 404,
  "detail": "There is no point EF-GAS-99",
  "instance": "/api/points/EF-GAS-99",
  "code": "api.point_unknown",
  "text": {"zh": "没有测点 EF-GAS-99", "en": "There is no point EF-GAS-99"}
}
```

| code | status | 中文 | English | when |
|---|---|---|---|---|
"""


def errors() -> list[type[FangweiError]]:
    """Every class of error, by code."""
    for module in pkgutil.walk_packages(fangwei.__path__, "fangwei."):
        if not module.name.startswith(ELSEWHERE) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    own = {kind for kind in _below(FangweiError) if kind.__module__.startswith("fangwei.")}
    return sorted((kind for kind in own if "code" in vars(kind)), key=lambda kind: (kind.code, kind.__qualname__))


def _below(kind: type[FangweiError]) -> Iterator[type[FangweiError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def page() -> str:
    """The page as Markdown."""
    rows = []
    for kind in errors():
        when = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        cells = (f"`{kind.code}`", str(kind.http_status), kind.text.zh, kind.text.en, when)
        rows.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return HEAD + "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def main() -> None:
    """Write the page."""
    FILE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
