"""What a machine client may be allowed. No scope gives survey answers or one person's figures."""

SCOPES = (
    "scim:read",
    "scim:write",
    "hr:read",
    "hr:write",
    "hr:bulk",
    "cases:write",
    "usage:write",
    "training:write",
    "jobs:read",
    "evidence:read",
    "webhooks:manage",
)
