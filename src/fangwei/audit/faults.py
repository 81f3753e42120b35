"""What can be wrong with a chain, and the sentence for each."""

from enum import StrEnum

import msgspec

from fangwei.core.texts import Text


class Kind(StrEnum):
    """What was found."""

    CHANGED = "changed"
    MISSING = "missing"
    SWAPPED = "swapped"
    INSERTED = "inserted"
    REMOVED = "removed"
    """As missing, with the numbers behind it closed up."""
    COPY = "copy"
    """The columns to search by say something else than the entry."""
    WORDS = "words"
    WORDS_GONE = "words_gone"
    CUT = "cut"
    BEYOND = "beyond"
    HEAD = "head"
    REWRITTEN = "rewritten"
    SEAL_FORGED = "seal_forged"
    SEAL_FOREIGN = "seal_foreign"
    SEAL_MISSING = "seal_missing"
    UNSEALED = "unsealed"
    """There are entries and no seal at all."""


TEXTS: dict[Kind, Text] = {
    Kind.CHANGED: Text("第 {first} 条被改动", "Entry {first} was changed"),
    Kind.MISSING: Text("第 {first} 至 {last} 条缺失", "Entries {first} to {last} are missing"),
    Kind.SWAPPED: Text("第 {first} 条与第 {last} 条被对调", "Entries {first} and {last} were swapped"),
    Kind.INSERTED: Text("第 {first} 条是后来插入的", "Entry {first} was put in afterwards"),
    Kind.REMOVED: Text(
        "第 {first} 条之前有记录被删除，编号被重排",
        "An entry before what is now entry {first} was removed and the numbers closed up",
    ),
    Kind.COPY: Text(
        "第 {first} 条用于检索的字段与内容不符（内容未变）",
        "What entry {first} is found by was changed (its content was not)",
    ),
    Kind.WORDS: Text("第 {first} 条所附文字被改动", "The words beside entry {first} were changed"),
    Kind.WORDS_GONE: Text(
        "第 {first} 条所附文字被删除，且没有删除记录",
        "The words beside entry {first} are gone, and no entry says that they were erased",
    ),
    Kind.CUT: Text(
        "末尾被截断：第 {first} 至 {last} 条应有而没有",
        "The end was cut off: entries {first} to {last} should be there",
    ),
    Kind.BEYOND: Text(
        "第 {first} 至 {last} 条在链尾之后，不是平台写入的",
        "Entries {first} to {last} stand behind the end of the chain; the platform did not write them",
    ),
    Kind.HEAD: Text("链尾的校验值被改动", "The hash at the head of the chain was changed"),
    Kind.REWRITTEN: Text(
        "第 {first} 至 {last} 条之间的记录被改写并重算了校验值：与第 {seal} 号封签不符",
        "Something from entry {first} to {last} was rewritten with fresh hashes: seal {seal} says otherwise",
    ),
    Kind.SEAL_FORGED: Text(
        "第 {seal} 号封签（第 {first} 条处）的签名无效", "The signature of seal {seal} (at entry {first}) is not valid"
    ),
    Kind.SEAL_FOREIGN: Text(
        "第 {seal} 号封签（第 {first} 条处）出自未知密钥 {key}",
        "Seal {seal} (at entry {first}) is by an unknown key, {key}",
    ),
    Kind.SEAL_MISSING: Text(
        "第 {seal} 号封签（第 {first} 条之前）缺失", "Seal {seal} (before entry {first}) is missing"
    ),
    Kind.UNSEALED: Text("没有任何封签：无法证明这些记录未被改写", "There is no seal: nothing proves these entries"),
}


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong, from entry `first` to `last`."""

    kind: Kind
    first: int
    last: int
    seal: int | None = None
    key: str = ""

    @property
    def text(self) -> Text:
        """The sentence."""
        return TEXTS[self.kind].format(first=self.first, last=self.last, seal=self.seal, key=self.key[:16])
