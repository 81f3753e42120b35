"""Passwords: what is accepted, and argon2 around them."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.profiles import RFC_9106_LOW_MEMORY

from fangwei.core.texts import Text
from fangwei.identity.errors import PasswordWeak, SignInBusy

T = TypeVar("T")

SHORTEST = 10
LONGEST = 200
"""Characters; a longer one is no safer and costs the machine."""
AT_ONCE = 2
"""Checks at a time: each takes 64 MiB and the better part of a core for some 50 ms."""
WAITING = 40
"""More than this many waiting means somebody is playing, and whoever comes is told to wait."""

TOO_SHORT = Text("至少 {n} 个字符", "at least {n} characters")
TOO_LONG = Text("最多 {n} 个字符", "at most {n} characters")
IS_THE_NAME = Text("不能与账号或姓名相同或包含账号", "it may not be or hold your own name")
TOO_COMMON = Text("太常见，会最先被猜到", "it is one of those that are guessed first")
TOO_FEW = Text("重复的字符太多", "it repeats too few characters")

_LISTED = """
    1234567890 12345678910 123456789a 0123456789 0987654321 1029384756 1122334455 1111111111 0000000000 9876543210
    123123123123 147258369 1472583690 qwertyuiop qwerty12345 qwerty123456 1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5 asdfghjkl1
    zxcvbnm123 password12 password123 password1234 passw0rd123 p@ssw0rd123 p@ssword123 administrator admin12345
    admin123456 administrator1 root123456 welcome123 welcome1234 letmein123 iloveyou123 abc1234567 abcd123456 a123456789
    aa12345678 aa123456789 woaini1314 woaini5201314 5201314520 fangwei123 fangwei1234 fangwei123456 safety12345
    anquan12345 anquan123456 changeme123 changeme1234 default123 test123456 guest12345 user123456 abcdefghij abcdefg123
    """
COMMON = frozenset(_LISTED.split())
"""The head of the lists that guessing begins with, of those that are long enough, and our own name."""

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
NOBODYS = _hasher.hash("nobody has this password")
"""Checked when there is no such account, so that the answer takes as long as for one that exists."""


def check_rules(password: str, person: str, names: tuple[str, ...] = ()) -> None:
    """Whether a password may be set.

    Raises:
        PasswordWeak: says why.
    """
    low = password.casefold()
    if len(password) < SHORTEST:
        raise PasswordWeak(why=TOO_SHORT.format(n=SHORTEST))
    if len(password) > LONGEST:
        raise PasswordWeak(why=TOO_LONG.format(n=LONGEST))
    own = {person.casefold(), *(n.casefold().replace(" ", "") for n in names if len(n) > 3)}
    if any(n and n in low.replace(" ", "") for n in own):
        raise PasswordWeak(why=IS_THE_NAME)
    if low in COMMON:
        raise PasswordWeak(why=TOO_COMMON)
    if len(set(password)) < 5:
        raise PasswordWeak(why=TOO_FEW)


class Checker:
    """argon2 in threads, few at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """An argon2id hash, with its parameters.

        Raises:
            SignInBusy: too many wait.
        """
        return await self._in_turn(_hasher.hash, password)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether the password is the kept one; takes as long when nothing is kept.

        Raises:
            SignInBusy: too many wait.
        """
        right = await self._in_turn(_verify, kept or NOBODYS, password[: LONGEST + 1])
        return right and kept is not None

    async def _in_turn(self, work: Callable[..., T], *args: str) -> T:
        if self._waiting >= WAITING:
            raise SignInBusy()
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work, *args)
        finally:
            self._waiting -= 1


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (Argon2Error, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether it was hashed with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)
