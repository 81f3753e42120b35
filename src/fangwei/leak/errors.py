"""What can be wrong with a room, a field or a case."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class RoomUnsound(FangweiError):
    """The room's description contradicts itself."""

    code = "leak.room_unsound"
    text = Text("房间 {room} 无法计算：{why}", "Room {room} cannot be computed: {why}")


class CaseUnreadable(FangweiError):
    """A file of an OpenFOAM case is missing, or is not what it should be."""

    code = "leak.case_unreadable"
    text = Text("无法读取流场算例 {file}：{why}", "The airflow case cannot be read, {file}: {why}")


class FieldUnsound(FangweiError):
    """Air would appear or vanish inside the room."""

    code = "leak.field_unsound"
    text = Text(
        "流场不守恒：有网格净流量为总风量的 {share:.1%}，不能用于预测",
        "The field does not conserve air: one cell gains {share:.1%} of the whole ventilation; it is not used",
    )


class SolverMissing(FangweiError):
    """OpenFOAM is not on this machine."""

    code = "leak.solver_missing"
    text = Text(
        "本机没有 OpenFOAM：请安装 Debian 软件包 openfoam，或在别处求解后导入",
        "OpenFOAM is not on this machine: install Debian's package openfoam, or solve elsewhere and import the case",
    )


class NotConverged(FangweiError):
    """The solver ended, but the flow was still changing."""

    code = "leak.not_converged"
    text = Text(
        "流场没有收敛：{steps} 步后残差仍为 {residual:.1e}",
        "The flow did not converge: after {steps} steps its residual is still {residual:.1e}",
    )
