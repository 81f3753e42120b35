"""The engine room's traps: each of these fails with SpiffWorkflow as it comes."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from tests.flows.engine_helpers import Trial
from tests.flows.tried import LEADER, flow_of, t

from fangwei.feel.interpreter import Feel
from fangwei.flows import state
from fangwei.flows.cards import (
    Approve,
    Approver,
    Branch,
    Close,
    Form,
    Measure,
    Mode,
    Notify,
    Quantity,
    Stop,
    SubFlow,
    Wait,
    Work,
)
from fangwei.flows.compile import compile_flow
from fangwei.flows.definition import Definition
from fangwei.flows.engine_errors import DefinitionRefused, RunLoops, TaskNotOpen

OXYGEN = Quantity(key="o2", name=t("氧"), unit="%vol", low=19.5, high=21.0)
FORM = Form(key="apply", name=t("申请"), who=LEADER, form={"components": []})
WORK = Work(
    key="work", name=t("作业"), who=LEADER, quantities=(OXYGEN,), every=2 * 3600, longest=24 * 3600,
    stops=(Stop(signal="gas_alarm", within=15), Stop(signal="evacuation")),
)  # fmt: skip
CLOSE = Close(key="close", name=t("验收"), who=LEADER)
GAS = Measure(key="gas", name=t("检测"), who=LEADER, quantities=(OXYGEN,))


def good(moment: str, answers: Mapping[str, Any]) -> bool:
    return bool(19.5 <= answers.get("o2", 20.9) <= 21)


@pytest.mark.parametrize("reopen", [True, False], ids=["stored after each step", "kept open"])
def test_a_permit_runs_from_application_to_acceptance(feel: Feel, reopen: bool) -> None:
    both = Approve(
        key="sign", name=t("审批"), mode=Mode.ALL, within=3600,
        by=(Approver(key="a", name=t("甲"), who=LEADER), Approver(key="b", name=t("乙"), who=LEADER)),
    )  # fmt: skip
    run = Trial(flow_of(FORM, GAS, both, WORK, CLOSE), feel, good, reopen=reopen)
    run.submit("apply", level="I").submit("gas", o2=19.4)
    assert run.open == ["gas"] and run.data["gas"]["judged"]["refused"] == 1
    assert run.submit("gas", o2=20.9).open == ["sign.a", "sign.b"]
    run.submit("sign.a", decision="approved").submit("sign.b", decision="approved").submit("work.start")
    assert run.later(hours=1.6).open == ["work.check"]
    assert run.submit("work.check", o2=20.8).open == ["work"]
    assert run.later(hours=1.5).submit("work.check", o2=18.0).open == ["work.fresh"]
    run.submit("work.fresh", o2=20.9).submit("work.resume")
    assert run.signal("gas_alarm") == "gas_alarm" and run.open == ["work.fresh"]
    run.submit("work.fresh", o2=20.9).submit("work.resume").submit("work").submit("close", accepted=True)
    assert (run.outcome, run.status) == ("done", [0, 1, 2, 6, 2, 6, 2, 3])


def test_after_a_seven_hour_outage_there_is_one_overdue_retest_and_it_is_not_passed(feel: Feel) -> None:
    run = Trial(flow_of(FORM, WORK, CLOSE), feel)  # a judge that says yes to everything
    run.submit("apply").submit("work.start")
    run.outage(hours=7)
    assert run.cause.fired == ["work.check_opens", "work.check.late"]
    assert run.office.asked.count(("during", "work.check")) == 1
    assert run.data["work"]["check"]["judged"]["passed"] is False
    assert (run.open, run.live.run.status) == (["work.fresh"], 6)


def test_an_outage_past_the_validity_ends_in_overtime_once(feel: Feel) -> None:
    run = Trial(flow_of(FORM, WORK, CLOSE), feel)
    run.submit("apply").submit("work.start").outage(hours=30)
    assert run.cause.fired == ["work.check_opens", "work.check.late", "work.fresh.expired"]
    assert run.open == ["work.overtime"]


def test_looking_at_a_timer_never_fires_it(feel: Feel) -> None:
    run = Trial(flow_of(FORM, WORK, CLOSE), feel)
    run.submit("apply").submit("work.start")
    run.now += 30 * 3600 * 10**9  # the clock jumps; the room has not looked yet
    run.live.now = run.now
    run.live.workflow.refresh_timers()
    run.live.workflow.do_engine_steps()
    assert run.open == ["work"]


def test_a_clock_that_jumps_back_only_makes_timers_later(feel: Feel) -> None:
    run = Trial(flow_of(FORM, WORK, CLOSE), feel)
    run.submit("apply").submit("work.start")
    run.now -= 5 * 3600 * 10**9
    assert run.tick().open == ["work"] and run.cause.fired == []
    assert run.outage(hours=6.6).open == ["work.check"]


BESIDE = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:fw="urn:fangwei:flow:1"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:fangwei:flow:1">
 <bpmn:process id="beside" isExecutable="true"><bpmn:extensionElements><fw:flow>
  {"id":"beside","name":{"zh":"旁","en":"beside"},"noun":"permit"}</fw:flow></bpmn:extensionElements>
  <bpmn:startEvent id="s" /><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="host" />
  <bpmn:userTask id="host" name="作业"><bpmn:extensionElements><fw:task>{"kind":"work","key":"host"}</fw:task>
  </bpmn:extensionElements></bpmn:userTask>
  <bpmn:boundaryEvent id="due" attachedToRef="host" cancelActivity="false"><bpmn:timerEventDefinition id="t">
   <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>
  </bpmn:boundaryEvent>
  <bpmn:sequenceFlow id="f2" sourceRef="due" targetRef="retest" />
  <bpmn:userTask id="retest" name="复测"><bpmn:extensionElements><fw:task>{"kind":"check","key":"retest"}</fw:task>
  </bpmn:extensionElements></bpmn:userTask>
  <bpmn:boundaryEvent id="stop" attachedToRef="host"><bpmn:signalEventDefinition id="sg" signalRef="sig" />
  </bpmn:boundaryEvent>
  <bpmn:sequenceFlow id="f5" sourceRef="stop" targetRef="e3" /><bpmn:endEvent id="e3" />
  <bpmn:sequenceFlow id="f3" sourceRef="retest" targetRef="e2" /><bpmn:endEvent id="e2" />
  <bpmn:sequenceFlow id="f4" sourceRef="host" targetRef="e" /><bpmn:endEvent id="e" />
 </bpmn:process><bpmn:signal id="sig" name="evacuation" /></bpmn:definitions>""".encode()


