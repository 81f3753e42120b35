"""The shipped flows: whole, harmless, fitting the plant, and honest work passes where a missing thing does not."""

from typing import Any

import pytest
from tests.flows.template_helpers import APPLY, GOOD, HOT, Permit, fields

from fangwei.feel.interpreter import Feel
from fangwei.flows.cards import Branch, Flow, Form, Noun, Work
from fangwei.flows.compile import all_cards, compile_flow
from fangwei.flows.definition import Definition
from fangwei.flows.drafts_forms import check_forms
from fangwei.flows.library import Template, TemplateUnknown, choose, template, templates
from fangwei.flows.read_back import read_back
from fangwei.rulepacks.pack import ENTERPRISES

ALL = [pytest.param(one, id=one.id) for one in templates()]


@pytest.mark.parametrize("one", ALL)
def test_each_compiles_reads_back_and_can_be_run(one: Template, feel: Feel) -> None:
    xml = compile_flow(one.flow)
    assert read_back(xml) == one.flow
    for expression in Definition(xml).expressions:
        feel.check(expression)
    check_forms(one.flow)
    assert set(one.enterprises) <= set(ENTERPRISES)


@pytest.mark.parametrize("one", ALL)
def test_each_speaks_two_languages_and_cites_clauses(one: Template) -> None:
    cards = list(all_cards(one.flow.cards))
    assert any(card.clauses for card in cards)
    for card in cards:
        assert card.name.zh and card.name.en and card.name.zh != card.name.en
        if isinstance(card, Form):
            for part in card.form["components"]:
                assert part["label"] and part["properties"]["en"]
                assert all(value["label"] and value["en"] for value in part.get("values", []))
            assert len(set(fields(card.form))) == len(fields(card.form))


def test_every_kind_of_flow_that_a_plant_needs_is_there() -> None:
    assert {one.flow.noun for one in templates()} == set(Noun) - {Noun.OTHER}
    assert {one.flow.work for one in templates() if one.flow.noun is Noun.PERMIT} == {"confined_space", "hot_work"}
    with pytest.raises(TemplateUnknown):
        template("nothing")


@pytest.mark.parametrize(
    ("enterprise", "standard"),
    [("battery", "GB 46768"), ("steel", "GB 46768"), (None, "GB 46768"), ("chemical", "GB 30871"),
     ("hazchem_production", "GB 30871"), ("pharma", "GB 30871")],
)  # fmt: skip
def test_the_confined_space_of_a_plant_is_that_of_the_standard_that_binds_it(
    enterprise: str | None, standard: str
) -> None:
    found = choose(Noun.PERMIT, "confined_space", enterprise)
    assert found is not None and found.flow.standard == standard


def test_every_enterprise_has_exactly_one_confined_space_and_what_nobody_ships_is_none() -> None:
    for enterprise in ENTERPRISES:
        fitting = [
            one
            for one in templates()
            if one.flow.work == "confined_space" and (not one.enterprises or enterprise in one.enterprises)
        ]
        assert len(fitting) == 1, enterprise
    assert choose(Noun.PERMIT, "lifting", "chemical") is None
    hot = choose(Noun.PERMIT, "hot_work", "battery")
    assert hot is not None and hot.id == "hot_work"


PERMITS = [("confined_space_gb30871", APPLY), ("confined_space_gb46768", APPLY), ("hot_work", HOT)]


@pytest.mark.parametrize(("id", "apply"), PERMITS, ids=[id for id, _ in PERMITS])
def test_a_permit_runs_from_application_to_acceptance(id: str, apply: dict[str, Any], feel: Feel) -> None:
    run = Permit(id, feel).to_signing(apply).to_start()
    work = "work_second" if id == "hot_work" else "work"
    assert run.open == [f"{work}.start"]
    run.submit(f"{work}.start")
    checks = 14 if id == "confined_space_gb46768" else 95
    assert run.later(minutes=checks).open == [f"{work}.check"]
    run.submit(f"{work}.check", **GOOD).submit(work)
    run.submit("restored", papers={"accepted": True}).submit("close", l1=True, l2=True)
    assert (run.outcome, run.status[-1]) == ("done", 3)


