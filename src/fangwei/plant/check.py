"""What `fangwei site check DIR` and `fangwei site schema` print."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fangwei.core.texts import Text
from fangwei.plant import texts
from fangwei.plant.load import SiteInvalid, load_site
from fangwei.plant.schema import Kind, SiteFile
from fangwei.plant.site import Site

SHOWN = 100
"""More than a screenful is not read; the count tells the rest."""


def check_site(folder: Path, language: str = "zh", say: Callable[[str], None] = print) -> int:
    """Check a site folder and say what is wrong, one line each; `language` is "zh" or "en".

    Returns the exit code: 0 all good (notes may be printed), 1 problems.
    """

    def out(text: Text) -> None:
        say(text.zh if language == "zh" else text.en)

    try:
        site = load_site(folder)
    except SiteInvalid as error:
        for problem in error.problems[:SHOWN]:
            say(problem.format(language))
        if len(error.problems) > SHOWN:
            out(texts.CHECK_MORE.format(count=len(error.problems) - SHOWN))
        out(texts.CHECK_BAD.format(count=len(error.problems)))
        return 1
    own = [point for point in site.points.values() if point.kind is not Kind.SOURCE]
    alarms = sum(len(point.limits) for point in own)
    out(
        texts.CHECK_GOOD.format(
            name=site.head.name.text,
            zones=len(site.zones),
            points=len(own),
            kinds=len({point.kind for point in own}),
            alarms=alarms,
            rules=len(site.rules),
            sources=len(site.sources),
            people=len(site.duty.people),
        )
    )
    for note in notes(site):
        out(note)
    return 0


def notes(site: Site) -> list[Text]:
    """What is allowed and yet worth knowing: points without a source, alarms nobody has reasoned about."""
    fed = {item.point for source in site.sources.values() for item in source.points}
    unfed = [id for id, point in site.points.items() if id not in fed and point.kind is not Kind.SOURCE]
    found: list[Text] = []
    if unfed:
        names = ", ".join(unfed[:5]) + ("…" if len(unfed) > 5 else "")
        found.append(texts.CHECK_UNFED.format(count=len(unfed), names=names))
    unreasoned = sum(limit.rationalisation is None for p in site.points.values() for limit in p.limits)
    unreasoned += sum(rule.rationalisation is None for rule in site.rules.values())
    if unreasoned:
        found.append(texts.CHECK_UNREASONED.format(count=unreasoned))
    return found


def json_schema() -> dict[str, Any]:
    """JSON Schema of a site file, for editors (yaml-language-server: `$schema` above the file)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SiteFile.model_json_schema()}


def print_schema(say: Callable[[str], None] = print) -> int:
    """Print the JSON Schema; returns the exit code 0."""
    say(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return 0