def test_an_open_retest_does_not_vanish_when_its_host_ends(feel: Feel) -> None:
    run = Trial(BESIDE, feel).outage(hours=2)
    assert run.open == ["host", "retest"]
    assert run.submit("host").open == ["retest"]
    assert run.submit("retest").outcome == "done"


def test_an_open_retest_does_not_vanish_when_its_host_is_interrupted(feel: Feel) -> None:
    run = Trial(BESIDE, feel).outage(hours=2)
    run.signal("evacuation")
    assert run.open == ["retest"]
    assert [dropped.task for dropped in run.cause.dropped] == ["host"], "what was not done is told"


def test_a_repeating_timer_would_lose_its_open_retests_and_is_refused() -> None:
    """When the first half fails, SpiffWorkflow has learnt it."""
    cycle = (
        BESIDE.replace(b"timeDuration", b"timeCycle")
        .replace(b"PT1H", b"'R3/PT0.001S'")
        .replace(b"fw:task", b"fw:other")
    )
    parser = BpmnParser()
    parser.add_bpmn_str(cycle)
    workflow = BpmnWorkflow(parser.get_spec("beside"), {})

    def ready() -> dict[str, Any]:
        return {x.task_spec.name: x for x in workflow.get_tasks(state=TaskState.READY)}

    workflow.do_engine_steps()
    deadline = time.monotonic() + 5
    while "retest" not in ready() and time.monotonic() < deadline:
        workflow.refresh_timers()
        workflow.do_engine_steps()
    assert "retest" in ready()
    ready()["host"].run()
    workflow.do_engine_steps()
    assert "retest" not in ready(), "it vanished without a word"
    with pytest.raises(DefinitionRefused):
        Definition(BESIDE.replace(b"timeDuration", b"timeCycle"))


