"""The shipped permits before the shipped rules: honest work passes at every moment, a missing thing refuses."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from tests.flows.template_helpers import APPLY, GOOD, HOT, READY, Permit

from fangwei.feel.interpreter import Feel
from fangwei.rulepacks.facts import ApproverFacts
from fangwei.rulepacks.judge import judge
from fangwei.rulepacks.pack import Moment, Pack

library = pytest.importorskip("fangwei.rulepacks.library", reason="no rule packs are shipped yet: not tried")

PERMITS = [("confined_space_gb30871", APPLY, "work"), ("hot_work", HOT, "work_second")]


@pytest.fixture(scope="module")
def packs(feel: Feel) -> list[Pack]:
    found = [pack for pack in library.load(feel, vectors=False) if pack.standard == "GB 30871"]
    if not found:
        pytest.skip("there is no pack of GB 30871 yet: not tried")
    return found


def broken(run: Permit, moment: Moment, packs: list[Pack], feel: Feel) -> list[str]:
    """Rows that refuse now; whoever signs is the approver, on site."""
    known = ApproverFacts.__struct_fields__
    signs = {name: True for name in ("on_site", "authorised", "approves") if name in known}
    facts = msgspec.structs.replace(run.facts(), approver=msgspec.convert(signs, ApproverFacts))
    return [finding.rule for finding in judge(packs, moment, facts, feel) if finding.refuse]


@pytest.mark.parametrize(("id", "apply", "work"), PERMITS, ids=[id for id, *_ in PERMITS])
def test_honest_work_passes_at_every_moment(
    id: str, apply: Mapping[str, Any], work: str, packs: list[Pack], feel: Feel
) -> None:
    run = Permit(id, feel)
    run.submit("apply", **apply)
    assert broken(run, Moment.APPLY, packs, feel) == []
    run = Permit(id, feel).to_signing(apply)
    assert broken(run, Moment.SIGN, packs, feel) == []
    run.to_start()
    assert broken(run, Moment.START, packs, feel) == []
    run.submit(f"{work}.start").later(minutes=95).submit(f"{work}.check", **GOOD)
    assert broken(run, Moment.DURING, packs, feel) == []
    run.submit(work).submit("restored", papers={"accepted": True})
    assert broken(run, Moment.END, packs, feel) == []


@pytest.mark.parametrize(
    ("without", "moment"),
    [("people", Moment.SIGN), ("linked", Moment.SIGN), ("papers", Moment.APPLY), ("people_each", Moment.SIGN)],
)
def test_what_is_missing_in_the_application_refuses(
    without: str, moment: Moment, packs: list[Pack], feel: Feel
) -> None:
    apply = {name: value for name, value in APPLY.items() if name != without}
    run = Permit("confined_space_gb30871", feel).to_signing(apply)
    assert broken(run, moment, packs, feel) != []


@pytest.mark.parametrize("without", ["papers", "guardian", "monitored", "work"])
def test_what_is_missing_at_the_start_refuses(without: str, packs: list[Pack], feel: Feel) -> None:
    run = Permit("confined_space_gb30871", feel).to_signing(APPLY)
    while run.open[0].startswith("sign."):
        run.submit(run.open[0], decision="approved", on_site_=True)
    run.submit("ready", **{name: value for name, value in READY.items() if name != without})
    assert broken(run, Moment.START, packs, feel) != []


def test_a_sample_of_bad_air_refuses(packs: list[Pack], feel: Feel) -> None:
    run = Permit("confined_space_gb30871", feel).to_signing(APPLY)
    run.data["gas"]["o2"] = 19.4
    assert broken(run, Moment.SIGN, packs, feel) == ["oxygen_low"]
