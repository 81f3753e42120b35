"""A published file, parsed once: what SpiffWorkflow runs, and what our dialect says beside it.

Of BPMN only what our dialect runs is let through (`RUNS`). SpiffWorkflow would run a scriptTask as Python, take timer
texts for expressions, and overwrite data by multi-instance outputs: none of that gets here.
"""

import hashlib
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

import msgspec
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import BoundaryEventParser, IntermediateCatchEventParser
from SpiffWorkflow.bpmn.parser.task_parsers import CallActivityParser, TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, CallActivity, IntermediateCatchEvent, ServiceTask
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task

from fangwei.core.clock import from_datetime, to_datetime
from fangwei.core.texts import Text
from fangwei.flows.cards import DIALECT, AnyCard, Flow
from fangwei.flows.engine_errors import DefinitionRefused, TimeUntellable

_FW: Final = f"{{{DIALECT}}}"
_BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
RUNS: Final = frozenset(
    word
    for line in (
        "definitions process laneSet lane flowNodeRef signal error property",
        "startEvent endEvent boundaryEvent intermediateCatchEvent intermediateThrowEvent",
        "userTask manualTask serviceTask task subProcess callActivity",
        "exclusiveGateway parallelGateway eventBasedGateway sequenceFlow conditionExpression incoming outgoing",
        "timerEventDefinition timeDate timeDuration",
        "signalEventDefinition errorEventDefinition terminateEventDefinition",
        "documentation extensionElements textAnnotation association text",
    )
    for word in line.split()
)
"""Elements of BPMN that the engine runs (or that only draw)."""
LARGEST: Final = 4 * 2**20
MOST_ELEMENTS: Final = 20_000


class Do(ServiceTask):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """A service task: what it does is told by the dialect, and done by the run's own engine."""

    def _run_hook(self, task: Task) -> bool:
        task.workflow.script_engine.act(task)
        return True


class Call(CallActivity):  # type: ignore[misc]
    """A sub-flow: its data stands in the run's, not in SpiffWorkflow's."""

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        """Begin it."""
        my_task.workflow.script_engine.enter(my_task)

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        """Nothing comes back: it was never away."""


class DueTimer(TimerEventDefinition):  # type: ignore[misc]
    """A timer that the room fires, by the due time in the store; looking at it never fires it.

    `literal`: the expression is an ISO 8601 duration; otherwise FEEL that gives a time.
    """

    def __init__(self, name: str, expression: str, literal: bool, **more: Any) -> None:
        super().__init__(name, expression, **more)
        self.literal = literal

    def has_fired(self, my_task: Task) -> bool:
        """Sets the due time when it is first looked at; True when the room has fired it."""
        if my_task._get_internal_data("due") is None:
            engine = my_task.workflow.script_engine
            due = engine.now + _seconds(self.expression) if self.literal else engine.time_of(my_task, self.expression)
            my_task._set_internal_data(due=due)
        return bool(my_task._get_internal_data("fired", False))

    def reset(self, my_task: Task) -> None:
        """Begin anew."""
        my_task.internal_data.pop("fired", None)
        my_task.internal_data.pop("due", None)


class _Timers:
    """Mixed into the parsers of what may carry a timer."""

    node: Any

    def parse_timer_event(self, event: Any) -> DueTimer:
        name = str(self.node.get("id"))
        for tag, literal in (("timeDuration", True), ("timeDate", False)):
            found = event.find(f"{_BPMN}{tag}")
            if found is not None and (found.text or "").strip():
                if literal:
                    _seconds(found.text.strip())
                return DueTimer(name, found.text.strip(), literal)
        raise ValidationException("a timer needs timeDuration or timeDate", node=self.node)


class _Boundary(_Timers, BoundaryEventParser):  # type: ignore[misc]
    pass


class _Catch(_Timers, IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class _Parser(BpmnParser):  # type: ignore[misc]
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012  # SpiffWorkflow reads it so
        full_tag("serviceTask"): (TaskParser, Do),
        full_tag("callActivity"): (CallActivityParser, Call),
        full_tag("boundaryEvent"): (_Boundary, BoundaryEvent),
        full_tag("intermediateCatchEvent"): (_Catch, IntermediateCatchEvent),
    }


