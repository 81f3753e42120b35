"""The sentences of `fangwei site check`."""

from fangwei.core.texts import Text

ALLOWED = Text("（{allowed}）", " ({allowed})")
DID_YOU_MEAN = Text("是否想写：{names}", "did you mean: {names}")
ONE_OF = Text("可用：{names}", "allowed: {names}")

# --- files -----------------------------------------------------------------------------------------------------
FOLDER_MISSING = Text("没有这个文件夹", "There is no such folder")
FOLDER_EMPTY = Text("文件夹里没有 .yaml 文件", "The folder holds no .yaml file")
FILE_TOO_BIG = Text(
    "文件有 {size} MB，超过 {limit} MB，请拆成几个文件", "The file has {size} MB, more than {limit} MB; split it"
)
FILE_UNREADABLE = Text("读不出来：{why}", "It cannot be read: {why}")
NOT_UTF8 = Text("不是 UTF-8 编码（可能是 GBK），请用 UTF-8 另存", "It is not UTF-8 (perhaps GBK); save it as UTF-8")
NOT_YAML = Text("不是正确的 YAML：{why}", "This is not correct YAML: {why}")
NOT_A_MAPPING = Text("文件最外层应为“键: 值”", "The file must be a mapping `key: value` at its outermost level")
TAG_REFUSED = Text("不接受 YAML 标签 {tag}", "YAML tags are not accepted: {tag}")
KEY_TWICE = Text("键 {key} 写了两次，上一次在第 {line} 行", "The key {key} is written twice, before in line {line}")
KEY_NOT_TEXT = Text("键应为一个词", "A key must be a word")
ANCHOR_RECURSES = Text("引用指向自身，永无尽头", "An alias leads back into itself without end")
TOO_MANY_VALUES = Text(
    "引用展开后有 {count} 个值，超过 {limit}，拒绝读取",
    "With its aliases expanded it holds {count} values, more than {limit}; refused",
)
TOO_DEEP = Text("嵌套超过 {limit} 层", "Nested more than {limit} levels deep")
NOT_FINITE = Text("这里不能用 {value}，应为有限的数", "{value} cannot be used here, it must be a finite number")
VARIABLE_UNSET = Text(
    "环境变量 {name} 没有设置，也没有默认值；可写 ${{{name}:-默认值}}",
    "The environment variable {name} is not set and has no default; write ${{{name}:-default}}",
)

# --- shape -----------------------------------------------------------------------------------------------------
KEY_MISSING = Text("缺少 {key}", "{key} is missing")
KEY_UNKNOWN = Text("不认识的键 {key}", "Unknown key {key}")
VALUE_WRONG = Text("{key} 的值 {value} 不可用", "{key}: {value} cannot be used")
WANT_TEXT = Text("应为文字；像数字的文字请加引号", "text; put quotes around text that looks like a number")
WANT_NUMBER = Text("应为数", "a number")
WANT_WHOLE = Text("应为整数", "a whole number")
WANT_BOOLEAN = Text("应为 true 或 false", "true or false")
WANT_LIST = Text("应为列表", "a list")
WANT_MAPPING = Text("应为“键: 值”", "a mapping `key: value`")
WANT_DATE = Text("应为日期，如 2026-09-08", "a date such as 2026-09-08")
WANT_PATTERN = Text("应符合 {pattern}", "must match {pattern}")
WANT_ID = Text(
    "字母、数字、-、_，以字母或数字开头，最多 64 个字符",
    "letters, digits, - and _, beginning with a letter or digit, at most 64 characters",
)
WANT_GREATER = Text("应大于 {bound}", "more than {bound}")
WANT_AT_LEAST = Text("应不小于 {bound}", "at least {bound}")
WANT_LESS = Text("应小于 {bound}", "less than {bound}")
WANT_AT_MOST = Text("应不大于 {bound}", "at most {bound}")
WANT_ITEMS_MIN = Text("至少 {count} 项", "at least {count} items")
WANT_ITEMS_MAX = Text("至多 {count} 项", "at most {count} items")
WANT_LENGTH = Text("1 到 200 个字符", "1 to 200 characters")
WANT_OTHER = Text("{why}", "{why}")

