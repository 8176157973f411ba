from core.models.audit import AuditEvent, Seal
from core.models.idempotency import IdempotencyKey
from core.models.jobs import Job, PeriodicRun
from core.models.protection import AppendOnly
from core.models.tokens import ApiToken

__all__ = ["ApiToken", "AppendOnly", "AuditEvent", "IdempotencyKey", "Job", "PeriodicRun", "Seal"]
