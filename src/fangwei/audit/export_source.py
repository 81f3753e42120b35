"""An export as a chain to be checked."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from fangwei.audit.check import Link
from fangwei.audit.entry import digest_of
from fangwei.audit.errors import ExportUnreadable
from fangwei.audit.export import FORMAT
from fangwei.audit.seal import Seal


class _Place(msgspec.Struct):
    sequence: int
    hash: str


class _Key(msgspec.Struct):
    id: str
    public: str


class _Head(msgspec.Struct, tag="head", tag_field="kind"):
    format: str
    after: _Place
    keys: list[_Key]


class _Entry(msgspec.Struct, tag="entry", tag_field="kind"):
    sequence: int
    body: str
    hash: str
    words: str | None = None
    salt: str | None = None


class _LeftOut(msgspec.Struct, tag="left_out", tag_field="kind"):
    first: int
    digests: list[str]


class _Seal(msgspec.Struct, tag="seal", tag_field="kind"):
    number: int
    sequence: int
    hash: str
    time: int
    key: str
    signature: str


class _End(msgspec.Struct, tag="end", tag_field="kind"):
    sequence: int
    shown: int


_Line = _Head | _Entry | _LeftOut | _Seal | _End


class ExportSource:
    """The piece of the chain in an export (JSON Lines).

    Raises:
        ExportUnreadable: the file is none, or a line of it is not; iterating raises it too.
    """

    whole = False

    def __init__(self, path: Path) -> None:
        self._path = path
        head = next(self._lines(), None)
        if not isinstance(head, _Head) or head.format != FORMAT:
            raise ExportUnreadable(path=path, line=1, why="no head")
        self._keys = {key.id: _bytes(key.public, path, 1) for key in head.keys}
        self.start = (head.after.sequence, _bytes(head.after.hash, path, 1))

    def keys(self) -> dict[str, bytes]:
        """See Source."""
        return dict(self._keys)

    def end(self) -> tuple[int, bytes | None]:
        """See Source. The hash is the chain's own. One without its last line says of itself that it goes on."""
        end, shown = None, 0
        for line in self._lines():
            if isinstance(line, _Entry):
                shown += 1
            elif isinstance(line, _End):
                end = line
        if end is None or end.shown != shown:
            return self.last() + 1, None
        return end.sequence, None

    def last(self) -> int:
        """See Source."""
        return max((one.sequence for one in self.links(self.start[0])), default=self.start[0])

    def links(self, after: int) -> Iterator[Link]:
        """See Source."""
        for number, line in enumerate(self._lines(), 1):
            if isinstance(line, _Entry) and line.sequence > after:
                body = line.body.encode(errors="surrogatepass")
                yield Link(
                    sequence=line.sequence,
                    hash=_bytes(line.hash, self._path, number),
                    digest=digest_of(body),
                    body=body,
                    words=line.words,
                    salt=None if line.salt is None else _bytes(line.salt, self._path, number),
                )
            elif isinstance(line, _LeftOut):
                for sequence, digest in enumerate(line.digests, line.first):
                    if sequence > after:
                        yield Link(sequence=sequence, hash=None, digest=_bytes(digest, self._path, number))

    def seals(self, after: int) -> Iterator[Seal]:
        """See Source."""
        for number, line in enumerate(self._lines(), 1):
            if isinstance(line, _Seal) and line.sequence >= after:
                yield Seal(
                    number=line.number,
                    sequence=line.sequence,
                    hash=_bytes(line.hash, self._path, number),
                    time=line.time,
                    key=line.key,
                    signature=_bytes(line.signature, self._path, number),
                )

    def _lines(self) -> Iterator[_Line]:
        try:
            with self._path.open("rb") as file:
                for number, raw in enumerate(file, 1):
                    try:
                        yield msgspec.json.decode(raw, type=_Line)
                    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                        raise ExportUnreadable(path=self._path, line=number, why=str(error)[:200]) from error
        except OSError as error:
            raise ExportUnreadable(path=self._path, line=0, why=str(error)[:200]) from error


def _bytes(text: str, path: Path, line: int) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ExportUnreadable(path=path, line=line, why=str(error)[:200]) from error
