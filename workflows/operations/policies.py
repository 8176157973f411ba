"""Publishing approval rules: versions are only ever added."""

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from core.audit import changes, record
from core.errors import DomainError, Forbidden
from people.choices import Role
from people.models import Person
from people.rules import has_role
from workflows.models import ApprovalPolicy, PolicyVersion
from workflows.operations.one_act import one_act
from workflows.policy import PolicyError, check_rules, rules_sha256
from workflows.queries.policies import DEFAULT_POLICY


@one_act()
def publish_policy(
    *,
    rules: list[dict[str, Any]],
    reason: str,
    actor: Person | None,
    name: str = DEFAULT_POLICY,
) -> PolicyVersion:
    """Add a version and make it the one new routes follow; open routes keep theirs.

    ``actor`` None is the installation itself. Publishing the rules in force again changes nothing.
    """
    if actor is not None and not has_role(actor, [Role.PROGRAM_OFFICE, Role.ADMINISTRATOR]):
        raise Forbidden
    if not reason.strip():
        raise DomainError(_("Say why the policy changes."))
    try:
        check_rules(rules)
    except PolicyError as problem:
        raise DomainError(
            _("The policy can't be used: %(problem)s") % {"problem": problem}
        ) from None
    ApprovalPolicy.objects.get_or_create(name=name)
    policy = ApprovalPolicy.objects.select_for_update(no_key=True).get(name=name)
    before = policy.current_version
    sha256 = rules_sha256(rules)
    if before is not None and before.sha256 == sha256:
        return before
    newest = policy.versions.aggregate(newest=Max("number"))["newest"] or 0
    version = PolicyVersion.objects.create(
        policy=policy,
        number=newest + 1,
        rules=rules,
        sha256=sha256,
        reason=reason,
        created_by=actor,
    )
    policy.current_version = version
    policy.save(update_fields=["current_version"])
    old, new = changes(
        {"version": before.number if before else None, "sha256": before.sha256 if before else None},
        {"version": version.number, "sha256": sha256},
    )
    record("policy.published", subject=version, actor=actor, before=old, after=new, reason=reason)
    return version
