import msgspec

from fangwei.core.texts import Text
from fangwei.identity.people import (
    ACTIVE,
    ADMINISTRATOR,
    DISABLED,
    GONE,
    Listed,
    Person,
    one_of_each_role,
    synchronised,
)

NAME = Text("李伟", "Li Wei")


def listed(id="li-wei", role="crew", zones=frozenset({"wet"})):
    return Listed(id=id, name=NAME, role=role, zones=zones)


def after(kept, *people, now=100):
    return {**kept, **{p.id: p for p in synchronised(kept, people, now)}}


def test_people_of_the_duty_file_become_accounts_without_a_way_in_and_one_administrator_is_made():
    people = after({}, listed())
    assert people["li-wei"].role == "crew" and people["li-wei"].zones == {"wet"} and people["li-wei"].password is None
    assert people[ADMINISTRATOR].role == ADMINISTRATOR and people[ADMINISTRATOR].password is None


def test_an_administrator_of_the_file_needs_no_other():
    assert set(after({}, listed("boss", ADMINISTRATOR, None))) == {"boss"}


def test_accounts_keep_the_order_of_the_file():
    people = after({}, *(listed(id) for id in ("zhao", "an", "mo")))
    assert sorted((p.created, p.id) for p in people.values() if p.role == "crew") == [
        (100, "zhao"),
        (101, "an"),
        (102, "mo"),
    ]


def test_nothing_is_written_when_nothing_changed():
    people = after({}, listed())
    assert synchronised(people, [listed()], 200) == []


def test_zones_bind_crew_and_contractors_only():
    assert after({}, listed(role="shift_supervisor"))["li-wei"].zones is None


def test_who_leaves_the_file_is_gone_and_comes_back_with_it():
    people = after({}, listed())
    people = after(people)
    assert people["li-wei"].state == GONE and not people["li-wei"].active
    assert after(people, listed())["li-wei"].state == ACTIVE


def test_what_the_administrator_set_stays_and_who_was_disabled_stays_disabled():
    people = after({}, listed())
    people["li-wei"] = msgspec.structs.replace(
        people["li-wei"], role="manager", zones=None, edited=True, state=DISABLED
    )
    changed = after(people, Listed(id="li-wei", name=Text("新名", "New"), role="crew", zones=frozenset()))["li-wei"]
    assert (changed.role, changed.zones, changed.state, changed.name.en) == ("manager", None, DISABLED, "New")


def test_a_role_that_does_not_exist_gives_an_account_that_may_nothing():
    assert after({}, listed(role="king"))["li-wei"].role == ""


def test_the_last_administrator_gone_from_the_file_leaves_one_to_sign_in():
    people = after({}, listed("boss", ADMINISTRATOR, None))
    people = after(people, listed())
    assert people["boss"].state == GONE and people[ADMINISTRATOR].active


def test_one_person_of_each_role_is_found_in_the_order_of_roles():
    people = [Person(id=str(n), name=NAME, role=r) for n, r in enumerate(["crew", "auditor", "crew", "administrator"])]
    assert [p.id for p in one_of_each_role(people)] == ["3", "0", "1"]
