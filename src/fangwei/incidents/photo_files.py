"""Where pictures lie: `data/photos/incidents/<2 letters>/<hash>.jpg`, a small copy beside it. Called in threads."""

import os
import time
from pathlib import Path

FOLDER = Path("photos", "incidents")
"""Of its own: what lies here and is in no row of the incidents is removed."""
ORPHAN_S = 3600
"""A picture without a row: the process died between the two. The row follows the file within seconds."""


class PhotoFiles:
    """The pictures of `folder`, named by the SHA-256 of their bytes, so that the same picture is kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, hash: str, small: bool = False) -> Path:
        """Where the picture of that hash lies. Raises ValueError for what is no hash."""
        if len(hash) != 64 or not set(hash) <= set("0123456789abcdef"):
            raise ValueError(hash[:80])
        return self._folder / hash[:2] / f"{hash}{'.thumb' if small else ''}.jpg"

    def keep(self, hash: str, picture: bytes, thumb: bytes) -> None:
        """Write both, each whole or not at all. Raises OSError (full disk)."""
        for small, data in ((True, thumb), (False, picture)):
            path = self.path(hash, small)
            if path.exists():
                os.utime(path)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
            with fresh.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)

    def read(self, hash: str, small: bool = False) -> bytes | None:
        """The picture's bytes; None where it is gone."""
        try:
            return self.path(hash, small).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, hash: str) -> None:
        """Both copies; those that are gone already are no fault."""
        for small in (False, True):
            self.path(hash, small).unlink(missing_ok=True)

    def remove_orphans(self, kept: set[str]) -> int:
        """Remove what lies there for an hour and is in no row; how many files went."""
        gone = 0
        before = time.time() - ORPHAN_S
        for path in self._folder.glob("??/*"):
            if path.name.partition(".")[0] not in kept and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                gone += 1
        return gone