@pytest.mark.parametrize(
    ("good_words", "bad_words"),
    [
        (b"<bpmn:timeDuration", b"<bpmn:timeCycle"),
        (b"PT1H", b"now()"),
        (b"PT1H", b"P1M"),
        (b"PT1H", b"__import__('os')"),
        (b'<bpmn:userTask id="retest" name', b'<bpmn:scriptTask id="retest" name'),
        (b'<bpmn:endEvent id="e2" />', b'<bpmn:scriptTask id="e2"><bpmn:script>1</bpmn:script></bpmn:scriptTask>'),
        (b'{"kind":"check","key":"retest"}', b'{"kind":"check"}'),
        (b'{"kind":"check","key":"retest"}', b"{"),
        (b'"noun":"permit"', b'"noun":"spaceship"'),
        (
            b"</bpmn:extensionElements></bpmn:userTask>\n  <bpmn:boundaryEvent id=\"stop\"",
            b"</bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>people"
            b"</bpmn:loopDataInputRef></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
            b"<bpmn:boundaryEvent id=\"stop\"",
        ),
        (b'<bpmn:startEvent id="s" />', b'<bpmn:startEvent id="s" /><bpmn:complexGateway id="x" />'),
        (b'targetRef="e2"', b'targetRef="nowhere"'),
        (b"<bpmn:definitions", b"<!DOCTYPE x [<!ENTITY a 'b'>]><bpmn:definitions"),
        (b"</bpmn:process>", b""),
    ],
    ids=["cycle", "expression", "month", "python", "script task", "script", "no key", "no json", "noun",
         "multi-instance", "complex gateway", "nowhere", "doctype", "no xml"],
)  # fmt: skip
def test_what_our_dialect_does_not_run_is_refused_in_words(good_words: bytes, bad_words: bytes) -> None:
    Definition(BESIDE)
    broken = BESIDE.replace(good_words, bad_words)
    if b"timeCycle" in broken:
        broken = broken.replace(b"</bpmn:timeDuration", b"</bpmn:timeCycle")
    if bad_words.startswith(b'<bpmn:scriptTask id="retest'):
        broken = broken.replace(b"key\":\"retest\"}</fw:task>\n  </bpmn:extensionElements></bpmn:userTask>",
                                b"key\":\"retest\"}</fw:task></bpmn:extensionElements></bpmn:scriptTask>")  # fmt: skip
    assert broken != BESIDE
    with pytest.raises(DefinitionRefused) as refused:
        Definition(broken)
    assert refused.value.message.zh and refused.value.message.en


def test_a_flow_that_turns_in_a_circle_is_stopped_and_nothing_is_done(feel: Feel) -> None:
    judge_forever = BESIDE.replace(
        b'targetRef="e" />', b'targetRef="g" /><bpmn:exclusiveGateway id="g" /><bpmn:sequenceFlow id="g1" '
        b'sourceRef="g" targetRef="g2" /><bpmn:exclusiveGateway id="g2" /><bpmn:sequenceFlow id="g3" sourceRef="g2" '
        b'targetRef="g" />'
    )  # fmt: skip
    run = Trial(judge_forever, feel)
    with pytest.raises(RunLoops):
        run.submit("host")


def test_a_run_of_five_hundred_retests_stays_small_and_its_token_in_sight(feel: Feel) -> None:
    run = Trial(
        flow_of(FORM, WORK.__class__(key="work", name=t("w"), who=LEADER, quantities=(OXYGEN,), every=900)), feel
    )
    run.submit("apply").submit("work.start")
    sizes = []
    for _ in range(500):
        run.later(minutes=12).submit("work.check", o2=20.9)
        sizes.append(len(run.live.dump()))
    assert run.open == ["work"] and max(sizes) == sizes[0] < 600


