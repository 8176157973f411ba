"""Records of the floor: the audit log with its seals, background jobs, keys of machines."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.changing import given
from core.charts import words
from core.choices import JobState
from core.jobs import retry
from core.models import ApiToken, AuditEvent, Job, Seal
from core.records import EditableAdmin, RecordsAdmin, as_uuid
from core.tokens import revoke_token


def kinds() -> dict[str, str]:
    """What stands on these pages, by the label that events and jobs name it with."""
    return {
        model._meta.label_lower: admin.site.told(model._meta.verbose_name)  # type: ignore[attr-defined]  # noqa: SLF001 Django's public name
        for model in admin.site._registry  # noqa: SLF001 no other way to ask
    }


def kind_of(label: str) -> str:
    """The same of one label; a label of nothing here is shown as it is."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return label
    if model not in admin.site._registry:  # noqa: SLF001 no other way to ask
        return label
    told: str = admin.site.told(model._meta.verbose_name)  # type: ignore[attr-defined]  # noqa: SLF001 Django's public name
    return told


class SubjectMixin:
    """Shows the kind of thing in words."""

    @admin.display(description=_("what it is about"))
    def kind(self, row: AuditEvent | Job) -> str:
        return kind_of(row.subject_type)


class SubjectFilter(admin.SimpleListFilter):
    """By the kind of thing; answered by the index that leads with it."""

    title = _("what it is about")
    parameter_name = "subject_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return sorted(kinds().items(), key=lambda kind: kind[1].casefold())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        kind = self.value()
        if kind is None:
            return queryset
        return queryset.filter(subject_type=kind) if kind in kinds() else queryset.none()


def about(text: str) -> Q | None:
    """The index leads with the kind, so each kind is named."""
    return Q(subject_type__in=kinds(), subject_id=text) if as_uuid(text) else None


def by_person(text: str) -> Q | None:
    if "@" not in text:
        return None
    people = get_user_model().objects.filter(email=text.lower())
    return Q(actor__in=list(people.values_list("pk", flat=True)))


@admin.register(AuditEvent)
class AuditEventAdmin(SubjectMixin, RecordsAdmin):
    is_long = True
    select = ("actor", "on_behalf_of")
    heavy = ("before", "after")
    list_display = ("at", "verb", "actor", "kind", "subject_id", "channel", "reason")
    list_filter = (SubjectFilter,)
    lookups = ("subject_id",)
    ways = (about, by_person)
    search_fields = ("subject_id",)
    search_help_text = _("Id of the thing, or e-mail address of who did it.")
    fields = (
        "at",
        "verb",
        "actor",
        "on_behalf_of",
        "kind",
        "subject_id",
        "before",
        "after",
        "reason",
        "channel",
        "remote_addr",
        "request_id",
    )
    readonly_fields = ("kind",)
    note = _("Written in the transaction of each act, sealed in blocks, changed by nobody.")

    def name_of(self, row: AuditEvent) -> str:
        return f"{row.verb}, {words.moment(row.at)}"


@admin.register(Seal)
class SealAdmin(RecordsAdmin):
    is_long = True
    list_display = ("number", "at", "event_count", "first_id", "last_id", "digest")
    fields = ("number", "at", "event_count", "first_id", "last_id", "digest")
    readonly_fields = ("digest",)
    note = _(
        "Note the newest elsewhere: manage.py verify_audit --anchor NUMBER:HASH then proves it."
    )

    def name_of(self, row: Seal) -> str:
        return _("Seal %(number)s") % {"number": row.number}

    @admin.display(description=_("hash"))
    def digest(self, seal: Seal) -> str:
        return bytes(seal.seal_hash).hex()


def by_name(text: str) -> Q | None:
    """Of what waits, runs or failed; the rest is found by its id or by what it is about."""
    return None if as_uuid(text) else Q(name__startswith=text)


def by_id(text: str) -> Q | None:
    key = as_uuid(text)
    return Q(public_id=key) | Q(subject_type__in=kinds(), subject_id=text) if key else None


@admin.register(Job)
class JobAdmin(SubjectMixin, EditableAdmin):
    is_long = True
    select = ("requested_by", "token")
    heavy = ("args", "error_detail")
    list_display = ("name", "state", "attempts", "error_text", "created_at", "finished_at")
    list_filter = ("state",)
    ways = (by_name, by_id)
    search_fields = ("name",)
    search_help_text = _("Start of the name, or an id.")
    shown = (
        "public_id",
        "name",
        "state",
        "attempts",
        "error_text",
        "error_detail",
        "kind",
        "subject_id",
        "queue",
        "requested_by",
        "token",
        "created_at",
        "started_at",
        "finished_at",
        "progress_done",
        "progress_total",
        "read",
        "created",
        "updated",
        "unchanged",
        "rejected",
        "request_id",
    )
    act = _("Try again")
    question = _("The job starts anew with three attempts. It is safe to run twice.")
    note = _("Work in the background. What failed three times waits here for somebody.")

    def name_of(self, row: Job) -> str:
        return row.name

    @admin.display(description=_("error"))
    def error_text(self, job: Job) -> str:
        return job.error_text

    def can_change(self, row: Job) -> bool:
        return row.state == JobState.FAILED

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> Job:  # noqa: ARG002
        return retry(job=row, actor=actor, reason=reason)


@admin.register(ApiToken)
class ApiTokenAdmin(EditableAdmin):
    select = ("owner", "created_by")
    list_display = ("name", "prefix", "scopes", "owner", "expires_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    lookups = ("revoked_at__isempty",)
    search_fields = ("name", "prefix")
    shown = (
        "public_id",
        "name",
        "prefix",
        "scopes",
        "owner",
        "created_by",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    act = _("Revoke")
    question = _("Refused from the next call on. A revoked key never works again.")
    note = _("Keys of machine clients. The key itself is kept nowhere.")

    def can_change(self, row: ApiToken) -> bool:
        return row.revoked_at is None

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> ApiToken:  # noqa: ARG002
        revoke_token(token=row, actor=actor, reason=given(reason))
        row.refresh_from_db()
        return row  # type: ignore[no-any-return]
