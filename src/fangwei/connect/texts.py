"""What the connect room says to people."""

from fangwei.core.texts import Text

OPTION_UNKNOWN = Text("没有这个选项；可用的选项：{allowed}", "there is no such option; allowed are {allowed}")
OPTION_MISSING = Text("缺少必填项", "it is required and missing")
OPTION_WRONG = Text("{why}（得到 {got}）", "{why} (got {got})")
CONNECTING = Text("正在连接", "Connecting")
STOPPED = Text("已停止", "Stopped")