# --- site and zones --------------------------------------------------------------------------------------------
SITE_MISSING = Text(
    "没有一个文件写了 site:（站点名称、时区、坐标）", "No file says `site:` (name, time zone, georeference)"
)
SECTION_TWICE = Text("{key}: 只能写一次，另一处在 {where}", "`{key}:` may be written once only; it is also in {where}")
TIMEZONE_UNKNOWN = Text("没有时区 {name}", "There is no time zone {name}")
TIMEZONE_ALLOWED = Text("IANA 名称，如 Asia/Shanghai", "an IANA name such as Asia/Shanghai")
ID_TWICE = Text("{what} {id} 重复，另一处在 {where}", "The {what} {id} exists twice, the other is in {where}")
HEIGHTS_TURNED = Text(
    "{what} {id}：地面 {floor} m 不低于顶 {ceiling} m",
    "{what} {id}: the floor at {floor} m is not below the ceiling at {ceiling} m",
)
STOREYS_OVERLAP = Text("楼层 {a} 和 {b} 的高度重叠", "The storeys {a} and {b} overlap in height")
STOREYS_MISSING = Text("至少要有一个楼层", "There must be at least one storey")
ZONES_MISSING = Text("一个分区也没有", "There is no zone at all")
POLYGON_CROSSES = Text("分区 {id} 的多边形不成立：{why}", "The polygon of zone {id} is not simple: {why}")
POLYGON_FLAT = Text("分区 {id} 的多边形没有面积", "The polygon of zone {id} has no area")
ZONES_OVERLAP = Text(
    "分区 {a} 与 {b}（{where}）在平面上重叠 {area} m²", "The zones {a} and {b} ({where}) overlap by {area} m2 in plan"
)
ZONE_OUTSIDE_STOREY = Text(
    "分区 {id} 的高度 {floor}-{ceiling} m 超出楼层 {storey}（{low}-{high} m）",
    "Zone {id} ({floor} to {ceiling} m) reaches out of storey {storey} ({low} to {high} m)",
)
ADJOINS_ITSELF = Text("分区 {id} 不能与自己相邻", "Zone {id} cannot adjoin itself")
UNKNOWN_ID = Text("没有{what} {id}", "There is no {what} {id}")

# --- points ----------------------------------------------------------------------------------------------------
POINT_KIND_MISSING = Text("测点 {id} 及其类型都没有写 kind", "Neither the point {id} nor its type says its kind")
POINT_UNIT_MISSING = Text("测点 {id} 及其类型都没有写 unit", "Neither the point {id} nor its type says its unit")
KIND_RESERVED = Text(
    "kind: source 由平台自己建立，站点文件不能用", "kind: source is made by the platform, site files cannot use it"
)
UNIT_UNKNOWN = Text("不认识的单位 {unit}", "Unknown unit {unit}")
UNIT_FOR_GAS = Text("可燃气体 {id} 的单位是 {unit}", "The combustible gas point {id} has the unit {unit}")
LEL_MISSING = Text(
    "可燃气体 {id} 没有写 gas.lel（该气体的爆炸下限，%vol）",
    "The combustible gas point {id} does not say gas.lel (%vol)",
)
STATES_MISSING = Text(
    "{id} 的单位是 state，要用 states 说明每个数值的名字", "{id} has the unit state; `states` must name its values"
)
STATE_NAMES_TWICE = Text("{id} 的两个状态同名：{name}", "Two states of {id} have one name: {name}")
RANGE_TURNED = Text(
    "{id}：{key} 的下限 {low} 不小于上限 {high}", "{id}: the lower end {low} of {key} is not below the upper end {high}"
)
NORMAL_OUTSIDE = Text(
    "{id}：正常范围 {low} 到 {high} 超出量程 {range_low} 到 {range_high}",
    "{id}: normal {low} to {high} reaches out of the range {range_low} to {range_high}",
)
POINT_OUTSIDE = Text(
    "测点 {id} 的位置 ({east}, {north}) 不在分区 {zone} 内，差 {metres} m",
    "The point {id} at ({east}, {north}) is not in zone {zone}, it is {metres} m off",
)
POINT_IN_OTHER = Text("该位置属于 {zone}", "that place is in {zone}")
POINT_TOO_HIGH = Text(
    "测点 {id} 的高度 {up} m 不在分区 {zone} 的 {floor} 到 {ceiling} m 内",
    "The point {id} at a height of {up} m is not within {floor} to {ceiling} m of zone {zone}",
)
KEYS_COLLIDE = Text(
    "测点 {id} 与 {other} 的 64 位键相同，请改其中一个 id",
    "The points {id} and {other} have one 64-bit key; change one of the ids",
)
ID_OF_SOURCE = Text(
    "测点 {id} 与来源 {source} 的健康测点同名", "The point {id} has the name of the health point of the source {source}"
)

