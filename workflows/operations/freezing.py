"""Fixing a version of a workflow, so that what builds on it can name its hash."""

from datetime import datetime

from workflows.content import content_sha256, version_content
from workflows.models import WorkflowVersion


def freeze_version(version: WorkflowVersion, *, at: datetime) -> WorkflowVersion:
    """Idempotent. Call it in a transaction that holds the workflow's lock."""
    if version.frozen_at is None:
        version.sha256 = content_sha256(version_content(version))
        version.frozen_at = at
        version.save(update_fields=["sha256", "frozen_at"])
    return version
