"""What `fangwei status` says."""

from fangwei.core.texts import Text

WELL = Text("一切正常", "all is well")
COUNTING = Text("没有发现故障，但错误计数在增加", "nothing is down, but errors are being counted")
WRONG = Text("有问题", "something is wrong")

SILENT = Text("进程 {process} 没有回应", "process {process} is silent")
NOT_RUNNING = Text("进程 {process} 的状态为 {state}", "process {process} is {state}")
SOURCE_NOT_UP = Text("数据源 {source}：{state} {detail}", "source {source} is {state} {detail}")
SOURCE_ERRORS = Text("数据源 {source} 刚刚又出错 {more} 次", "source {source} counted {more} more errors just now")
UNCONFIRMED = Text(
    "进程 {process} 有 {count} 条不可丢失的消息未得到确认",
    "{count} messages of process {process} that must not be lost are not confirmed",
)
NOT_ANSWERED = Text(
    "进程 {process} 问不到 {part}，页面上的相应内容可能不是最新",
    "process {process} gets no answer about {part}; what pages show of it may be old",
)

FIGURES = (
    ("supervisor", "disk.free_mb", Text("磁盘剩余 {value:.0f} MB", "disk free {value:.0f} MB")),
    ("historian", "history.behind", Text("历史落后 {value:.0f} 批", "history behind by {value:.0f} batches")),
    ("historian", "history.points_known", Text("有数值的测点 {value:.0f}", "points with a value {value:.0f}")),
    ("incidents", "incidents.live", Text("进行中的事件 {value:.0f}", "incidents open {value:.0f}")),
    ("incidents", "duty.undelivered", Text("未送出的通知 {value:.0f}", "notices not yet out {value:.0f}")),
    ("incidents", "duty.tell_ms", Text("最近一次通知用时 {value:.1f} ms", "last notice took {value:.1f} ms")),
    ("alarms", "alarms.unknown_points", Text("未登记的测点 {value:.0f}", "points not in the site {value:.0f}")),
    ("app", "pages", Text("打开的页面 {value:.0f}", "pages open {value:.0f}")),
)
"""(process, gauge, words), in the order in which one asks."""
