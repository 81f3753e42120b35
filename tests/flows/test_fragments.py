"""Each card's piece of BPMN, run in SpiffWorkflow."""

from typing import Any

import pytest
from tests.flows.tried import LEADER, Tried, flow_of, t

from fangwei.flows.cards import (
    Action,
    Approve,
    Approver,
    Branch,
    Clause,
    Close,
    Energy,
    Form,
    Isolate,
    Measure,
    Mode,
    Notify,
    Quantity,
    Stop,
    SubFlow,
    Wait,
    Who,
    Work,
)
from fangwei.flows.compile import compile_flow

pytestmark = pytest.mark.usefixtures("clock")
OXYGEN = Quantity(key="o2", name=t("氧"), unit="%vol", low=19.5, high=21.0)
FORM = Form(key="apply", name=t("申请"), who=LEADER, form={"components": []})


def good(moment: str, answers: dict[str, Any]) -> bool:
    return bool(answers.get("o2", 20.9) >= 19.5)


def test_an_application_that_the_rules_refuse_stays_with_the_applicant() -> None:
    run = Tried(flow_of(FORM, Close(key="close", name=t("验收"), who=LEADER)), lambda moment, a: a.get("ok", True))
    assert run.open() == ["apply"]
    assert run.submit("apply", ok=False).open() == ["apply"]
    assert run.submit("apply", ok=True).open() == ["close"]
    assert [d["moment"] for d in run.done if d["kind"] == "judge"] == ["apply", "apply"]


def test_a_later_form_is_judged_only_when_a_clause_hangs_on_it() -> None:
    brief = Form(key="brief", name=t("交底"), who=LEADER, form={"components": []})
    held = Form(key="held", name=t("交底"), who=LEADER, form={}, clauses=(Clause(standard="GB 30871", number="4.4"),))
    run = Tried(flow_of(FORM, brief, held), lambda moment, a: True)
    run.submit("apply").submit("brief").submit("held")
    assert [d["key"] for d in run.done if d["kind"] == "judge"] == ["apply", "held"]
    assert run.outcome == "done"


def test_an_energy_that_the_second_person_does_not_confirm_is_isolated_again() -> None:
    card = Isolate(
        key="off", name=t("隔离"), who=LEADER, confirm=Who(post="guardian"),
        energies=(Energy(key="power", name=t("电")), Energy(key="steam", name=t("汽"))),
    )  # fmt: skip
    run = Tried(flow_of(card))
    assert run.says["off.confirm"]["task"]["not_by"] == "off"
    run.submit("off", power=True, steam=True)
    assert run.submit("off.confirm", power=True, steam=False).open() == ["off"]
    run.submit("off", power=True, steam=True)
    assert run.submit("off.confirm", power=True).open() == ["off"], "what is not said is not confirmed"
    run.submit("off", power=True, steam=True).submit("off.confirm", power=True, steam=True)
    assert run.outcome == "done"


def test_an_isolation_without_any_energy_never_passes() -> None:
    run = Tried(flow_of(Isolate(key="off", name=t("隔离"), who=LEADER, confirm=LEADER, energies=())))
    run.data["false"] = False
    assert run.submit("off").submit("off.confirm").open() == ["off"]


def test_a_bad_sample_is_measured_again() -> None:
    run = Tried(flow_of(Measure(key="gas", name=t("检测"), who=LEADER, quantities=(OXYGEN,))), good)
    for _ in range(5):
        assert run.submit("gas", o2=19.4).open() == ["gas"]
    assert run.submit("gas", o2=20.9).outcome == "done"


def test_refused_three_times_the_flow_ends_as_refused() -> None:
    run = Tried(flow_of(Measure(key="gas", name=t("检测"), who=LEADER, quantities=(OXYGEN,), tries=3)), good)
    run.submit("gas", o2=19.4).submit("gas", o2=19.4)
    assert run.open() == ["gas"]
    assert run.submit("gas", o2=19.4).outcome == "refused"
    assert run.status == [4]


def approval(mode: Mode, **more: Any) -> Approve:
    by = (
        Approver(key="unit", name=t("单位"), who=Who(post="unit_head")),
        Approver(key="safety", name=t("安全"), who=Who(post="safety_department"), when="apply.special"),
        Approver(key="chief", name=t("领导"), who=Who(post="site_manager"), on_site=True),
    )
    return Approve(key="ok", name=t("审批"), mode=mode, by=by, **more)


