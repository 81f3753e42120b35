"""Proposing and deciding: two people, and the site's files that may change beneath."""

import msgspec
import pytest
from tests.alarms.alarm_plant import at, gas, limit, site

from fangwei.alarms import errors
from fangwei.alarms.overrides import Standing, Version, approved, override_of, propose, state_of
from fangwei.alarms.proposal import Proposal, ProposalKind, ProposalState, overtaken, review, withdraw
from fangwei.alarms.setting import Setting, laid_over, setting_of
from fangwei.plant.site import Site

PLANT = site(gas("G1", limit("hi", at=20.0, deadband=2.0)))
ALARM = "G1.hi"


def proposal(standing: Standing | None = None, **more: object) -> Proposal:
    after = Setting(at=22.0, deadband=2.0)
    values: dict[str, object] = {"id": "p1", "by": "li", "revision": 0, "after": after, "reason": "复核", "now": at(1)}
    values |= more
    return propose(PLANT, PLANT, standing or Standing(alarm=ALARM), **values)  # type: ignore[arg-type]


def in_force(plant: Site = PLANT, to_file: bool = False) -> Version:
    made = proposal()
    done = review(made, "wang", True, "", "r1", 0, at(2))
    version, _ = approved(plant, done, Standing(alarm=ALARM, revision=1), at(2))
    return msgspec.structs.replace(version, setting=None) if to_file else version


def test_a_proposal_says_what_it_changes_and_what_it_weakens() -> None:
    made = proposal()
    assert (made.before, made.after) == (Setting(at=20.0, deadband=2.0), Setting(at=22.0, deadband=2.0))
    assert "safety-critical" in made.notes[0].en


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"revision": 1}, errors.LimitChanged),
        ({"reason": "  "}, errors.ReasonMissing),
        ({"after": Setting(at=20.0, deadband=2.0)}, errors.NothingChanged),
        ({"after": None}, errors.NothingChanged),
        ({"after": Setting(at=22.0, priority=9)}, errors.SettingRefused),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_by_name(more: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        proposal(**more)


@pytest.mark.parametrize("alarm", ["G1.data", "nobody.hi", "G1", "", "."])
def test_what_has_no_limit_cannot_be_changed(alarm: str) -> None:
    with pytest.raises(errors.LimitUnknown):
        proposal(Standing(alarm=alarm))


def test_nobody_approves_his_own_and_nobody_withdraws_anothers() -> None:
    made = proposal()
    with pytest.raises(errors.OwnProposal):
        review(made, "li", True, "", "r1", 0, at(2))
    with pytest.raises(errors.OwnProposal):
        withdraw(made, "wang", "w1", at(2))
    assert withdraw(made, "li", "w1", at(2)).state is ProposalState.WITHDRAWN


def test_a_proposal_is_decided_once_and_the_same_command_again_gets_the_same_answer() -> None:
    done = review(proposal(), "wang", False, "太宽", "r1", 0, at(2))
    assert (done.state, done.decided_by, done.comment) == (ProposalState.REJECTED, "wang", "太宽")
    assert review(done, "wang", False, "", "r1", 0, at(3)) is done
    with pytest.raises(errors.ProposalDecided):
        review(done, "chen", True, "", "r2", 0, at(3))
    with pytest.raises(errors.ProposalDecided):
        withdraw(overtaken(proposal(), at(3)), "li", "w1", at(3))


def test_a_proposal_made_before_the_limit_changed_can_be_rejected_but_not_approved() -> None:
    made = proposal()
    with pytest.raises(errors.ProposalOvertaken):
        review(made, "wang", True, "", "r1", 1, at(2))
    assert review(made, "wang", False, "", "r1", 1, at(2)).state is ProposalState.REJECTED


def test_out_of_service_does_not_hang_on_the_limits_version() -> None:
    out = msgspec.structs.replace(proposal(), kind=ProposalKind.TAKE_OUT)
    assert review(out, "wang", True, "", "r1", 7, at(2)).state is ProposalState.APPROVED


def test_a_file_that_changed_meanwhile_is_said_with_both_values_and_the_override_holds() -> None:
    standing = Standing(alarm=ALARM, revision=2, current=in_force())
    other = site(gas("G1", limit("hi", at=18.0, deadband=2.0)))
    override = override_of(other.points["G1"].limits[0], standing)
    assert override is not None
    running = site(gas("G1", laid_over(other.points["G1"].limits[0], override)))
    state = state_of(other, running, standing, [], [])
    assert (state.in_force.at, state.file.at, state.overridden) == (22.0, 18.0, True)
    assert state.file_then is not None and state.file_then.at == 20.0


def test_an_override_of_a_limit_whose_type_changed_is_not_laid_over_and_said() -> None:
    standing = Standing(alarm=ALARM, revision=2, current=in_force())
    turned = site(gas("G1", limit("hi", "low", 5.0)))
    assert override_of(turned.points["G1"].limits[0], standing) is None
    state = state_of(turned, turned, standing, [], [])
    assert not state.overridden and "another type" in state.faults[0].en


def test_an_override_that_no_longer_fits_the_file_says_why() -> None:
    standing = Standing(alarm=ALARM, revision=2, current=in_force())
    lower = site(gas("G1", limit("hi", at=15.0), limit("hi_hi", at=21.0)))
    running = site(gas("G1", laid_over(lower.points["G1"].limits[0], Setting(at=22.0)), limit("hi_hi", at=21.0)))
    assert "must lie below" in state_of(lower, running, standing, [], []).faults[0].en


def test_back_to_the_file_is_a_version_without_a_setting() -> None:
    standing = Standing(alarm=ALARM, revision=2, current=in_force())
    running = site(gas("G1", laid_over(PLANT.points["G1"].limits[0], Setting(at=22.0, deadband=2.0))))
    back = propose(PLANT, running, standing, id="p2", by="li", revision=2, after=None, reason="恢复", now=at(3))
    done = review(back, "wang", True, "", "r2", 1, at(4))
    version, wanted = approved(PLANT, done, standing, at(4))
    assert version.setting is None and version.version == 2
    assert setting_of(wanted) == setting_of(PLANT.points["G1"].limits[0])
    assert override_of(wanted, Standing(alarm=ALARM, revision=3, current=version)) is None