def _seconds(text: str) -> int:
    """ISO 8601 duration in ns.

    Raises:
        ValidationException: it is none, or has months or years, whose length nobody can tell.
    """
    try:
        parts = TimerEventDefinition.parse_iso_duration(text)
        if parts.get("months") or parts.get("years"):
            raise ValueError(text)
        return round(timedelta(**parts) / timedelta(microseconds=1)) * 1000
    except Exception as error:
        raise ValidationException(f"{text!r} is no duration: {error}") from None


def time_of(value: Any, what: str) -> int:
    """UTC ns of what FEEL gave for a time.

    Raises:
        TimeUntellable: it is unknown, or no time with a zone.
    """
    try:
        return from_datetime(datetime.fromisoformat(str(value)))
    except ValueError:
        raise TimeUntellable(what=what) from None


def said(ns: int) -> str:
    """A time as it stands in the data: ISO 8601 in UTC, to the microsecond."""
    return to_datetime(ns).isoformat()


class Does(msgspec.Struct, frozen=True, kw_only=True):
    """What the dialect says of one element."""

    id: str
    of: str | None
    name: str
    task: dict[str, Any] | None = None
    do: dict[str, Any] | None = None
    takes: dict[str, Any] | None = None
    outcome: str | None = None


class Definition:
    """One version of a flow, ready to run. `others` are the flows it calls, each already parsed."""

    def __init__(self, xml: bytes, others: dict[str, "Definition"] | None = None) -> None:
        """Raises DefinitionRefused: it is not what our dialect runs."""
        self.xml = xml
        self.hash = hash_of(xml)
        root = _read(xml)
        self._check(root)
        process = root.find(f"{_BPMN}process")
        if process is None:
            raise DefinitionRefused(why=Text("没有流程", "there is no process"))
        self.id = str(process.get("id"))
        self.flow = _head(process)
        self.cards = _cards(root)
        self.does = {does.id: does for does in _all_does(root)}
        self.signals = frozenset(str(s.get("name")) for s in root.iter(f"{_BPMN}signal"))
        self.others = others or {}
        for name in sorted(self._called() - self.others.keys()):
            raise DefinitionRefused(why=Text(f"子流程 {name} 尚未发布", f"the sub-flow {name} is not published"))
        parser = _Parser()
        try:
            parser.add_bpmn_xml(root)
            for other in self._all_others().values():
                parser.add_bpmn_xml(_read(other.xml))
            self.spec = parser.get_spec(self.id)
            self.subprocesses = parser.get_subprocess_specs(self.id)
        except (ValidationException, KeyError, RecursionError) as error:
            raise DefinitionRefused(why=Text(str(error)[:300], str(error)[:300])) from None
        for process_spec in (self.spec, *self.subprocesses.values()):
            process_spec.house_cuttable = not any(
                isinstance(spec, UnstructuredJoin) and spec.name != "End" and not spec.name.endswith(".EndJoin")
                for spec in process_spec.task_specs.values()
            )

    def _called(self) -> set[str]:
        return {str(d.takes["flow"]) for d in self.does.values() if d.takes}

    def _all_others(self) -> dict[str, "Definition"]:
        found = dict(self.others)
        for other in self.others.values():
            found = other._all_others() | found
        return found

    def inner(self, place: str) -> "Definition":
        """The definition that an open step belongs to, by its place in the run (`entry/apply`)."""
        found = self
        for key in place.split("/")[:-1]:
            takes = found.does[key].takes or {}
            found = found.others.get(str(takes.get("flow")), found)
        return found

    def in_process(self, name: str) -> "Definition":
        """The definition that tells what the elements of a process (by its id) mean."""
        return self._all_others().get(name, self)

    def _check(self, root: Any) -> None:
        for count, element in enumerate(root.iter(), 1):
            if count > MOST_ELEMENTS:
                raise DefinitionRefused(why=Text(f"元素超过 {MOST_ELEMENTS} 个", f"more than {MOST_ELEMENTS} elements"))
            tag = element.tag
            if isinstance(tag, str) and tag.startswith(_BPMN) and tag.removeprefix(_BPMN) not in RUNS:
                name = tag.removeprefix(_BPMN)
                raise DefinitionRefused(
                    why=Text(f"{name}（{element.get('id')}）不能运行", f"{name} ({element.get('id')}) is not run here")
                )

    @cached_property
    def expressions(self) -> tuple[str, ...]:
        """Every FEEL expression in the file: conditions, times, what sub-flows take, who has to sign when."""
        root = _read(self.xml)
        found = [
            str(e.text) for tag in ("conditionExpression", "timeDate") for e in root.iter(f"{_BPMN}{tag}") if e.text
        ]
        for does in self.does.values():
            found += [str(e) for e in (does.takes or {}).get("takes", {}).values()]
            found += [str(a["when"]) for a in (does.task or {}).get("anyone", ()) if a.get("when")]
        return tuple(dict.fromkeys(found))

    @cached_property
    def below(self) -> dict[str, frozenset[str]]:
        """Place of answers -> names right below it that belong to other elements: kept when it is answered again."""
        places = [str(d.task["key"]) for d in self.does.values() if d.task] + [
            f"{d.do['key']}.{name}"
            for d in self.does.values()
            if d.do and d.do["kind"] in ("clock", "set")
            for name in (d.do.get("set") or d.do.get("values") or {})
        ]
        found: dict[str, set[str]] = {}
        for place in places:
            parts = place.split(".")
            for at in range(1, len(parts)):
                found.setdefault(".".join(parts[:at]), set()).add(parts[at])
        return {place: frozenset(names) for place, names in found.items()}