def test_in_order_one_signs_after_the_other_and_the_conditional_only_when_needed() -> None:
    run = Tried(flow_of(FORM, approval(Mode.IN_ORDER)))
    run.submit("apply", special=True)
    for name in ("ok.unit", "ok.safety", "ok.chief"):
        assert run.open() == [name]
        run.submit(name, decision="approved")
    assert run.outcome == "done"
    run = Tried(flow_of(FORM, approval(Mode.IN_ORDER)))
    run.submit("apply", special=False).submit("ok.unit", decision="approved")
    assert run.open() == ["ok.chief"]


@pytest.mark.parametrize("mode", [Mode.IN_ORDER, Mode.ALL])
def test_a_signature_of_which_nobody_can_tell_whether_it_is_needed_is_needed(mode: Mode) -> None:
    run = Tried(flow_of(FORM, approval(mode)))
    run.submit("apply").submit("ok.unit", decision="approved")
    assert "ok.safety" in run.open()


def test_all_sign_side_by_side() -> None:
    run = Tried(flow_of(FORM, approval(Mode.ALL)))
    run.submit("apply", special=True)
    assert run.open() == ["ok.chief", "ok.safety", "ok.unit"]
    run.submit("ok.chief", decision="approved").submit("ok.unit", decision="approved")
    assert run.open() == ["ok.safety"] and run.outcome is None
    assert run.submit("ok.safety", decision="approved").outcome == "done"
    run = Tried(flow_of(FORM, approval(Mode.ALL)))
    run.submit("apply", special=False)
    assert run.open() == ["ok.chief", "ok.unit"]
    run.submit("ok.chief", decision="approved").submit("ok.unit", decision="approved")
    assert run.outcome == "done"


@pytest.mark.parametrize("mode", list(Mode))
def test_one_refusal_ends_the_flow_as_refused(mode: Mode) -> None:
    run = Tried(flow_of(FORM, approval(mode)))
    run.submit("apply", special=True)
    first = "ok" if mode is Mode.ANY else "ok.unit"
    assert run.submit(first, decision="refused", reason="无监护").outcome == "refused"
    assert run.open() == [] and run.status == [4]


@pytest.mark.parametrize("mode", list(Mode))
def test_a_refusal_goes_back_to_the_card_it_names_and_all_sign_anew(mode: Mode) -> None:
    run = Tried(flow_of(FORM, approval(mode, back_to="apply")))
    first = "ok" if mode is Mode.ANY else "ok.unit"
    for _ in range(2):
        run.submit("apply", special=False)
        assert run.submit(first, decision="refused").open() == ["apply"]
    run.submit("apply", special=False)
    while run.open():
        run.submit(run.open()[0], decision="approved")
    assert run.outcome == "done"


@pytest.mark.parametrize("mode", list(Mode))
def test_a_signature_that_the_rules_do_not_take_is_asked_for_again(mode: Mode) -> None:
    run = Tried(flow_of(FORM, approval(mode)), lambda moment, a: moment != "sign" or a.get("present", False))
    run.submit("apply", special=False)
    first = "ok" if mode is Mode.ANY else "ok.unit"
    assert first in run.submit(first, decision="approved", present=False).open()
    assert first not in run.submit(first, decision="approved", present=True).open()


def test_what_is_neither_approved_nor_refused_is_asked_again() -> None:
    run = Tried(flow_of(FORM, approval(Mode.IN_ORDER)))
    assert run.submit("apply", special=False).submit("ok.unit", decision="perhaps").open() == ["ok.unit"]


@pytest.mark.parametrize("mode", list(Mode))
def test_a_late_signature_is_told_once_and_can_still_be_given(mode: Mode) -> None:
    run = Tried(flow_of(FORM, approval(mode, within=3600)))
    run.submit("apply", special=False).wait(minutes=59)
    told = [d for d in run.done if d["kind"] == "overdue"]
    assert told == []
    run.wait(minutes=2).wait(hours=7)
    told = [d["key"] for d in run.done if d["kind"] == "overdue"]
    assert sorted(told) == sorted(set(told)) and told
    while run.open():
        run.submit(run.open()[0], decision="approved")
    assert run.outcome == "done"


def watched(**more: Any) -> Work:
    stops = (Stop(signal="gas_alarm", within=15), Stop(signal="evacuation"))
    return Work(key="job", name=t("作业"), who=LEADER, guardian=Who(field="apply.guardian"), **{"stops": stops} | more)


def started(judge: Any = good, **more: Any) -> Tried:
    card = watched(**{"quantities": (OXYGEN,), "every": 7200.0, "longest": 28800.0} | more)
    run = Tried(flow_of(card, Close(key="close", name=t("验收"), who=LEADER)), judge)
    assert run.status == [1] and run.open() == ["job.start"]
    return run.submit("job.start")