@pytest.mark.parametrize(("id", "apply"), PERMITS, ids=[id for id, _ in PERMITS])
def test_an_honest_permit_leaves_nothing_unsaid_that_rules_ask_at_the_start(
    id: str, apply: dict[str, Any], feel: Feel
) -> None:
    facts = Permit(id, feel).to_signing(apply).to_start().facts()
    said: dict[str, Any] = {
        "work.changed": False, "work.surroundings_changed": False, "work.abnormal": False,
        "papers.risk_analysis": True, "papers.briefing": True, "papers.isolation": True, "papers.altered": False,
        "guardian.present": True, "guardian.trained": True, "guardian.other_duties": False, "monitored": True,
        "linked": (),
    }  # fmt: skip
    for path, value in said.items():
        found: Any = facts
        for part in path.split("."):
            found = getattr(found, part)
        assert found == value, path
    assert facts.people is not None and [(p.id, p.certificate) for p in facts.people] == [("li-wei", "valid")]
    assert facts.measures and set(facts.measures.values()) == {"confirmed"}
    assert facts.times.planned_start is not None and facts.times.planned_end is not None
    assert facts.samples is not None
    kinds = {sample.quantity for sample in facts.samples}
    assert kinds == ({"combustible"} if id == "hot_work" else {"oxygen", "combustible", "toxic"})
    if id == "hot_work":
        asked = (facts.site.explosive_place, facts.work.level, facts.work.raised, facts.weather.wind_force, facts.near)
        assert None not in asked and None not in (facts.hot.running_plant, facts.hot.in_major_dike, facts.day.holiday)


def test_what_nobody_said_stays_unknown() -> None:
    feel = Feel()
    try:
        without = {name: value for name, value in APPLY.items() if name not in ("people", "linked", "papers")}
        facts = Permit("confined_space_gb46768", feel).submit("apply", **without).facts()  # type: ignore[attr-defined]
    finally:
        feel.close()
    assert (facts.people, facts.linked, facts.papers.risk_analysis, facts.guardian.present) == (None, None, None, None)


def test_a_refused_signature_goes_back_to_the_application(feel: Feel) -> None:
    run = Permit("confined_space_gb46768", feel).to_signing(APPLY)
    run.submit("sign.leader", decision="approved").submit("sign.approval", decision="refused", reason="没有监护人")
    assert run.open == ["apply"] and run.outcome is None


def test_hot_work_is_signed_by_those_that_its_level_asks_for(feel: Feel) -> None:
    signed: dict[str, list[str]] = {}
    for level in ("II", "I", "special"):
        run = Permit("hot_work", feel).to_signing(HOT | {"work": HOT["work"] | {"level": level}})
        while run.open[0].startswith("sign."):
            signed.setdefault(level, []).append(run.open[0].removeprefix("sign."))
            run.submit(run.open[0], decision="approved")
    assert signed == {
        "II": ["leader", "approval_unit", "shift"],
        "I": ["leader", "unit", "approval_safety", "shift"],
        "special": ["leader", "unit", "safety", "approval", "shift"],
    }


def test_work_at_the_level_lasts_as_long_as_its_standard_says() -> None:
    def works(flow: Flow) -> dict[str, float | None]:
        return {card.key: card.longest for card in all_cards(flow.cards) if isinstance(card, Work)}

    assert works(template("hot_work").flow) == {"work_second": 72 * 3600, "work": 8 * 3600}
    assert works(template("confined_space_gb30871").flow) == {"work": 24 * 3600}
    assert any(isinstance(card, Branch) for card in template("hot_work").flow.cards)


@pytest.mark.parametrize("away", ["gas_alarm", "evacuation", "guardian_away"])
def test_what_stops_work_stops_every_shipped_permit(away: str, feel: Feel) -> None:
    run = Permit("confined_space_gb46768", feel).to_signing(APPLY).to_start()
    run.submit("work.start")
    assert run.signal(away) == away and run.open == ["work.fresh"] and run.status[-1] == 6
