"""The template library: flows that are shipped, and which of them fits a site. Data in `templates/*.yaml`."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import yaml

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.flows.cards import Flow, Noun

FOLDER: Final = Path(__file__).with_name("templates")


class TemplateUnknown(FangweiError):
    """No template of that id."""

    code = "flows.template_unknown"
    text = Text("没有模板 {id}", "There is no template {id}")
    http_status = 404


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A flow to begin from."""

    flow: Flow
    enterprises: tuple[str, ...] = ()
    """Kinds of enterprise that its standard binds (rulepacks/pack.py `ENTERPRISES`); empty: any plant."""

    @property
    def id(self) -> str:
        """That of its flow."""
        return self.flow.id


@cache
def templates() -> tuple[Template, ...]:
    """All shipped templates, by id. A file with a fault is a fault of ours: it raises."""
    read = [
        msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Template)
        for path in sorted(FOLDER.glob("*.yaml"))
    ]
    return tuple(sorted(read, key=lambda template: template.id))


def template(id: str) -> Template:
    """The template of that id.

    Raises:
        TemplateUnknown: none.
    """
    for found in templates():
        if found.id == id:
            return found
    raise TemplateUnknown(id=id[:64])


def choose(
    noun: Noun, work: str | None, enterprise: str | None, among: Iterable[Template] | None = None
) -> Template | None:
    """What "confined space" means at a plant of this kind: the template whose standard binds it, else one for any
    plant. None: none fits. An enterprise that nobody named is `other`: it is bound by what binds everybody else."""
    kind = enterprise or "other"
    fitting = [
        one
        for one in (templates() if among is None else among)
        if one.flow.noun is noun and one.flow.work == work and (not one.enterprises or kind in one.enterprises)
    ]
    return min(fitting, key=lambda one: (not one.enterprises, one.id), default=None)