def test_work_that_may_not_start_asks_for_a_new_sample_first() -> None:
    fresh: list[str] = []
    run = started(lambda moment, a: moment == "measure" or bool(fresh))
    assert run.open() == ["job.sample"] and run.status == [1]
    fresh.append("now")
    assert run.submit("job.sample", o2=20.9).open() == ["job.start"]
    assert run.submit("job.start").open() == ["job"] and run.status == [1, 2]


def test_a_re_test_opens_before_it_is_due_and_work_goes_on_after_a_good_one() -> None:
    run = started()
    assert run.wait(minutes=89).open() == ["job"]
    for minutes in (2, 91, 91):
        assert run.wait(minutes=minutes).open() == ["job.check"]
        assert run.submit("job.check", o2=20.9).open() == ["job"]
    assert run.submit("job").open() == ["close"]


def test_a_bad_re_test_pauses_the_work_until_a_good_measurement_and_a_word_to_go_on() -> None:
    run = started()
    run.wait(minutes=91).submit("job.check", o2=19.4)
    assert run.open() == ["job.fresh"] and run.status == [1, 2, 6]
    assert run.submit("job.fresh", o2=19.4).open() == ["job.fresh"]
    assert run.submit("job.fresh", o2=20.9).open() == ["job.resume"]
    assert run.submit("job.resume").open() == ["job"] and run.status == [1, 2, 6, 2]


def test_after_an_outage_of_seven_hours_there_is_one_re_test_and_it_is_not_passed() -> None:
    run = started()
    run.wait(hours=7)
    assert run.open() == ["job.fresh"] and run.status[-1] == 6
    assert [d["key"] for d in run.done if d.get("moment") == "during"] == ["job.check"]
    run.submit("job.fresh", o2=20.9).submit("job.resume")
    assert run.open() == ["job"]


@pytest.mark.parametrize("signal", ["gas_alarm", "evacuation", "pause"])
@pytest.mark.parametrize("at", ["job", "job.check", "job.resume"])
def test_a_stop_pauses_the_work_wherever_it_is(signal: str, at: str) -> None:
    run = started()
    if at == "job.check":
        run.wait(minutes=91)
    if at == "job.resume":
        run.signal("pause").submit("job.fresh", o2=20.9)
    assert run.open() == [at]
    assert run.signal(signal).open() == ["job.fresh"] and run.status[-1] == 6


def test_a_signal_that_is_no_stop_changes_nothing() -> None:
    run = started()
    assert run.signal("guardian_away").open() == ["job"]


def test_past_its_validity_the_work_is_overtime_also_over_pauses_and_re_tests() -> None:
    for before in ("work", "check", "fresh", "resume"):
        run = started()
        run.wait(hours=1).signal("pause").submit("job.fresh", o2=20.9).submit("job.resume")
        for _ in range(4):
            run.wait(minutes=91).submit("job.check", o2=20.9)
        if before == "check":
            run.wait(minutes=46)  # 7 h 50: the next re-test opens at 8 h 34; validity is over before
        if before in ("fresh", "resume"):
            run.signal("pause")
        if before == "resume":
            run.submit("job.fresh", o2=20.9)
        run.wait(hours=1)
        assert run.open() == ["job.overtime"], before
        assert run.status[-1] == 6
        assert run.done[-1]["moment"] == "during" and run.done[-1]["key"] == "job.overtime"
        assert run.submit("job.overtime", finished=False).outcome == "overtime"
        assert run.status[-1] == 4


def test_overtime_work_that_is_done_goes_on_to_acceptance() -> None:
    run = started(every=None)
    assert run.wait(hours=9).open() == ["job.overtime"]
    assert run.submit("job.overtime").open() == ["job.overtime"], "nothing said is no answer"
    assert run.submit("job.overtime", finished=True).open() == ["close"]


def test_work_without_quantities_resumes_by_word_alone() -> None:
    run = Tried(flow_of(watched(), work=None))
    run.submit("job.start")
    assert run.signal("evacuation").open() == ["job.resume"]
    assert run.submit("job.resume").open() == ["job"]
    assert run.submit("job").outcome == "done"


BRANCH = Branch(
    key="big", name=t("特级"), when="apply.special",
    then=(Close(key="yes", name=t("是"), who=LEADER),),
    otherwise=(Close(key="no", name=t("否"), who=LEADER),),
)  # fmt: skip


