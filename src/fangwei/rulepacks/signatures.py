"""Who signs a ticket, by its pack and level. Pure."""

from fangwei.rulepacks.pack import Pack, Signature, Validity


def signatures(pack: Pack, work: str, level: str | None) -> tuple[Signature, ...]:
    """The signatures of a ticket of this level, in order; without a level those that every level needs."""
    permit = pack.permit(work)
    rows = permit.signatures if permit is not None else ()
    return tuple(row for row in rows if not row.levels or level in row.levels)


def approver(pack: Pack, work: str, level: str | None) -> Signature | None:
    """The approval of table B.1."""
    return next((row for row in signatures(pack, work, level) if row.approves), None)


def validity(pack: Pack, work: str, level: str | None) -> Validity | None:
    """How long a ticket of this level holds at most."""
    permit = pack.permit(work)
    rows = permit.validity if permit is not None else ()
    return next((row for row in rows if not row.levels or level in row.levels), None)
