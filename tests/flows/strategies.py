"""Flows as hypothesis draws them: any cards, any words, any nesting that a person could draw."""

from typing import Any

from hypothesis import strategies as st

from fangwei.core.texts import Text
from fangwei.flows.cards import (
    Action,
    AnyCard,
    Approve,
    Approver,
    Branch,
    Clause,
    Close,
    Energy,
    Flow,
    Form,
    Isolate,
    Measure,
    Mode,
    Notify,
    Noun,
    Quantity,
    Stop,
    SubFlow,
    Wait,
    Who,
    Work,
)  # fmt: skip

KEYS = st.from_regex(r"\A[a-z][a-z0-9_]{0,8}\Z")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TEXTS = st.builds(Text, WORDS, WORDS)
WHO = st.one_of(st.builds(Who, post=KEYS), st.builds(Who, role=KEYS), st.builds(Who, field=KEYS))
CLAUSES = st.lists(st.builds(Clause, standard=WORDS, number=WORDS), max_size=2).map(tuple)
SECONDS = st.one_of(st.none(), st.integers(1, 10**7).map(float), st.floats(0.001, 1e6))
NUMBER = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))
FEEL = st.sampled_from(['apply.level = "special"', "apply.depth > 1.2", "x < 3 and y", "a & b"])
QUANTITIES = st.lists(st.builds(Quantity, key=KEYS, name=TEXTS, unit=WORDS, low=NUMBER, high=NUMBER), max_size=2).map(
    tuple
)
FORMS = st.dictionaries(WORDS, st.one_of(WORDS, st.integers(-9, 9), st.booleans(), st.none()), max_size=3)
APPROVERS = st.lists(
    st.builds(Approver, key=KEYS.map(lambda k: f"p{k}"), name=TEXTS, who=WHO, on_site=st.booleans(),
              when=st.one_of(st.none(), FEEL)),
    max_size=3, unique_by=lambda a: a.key,
).map(tuple)  # fmt: skip
STOPS = st.lists(st.builds(Stop, signal=WORDS.map(lambda w: f"s{w}"), within=NUMBER), max_size=2).map(tuple)


def common(kind: Any, **more: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, key=KEYS, name=TEXTS, help=st.one_of(st.none(), TEXTS), clauses=CLAUSES, **more)


PLAIN: st.SearchStrategy[AnyCard] = st.one_of(
    common(Form, who=WHO, form=FORMS),
    common(Isolate, who=WHO, confirm=WHO,
           energies=st.lists(st.builds(Energy, key=KEYS, name=TEXTS), max_size=2).map(tuple)),
    common(Measure, who=WHO, quantities=QUANTITIES, fresh=SECONDS, tries=st.integers(0, 3)),
    common(Approve, mode=st.sampled_from(Mode), by=APPROVERS, within=SECONDS),
    common(Work, who=WHO, guardian=st.one_of(st.none(), WHO), quantities=QUANTITIES, every=SECONDS, longest=SECONDS,
           stops=STOPS),
    common(Notify, to=st.lists(WHO, max_size=2).map(tuple), text=st.one_of(st.none(), TEXTS),
           actions=st.lists(st.builds(Action, kind=KEYS, target=WORDS, value=WORDS), max_size=2).map(tuple)),
    common(Wait, signal=st.one_of(st.none(), WORDS.map(lambda w: f"s{w}")), duration=SECONDS, within=SECONDS),
    common(SubFlow, flow=KEYS, takes=st.dictionaries(WORDS, WORDS, max_size=2)),
    common(Close, who=WHO, lines=st.lists(TEXTS, max_size=3).map(tuple)),
)  # fmt: skip


def lists(cards: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(cards, max_size=3).map(tuple)


CARDS = st.recursive(
    PLAIN, lambda inner: common(Branch, when=FEEL, then=lists(inner), otherwise=lists(inner)), max_leaves=6
)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A flow with keys of its own, and refusals that go back to a card before."""
    cards = draw(st.lists(CARDS, max_size=5))
    names = iter(range(1000))

    def named(part: tuple[Any, ...]) -> tuple[Any, ...]:
        done: list[Any] = []
        for card in part:
            key = f"{card.key[:30]}_{next(names)}"
            more: dict[str, Any] = {"key": key}
            if isinstance(card, Branch):
                more |= {"then": named(card.then), "otherwise": named(card.otherwise)}
            if isinstance(card, Approve) and done and draw(st.booleans()):
                more["back_to"] = draw(st.sampled_from(done)).key
            fields = {f: getattr(card, f) for f in card.__struct_fields__}
            done.append(type(card)(**fields | more))
        return tuple(done)

    return Flow(
        id=draw(st.from_regex(r"\A[a-z][a-z0-9_-]{0,20}\Z")), name=draw(TEXTS), noun=draw(st.sampled_from(Noun)),
        work=draw(st.sampled_from([None, "confined_space"])), about=draw(st.one_of(st.none(), TEXTS)),
        cards=named(tuple(cards)),
    )  # fmt: skip