def test_a_branch_goes_by_its_condition() -> None:
    for special, opened in ((True, "yes"), (False, "no")):
        run = Tried(flow_of(FORM, BRANCH)).submit("apply", special=special)
        assert run.open() == [opened]
        assert run.submit(opened, accepted=True).outcome == "done"


def test_a_branch_whose_condition_cannot_be_told_waits_for_a_person() -> None:
    for decision, opened in (("then", "yes"), ("otherwise", "no"), ("both", "big.unknown")):
        run = Tried(flow_of(FORM, BRANCH)).submit("apply")
        assert run.open() == ["big.unknown"]
        assert run.submit("big.unknown", decision=decision, reason="看过").open() == [opened]


def test_a_branch_with_nothing_in_it_goes_on_either_way() -> None:
    for special in (True, False):
        run = Tried(flow_of(FORM, Branch(key="big", name=t("特级"), when="apply.special")))
        assert run.submit("apply", special=special).outcome == "done"


def test_a_refusal_inside_a_branch_goes_back_inside_it() -> None:
    signed = Approver(key="a", name=t("甲"), who=LEADER)
    inside = Approve(key="sign", name=t("签"), mode=Mode.ALL, by=(signed,), back_to="plan")
    plan = Form(key="plan", name=t("方案"), who=LEADER, form={})
    run = Tried(flow_of(FORM, Branch(key="big", name=t("特级"), when="apply.special", then=(plan, inside))))
    run.submit("apply", special=True).submit("plan").submit("sign.a", decision="refused")
    assert run.open() == ["plan"]
    assert run.submit("plan").submit("sign.a", decision="approved").outcome == "done"


def test_telling_and_ordering_are_done_at_once_and_in_order() -> None:
    fans = (Action(kind="fan", target="a", value="on"), Action(kind="door", target="a", value="open"))
    run = Tried(flow_of(Notify(key="tell", name=t("告知"), to=(LEADER,), text=t("{apply.place}"), actions=fans)))
    assert [d["kind"] for d in run.done] == ["notify", "order", "order"] and run.outcome == "done"
    run = Tried(flow_of(Notify(key="act", name=t("动作"), actions=fans)))
    assert [d["order"]["kind"] for d in run.done] == ["fan", "door"]


def test_waiting_for_a_time_for_a_signal_and_for_whichever_is_first() -> None:
    timed = Tried(flow_of(Wait(key="w", name=t("等"), duration=600)))
    assert timed.wait(minutes=9).outcome is None and timed.wait(minutes=2).outcome == "done"
    asked = Tried(flow_of(Wait(key="w", name=t("等"), signal="all_clear")))
    assert asked.wait(hours=99).outcome is None and asked.signal("all_clear").outcome == "done"
    come = Tried(flow_of(Wait(key="w", name=t("等"), signal="all_clear", within=600)))
    assert come.signal("all_clear").outcome == "done" and come.data["w"] == {"timed_out": False}
    late = Tried(flow_of(Wait(key="w", name=t("等"), signal="all_clear", within=600)))
    assert late.wait(minutes=11).outcome == "done" and late.data["w"] == {"timed_out": True}
    either = Tried(flow_of(Wait(key="w", name=t("等"), signal="all_clear", duration=600)))
    assert either.wait(minutes=11).outcome == "done"
    both = Tried(flow_of(Wait(key="w", name=t("等"), signal="all_clear", duration=600, within=300)))
    assert both.wait(hours=1).outcome == "done" and both.data["w"] == {"timed_out": True}


def test_two_timers_that_are_overdue_together_leave_one_token() -> None:
    run = started(every=27000.0)  # opens at 5 h 37, validity ends at 8 h
    assert run.wait(hours=12).open() == ["job.overtime"]


def test_another_flow_runs_inside() -> None:
    other = compile_flow(
        flow_of(FORM, work=None).__class__(id="inner", name=t("内"), noun=flow_of().noun, cards=(FORM,))
    )
    run = Tried(flow_of(SubFlow(key="sub", name=t("子"), flow="inner")), others=(other,))
    assert run.open() == ["apply"]
    run.says["apply"] = {"task": {"key": "sub.apply"}}
    assert run.submit("apply").outcome == "done"


def test_closing_asks_for_each_line_and_for_the_rules() -> None:
    close = Close(key="close", name=t("验收"), who=LEADER, lines=(t("人员清点"), t("工具清点")))
    run = Tried(flow_of(close), lambda moment, a: a.get("tidy", True))
    assert run.submit("close", l1=True).open() == ["close"]
    assert run.submit("close", l1=True, l2=True, tidy=False).open() == ["close"]
    assert run.submit("close", l1=True, l2=True).outcome == "done" and run.status == [3]
