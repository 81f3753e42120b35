"""Which form-js forms are taken from outside: known parts, plain words. Pure.

The page cleans what it draws and its policy runs no inline script; here a hostile form does not even get in, and so
cannot reach a page that forgot either.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fangwei.core.texts import Text
from fangwei.flows.cards import Flow, Form
from fangwei.flows.compile import all_cards
from fangwei.flows.drafts_errors import FlowTooLarge, FormRefused

PARTS: Final = frozenset(
    {"textfield", "textarea", "number", "datetime", "checkbox", "checklist", "radio", "select", "taglist"}
    | {"text", "separator", "spacer", "group"}
)
"""What a form may be made of. Not: html, iframe, image, documentPreview (show foreign content), expression (a program
in a form), button, filepicker, table, dynamiclist (their answers have no shape that rules can be asked about)."""

MOST_PARTS = 200
DEEPEST = 6
LONGEST_WORDS = 5000

# A tag, an entity that could become one, or an address that runs: whatever a browser might take for more than words.
# A bare `<` is a word of ours: "O2 < 19.5".
_ACTIVE = re.compile(
    r"<[/!?]?[a-z][\w:-]*[\s/>]|<!--|(?:javascript|vbscript)\s*:|data\s*:\s*text/html|&#", re.IGNORECASE
)

_NO_FORM = Text("不是 form-js 表单", "it is no form-js form")
_UNKNOWN = Text("部件“{type}”不在可用之列", "its part “{type}” is not one of those that can be used")
_ACTIVE_WORDS = Text("文字中含有网页代码：{words}", "its words hold code for a web page: {words}")
_LONG_WORDS = Text("一段文字超过 {most} 字", "one of its texts is longer than {most} characters")
_DEEP = Text("分组嵌套过深", "its groups are nested too deeply")


def check_forms(flow: Flow) -> None:
    """Let a flow through whose forms are harmless.

    Raises:
        FormRefused: a part that is not known, or words that hold code.
        FlowTooLarge: more parts than a person fills in.
    """
    for card in all_cards(flow.cards):
        if isinstance(card, Form):
            _check(card.name, card.form)


def _check(card: Text, form: Mapping[str, Any]) -> None:
    if not isinstance(form.get("components", []), list):
        raise FormRefused(card=card, why=_NO_FORM)
    count = 0

    def walk(parts: list[Any], depth: int) -> None:
        nonlocal count
        if depth > DEEPEST:
            raise FormRefused(card=card, why=_DEEP)
        for part in parts:
            if not isinstance(part, Mapping):
                raise FormRefused(card=card, why=_NO_FORM)
            count += 1
            if part.get("type") not in PARTS:
                raise FormRefused(card=card, why=_UNKNOWN.format(type=str(part.get("type"))[:40]))
            inner = part.get("components", [])
            if not isinstance(inner, list):
                raise FormRefused(card=card, why=_NO_FORM)
            walk(inner, depth + 1)

    walk(form.get("components", []), 0)
    if count > MOST_PARTS:
        raise FlowTooLarge(what=Text("表单部件", "parts of a form"), most=MOST_PARTS, count=count)
    for words in _words(form):
        if len(words) > LONGEST_WORDS:
            raise FormRefused(card=card, why=_LONG_WORDS.format(most=LONGEST_WORDS))
        if found := _ACTIVE.search(words):
            raise FormRefused(card=card, why=_ACTIVE_WORDS.format(words=words[found.start() :][:40]))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
