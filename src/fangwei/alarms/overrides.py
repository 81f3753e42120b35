"""The changed limits of a site and the proposals about them, as they stand. Pure: the register reads and writes.

A limit has two counters. `revision` counts everything that happened to it (proposed, withdrawn, approved, ...) and is
what a page must name when it proposes: so the second of two people learns of the first, also while the first one's
proposal is still open. `version` counts what was in force.
"""

import msgspec

from fangwei.alarms import texts
from fangwei.alarms.errors import LimitChanged, LimitUnknown, NothingChanged, ReasonMissing, SettingRefused
from fangwei.alarms.proposal import Proposal, ProposalKind
from fangwei.alarms.setting import Setting, faults, laid_over, notes, setting_of
from fangwei.core.texts import Text
from fangwei.plant.schema import Limit
from fangwei.plant.site import Site, SitePoint


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One setting that was in force from `time` on; `setting` None: the site's file."""

    alarm: str
    version: int
    time: int
    setting: Setting | None
    before: Setting
    file: Setting
    """What the site's file said when this was approved."""
    type: str
    proposal: str
    by: str
    approved_by: str
    reason: str


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A limit's counters and the version in force; None: it was never changed."""

    alarm: str
    revision: int = 0
    current: Version | None = None

    @property
    def version(self) -> int:
        """Number of the version in force; 0: the file's, never changed."""
        return self.current.version if self.current else 0


class LimitState(msgspec.Struct, kw_only=True):
    """A limit as people see it: in force, in the file, and what happened to it."""

    alarm: str
    point: str
    zone: str
    type: str
    unit: str
    revision: int
    version: int
    in_force: Setting
    file: Setting
    overridden: bool
    file_then: Setting | None = None
    """What the file said when the override was approved, where it says otherwise now."""
    faults: list[Text] = []
    """Why the override no longer fits the site's files."""
    by: str | None = None
    approved_by: str | None = None
    reason: str | None = None
    time: int | None = None
    versions: list[Version] = []
    proposals: list[Proposal] = []


def limit_of(site: Site, alarm: str) -> tuple[SitePoint, Limit]:
    """The limit of this name.

    Raises:
        LimitUnknown: data alarms, rules, and what does not exist.
    """
    point_id, _, id = alarm.rpartition(".")
    point = site.points.get(point_id)
    limit = next((one for one in point.limits if one.id == id), None) if point else None
    if point is None or limit is None:
        raise LimitUnknown(alarm=alarm)
    return point, limit


def override_of(limit: Limit, standing: Standing) -> Setting | None:
    """The setting to lay over the file's limit; None where there is none, or where the file gives another type."""
    current = standing.current
    if current is None or current.setting is None or current.type != limit.type:
        return None
    return current.setting


def state_of(
    file: Site, running: Site, standing: Standing, versions: list[Version], proposals: list[Proposal]
) -> LimitState:
    """A limit as people see it, from the site's files, the running site and the record."""
    point, limit = limit_of(file, standing.alarm)
    now_point, now_limit = limit_of(running, standing.alarm)
    current, in_file = standing.current, setting_of(limit)
    set_otherwise = current is not None and current.setting is not None
    override = override_of(limit, standing)
    told = faults(now_point, now_limit, override) if override else []
    if set_otherwise and override is None:
        told = [texts.TYPE_CHANGED]
    return LimitState(
        alarm=standing.alarm,
        point=point.id,
        zone=point.zone,
        type=limit.type,
        unit=point.unit,
        revision=standing.revision,
        version=standing.version,
        in_force=setting_of(now_limit),
        file=in_file,
        overridden=override is not None,
        file_then=current.file if current and set_otherwise and current.file != in_file else None,
        faults=told,
        by=current.by if current else None,
        approved_by=current.approved_by if current else None,
        reason=current.reason if current else None,
        time=current.time if current else None,
        versions=versions,
        proposals=proposals,
    )


def check(file: Site, running: Site, alarm: str, after: Setting | None) -> tuple[Setting, Setting, list[Text]]:
    """What is in force, what would be (None: the file's), and what the change makes weaker.

    Raises:
        LimitUnknown: see `limit_of`.
        NothingChanged: both are the same.
        SettingRefused: it makes no sense.
    """
    point, limit = limit_of(running, alarm)
    before = setting_of(limit)
    wanted = after if after is not None else setting_of(limit_of(file, alarm)[1])
    if wanted == before:
        raise NothingChanged()
    wrong = faults(point, limit, wanted)
    if wrong:
        raise SettingRefused(why=Text("；".join(t.zh for t in wrong), "; ".join(t.en for t in wrong)))
    return before, wanted, notes(point, limit, before, wanted)


def propose(
    file: Site,
    running: Site,
    standing: Standing,
    *,
    id: str,
    by: str,
    revision: int,
    after: Setting | None,
    reason: str,
    now: int,
) -> Proposal:
    """A proposal for a limit; `after` None: back to the file's.

    Raises:
        LimitChanged: `revision` is not the limit's: the proposer has not seen what happened since.
        ReasonMissing, LimitUnknown, NothingChanged, SettingRefused.
    """
    point, _ = limit_of(running, standing.alarm)
    if revision != standing.revision:
        raise LimitChanged(alarm=standing.alarm)
    if not reason.strip():
        raise ReasonMissing(alarm=standing.alarm)
    before, wanted, told = check(file, running, standing.alarm, after)
    return Proposal(
        id=id,
        kind=ProposalKind.LIMIT,
        alarm=standing.alarm,
        point=point.id,
        zone=point.zone,
        by=by,
        time=now,
        reason=reason.strip(),
        version=standing.version,
        before=before,
        after=wanted,
        to_file=after is None,
        notes=told,
    )


def approved(file: Site, proposal: Proposal, standing: Standing, now: int) -> tuple[Version, Limit]:
    """The version that an approved proposal makes, and the limit to put in force."""
    _, limit = limit_of(file, proposal.alarm)
    assert proposal.before is not None and proposal.after is not None
    in_file = setting_of(limit)
    setting = None if proposal.to_file else proposal.after
    version = Version(
        alarm=proposal.alarm,
        version=standing.version + 1,
        time=now,
        setting=setting,
        before=proposal.before,
        file=in_file,
        type=limit.type,
        proposal=proposal.id,
        by=proposal.by,
        approved_by=proposal.decided_by or "",
        reason=proposal.reason,
    )
    return version, laid_over(limit, setting) if setting is not None else limit
