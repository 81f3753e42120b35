"""Each fault that a safety engineer may draw is said in words, at its card; the shipped flows have none."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest
from tests.conftest import REPOSITORY
from tests.flows.tried import LEADER, flow_of, t

from fangwei.core.texts import Text
from fangwei.feel.interpreter import Feel
from fangwei.flows.cards import (
    AnyCard,
    Approve,
    Approver,
    Branch,
    Clause,
    Close,
    Energy,
    Expert,
    Flow,
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
from fangwei.flows.library import Template, templates
from fangwei.flows.lint import Problem, Severity, lint
from fangwei.plant.load import load_site
from fangwei.plant.site import Site
from fangwei.rulepacks import pack as packs


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    yield load_site(REPOSITORY / "sites" / "battery_plant")


OXYGEN = Quantity(key="o2", name=t("氧"), unit="%vol", low=19.5, high=21.0)
FORM = Form(
    key="apply", name=t("申请"), who=LEADER,
    form={"components": [{"type": "textfield", "key": "place", "label": "地点"},
                         {"type": "select", "key": "work.level", "label": "级别"}]},
)  # fmt: skip
GAS = Measure(key="gas", name=t("检测"), who=LEADER, quantities=(OXYGEN,))
SIGN = Approve(key="sign", name=t("审批"), mode=Mode.ALL, by=(Approver(key="a", name=t("甲"), who=LEADER),))
WORK = Work(
    key="work", name=t("作业"), who=LEADER, quantities=(OXYGEN,), every=60, longest=600, stops=(Stop(signal="x"),)
)
CLOSE = Close(key="close", name=t("关"), who=LEADER)
WHOLE = (FORM, GAS, SIGN, WORK, CLOSE)


def changed(card: AnyCard, **more: Any) -> tuple[AnyCard, ...]:
    """The whole permit with one card changed."""
    return tuple(msgspec.structs.replace(c, **more) if c.key == card.key else c for c in WHOLE)


def put(card: AnyCard, after: AnyCard = FORM) -> tuple[AnyCard, ...]:
    """The whole permit with a card put behind another."""
    at = WHOLE.index(after) + 1
    return (*WHOLE[:at], card, *WHOLE[at:])


def bad(found: list[Problem]) -> list[Problem]:
    return [problem for problem in found if problem.severity is not Severity.NOTE]


def test_a_good_permit_has_no_fault(site: Site, feel: Feel) -> None:
    assert lint(flow_of(*WHOLE), site, (), feel) == []


@pytest.mark.parametrize("one", [pytest.param(one, id=one.id) for one in templates()])
def test_shipped_flows_are_clean(one: Template, site: Site, feel: Feel) -> None:
    assert bad(lint(one.flow, site, (), feel)) == []


E, W = Severity.ERROR, Severity.WARNING
FAULTS: list[tuple[str, tuple[AnyCard, ...], str | None, Severity, str]] = [
    ("an approval nobody can give", changed(SIGN, by=()), "sign", E, "谁也批不了"),
    ("an approval by a post that the site lacks",
     changed(SIGN, by=(Approver(key="a", name=t("甲"), who=Who(post="pope")),)), "sign", E, "没有岗位“pope”"),
    ("an approval by a role that there is not",
     changed(SIGN, by=(Approver(key="a", name=t("甲"), who=Who(role="king")),)), "sign", E, "没有角色“king”"),
    ("an approval by somebody nobody chose",
     changed(SIGN, by=(Approver(key="a", name=t("甲"), who=Who(field="apply.boss")),)), "sign", E, "“apply.boss”"),
    ("an approval by nobody at all",
     changed(SIGN, by=(Approver(key="a", name=t("甲"), who=Who()),)), "sign", E, "没有指定"),
    ("an approval that may need no signature",
     changed(SIGN, by=(Approver(key="a", name=t("甲"), who=LEADER, when='apply.work.level = "I"'),)),
     "sign", W, "无人签字"),
    ("a measure without a limit", changed(GAS, quantities=(Quantity(key="o2", name=t("氧"), unit="%vol"),)),
     "gas", E, "没有限值"),
    ("a measure of nothing", changed(GAS, quantities=()), "gas", E, "没有要测的项目"),
    ("limits that nothing can meet",
     changed(GAS, quantities=(msgspec.structs.replace(OXYGEN, low=22.0),)), "gas", E, "永远不合格"),
    ("a unit that there is not",
     changed(GAS, quantities=(msgspec.structs.replace(OXYGEN, unit="furlong"),)), "gas", E, "furlong"),
    ("a timer of zero", changed(WORK, every=0), "work", E, "复检间隔必须大于 0"),
    ("a limit of less than zero", changed(SIGN, within=-5), "sign", E, "时限必须大于 0"),
    ("work that ends before its first check", changed(WORK, every=600, longest=600), "work", W, "一次也不会复检"),
    ("work that is never checked", changed(WORK, every=None), "work", E, "没有复检间隔"),
    ("work that nothing stops", changed(WORK, stops=()), "work", W, "没有任何信号"),
    ("a signature after the work", (FORM, GAS, WORK, SIGN, CLOSE), "work", E, "之前没有审批"),
    ("the same, at the signature", (FORM, GAS, WORK, SIGN, CLOSE), "sign", E, "事后补签"),
    ("work before anything is measured", (FORM, SIGN, WORK, CLOSE), "work", W, "之前没有检测"),
    ("a permit without work", (FORM, GAS, SIGN, CLOSE), None, E, "没有“作业”"),
    ("a flow that is never closed", (FORM, GAS, SIGN, WORK), None, W, "验收关闭"),
    ("a condition about what no form asked",
     put(Branch(key="b", name=t("分"), when="apply.depth > 2",
                then=(CLOSE2 := Close(key="c2", name=t("关"), who=LEADER),))),
     "b", E, "“apply.depth”在此之前没有表单问过"),
    ("a condition about what only a later form asks",
     (Branch(key="b", name=t("分"), when='apply.work.level = "I"', then=(CLOSE2,)), *WHOLE),
     "b", E, "apply.work.level"),
    ("a condition that cannot be read",
     put(Branch(key="b", name=t("分"), when="apply.place = (", then=(CLOSE2,))), "b", E, "条件写得不对"),
    ("a branch with nothing in it", put(Branch(key="b", name=t("分"), when='apply.place = "a"')), "b", W, "都是空的"),
    ("a condition that looks at nothing", put(Branch(key="b", name=t("分"), when="1 = 1", then=(CLOSE2,))), "b", W,
     "总走同一条路"),
    ("a wait that never ends", put(Wait(key="w", name=t("等"), signal="truck")), "w", W, "永远等下去"),
    ("a wait for nothing", put(Wait(key="w", name=t("等"))), "w", E, "既不等信号"),
    ("a flow inside itself", put(SubFlow(key="s", name=t("子"), flow="tried")), "s", E, "永远不会结束"),
    ("one who confirms what he did himself",
     put(Isolate(key="i", name=t("隔"), who=Who(field="apply.place"), confirm=Who(field="apply.place"),
                 energies=(Energy(key="e", name=t("电")),))), "i", E, "两个人"),
    ("nothing to isolate", put(Isolate(key="i", name=t("隔"), who=LEADER, confirm=LEADER, energies=())),
     "i", E, "能量"),
    ("a notice to nobody", put(Notify(key="n", name=t("告"))), "n", E, "没有要通知的人"),
    ("a notice of what nobody asked",
     put(Notify(key="n", name=t("告"), to=(LEADER,), text=Text("{apply.who}", "x"))), "n", W, "apply.who"),
    ("a field that is lost",
     changed(FORM, form={"components": [{"type": "textfield", "label": "地点"}]}), "apply", E, "没有键"),
    ("a field asked twice",
     changed(FORM, form={"components": [{"type": "number", "key": "a"}, {"type": "number", "key": "a"}]}), "apply", E,
     "用了两次"),
    ("a block that leads nowhere",
     put(Expert(key="x", name=t("块"), xml='<bpmn:task id="T" /><bpmn:endEvent id="Q" />'
                '<bpmn:sequenceFlow id="f" sourceRef="T" targetRef="Q" />')), "x", E, "没有通向后面的出口"),
    ("a key used twice", (*WHOLE, CLOSE), None, E, "用了不止一次"),
    ("a script in a label",
     changed(FORM, form={"components": [{"type": "text", "text": "<img src=x onerror=alert(1)>"}]}),
     None, E, "网页代码"),
    ("a script in the file",
     put(Expert(key="x", name=t("块"),
                xml='<bpmn:scriptTask id="T"><bpmn:script>import os</bpmn:script></bpmn:scriptTask>'
                '<bpmn:sequenceFlow id="f" sourceRef="T" targetRef="after.block" />')), None, E, "script"),
    ("nothing at all", (), None, E, "还没有步骤"),
]  # fmt: skip


@pytest.mark.parametrize(("cards", "card", "severity", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_said_in_words_at_its_card(
    cards: tuple[AnyCard, ...], card: str | None, severity: Severity, words: str, site: Site, feel: Feel
) -> None:
    found = lint(flow_of(*cards), site, (), feel)
    said = [p for p in found if p.card == card and p.severity is severity and words in p.text.zh]
    assert said, [(p.card, p.severity.value, p.text.zh) for p in found]
    assert all(p.text.en for p in found)


def test_a_condition_that_never_ends_is_stopped(site: Site) -> None:
    """Reading it does not run it; running it is stopped by the interpreter (tests/feel)."""
    flow = flow_of(
        *put(Branch(key="b", name=t("分"), when="count(for i in 1..1e12 return i) > apply.place", then=(CLOSE2,)))
    )
    feel = Feel()
    try:
        lint(flow, site, (), feel)
        assert feel.true("count(for i in 1..1000000000000 return i) > 1", {}) is False and feel.stopped == 1
    finally:
        feel.close()


def test_a_clause_that_no_pack_has_is_an_error_and_a_standard_without_a_pack_a_note(site: Site, feel: Feel) -> None:
    text = Text("文", "text")
    row = packs.Clause(number="5.3.2", title=text, asks=text, certainty=packs.Certainty.READ)
    pack = packs.Pack(
        standard="GB 1", edition="2022", name=text, about=text, in_force=date(2022, 1, 1), clauses=(row,),
        applies=packs.Applies(enterprises=()),
    )  # fmt: skip
    cited = tuple(Clause(standard=s, number=n) for s, n in (("GB 1", "5.3.2"), ("GB 1", "9.9"), ("GB 2", "1")))
    found = lint(flow_of(*changed(GAS, clauses=cited)), site, (pack,), feel)
    assert [(p.card, p.severity) for p in found] == [("gas", Severity.ERROR), (None, Severity.NOTE)]
    assert "9.9" in found[0].text.zh and "GB 2" in found[1].text.zh


def test_the_worst_comes_first_and_nothing_twice(site: Site, feel: Feel) -> None:
    flow: Flow = flow_of(FORM, msgspec.structs.replace(WORK, stops=(), every=None), CLOSE)
    found = lint(flow, site, (), feel)
    assert [p.severity for p in found] == sorted((p.severity for p in found), key=list(Severity).index)
    assert len(found) == len(set(found))