# --- limits ----------------------------------------------------------------------------------------------------
LIMIT_OUTSIDE = Text(
    "{alarm}：限值 {at} 超出量程 {low} 到 {high}，永远不会报警",
    "{alarm}: {at} is outside the range {low} to {high}, it would never alarm",
)
LIMIT_IN_NORMAL = Text(
    "{alarm}：限值 {at}（含回差 {deadband}）落在正常范围 {low} 到 {high} 内，报警后不会复归",
    "{alarm}: {at} with deadband {deadband} lies in the normal range {low} to {high}, the alarm would not clear",
)
LIMITS_TURNED = Text("{point}：{a} = {a_at} 应低于 {b} = {b_at}", "{point}: {a} = {a_at} must be below {b} = {b_at}")
LIMIT_NOT_POSITIVE = Text("{alarm}：at 应大于 0", "{alarm}: `at` must be more than 0")
LIMIT_STATE = Text("{alarm}：没有状态 {at}", "{alarm}: there is no state {at}")
LIMIT_OF_MISSING = Text(
    "{alarm}：deviation 要用 of 写明和哪个测点比", "{alarm}: a deviation says in `of` from which point"
)
LIMIT_OF_UNUSED = Text("{alarm}：of 只用于 deviation", "{alarm}: `of` is for deviations only")
LIMIT_OF_UNIT = Text("{alarm}：单位 {a} 与 {of} 的 {b} 不能相减", "{alarm}: {a} cannot be compared with {b} of {of}")
LIMIT_CYCLE = Text("偏差报警互相引用成环：{cycle}", "Deviations refer to each other in a circle: {cycle}")
DATA_RESERVED = Text(
    "{alarm}：data 是平台数据报警的名字，请换一个",
    "{alarm}: `data` is the name of the platform's data alarm, take another",
)

# --- rules and suppressions ------------------------------------------------------------------------------------
RULE_ONE_OF = Text(
    "规则 {id} 要写 when 或 vote，且只写一个", "The rule {id} needs either `when` or `vote`, and not both"
)
RULE_INPUTS = Text("{id} 没有 inputs", "{id} has no inputs")
VOTE_OF = Text("规则 {id}：{k} 取不到 {n} 个输入里", "The rule {id} cannot have {k} votes of {n} inputs")
EXPRESSION_WRONG = Text("{id}：表达式不成立：{why}", "{id}: the expression is wrong: {why}")
EXPRESSION_NOT_TRUTH = Text("{id}：表达式的结果不是真或假", "{id}: the expression does not give true or false")
EXPRESSION_NAME = Text(
    "{id}：表达式用了没有声明的名字 {name}", "{id}: the expression uses {name}, which is not among the inputs"
)
INPUT_NAME = Text(
    "{id}：输入名 {name} 与 {other} 的时效或可信标志同名", "{id}: the input name {name} is the age or trust of {other}"
)
SUPPRESSION_CYCLE = Text(
    "抑制成环：{cycle}，报警会使自己沉默", "Suppressions run in a circle: {cycle}; an alarm would silence itself"
)

