"""What the historian refuses, each with its reason."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class PointUnknown(FangweiError):
    """Asked for a point that the site does not have."""

    code = "historian.point_unknown"
    text = Text("没有测点 {point}", "There is no point {point}")
    http_status = 404


class RangeReversed(FangweiError):
    """The end of the range is not after its start."""

    code = "historian.range_reversed"
    text = Text("结束时间必须晚于开始时间", "The end of the range must be after its start")
    http_status = 422


class TimeImpossible(FangweiError):
    """A time outside 2000-2100: most likely seconds or milliseconds sent as nanoseconds."""

    code = "historian.time_impossible"
    text = Text(
        "时间 {time} 不在 2000 至 2100 年之间；时间应为 UTC 纳秒",
        "Time {time} is not between 2000 and 2100; times are UTC nanoseconds",
    )
    http_status = 422


class TooMuchAsked(FangweiError):
    """More points, buckets or rows than one answer may hold."""

    code = "historian.too_much_asked"
    text = Text("一次查询{what}应为 1 到 {most}，收到 {asked}", "One question may have 1 to {most} {what}, got {asked}")
    http_status = 422


class QuestionTooLarge(FangweiError):
    """The store gave up on the question before it cost the ingestion anything."""

    code = "historian.question_too_large"
    text = Text(
        "查询范围太大，{seconds:.0f} 秒内没有完成；请缩短时间范围、减少测点，或改用导出",
        "The question is too large to answer within {seconds:.0f} s; ask for a shorter time or fewer points, or export",
    )
    http_status = 422


class TooManyQuestions(FangweiError):
    """Others are asking; waiting longer would help nobody."""

    code = "historian.too_many_questions"
    text = Text("历史库正忙，请几秒后重试", "The history is busy with other questions; try again in a few seconds")
    http_status = 503


class HistoryStopped(FangweiError):
    """There is no room to store; the stream on the bus keeps what comes until there is."""

    code = "historian.stopped"
    text = Text(
        "历史存储已停止：磁盘剩余 {free_mb:.0f} MB，低于 {floor_mb:.0f} MB；请清理磁盘，恢复后会自动补存",
        "History has stopped: {free_mb:.0f} MB of disk left, {floor_mb:.0f} MB needed; make room, what was missed is "
        "stored then by itself",
    )
    http_status = 503


class StoreInUse(FangweiError):
    """Another process owns the folder."""

    code = "historian.store_in_use"
    text = Text(
        "历史数据目录 {folder} 正被另一个进程{owner}使用；同一目录只能由一个 historian 打开",
        "The history in {folder} is in use by another process{owner}; only one historian may open a folder",
    )
    http_status = 503


class StoreFailed(FangweiError):
    """The store refused a statement for a reason we did not foresee."""

    code = "historian.store_failed"
    text = Text("历史库出错：{detail}", "The history store failed: {detail}")
    http_status = 500


class ExportUnrecorded(FangweiError):
    """An export that could not be put on the record is not handed out."""

    code = "historian.export_unrecorded"
    text = Text(
        "导出未能写入操作记录，因此没有完成：{why}",
        "The export could not be put on the record, so it was not made: {why}",
    )
    http_status = 503
