"""Records of the organisation. Rows that say something about one person's work stand nowhere."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.charts import words
from core.forms import KeyField
from core.records import EditableAdmin, ReasonForm, RecordsAdmin, as_uuid
from people import models
from people.operations import records, roles

NO_PERSON = _("Nobody has the address %(text)s.")
NO_UNIT = _("No unit has the code %(text)s.")
NO_SITE = _("No site has the code %(text)s.")
NO_CALENDAR = _("No calendar is called %(text)s.")


def active_people() -> QuerySet[models.Person]:
    return models.Person.objects.filter(is_active=True)


# --- people -----------------------------------------------------------------------------------
class PersonForm(ReasonForm):
    is_active = forms.BooleanField(
        label=_("Signs in"),
        required=False,
        help_text=_("Without it, sessions end, and roles and the right to sign go."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("is_active"):
            values["signing_enabled"] = False  # goes with it, whatever the other box says
        return values


class NewPersonForm(ReasonForm):
    email = forms.EmailField(label=_("e-mail"), max_length=254)


def by_name(text: str) -> Q | None:
    return Q(family_name__istartswith=text)


def by_address(text: str) -> Q | None:
    return Q(email=text.strip().lower())


def by_number(text: str) -> Q | None:
    return Q(employee_number=text) | Q(source_id=text)


def by_public_id(text: str) -> Q | None:
    key = as_uuid(text)
    return Q(public_id=key) if key else None


@admin.register(models.Person)
class PersonAdmin(EditableAdmin):
    form = PersonForm
    add_form = NewPersonForm
    is_long = True
    list_display = ("full_name", "email", "job_title", "is_active", "signing_enabled", "is_staff")
    list_filter = ("is_active", "signing_enabled", "is_staff")
    ways = (by_name, by_address, by_number, by_public_id)
    search_fields = ("email",)
    search_help_text = _("E-mail address, employee number or id, or the start of the family name.")
    shown = (
        "public_id",
        "given_name",
        "family_name",
        "email",
        "job_title",
        "employee_number",
        "source_id",
        "is_active",
        "signing_enabled",
        "is_staff",
        "language",
        "created_at",
    )
    edited = (
        "given_name",
        "family_name",
        "email",
        "job_title",
        "employee_number",
        "is_active",
        "signing_enabled",
    )
    added = ("email", "given_name", "family_name", "job_title", "employee_number")
    note = _("Where an HR system is connected, correct things there: it has the last word.")

    @admin.display(description=_("name"))
    def full_name(self, person: models.Person) -> str:
        return person.full_name

    def add_row(self, *, actor: Any, reason: str, **values: Any) -> models.Person:
        return records.add_person(actor=actor, reason=reason, **_or_none(values))

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> models.Person:
        is_active = values.pop("is_active")
        if is_active != row.is_active:
            row = records.set_active(
                person=row, is_active=is_active, actor=actor, reason=reason, at=timezone.now()
            )
            if not _differs(row, _or_none(values)):
                return cast("models.Person", row)
        return records.correct_person(person=row, actor=actor, reason=reason, **_or_none(values))


def _or_none(values: dict[str, Any]) -> dict[str, Any]:
    """Unique columns are empty by null."""
    return values | {
        name: values[name] or None for name in ("email", "employee_number") if name in values
    }


def _differs(row: models.Person, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


# --- roles ------------------------------------------------------------------------------------
class GrantForm(ReasonForm):
    person = KeyField(active_people, "email", NO_PERSON, label=_("Person"), help_text=_("E-mail."))
    unit = KeyField(
        models.OrgUnit.objects.all,
        "code",
        NO_UNIT,
        label=_("For the unit"),
        required=False,
        help_text=_("Its code; with all units below it. Empty: everywhere."),
    )

    class Meta:
        labels = {"role": _("Role")}


def by_holder(text: str) -> Q | None:
    return Q(person__email=text.lower())


@admin.register(models.RoleGrant)
class RoleGrantAdmin(EditableAdmin):
    add_form = GrantForm
    select = ("person", "unit", "granted_by")
    list_display = ("person", "role", "unit", "granted_at", "granted_by", "ended_at")
    list_filter = ("role", ("ended_at", admin.EmptyFieldListFilter))
    lookups = ("ended_at__isempty",)
    ways = (by_holder,)
    search_fields = ("person__email",)
    search_help_text = _("E-mail address of the person.")
    shown = ("person", "role", "unit", "reason", "granted_by", "granted_at", "ended_at")
    added = ("person", "role", "unit")
    act = _("End this role")
    question = _("The role ends at once. What was signed with it stays signed.")
    note = _("Nobody changes their own roles, and the last administrator stays.")

    def can_change(self, row: models.RoleGrant) -> bool:
        return row.ended_at is None

    def add_row(self, *, actor: Any, reason: str, **values: Any) -> models.RoleGrant:
        return roles.grant_role(actor=actor, reason=reason, **values)

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> models.RoleGrant:  # noqa: ARG002
        return roles.end_role(grant=row, actor=actor, reason=reason, at=timezone.now())


# --- the organisation -------------------------------------------------------------------------
class UnitForm(ReasonForm):
    parent = KeyField(
        models.OrgUnit.objects.all,
        "code",
        NO_UNIT,
        label=_("Part of"),
        required=False,
        help_text=_("The code of the unit above."),
    )
    head = KeyField(
        active_people,
        "email",
        NO_PERSON,
        label=_("Head"),
        required=False,
        help_text=_("E-mail address of who manages it."),
    )
    site = KeyField(
        models.Site.objects.all,
        "code",
        NO_SITE,
        label=_("Site"),
        required=False,
        help_text=_("Its code."),
    )


@admin.register(models.OrgUnit)
class OrgUnitAdmin(EditableAdmin):
    form = UnitForm
    select = ("parent", "head", "site")
    ordering = ("name", "pk")
    list_display = ("name", "code", "parent", "head", "site", "function", "closed_date")
    list_filter = (("closed_date", admin.EmptyFieldListFilter),)
    lookups = ("closed_date__isempty",)
    search_fields = ("name", "code")
    edited = ("code", "name", "parent", "head", "site", "function", "closed_date")
    shown = ("public_id", *edited)
    added = edited

    def add_row(self, *, actor: Any, reason: str, **values: Any) -> models.OrgUnit:
        return records.save_unit(unit=None, actor=actor, reason=reason, **values)

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> models.OrgUnit:
        return records.save_unit(unit=row, actor=actor, reason=reason, **values)


@admin.register(models.LegalEntity)
class LegalEntityAdmin(EditableAdmin):
    ordering = ("name", "pk")
    list_display = ("name", "code", "country")
    search_fields = ("name", "code")
    edited = ("code", "name", "country")
    shown = ("public_id", *edited)
    added = edited

    def add_row(self, *, actor: Any, reason: str, **values: Any) -> models.LegalEntity:
        return records.save_entity(entity=None, actor=actor, reason=reason, **values)

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> models.LegalEntity:
        return records.save_entity(entity=row, actor=actor, reason=reason, **values)


class SiteForm(ReasonForm):
    calendar = KeyField(
        models.WorkCalendar.objects.all,
        "name",
        NO_CALENDAR,
        label=_("Work calendar"),
        required=False,
        help_text=_("Its name."),
    )


@admin.register(models.Site)
class SiteAdmin(EditableAdmin):
    form = SiteForm
    select = ("calendar",)
    ordering = ("name", "pk")
    list_display = ("name", "code", "country", "calendar")
    search_fields = ("name", "code")
    edited = ("code", "name", "country", "calendar")
    shown = ("public_id", *edited)
    added = edited

    def add_row(self, *, actor: Any, reason: str, **values: Any) -> models.Site:
        return records.save_site(site=None, actor=actor, reason=reason, **values)

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> models.Site:
        return records.save_site(site=row, actor=actor, reason=reason, **values)


@admin.register(models.Training)
class TrainingAdmin(EditableAdmin):
    ordering = ("name", "pk")
    list_display = ("name", "code", "required_of", "retired_date")
    list_filter = ("required_of",)
    search_fields = ("name", "code")
    edited = ("code", "name", "required_of", "retired_date")
    shown = ("public_id", *edited)
    added = edited
    note = _("Who finished a training stands on no page.")

    def add_row(self, *, actor: Any, reason: str, **values: Any) -> models.Training:
        return records.save_training(training=None, actor=actor, reason=reason, **values)

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> models.Training:
        return records.save_training(training=row, actor=actor, reason=reason, **values)


# --- calendars --------------------------------------------------------------------------------
@admin.register(models.WorkCalendar)
class WorkCalendarAdmin(RecordsAdmin):
    ordering = ("name", "pk")
    list_display = ("name", "public_id")
    search_fields = ("name",)
    fields = ("public_id", "name")
    note = _("What a calendar says stands in its versions: a change is a new version.")


@admin.register(models.WorkCalendarVersion)
class WorkCalendarVersionAdmin(RecordsAdmin):
    select = ("calendar", "created_by")
    heavy = ("holidays",)
    list_display = ("calendar", "number", "zone", "country", "first_day", "last_day", "created_at")
    search_fields = ("calendar__name",)
    fields = (
        "public_id",
        "calendar",
        "number",
        "zone",
        "hours",
        "country",
        "subdivision",
        "holidays",
        "closed_periods",
        "first_day",
        "last_day",
        "source",
        "created_by",
        "created_at",
    )
    note = _(
        "A version never changes, because readings name it. “Work calendars” publishes new ones."
    )


# --- stand-ins ----------------------------------------------------------------------------------
@admin.register(models.Delegation)
class DelegationAdmin(RecordsAdmin):
    select = ("principal", "delegate")
    list_display = ("principal", "delegate", "period", "accepted_at")
    search_fields = ("principal__email", "delegate__email")
    fields = ("principal", "delegate", "period", "reason", "accepted_at", "created_at")
    readonly_fields = ("period",)
    note = _("People name their stand-ins themselves, on their account page.")

    def name_of(self, row: models.Delegation) -> str:
        return _("%(delegate)s for %(principal)s") % {
            "delegate": row.delegate,
            "principal": row.principal,
        }

    @admin.display(description=_("from and to"))
    def period(self, row: models.Delegation) -> str:
        return _("%(first)s to %(last)s") % {
            "first": words.moment(row.valid.lower),
            "last": words.moment(row.valid.upper),
        }