def hash_of(xml: bytes) -> str:
    """The name under which a file is stored once."""
    return hashlib.sha256(xml).hexdigest()


def _read(xml: bytes) -> Any:
    if len(xml) > LARGEST:
        raise DefinitionRefused(why=Text(f"文件超过 {LARGEST // 2**20} MB", f"larger than {LARGEST // 2**20} MB"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise DefinitionRefused(why=Text(str(error)[:200], str(error)[:200])) from None
    if root.getroottree().docinfo.doctype:
        raise DefinitionRefused(why=Text("不接受 DOCTYPE", "a DOCTYPE is not taken"))
    return root


def _extra(element: Any, name: str) -> Any:
    found = element.find(f"{_BPMN}extensionElements/{_FW}{name}")
    if found is None or not (found.text or "").strip():
        return None
    try:
        return msgspec.json.decode(found.text.encode())
    except msgspec.DecodeError as error:
        raise DefinitionRefused(why=Text(f"fw:{name}：{error}", f"fw:{name}: {error}")) from None


def _head(process: Any) -> Flow:
    try:
        return msgspec.convert(_extra(process, "flow"), Flow)
    except msgspec.ValidationError as error:
        raise DefinitionRefused(why=Text(f"fw:flow：{error}", f"fw:flow: {error}")) from None


def _cards(root: Any) -> dict[str, AnyCard]:
    found = {}
    for element in root.iter(f"{_FW}card"):
        try:
            card = msgspec.json.decode((element.text or "").encode(), type=AnyCard)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            raise DefinitionRefused(why=Text(f"fw:card：{error}", f"fw:card: {error}")) from None
        found[card.key] = card
    return found


def _all_does(root: Any) -> list[Does]:
    found = []
    for element in root.iter(*(f"{_BPMN}{tag}" for tag in ("userTask", "serviceTask", "callActivity", "endEvent"))):
        tag = element.tag.removeprefix(_BPMN)
        takes = _extra(element, "takes")
        if tag == "callActivity":
            takes = (
                {"key": str(element.get("id")), "takes": {}} | (takes or {}) | {"flow": element.get("calledElement")}
            )
        does = Does(
            id=str(element.get("id")),
            of=element.get(f"{_FW}of"),
            name=str(element.get("name") or ""),
            task=_extra(element, "task"),
            do=_extra(element, "do"),
            takes=takes,
            outcome=element.get(f"{_FW}outcome"),
        )
        if tag == "userTask" and (does.task is None or "key" not in does.task or "kind" not in does.task):
            raise DefinitionRefused(
                why=Text(f"任务 {does.id} 没有说明由谁做什么", f"the task {does.id} does not say who does what")
            )
        if tag == "serviceTask" and (does.do is None or "kind" not in does.do):
            raise DefinitionRefused(
                why=Text(f"动作 {does.id} 没有说明做什么", f"the action {does.id} does not say what it does")
            )
        found.append(does)
    return found
