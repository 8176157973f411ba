"""The policy a new installation starts with; the program office publishes its own over it."""

import hashlib
import json

from django.db import migrations

NAME = "Sign-off of redesigns"
QUALITY = {
    "role": "quality", "title": "Quality", "sequence": 1, "meaning": "quality_approved",
    "level": 2, "due_days": 7,
}
COUNCIL = {
    "role": "works_council", "title": "Works council", "sequence": 1, "meaning": "reviewed",
    "due_days": 14,
}
# A copy of workflows.policy.DEFAULT_RULES as of this migration; a test compares the two.
RULES = [
    {
        "when": {"ai_act_risk": "prohibited"},
        "block": "The AI Act (Article 5) prohibits this practice.",
    },
    {
        "when": {"gxp_impact": "direct", "generative": True},
        "warn": "Generative AI with direct GxP impact: the draft Annex 22 keeps generative models "
        "out of critical uses.",
    },
    {"when": {"gxp": True}, "step": {**QUALITY, "why": "The workflow is GxP relevant."}},
    {
        "when": {"gxp_impact": ["indirect", "direct"]},
        "step": {**QUALITY, "why": "The redesign has GxP impact."},
    },
    {
        "when": {"personal_data": ["ordinary", "special"]},
        "step": {
            "role": "privacy", "title": "Data protection", "sequence": 1,
            "meaning": "privacy_approved", "due_days": 7,
            "why": "The AI tool sees personal data.",
        },
    },
    {
        "when": {"tool_approved": False},
        "step": {
            "role": "it", "title": "Site IT", "sequence": 1, "meaning": "reviewed", "due_days": 7,
            "why": "The AI tool is not approved for use yet.",
        },
    },
    {
        "when": {"personal_data": "special"},
        "step": {**COUNCIL, "why": "Special categories of personal data are used."},
    },
    {"when": {"automation": "none"}, "step": {**COUNCIL, "why": "No person is in the loop."}},
    {
        "when": {"ai_act_risk": "high"},
        "step": {
            "role": "regulatory", "title": "Regulatory affairs", "sequence": 1,
            "meaning": "reviewed", "due_days": 14, "why": "High risk under the AI Act.",
        },
    },
    {
        "when": {},
        "step": {
            "role": "line_manager", "title": "Line manager", "sequence": 2, "meaning": "approved",
            "due_days": 7, "why": "Answers for the people who do this work.",
        },
    },
]


def publish(apps, schema_editor):
    ApprovalPolicy = apps.get_model("workflows", "ApprovalPolicy")
    PolicyVersion = apps.get_model("workflows", "PolicyVersion")
    policy, _made = ApprovalPolicy.objects.get_or_create(name=NAME)
    if policy.current_version_id:
        return
    text = json.dumps(RULES, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    policy.current_version = PolicyVersion.objects.create(
        policy=policy,
        number=1,
        rules=RULES,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        reason="The policy this release comes with.",
    )
    policy.save()


class Migration(migrations.Migration):
    dependencies = [("workflows", "0002_guards")]
    # Backwards nothing happens: a published version is never taken back.
    operations = [migrations.RunPython(publish, migrations.RunPython.noop, elidable=False)]
