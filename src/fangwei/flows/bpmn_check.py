"""Is a BPMN file from outside harmless, and is there anything in it that we cannot run? Pure but for FEEL.

A hostile file is refused as a whole with a sentence (`BpmnRefused`). A foreign one is listed element by element, and
nothing of it runs while a single element is on the list: it is never half-run.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from lxml import etree

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.flows.bpmn_cycles import circles
from fangwei.flows.cards import DIALECT, Flow
from fangwei.flows.definition import RUNS, Definition
from fangwei.flows.drafts_forms import check_forms
from fangwei.flows.expert import MODEL, local, safe_parser
from fangwei.flows.read_back import read_back

BPMN: Final = f"{{{MODEL}}}"
LARGEST: Final = 2 * 2**20
MOST: Final = 3000
"""Elements of BPMN in one file; a flow of 60 cards has some 1,000 with its sequence flows."""
MOST_CONDITIONS: Final = 500
_FEEL_NAMES: Final = ("feel", "dmn")
_PROGRAM: Final = frozenset({"script", "scriptTask"})
_OWN: Final = frozenset({DIALECT, MODEL, "http://www.w3.org/2001/XMLSchema-instance"})
_FOREIGN_WAYS: Final = frozenset({"expression", "delegateExpression", "class", "scriptFormat", "resource", "type"})
"""Attributes of other houses that name a program to run."""


class BpmnRefused(FangweiError):
    """A file that is not read any further."""

    code = "flows.bpmn_refused"
    text = Text("文件未导入：{why}", "The file was not imported: {why}")
    http_status = 422


class NotRun(msgspec.Struct, frozen=True, kw_only=True):
    """One element that cannot be run here."""

    element: str
    """Its id; empty where it has none."""
    tag: str
    name: str
    text: Text


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """What a file turned out to be. `flow` is None while anything is in `not_run`."""

    flow: Flow | None
    not_run: tuple[NotRun, ...]


def check_bpmn(data: bytes, feel: Feel) -> Import:
    """Look at a file from outside.

    Raises:
        BpmnRefused: too large, no BPMN, entities, a DTD.
    """
    root = _read(data)
    found = list(dict.fromkeys((*_elements(root), *_expressions(root, feel), *_circles(root))))
    flow = None
    if not found:
        try:
            Definition(data)
            flow = read_back(data)
            check_forms(flow)
        except FangweiError as error:
            found.append(NotRun(element="", tag="process", name="", text=error.message))
            flow = None
    return Import(flow=flow, not_run=tuple(found))


def _read(data: bytes) -> Any:
    if len(data) > LARGEST:
        raise BpmnRefused(why=Text(f"超过 {LARGEST // 2**20} MB", f"it is larger than {LARGEST // 2**20} MB"))
    try:
        root = etree.fromstring(data, safe_parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        why = str(error)[:200]
        raise BpmnRefused(why=Text(f"不是可读的 XML（{why}）", f"it is no readable XML ({why})")) from None
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise BpmnRefused(why=Text("含有 DTD 或实体", "it has a DTD or entities"))
    if root.tag != f"{BPMN}definitions":
        raise BpmnRefused(why=Text("不是 BPMN 2.0 文件", "it is no BPMN 2.0 file"))
    count = 0
    for element in root.iter(f"{BPMN}*"):
        count += element.get("id") is not None
        if count > MOST:
            raise BpmnRefused(why=Text(f"元素超过 {MOST} 个", f"it has more than {MOST} elements"))
    return root


def _not_run(element: Any, text: Text) -> NotRun:
    return NotRun(
        element=str(element.get("id") or "")[:120], tag=local(element), name=str(element.get("name") or "")[:120],
        text=text,
    )  # fmt: skip


def _elements(root: Any) -> Iterator[NotRun]:
    processes = root.findall(f"{BPMN}process")
    if len(processes) != 1:
        words = Text(f"应有一个流程，实有 {len(processes)} 个", f"it holds {len(processes)} processes, not one")
        yield _not_run(root, words)
    for element in root.iter(f"{BPMN}*"):
        tag = local(element)
        if tag in _PROGRAM:
            yield _not_run(element, Text("脚本一律不运行", "scripts are never run"))
        elif tag not in RUNS:
            yield _not_run(element, Text(f"{tag} 不能在这里运行", f"{tag} is not run here"))
        elif tag == "userTask" and _extra(element, "task") is None:
            yield _not_run(element, Text("没有说明由谁做什么", "it does not say who does what"))
        elif tag == "serviceTask" and _extra(element, "do") is None:
            yield _not_run(element, Text("没有说明做什么", "it does not say what it does"))
        yield from _programs(element)
    seen = Counter(e.get("id") for e in root.iter(f"{BPMN}*") if e.get("id"))
    for element in root.iter(f"{BPMN}*"):
        if seen.get(element.get("id"), 0) > 1:
            yield _not_run(element, Text("编号重复", "its id is used twice"))


def _programs(element: Any) -> Iterator[NotRun]:
    """Programs that other engines hide in attributes and extensions."""
    for name in element.attrib:
        space, _, word = str(name).rpartition("}")
        if space and space.lstrip("{") not in _OWN and word in _FOREIGN_WAYS:
            yield _not_run(element, Text(f"属性 {word} 指定了程序", f"its attribute {word} names a program"))
    for extension in element.findall(f"{BPMN}extensionElements"):
        for inner in extension.iter("*"):
            if local(inner) in ("script", "executionListener", "taskListener", "taskDefinition", "connector"):
                words = Text(f"扩展 {local(inner)} 指定了程序", f"its extension {local(inner)} names a program")
                yield _not_run(element, words)


def _extra(element: Any, name: str) -> Any:
    return element.find(f"{BPMN}extensionElements/{{{DIALECT}}}{name}")


def _expressions(root: Any, feel: Feel) -> Iterator[NotRun]:
    """Conditions and times are FEEL; other languages would mean something else here."""
    count = 0
    own = str(root.get("expressionLanguage") or "")
    for element in root.iter(f"{BPMN}conditionExpression", f"{BPMN}timeDate"):
        holder = element.getparent()
        count += 1
        if count > MOST_CONDITIONS:
            raise BpmnRefused(why=Text(f"条件超过 {MOST_CONDITIONS} 个", f"more than {MOST_CONDITIONS} conditions"))
        language = str(element.get("language") or own)
        if language and not any(word in language.lower() for word in _FEEL_NAMES):
            yield _not_run(holder, Text(f"条件的语言是 {language[:80]}", f"its condition is in {language[:80]}"))
            continue
        text = "".join(element.itertext()).strip()
        if text.startswith("="):
            text = text[1:]
        try:
            feel.check(text)
        except FangweiError as error:
            yield _not_run(holder, error.message)


def _circles(root: Any) -> Iterator[NotRun]:
    for element in circles(root):
        yield _not_run(element, Text("在没有人参与的情况下循环", "it turns in a circle without anybody in it"))
