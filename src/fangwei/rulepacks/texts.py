"""Texts of the rule packs that people read."""

from collections.abc import Sequence

from fangwei.core.texts import Text

UNKNOWN = Text("缺少{what}，无法判断“{asks}”，不予放行", "{what} not known, so “{asks}” cannot be judged: refused")
UNIT_REFUSED = Text("{why}；无法判断“{asks}”，不予放行", "{why}; “{asks}” cannot be judged: refused")
LEVEL_UNKNOWN = Text("缺少{what}，作业级别定不下来，不予放行", "{what} not known, so the level cannot be told: refused")
LEVEL_TOO_LOW = Text("票上级别为{has}，按现场情况应为{needs}", "The ticket says {has}; what is there makes it {needs}")
NONE_GIVEN = Text("未填", "none")
NO_ROW = Text("适用的分级条件", "A row that grades it")
MEASURE_OPEN = Text("安全措施未确认：{measure}", "Measure not confirmed: {measure}")


def listed(paths: Sequence[str]) -> Text:
    """Facts by the names people know, joined."""
    return Text("、".join(fact_name(path).zh for path in paths), ", ".join(fact_name(path).en for path in paths))


def fact_name(path: str) -> Text:
    """The name of a fact; of an item of a list with its number."""
    return Text(path, path)


NOT_A_PACK = Text("{why}", "{why}")
TOO_BIG = Text("文件太大：{size} kB，最多 {limit} kB", "The file is too big: {size} kB of at most {limit} kB")
TOO_MANY_ROWS = Text("规则太多：{count} 行，最多 {limit} 行", "Too many rows: {count} of at most {limit}")
TWICE = Text("{what}“{id}”写了两次", "{what} {id} is written twice")
CLAUSE_GONE = Text("没有条款 {clause}", "There is no clause {clause}")
NO_FACT = Text("没有事实 {path}", "There is no fact {path}")
NOT_A_NUMBER = Text("{path} 不是带单位的数", "{path} is not a number with a unit")
ONE_LIMIT = Text(
    "一行要么有 parameter、unit 和恰好一个限值，要么有 must",
    "A row has either parameter, unit and exactly one limit, or must",
)
NO_LIST = Text("没有清单 {each}", "There is no list {each}")
ITEM_WITHOUT_EACH = Text("{path} 只能在 each: {each} 的行里用", "{path} stands only in rows with each: {each}")
NO_WORK = Text("没有作业种类 {work}", "There is no kind of work {work}")
NO_ENTERPRISE = Text("没有企业类型 {kind}", "There is no kind of enterprise {kind}")
NO_ALARM = Text("没有报警代码 {code}", "There is no alarm code {code}")
NO_BASE = Text("没有基础事实 {base}", "There is no base {base}")
PLACE_UNKNOWN = Text("文字里不能有 {place}", "The text may not hold {place}")
UNTIL_EARLY = Text("失效日不晚于生效日", "It ends before it begins")
OVERLAP = Text(
    "与 {other} 的有效期重叠：同一标准同一天只能有一版",
    "Overlaps with {other}: on one day only one edition of a standard is in force",
)
VECTOR_FAILED = Text("算例 {vector}：{why}", "Vector {vector}: {why}")
EXPECTED = Text("{what} 应为 {want}，得到 {got}", "{what} should be {want} and is {got}")
NOUNS = {
    "clause": Text("条款", "Clause"),
    "rule": Text("规则", "Row"),
    "measure": Text("措施", "Measure"),
    "vector": Text("算例", "Vector"),
    "edition": Text("版本", "Edition"),
    "table": Text("表", "Table"),
}
