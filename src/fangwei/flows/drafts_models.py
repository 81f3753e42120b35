"""What is kept of flows that are being drawn."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from fangwei.db.base import Base


class DraftRow(Base):
    """One flow as it is drawn now; what was published stays where it is published."""

    __tablename__ = "flows_drafts"

    flow: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int]
    """1 is the first; never given twice, also after a draft was thrown away and begun again."""
    command: Mapped[str] = mapped_column(String(64))
    """The command that made this revision: sent again, it is answered and not done again."""
    time: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    base: Mapped[int | None]
    """The published version it was begun from."""
    removed: Mapped[bool]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """The flow as JSON."""