# --- sources and duty ------------------------------------------------------------------------------------------
FED_TWICE = Text("测点 {id} 有两个来源，另一处在 {where}", "The point {id} is fed twice, the other is in {where}")
SOURCE_ID_LONG = Text(
    "来源 {id} 的 id 太长，最多 {limit} 个字符", "The id of source {id} is too long, at most {limit} characters"
)
SCALE_ZERO = Text("{id}：scale 不能为 0", "{id}: scale cannot be 0")
CHANNEL_URL = Text("通道 {id}（{type}）需要 {key}", "The channel {id} ({type}) needs `{key}`")
CHANNEL_SCHEME = Text(
    "通道 {id} 的地址应以 http:// 或 https:// 开头", "The address of channel {id} must begin with http:// or https://"
)
CHANNEL_RESERVED = Text(
    "websocket 是每人都有的通道，不必声明", "websocket is the channel that everyone has, it is not declared"
)
ROLES_ARE = Text("可用：{roles}", "there are: {roles}")
SHIFT_EMPTY = Text("{person} 的班次起止相同（{start}）", "The shift of {person} starts and ends at {start}")
SHIFT_ALLOWED = Text("全天写 00:00 到 24:00", "for the whole day write 00:00 to 24:00")
SHIFT_PAST_MIDNIGHT = Text("班次不能在 {end} 结束", "A shift cannot end at {end}")
EVERYONE_TOO_SOON = Text(
    "everyone_after（{everyone} s）应不小于 escalate_after（{step} s）",
    "everyone_after ({everyone} s) must not be less than escalate_after ({step} s)",
)
CALENDAR_MISSING = Text("没有日历文件 {name}", "There is no calendar file {name}")
CALENDAR_OUTSIDE = Text("日历文件 {name} 必须在站点文件夹里", "The calendar file {name} must lie in the site folder")

NOUNS = {
    "storey": Text("楼层", "storey"),
    "zone": Text("分区", "zone"),
    "type": Text("测点类型", "point type"),
    "point": Text("测点", "point"),
    "limit": Text("限值", "limit"),
    "rule": Text("规则", "rule"),
    "suppression": Text("抑制", "suppression"),
    "source": Text("来源", "source"),
    "alarm": Text("报警", "alarm"),
    "person": Text("人员", "person"),
    "role": Text("角色", "role"),
    "channel": Text("通道", "channel"),
    "post": Text("岗位", "post"),
}

POST_OF_WHOM = Text(
    "岗位 {id} 应写明 role（一个角色）或 persons（若干人员），且只写其中一个",
    "post {id}: give either role (one role) or persons (a list), not both and not neither",
)

# --- check -----------------------------------------------------------------------------------------------------
CHECK_GOOD = Text(
    "{name}：没有问题。{zones} 个分区，{points} 个测点（{kinds} 种），{alarms} 个报警，{rules} 条规则，"
    "{sources} 个来源，{people} 名人员",
    "{name}: all good. {zones} zones, {points} points of {kinds} kinds, {alarms} alarms, {rules} rules, "
    "{sources} sources, {people} people",
)
CHECK_BAD = Text("{count} 处问题", "{count} problems")
CHECK_MORE = Text("……另有 {count} 处", "... and {count} more")
CHECK_UNFED = Text(
    "提示：{count} 个测点没有来源，会一直没有读数：{names}",
    "Note: {count} points have no source and will never have a reading: {names}",
)
CHECK_UNREASONED = Text(
    "提示：{count} 个报警没有合理化记录（原因、后果、处置、时间）",
    "Note: {count} alarms have no rationalisation record",
)

# --- health points of sources ----------------------------------------------------------------------------------
SOURCE_STATE = Text("{source} 连接状态", "Connection {source}")
SOURCE_LAG = Text("{source} 数据延迟", "Lag of {source}")
SOURCE_UP = Text("在线", "up")
SOURCE_DOWN = Text("中断", "down")
SOURCE_LOST = Text("数据来源 {source} 中断，其测点无法监视", "The source {source} is down, its points are not watched")
SOURCE_CAUSE = Text("网络中断、设备停电或程序退出", "Network cut, device without power or program ended")
SOURCE_CONSEQUENCE = Text("该来源的测点全部失明", "All points of this source are blind")
SOURCE_ACTION = Text("检查网络与设备，期间派人巡视", "Check network and device, send a patrol meanwhile")