def test_a_state_holds_nothing_of_the_definition(feel: Feel) -> None:
    run = Trial(flow_of(FORM, GAS, WORK, CLOSE), feel)
    kept = run.live.dump()
    assert len(kept) < 200 and "申请".encode() not in kept
    assert state.dump(state.load(run.definition, kept, None)) == kept


def test_a_step_that_is_not_open_is_refused(feel: Feel) -> None:
    run = Trial(flow_of(FORM, GAS), feel)
    with pytest.raises(TaskNotOpen):
        run.submit("gas", o2=20.9)


def test_a_branch_that_cannot_be_told_waits_for_a_person(feel: Feel) -> None:
    special = Form(key="extra", name=t("特级"), who=LEADER, form={})
    flow = flow_of(FORM, Branch(key="level", name=t("级别"), when='apply.level = "special"', then=(special,)), CLOSE)
    assert Trial(flow, feel).submit("apply", level="special").open == ["extra"]
    assert Trial(flow, feel).submit("apply", level="II").open == ["close"]
    unknown = Trial(flow, feel).submit("apply", level=None)
    assert unknown.open == ["level.unknown"]
    assert unknown.submit("level.unknown", decision="then", reason="?").open == ["extra"]


def test_orders_and_notices_are_given_in_words_of_the_data(feel: Feel) -> None:
    from fangwei.flows.cards import Action

    tell = Notify(
        key="tell", name=t("通知"), to=(LEADER,), text=t("{apply.place}有人，{apply.nothing}"), priority=2,
        actions=(Action(kind="fan", target="yard", value="on"),),
    )  # fmt: skip
    run = Trial(flow_of(FORM, tell, CLOSE), feel).submit("apply", place="罐区")
    assert run.cause.told[0].text.zh == "罐区有人，…"
    assert [(o.kind, o.target, o.value) for o in run.cause.orders] == [("fan", "yard", "on")]


def test_a_sub_flow_sees_what_it_takes_and_nothing_else(feel: Feel) -> None:
    inner = Definition(compile_flow(flow_of(FORM, GAS, work=None)).replace(b'process id="tried"', b'process id="entry"')
                       .replace(b'"id":"tried"', b'"id":"entry"'))  # fmt: skip
    flow = flow_of(FORM, SubFlow(key="sub", name=t("子"), flow="entry", takes={"taken.level": "apply.level"}), CLOSE)
    run = Trial(flow, feel, good, others={"entry": inner}).submit("apply", level="I")
    assert run.open == ["sub/apply"] and run.data["sub"] == {"taken": {"level": "I"}}
    run.submit("sub/apply", level="II").submit("sub/gas", o2=18)
    assert run.open == ["sub/gas"] and run.data["apply"]["level"] == "I"
    run.submit("sub/gas", o2=20)
    assert run.open == ["close"] and run.data["sub"]["outcome"] == "done"
    with pytest.raises(DefinitionRefused):
        Definition(compile_flow(flow))


def test_a_wait_ends_by_its_signal_or_by_its_time(feel: Feel) -> None:
    flow = flow_of(FORM, Wait(key="gas", name=t("等"), signal="clear", within=600), CLOSE)
    by_signal = Trial(flow, feel).submit("apply")
    assert by_signal.signal("other") is None
    assert by_signal.signal("other", "clear") == "clear" and by_signal.data["gas"]["timed_out"] is False
    late = Trial(flow, feel).submit("apply").outage(hours=1)
    assert late.open == ["close"] and late.data["gas"]["timed_out"] is True


def test_a_refusal_of_one_of_several_ends_the_others(feel: Feel) -> None:
    both = Approve(
        key="sign", name=t("审批"), mode=Mode.ALL, back_to="apply",
        by=(Approver(key="a", name=t("甲"), who=LEADER), Approver(key="b", name=t("乙"), who=LEADER)),
    )  # fmt: skip
    run = Trial(flow_of(FORM, both, CLOSE), feel).submit("apply")
    assert run.submit("sign.a", decision="refused", reason="x").open == ["apply"]
    run.submit("apply").submit("sign.a", decision="approved").submit("sign.b", decision="approved")
    assert run.open == ["close"]
