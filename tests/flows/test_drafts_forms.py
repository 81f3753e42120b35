"""Forms from outside: known parts and plain words only."""

import pytest

from fangwei.flows.drafts import flow_of
from fangwei.flows.drafts_errors import FlowMalformed, FlowTooLarge, FormRefused


def flow(*components, **more):
    form = {"type": "default", "components": list(components), **more}
    card = {
        "card": "form",
        "key": "apply",
        "name": {"zh": "申请", "en": "Apply"},
        "who": {"post": "unit_head"},
        "form": form,
    }
    return {"id": "f", "name": {"zh": "流程", "en": "Flow"}, "noun": "permit", "cards": [card]}


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "</label><iframe src=//evil>",
        "[x](javascript:alert(1))",
        "&#60;script&#62;",
        "<!-- --><b >",
        "data:text/html,x",
    ],
)
@pytest.mark.parametrize("where", ["label", "text", "description"])
def test_words_that_hold_code_are_refused(words, where):
    with pytest.raises(FormRefused):
        flow_of(flow({"type": "textfield", "key": "a", where: words}))


def test_code_is_found_however_deep_it_stands():
    deep = {
        "type": "group",
        "components": [{"type": "select", "key": "a", "values": [{"label": "<b >x", "value": "1"}]}],
    }
    with pytest.raises(FormRefused):
        flow_of(flow(deep))
    with pytest.raises(FormRefused):
        flow_of(flow({"type": "textfield", "key": "a", "properties": {"<img src=x>": "1"}}))


@pytest.mark.parametrize(
    "type", ["html", "iframe", "image", "documentPreview", "expression", "button", "table", None, 3]
)
def test_parts_that_are_not_known_are_refused(type):
    with pytest.raises(FormRefused):
        flow_of(flow({"type": type, "key": "a"}))


@pytest.mark.parametrize("words", ["O2 < 19.5 %vol", "a < b", '=level = "special"', "限值 <0.5", "A & B", "one = two"])
def test_plain_words_and_conditions_are_taken(words):
    flow_of(flow({"type": "textfield", "key": "a", "label": words}))


@pytest.mark.parametrize("components", [None, "x", [3], [{"type": "group", "components": 7}]])
def test_what_is_no_form_is_refused_in_words(components):
    broken = flow()
    broken["cards"][0]["form"]["components"] = components
    with pytest.raises(FormRefused):
        flow_of(broken)


def test_forms_and_flows_beyond_measure_are_refused():
    with pytest.raises(FlowTooLarge):
        flow_of(flow(*[{"type": "textfield", "key": f"k{i}"} for i in range(201)]))
    nested = {"type": "textfield", "key": "a"}
    for _ in range(8):
        nested = {"type": "group", "components": [nested]}
    with pytest.raises(FormRefused):
        flow_of(flow(nested))
    with pytest.raises(FormRefused):
        flow_of(flow({"type": "textfield", "key": "a", "label": "字" * 5001}))
    wide = flow()
    wide["cards"] = [{"card": "wait", "key": f"w{i}", "name": {"zh": "等", "en": "Wait"}} for i in range(501)]
    with pytest.raises(FlowTooLarge):
        flow_of(wide)
    deep = {"card": "wait", "key": "w", "name": {"zh": "等", "en": "Wait"}}
    for i in range(9):
        deep = {"card": "branch", "key": f"b{i}", "name": {"zh": "分", "en": "B"}, "when": "true", "then": [deep]}
    wide["cards"] = [deep]
    with pytest.raises(FlowTooLarge):
        flow_of(wide)


@pytest.mark.parametrize("given", [b"", b"{", b"[]", b"[" * 5000, {"id": "x"}, {"id": 3, "name": 4}, None])
def test_what_is_no_flow_is_refused_with_its_reason(given):
    with pytest.raises(FlowMalformed):
        flow_of(given)
