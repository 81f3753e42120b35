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


class WayMissing(FangweiError):
    """Came by a one-time link, and has not yet said how they come in next time: a link that was read by somebody else
    must not act in the name of a person who would never know."""

    code = "identity.way_missing"
    text = Text(
        "您是用一次性链接登录的：请先设置密码或通行密钥，在此之前只能查看。若链接登录已超过 30 分钟，请另要一个链接",
        "You came by a one-time link: set a password or a passkey first, until then you can only look. If that was "
        "more than 30 minutes ago, ask for another link",
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


class PasskeyNotHere(FangweiError):
    """Passkeys are bound to a name; this page was opened by a number."""

    code = "identity.passkey_not_here"
    text = Text(
        "用 IP 地址打开的页面不能使用通行密钥，请改用 {instead}",
        "Passkeys do not work on a page opened by its IP address; open it at {instead}",
    )
    http_status = 409


class PasskeyRefused(FangweiError):
    """The answer of a passkey does not hold."""

    code = "identity.passkey_refused"
    text = Text("通行密钥未通过验证（{why}），请重试", "The passkey was not accepted ({why}); try again")
    http_status = 401


class PasskeyUnknown(FangweiError):
    """No passkey of that id among one's own."""

    code = "identity.passkey_unknown"
    text = Text("没有这个通行密钥", "There is no such passkey")
    http_status = 404


class TooManyPasskeys(FangweiError):
    """One person holds no more."""

    code = "identity.too_many_passkeys"
    text = Text("最多 {most} 个通行密钥，请先删除不用的", "{most} passkeys at most; remove one that is not used")
    http_status = 409


class ScopeRefused(FangweiError):
    """A machine may not have that."""

    code = "identity.scope_refused"
    text = Text("机器令牌不能有权限 {scope}", "A machine's token cannot have {scope}")
    http_status = 422


class TokenUnknown(FangweiError):
    """No token of that id."""

    code = "identity.token_unknown"
    text = Text("没有令牌 {token}", "There is no token {token}")
    http_status = 404


class TokenMadeAlready(FangweiError):
    """The command was given twice, and a token's text is shown once."""

    code = "identity.token_made_already"
    text = Text(
        "此令牌已发放，内容只显示一次；如未收到，请吊销 {token} 后重新发放",
        "This token was made already and is shown once; if it did not arrive revoke {token} and make another",
    )
    http_status = 409


class PersonExists(FangweiError):
    """An account of that id is there already."""

    code = "identity.person_exists"
    text = Text("账号 {person} 已存在", "There is an account {person} already")
    http_status = 409


class LastAdministrator(FangweiError):
    """Nobody would be left who can let people in."""

    code = "identity.last_administrator"
    text = Text("这是最后一位管理员，不能停用或改任", "This is the last administrator, who stays one")
    http_status = 409


class ZoneUnknown(FangweiError):
    """A zone that the site does not have."""

    code = "identity.zone_unknown"
    text = Text("没有分区 {zone}", "There is no zone {zone}")
    http_status = 422


class ExternalTaken(FangweiError):
    """Another account has that name at the plant's own sign-in."""

    code = "identity.external_taken"
    text = Text("统一登录名 {external} 已属于 {person}", "The name {external} belongs to {person} already")
    http_status = 409


class OidcOff(FangweiError):
    """The plant's own sign-in is not set up."""

    code = "identity.oidc_off"
    text = Text("未配置统一登录（FANGWEI_OIDC_ISSUER）", "OpenID Connect is not set up (FANGWEI_OIDC_ISSUER)")
    http_status = 404


class OidcUnreachable(FangweiError):
    """The plant's own sign-in does not answer, or not as it should."""

    code = "identity.oidc_unreachable"
    text = Text("统一登录服务没有正确响应（{why}）", "The plant's sign-in does not answer as it should ({why})")
    http_status = 503


class OidcRefused(FangweiError):
    """What the plant's own sign-in sent does not hold."""

    code = "identity.oidc_refused"
    text = Text("统一登录未通过验证（{why}），请重试", "The plant's sign-in was not accepted ({why}); try again")
    http_status = 401


class OidcNobody(FangweiError):
    """Known there, but without an account here."""

    code = "identity.oidc_nobody"
    text = Text(
        "统一登录成功，但此处没有对应账号；请管理员添加",
        "You are known there, but have no account here; ask the administrator",
    )
    http_status = 403
