from tests.conftest import REPOSITORY

from fangwei.core.texts import Text
from fangwei.identity import matrix
from fangwei.identity.caller import PROOF_LASTS, Caller
from fangwei.identity.roles import ROLES, VERBS, verbs_of

NAME = Text("李伟", "Li Wei")


def test_every_verb_names_its_room_its_words_and_roles_that_exist():
    for id, verb in VERBS.items():
        room, _, name = id.partition(".")
        assert room.isidentifier() and name.isidentifier(), id
        assert verb.text.zh and verb.text.en, id
        assert verb.roles and verb.roles <= set(ROLES), id


def test_the_auditor_reads_everything_and_changes_nothing():
    reading = {id for id in VERBS if id.endswith(".read")}
    assert reading <= verbs_of("auditor")
    others = {v for v in verbs_of("auditor") if not v.endswith((".read", ".export", ".self"))}
    assert all(VERBS[v].roles == frozenset(ROLES) for v in others), others


def test_a_role_that_does_not_exist_may_nothing():
    assert verbs_of("") == verbs_of("king") == frozenset()


def test_zones_bound_what_a_person_may_do_but_not_what_concerns_none():
    wet = Caller(id="li-wei", name=NAME, role="crew", zones=frozenset({"filling", "store"}))
    assert wet.may("alarms.acknowledge", ["filling", "coating"])
    assert not wet.may("alarms.acknowledge", ["coating"])
    assert wet.may("alarms.acknowledge")
    assert not wet.may("alarms.shelve", ["filling"])
    everywhere = Caller(id="zhao-lei", name=NAME, role="shift_supervisor")
    assert everywhere.may("alarms.shelve", ["coating"])


def test_a_machine_may_its_scopes_and_nothing_else():
    machine = Caller(id="m", name=NAME, role="administrator", machine=True, scopes=frozenset({"alarms.read"}))
    assert machine.may("alarms.read") and not machine.may("alarms.acknowledge")


def test_a_proof_is_fresh_for_five_minutes_and_never_from_the_future():
    one = Caller(id="li-wei", name=NAME, role="crew", proved=1000)
    assert one.has_proved(1000) and one.has_proved(1000 + PROOF_LASTS)
    assert not one.has_proved(1001 + PROOF_LASTS) and not one.has_proved(999)
    assert not Caller(id="x", name=NAME, role="crew").has_proved(PROOF_LASTS * 10)


def test_the_matrix_page_is_up_to_date():
    assert (REPOSITORY / matrix.FILE).read_text("utf-8") == matrix.page(), "run: python -m fangwei.identity.matrix"
