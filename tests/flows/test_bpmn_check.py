"""Hostile files are refused within a second, with a sentence; foreign ones are listed element by element."""

import contextlib
import time
from pathlib import Path

import pytest
from tests.conftest import REPOSITORY
from tests.flows.tried import LEADER, flow_of, t

from fangwei.feel.interpreter import Feel
from fangwei.flows.bpmn_check import LARGEST, MOST, BpmnRefused, check_bpmn
from fangwei.flows.cards import Close, Form
from fangwei.flows.compile import compile_flow
from fangwei.flows.expert import MODEL
from fangwei.flows.library import Template, templates

OURS = compile_flow(
    flow_of(
        Form(key="apply", name=t("申请"), who=LEADER, form={"components": []}), Close(key="c", name=t("关"), who=LEADER)
    )
)


def file(body: str, head: str = "", more: str = "") -> bytes:
    return (
        f'{head}<bpmn:definitions xmlns:bpmn="{MODEL}" xmlns:fw="urn:fangwei:flow:1" '
        f'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="x" {more}>'
        f'<bpmn:process id="p" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    ).encode()


def line(middle: str, name: str = "m") -> str:
    """A start, something, an end."""
    return (
        f'<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="{name}"/>{middle}'
        f'<bpmn:sequenceFlow id="f2" sourceRef="{name}" targetRef="e"/><bpmn:endEvent id="e"/>'
    )


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip
MANY = "".join(f'<bpmn:task id="t{n}"/>' for n in range(100_000))
WHOLE_FILES: dict[str, bytes] = {
    "billion laughs": file('<bpmn:task id="t" name="&j;"/>', LAUGHS),
    "billion laughs in another encoding": f'<?xml version="1.0" encoding="UTF-16"?>{file("x", LAUGHS).decode()}'.encode(
        "utf-16"
    ),
    "an external entity": file('<bpmn:task id="t" name="x"/>&x;', '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "a DTD from the network": file("x", '<!DOCTYPE l SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "100,000 elements": file(MANY)[: LARGEST + 10],
    "more elements than anybody draws": file("".join(f'<bpmn:task id="t{n}"/>' for n in range(MOST + 1))),
    "a file that is too large": file("<!--" + "x" * LARGEST + "-->"),
    "elements inside each other without end": file("<bpmn:subProcess>" * 5000),
    "no XML": b"PK\x03\x04 a workbook",
    "nothing": b"",
    "another XML": b"<svg/>",
    "half a file": OURS[: len(OURS) // 2],
}  # fmt: skip


@pytest.mark.parametrize("data", WHOLE_FILES.values(), ids=WHOLE_FILES.keys())
def test_a_hostile_file_is_refused_within_a_second_with_a_sentence(data: bytes, feel: Feel) -> None:
    feel.check("a = 1")
    began = time.perf_counter()
    with pytest.raises(BpmnRefused) as refused:
        check_bpmn(data, feel)
    assert time.perf_counter() - began < 1
    assert refused.value.message.zh and "passwd" not in refused.value.message.zh and "root:" not in str(refused.value)


CONDITION = '<bpmn:conditionExpression xmlns:xsi="x" {more}>{text}</bpmn:conditionExpression>'
ELEMENTS: dict[str, tuple[bytes, str, str]] = {
    "a script": (
        file(line('<bpmn:scriptTask id="m"><bpmn:script>import os; os.system("x")</bpmn:script></bpmn:scriptTask>')),
        "m", "脚本"),
    "a Python expression": (
        file(line('<bpmn:task id="m"/>').replace(
            'targetRef="e"/>', 'targetRef="e"><bpmn:conditionExpression>__import__("os").system("x") or [x for x in ()]'
            "</bpmn:conditionExpression></bpmn:sequenceFlow>")), "f2", "条件"),
    "an expression in another language": (
        file(line('<bpmn:task id="m"/>').replace(
            'targetRef="e"/>', 'targetRef="e"><bpmn:conditionExpression language="groovy">x</bpmn:conditionExpression>'
            "</bpmn:sequenceFlow>")), "f2", "groovy"),
    "a program in an attribute": (
        file(line('<bpmn:serviceTask id="m" camunda:class="com.evil.Run"/>')), "m", "class"),
    "a listener in an extension": (
        file(line('<bpmn:task id="m"><bpmn:extensionElements><camunda:executionListener class="x"/>'
                  "</bpmn:extensionElements></bpmn:task>")), "m", "executionListener"),
    "a loop bomb": (
        file('<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a"/><bpmn:task id="a"/>'
             '<bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="b"/><bpmn:task id="b"/>'
             '<bpmn:sequenceFlow id="f3" sourceRef="b" targetRef="a"/>'), "a", "循环"),
    "a repetition without end": (
        file(line('<bpmn:task id="m"><bpmn:multiInstanceLoopCharacteristics id="l"/></bpmn:task>')), "l",
        "multiInstance"),
    "a step that nobody does": (file(line('<bpmn:userTask id="m" name="审批"/>')), "m", "由谁"),
    "an order to nobody": (file(line('<bpmn:serviceTask id="m"/>')), "m", "做什么"),
    "a message from outside": (file(line('<bpmn:receiveTask id="m"/>')), "m", "receiveTask"),
    "an id used twice": (file(line('<bpmn:task id="m"/><bpmn:task id="m"/>')), "m", "重复"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "element", "words"), ELEMENTS.values(), ids=ELEMENTS.keys())
def test_what_cannot_be_run_is_listed_by_element_and_nothing_of_the_file_runs(
    data: bytes, element: str, words: str, feel: Feel
) -> None:
    began = time.perf_counter()
    found = check_bpmn(data, feel)
    assert time.perf_counter() - began < 1
    assert found.flow is None
    assert any(one.element == element and words in one.text.zh for one in found.not_run), found.not_run


def test_a_long_chain_is_looked_at_within_a_second(feel: Feel) -> None:
    steps = 900
    body = '<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t0"/>'
    for n in range(steps):
        body += f'<bpmn:task id="t{n}"/><bpmn:sequenceFlow id="f{n}" sourceRef="t{n}" targetRef="t{n + 1}"/>'
    body += f'<bpmn:endEvent id="t{steps}"/>'
    began = time.perf_counter()
    with contextlib.suppress(BpmnRefused):
        check_bpmn(file(body), feel)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("one", templates(), ids=lambda one: one.id)
def test_our_own_files_come_in_whole(one: Template, feel: Feel) -> None:
    flow = one.flow
    found = check_bpmn(compile_flow(flow), feel)
    assert found.not_run == () and found.flow == flow


MIWG = REPOSITORY.parent / "shared" / "data" / "bpmn_miwg"
MIWG = MIWG if MIWG.exists() else Path("/work/shared/data/bpmn_miwg")
MODELS = sorted(MIWG.rglob("*.bpmn")) if MIWG.exists() else []


@pytest.mark.skipif(not MODELS, reason="the reference models are not here (../shared/data/bpmn_miwg): not tried")
def test_reference_models_of_others_are_listed_or_whole_and_never_half(feel: Feel) -> None:
    listed = 0
    for path in MODELS:
        began = time.perf_counter()
        try:
            found = check_bpmn(path.read_bytes(), feel)
        except BpmnRefused as refused:
            assert refused.message.zh, path.name
            continue
        assert time.perf_counter() - began < 1, path.name
        assert (found.flow is None) is bool(found.not_run), path.name
        assert all(one.tag and one.text.zh and one.text.en for one in found.not_run), path.name
        listed += bool(found.not_run)
    assert listed > 0
