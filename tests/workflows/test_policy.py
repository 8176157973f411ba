import copy

import pytest

from workflows.policy import DEFAULT_RULES, PolicyError, check_rules, plan_for, rules_sha256

PLAIN = {
    "gxp": False,
    "gxp_impact": "none",
    "personal_data": "none",
    "ai_act_risk": "minimal",
    "automation": "assist",
    "tool_approved": True,
    "generative": True,
}


def roles(**attributes):
    return [step.role for step in plan_for(DEFAULT_RULES, PLAIN | attributes).steps]


@pytest.mark.parametrize(
    "attributes, expected",
    [
        ({}, ["line_manager"]),
        ({"gxp": True}, ["quality", "line_manager"]),
        ({"gxp_impact": "indirect"}, ["quality", "line_manager"]),
        ({"gxp": True, "gxp_impact": "direct"}, ["quality", "line_manager"]),
        ({"personal_data": "ordinary"}, ["privacy", "line_manager"]),
        ({"personal_data": "special"}, ["privacy", "works_council", "line_manager"]),
        ({"automation": "none"}, ["works_council", "line_manager"]),
        ({"tool_approved": False}, ["it", "line_manager"]),
        ({"tool_approved": None}, ["line_manager"]),
        ({"ai_act_risk": "high"}, ["regulatory", "line_manager"]),
    ],
)
def test_who_signs_follows_from_the_attributes(attributes, expected):
    assert roles(**attributes) == expected


def test_a_prohibited_use_is_blocked_and_a_risky_one_warned_of():
    assert plan_for(DEFAULT_RULES, PLAIN | {"ai_act_risk": "prohibited"}).blocks
    warned = plan_for(DEFAULT_RULES, PLAIN | {"gxp_impact": "direct"})
    assert (len(warned.warnings), warned.blocks) == (1, ())
    assert not plan_for(
        DEFAULT_RULES, PLAIN | {"gxp_impact": "direct", "generative": False}
    ).warnings


def test_two_rules_for_one_role_make_the_stricter_step():
    step = {"role": "quality", "title": "Quality", "meaning": "reviewed"}
    rules = [
        {"when": {}, "step": step | {"sequence": 2, "level": 1, "due_days": 9, "why": "a"}},
        {"when": {}, "step": step | {"sequence": 1, "level": 2, "quorum": 3, "why": "b"}},
    ]

    [planned] = plan_for(rules, PLAIN).steps

    assert (planned.sequence, planned.level, planned.quorum, planned.due_days, planned.why) == (
        1, 2, 3, 7, "a; b",
    )  # fmt: skip


def test_a_policy_that_covers_nothing_gives_no_steps():
    rules = [{"when": {"gxp": True}, "step": DEFAULT_RULES[2]["step"]}]

    assert plan_for(rules, PLAIN).steps == ()


def test_the_default_is_well_formed_and_its_hash_ignores_the_order_of_keys():
    check_rules(DEFAULT_RULES)
    turned = [dict(reversed(rule.items())) for rule in DEFAULT_RULES]
    assert rules_sha256(turned) == rules_sha256(DEFAULT_RULES)


STEP = {"role": "it", "title": "IT", "meaning": "reviewed"}


@pytest.mark.parametrize(
    "rules",
    [
        None,
        [],
        {},
        ["x"],
        [{"step": STEP}],
        [{"when": {}}],
        [{"when": {}, "step": STEP, "warn": "x"}],
        [{"when": {}, "step": STEP, "more": 1}],
        [{"when": {"colour": "red"}, "step": STEP}],
        [{"when": {"gxp": 1}, "step": STEP}],
        [{"when": {"gxp": "true"}, "step": STEP}],
        [{"when": {"gxp_impact": []}, "step": STEP}],
        [{"when": {"gxp_impact": ["none", "much"]}, "step": STEP}],
        [{"when": {"gxp_impact": {}}, "step": STEP}],
        [{"when": {}, "step": "x"}],
        [{"when": {}, "step": STEP | {"role": "king"}}],
        [{"when": {}, "step": STEP | {"role": ["it"]}}],
        [{"when": {}, "step": STEP | {"title": ""}}],
        [{"when": {}, "step": STEP | {"meaning": "rejected"}}],
        [{"when": {}, "step": STEP | {"level": 0}}],
        [{"when": {}, "step": STEP | {"quorum": 0}}],
        [{"when": {}, "step": STEP | {"quorum": True}}],
        [{"when": {}, "step": STEP | {"due_days": 1.5}}],
        [{"when": {}, "step": STEP | {"why": "x" * 201}}],
        [{"when": {}, "step": STEP | {"extra": 1}}],
        [{"when": {}, "warn": " "}],
        [{"when": {}, "block": 3}],
    ],
)
def test_rules_that_are_not_well_formed_are_refused(rules):
    with pytest.raises(PolicyError):
        check_rules(copy.deepcopy(rules))
