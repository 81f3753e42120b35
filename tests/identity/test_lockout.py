from fangwei.core.clock import DAY, MINUTE, SECOND
from fangwei.identity.lockout import FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS, LONGEST_WAIT
from fangwei.identity.wrong import MOST, Wrong

NOW = 1_800_000_000 * SECOND


def test_the_wait_begins_after_five_and_grows_to_a_quarter_of_an_hour():
    wrong, now = Wrong(), NOW
    waits = []
    for _ in range(14):
        wrong.add("li-wei", "10.0.0.1", now)
        waits.append(wrong.left("li-wei", "10.0.0.9", now) // SECOND)
        now += waits[-1] * SECOND
    assert waits[: FREE_FOR_ACCOUNT - 1] == [0] * (FREE_FOR_ACCOUNT - 1)
    assert waits[4:9] == [30, 60, 120, 240, 480]
    assert max(waits) == waits[-1] == LONGEST_WAIT // SECOND


def test_an_account_that_does_not_exist_waits_the_same():
    wrong = Wrong()
    for _ in range(6):
        wrong.add("li-wei", "10.0.0.1", NOW)
        wrong.add("nobody-of-that-name", "10.0.0.2", NOW)
    assert wrong.left("li-wei", "-", NOW) == wrong.left("nobody-of-that-name", "-", NOW) == MINUTE


def test_an_address_that_tries_many_names_waits_for_all_of_them_and_others_do_not():
    wrong = Wrong()
    for n in range(FREE_FOR_ADDRESS):
        wrong.add(f"person-{n}", "10.0.0.1", NOW)
    assert wrong.left("somebody-else", "10.0.0.1", NOW) == 30 * SECOND
    assert wrong.left("somebody-else", "10.0.0.2", NOW) == 0


def test_the_right_password_forgives_and_a_day_forgets():
    wrong = Wrong()
    for _ in range(7):
        wrong.add("li-wei", "a", NOW)
    assert wrong.left("li-wei", "a", NOW + DAY + 1) == 0
    wrong.forgive("li-wei", "a")
    assert wrong.left("li-wei", "a", NOW) == 0


def test_counts_survive_a_restart_as_hashes_and_never_fill_the_memory():
    wrong, kept = Wrong(), {}
    for n in range(MOST // 2 + 500):
        kept |= wrong.add(f"p{n}", f"a{n}", NOW + n)
    assert len(wrong._counts) == MOST
    for _ in range(6):
        kept |= wrong.add("li-wei", "a", NOW)
    assert all(isinstance(key, bytes) and b"li-wei" not in key for key in kept)
    again = Wrong()
    again.load({k: v for k, v in kept.items() if v[0]})
    assert again.left("li-wei", "-", NOW) == MINUTE
