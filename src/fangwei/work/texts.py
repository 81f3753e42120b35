"""The room's words."""

from fangwei.core.texts import Text

STATUS: dict[str, Text] = {
    "reported": Text("已上报", "reported"),
    "assigned": Text("整改中", "assigned"),
    "fixed": Text("待验收", "waiting for a check"),
    "verified": Text("已验收", "verified"),
    "rejected": Text("已驳回", "rejected"),
}

SHEET = {
    "title": Text("现场扫码 · {place}", "Codes at the place · {place}"),
    "how": Text("剪下贴在对应位置，用防微手机页“扫码”", "Cut out, fix at the place, scan with Fangwei on the phone"),
    "zone": Text("区域", "Zone"),
    "print": Text("打印", "Print"),
}
