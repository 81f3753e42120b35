import asyncio

import pytest

from fangwei.identity.errors import PasswordWeak, SignInBusy
from fangwei.identity.passwords import WAITING, Checker, check_rules


@pytest.mark.parametrize(
    "password",
    ["short", "123456789", "li-wei-12345", "我是LI-WEI一二三四五", "1234567890", "Password123", "aaaaaaaaaaaa",
     "x" * 201, "lisi Wei Liwei", "fangwei123"],
)  # fmt: skip
def test_passwords_that_are_guessed_first_are_refused_and_say_why(password):
    with pytest.raises(PasswordWeak) as refused:
        check_rules(password, "li-wei", ("李伟", "Li Wei"))
    assert refused.value.message.zh and refused.value.message.en


@pytest.mark.parametrize("password", ["correct horse battery", "注液间的风机今天很安静", "q7-Vz!mmT2pL"])
def test_long_ones_of_any_script_are_taken(password):
    check_rules(password, "li-wei", ("李伟", "Li Wei"))


async def test_a_hash_is_of_argon2id_and_matches_its_password_alone():
    checker = Checker()
    kept = await checker.hash("correct horse battery")
    assert kept.startswith("$argon2id$") and "correct" not in kept
    assert await checker.matches(kept, "correct horse battery")
    assert not await checker.matches(kept, "correct horse batterz")
    assert not await checker.matches(None, "nobody has this password")
    assert not await checker.matches("not a hash", "x")


async def test_a_crowd_that_signs_in_at_once_is_told_to_wait():
    checker = Checker()
    checker._waiting = WAITING
    with pytest.raises(SignInBusy):
        await checker.matches(None, "x")
    checker._waiting = 0
    assert not await asyncio.wait_for(checker.matches(None, "x"), 10)
