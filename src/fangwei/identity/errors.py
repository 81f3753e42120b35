"""Why somebody is not let in, or may not do something."""

from fangwei.core.errors import FangweiError
from fangwei.core.texts import Text


class NotSignedIn(FangweiError):
    """No session, or one that is over."""

    code = "identity.not_signed_in"
    text = Text("请先登录（未登录，或登录已过期）", "Sign in first: there is no session, or it is over")
    http_status = 401


class NotAllowed(FangweiError):
    """Known, but without the right."""

    code = "identity.not_allowed"
    text = Text("您的角色（{role}）无权{what}", "Your role ({role}) may not {what}")
    http_status = 403


class NotYourZone(FangweiError):
    """Has the right, but in other zones."""

    code = "identity.not_your_zone"
    text = Text(
        "您负责的区域不含 {zones}，无权{what}；请联系该区域人员或当班班长",
        "You do not answer for {zones} and may not {what} there; ask the people of that zone or the shift supervisor",
    )
    http_status = 403


class ProofMissing(FangweiError):
    """Something that counts needs a password or passkey entered just now."""

    code = "identity.proof_missing"
    text = Text(
        "此操作须再次验证身份：请输入密码或使用通行密钥（5 分钟内有效）",
        "This needs a second proof: enter your password or use your passkey (it counts for 5 minutes)",
    )
    http_status = 403


class NoMachines(FangweiError):
    """Only a person can do this."""

    code = "identity.no_machines"
    text = Text("此操作须由本人登录完成，机器令牌不可用", "Only a person can do this; a machine's token cannot")
    http_status = 403


class SignInRefused(FangweiError):
    """Name or password wrong, or no such account: which of them is not said."""

    code = "identity.sign_in_refused"
    text = Text("账号或密码不正确", "The name or the password is not right")
    http_status = 401


class SignInLocked(FangweiError):
    """Too many wrong passwords."""

    code = "identity.sign_in_locked"
    text = Text(
        "密码错误次数过多，请 {seconds} 秒后再试；也可用通行密钥，或请管理员发一次性登录链接",
        "Too many wrong passwords: try again in {seconds} s, use a passkey, or ask the administrator for a link",
    )
    http_status = 429


class SignInBusy(FangweiError):
    """More sign-ins at once than the machine checks."""

    code = "identity.sign_in_busy"
    text = Text("同时登录的人过多，请几秒后再试", "Too many are signing in at once; try again in a few seconds")
    http_status = 503


class LinkRefused(FangweiError):
    """A one-time link that is unknown, used, or too old."""

    code = "identity.link_refused"
    text = Text(
        "此登录链接无效、已用过或已过期（24 小时）。可用 fangwei sign-in-link 重新生成",
        "This sign-in link is unknown, used, or older than 24 hours. `fangwei sign-in-link` makes a new one",
    )
    http_status = 401


class PasswordWeak(FangweiError):
    """A password that would be guessed."""

    code = "identity.password_weak"
    text = Text("密码不可用：{why}", "This password cannot be used: {why}")
    http_status = 422


class PersonUnknown(FangweiError):
    """No account of that id."""

    code = "identity.person_unknown"
    text = Text("没有账号 {person}", "There is no account {person}")
    http_status = 404


class RoleUnknown(FangweiError):
    """No role of that name."""

    code = "identity.role_unknown"
    text = Text("没有角色 {role}；可用：{known}", "There is no role {role}; there are: {known}")
    http_status = 422
