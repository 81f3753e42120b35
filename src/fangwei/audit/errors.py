"""What the record refuses, each with its reason."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class KeyUnusable(FangweiError):
    """A file that should hold a key does not."""

    code = "audit.key_unusable"
    text = Text("密钥文件 {path} 不可用：{why}", "The key file {path} cannot be used: {why}")


class NoRecord(FangweiError):
    """There is no store, or one without the record's tables."""

    code = "audit.record_missing"
    text = Text(
        "{where} 中没有操作记录：{why}。请用 --data 指明平台的数据目录",
        "There is no record at {where}: {why}. Name the platform's data folder with --data",
    )


class ExportUnreadable(FangweiError):
    """A file that should be an export is none."""

    code = "audit.export_unreadable"
    text = Text(
        "{path} 第 {line} 行不是记录导出：{why}", "{path}, line {line} is not of an export of the record: {why}"
    )


class TooMuchToExport(FangweiError):
    """More than one download may hold."""

    code = "audit.export_too_large"
    text = Text(
        "一次最多导出 {most} 条，所选范围有 {count} 条；请缩短时间，或在服务器上运行 fangwei audit export",
        "One download holds at most {most} entries and this range has {count}; shorten it, or run "
        "`fangwei audit export` on the server",
    )
    http_status = 422


class ExportFailed(FangweiError):
    """The export could not be written."""

    code = "audit.export_failed"
    text = Text("导出没有写成：{why}", "The export could not be written: {why}")
    http_status = 503


class EntryUnknown(FangweiError):
    """No entry of that number."""

    code = "audit.entry_unknown"
    text = Text("没有第 {sequence} 条记录", "There is no entry {sequence}")
    http_status = 404


class NoWords(FangweiError):
    """The entry holds no words that could be erased."""

    code = "audit.no_words"
    text = Text("第 {sequence} 条记录没有可删除的文字", "Entry {sequence} holds no words that could be erased")


class TimeUnreadable(FangweiError):
    """A time on the command line that is none."""

    code = "audit.time_malformed"
    text = Text(
        "{given!r} 不是时间；例如 2026-11-25 或 2026-11-25T03:00 或 2026-11-25T03:00:00+08:00",
        "{given!r} is not a time; e.g. 2026-11-25, 2026-11-25T03:00 or 2026-11-25T03:00:00+08:00",
    )
