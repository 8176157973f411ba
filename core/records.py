"""What the records pages of all apps have in common; `adoption_portal.admin` decides who comes in.

An app's ``admin.py`` registers what stands there. Nothing is ever deleted, nothing is done to many
rows at once, and a change goes through an operation with a reason (decision 0067).
"""

from collections.abc import Callable
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.forms.widgets import Media
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.functional import Promise, cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.acting import acting_person
from core.audit import LONGEST_REASON, subject_of
from core.errors import DomainError
from core.forms import KeyField

COUNTED = 10_000
LOOKUPS = frozenset({"", "exact", "isempty", "isnull"})  # what Django's filters of a column ask
Text = str | Promise


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts to 10,000 and no further: a long table is never read to its end for its length.

    Older rows are found by searching and filtering.
    """

    @cached_property
    def counted(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[: COUNTED + 1].count()

    @property
    def count(self) -> int:
        return min(self.counted, COUNTED)

    @property
    def is_cut(self) -> bool:
        return self.counted > COUNTED


class RecordsList(ChangeList):
    def url_for_result(self, result: models.Model) -> str:
        return address_of(result)

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        heavy = self.model_admin.heavy  # type: ignore[attr-defined]
        return rows.defer(*heavy) if heavy else rows

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Of a long table whatever the address asks for."""
        if self.model_admin.is_long:  # type: ignore[attr-defined]
            return list(self.model_admin.get_ordering(request))
        return super().get_ordering(request, queryset)


def address_of(row: models.Model, page: str = "change") -> str:
    """By the public id where a row has one."""
    meta = row._meta  # noqa: SLF001 Django's public name
    key = str(getattr(row, "public_id", row.pk))
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[key])


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Every change says why. ``refusal`` is what an operation answered to the same input.

    Some rows have a column ``reason``; the field here is another thing.
    """

    refusal: DomainError | None = None
    why = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Stays with the change in the audit log."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, KeyField) and self.instance.pk:
                self.initial[name] = getattr(self.instance, name)
            if name not in self.declared_fields:
                column = self._meta.model._meta.get_field(name)  # noqa: SLF001 Django's public name
                field.label = capfirst(admin.site.told(column.verbose_name))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.refusal is not None:
            raise ValidationError(str(self.refusal))
        return values


class RecordsAdmin(ModelAdmin):  # type: ignore[type-arg]
    """To look at. ``select`` are keys fetched along, ``heavy`` columns a list leaves out.

    ``ways`` turn what was typed into a condition that an index answers, or into None: a long table
    is not searched word by word. ``lookups`` are further parameters that an address may have.
    """

    select: tuple[str, ...] = ()
    heavy: tuple[str, ...] = ()
    is_long = False
    ways: tuple[Callable[[str], models.Q | None], ...] = ()
    note: Text = ""
    lookups: tuple[str, ...] = ()
    actions = None
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    ordering: ClassVar[Any] = ("-pk",)
    view_on_site: Any = False
    formfield_overrides = {
        models.DateField: {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
    }

    # --- who may --------------------------------------------------------------------------------
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return bool(self.admin_site.may_view(request, self.model))  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:  # noqa: ARG002
        """Only what a filter of the page asks: any other column could be read out by guessing."""
        names = {
            filtered[0]
            if isinstance(filtered, tuple)
            else getattr(filtered, "parameter_name", filtered)
            for filtered in self.list_filter
        }
        name, _sep, kind = lookup.partition("__")
        if any("\0" in one for one in ([value] if isinstance(value, str) else value)):
            return False  # no text of the database holds one
        return lookup in self.lookups or (name in names and kind in LOOKUPS)

    # --- addresses ------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        """Nothing is deleted, so there is no address for it."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_delete"
        return [url for url in super().get_urls() if url.name != name]

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:  # noqa: ARG002
        """By public id; keys of rows that have none are numbers. What is missing is a 404."""
        rows = self.get_queryset(request)
        try:
            if hasattr(self.model, "public_id") and "-" in object_id:
                row = rows.filter(public_id=UUID(object_id)).first()
            else:
                row = rows.filter(pk=self.opts.pk.to_python(object_id)).first()
        except (ValueError, ValidationError, OverflowError):
            row = None
        if row is None:
            raise Http404
        return row

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        # Without names it would follow every key there is.
        return rows.select_related(*self.select) if self.select else rows

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        return RecordsList

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """A long table comes newest first: any other order would be sorted row by row."""
        return () if self.is_long else super().get_sortable_by(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text or not self.ways:
            return super().get_search_results(request, queryset, search_term)
        wanted = models.Q(pk__in=[])
        for way in self.ways:
            wanted |= way(text) or models.Q(pk__in=[])
        return queryset.filter(wanted), False

    @property
    def media(self) -> Media:
        return Media()  # no script: every widget here is the browser's own

    # --- pages ----------------------------------------------------------------------------------
    def name_of(self, row: Any) -> str:
        """What stands above the page of a row."""
        return str(row)

    def render_change_form(self, request: HttpRequest, context: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        row = context["original"]
        named = {"name": self.name_of(row)} if row is not None else {}
        return super().render_change_form(request, {**context, **named}, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"note": self.note, **(extra_context or {})})

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: Any = None,  # noqa: ARG002
    ) -> HttpResponse:
        """What happened to a row stands in the audit log, nowhere else."""
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise Http404
        kind, key = subject_of(row)
        address = reverse("admin:core_auditevent_changelist")
        return redirect(f"{address}?subject_type={kind}&subject_id={key}")

    def log_addition(self, *args: Any) -> None:  # type: ignore[override]
        """The operation wrote its own event."""

    def log_change(self, *args: Any) -> None:  # type: ignore[override]
        """The operation wrote its own event."""


class EditableAdmin(RecordsAdmin):
    """Changed by an operation, with a reason.

    ``shown`` are the fields of a row's page, ``edited`` those of them that can be changed,
    ``added`` those asked for in a new row. A page without ``edited`` fields is one act: ``act`` is
    its button, ``question`` what it says.
    """

    form: Any = ReasonForm
    add_form: Any = None
    shown: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    act: Text = ""
    question: Text = ""

    # --- what an app writes -----------------------------------------------------------------------
    def add_row(self, *, actor: Any, reason: str, **values: Any) -> models.Model:
        raise NotImplementedError

    def change_row(self, row: Any, *, actor: Any, reason: str, **values: Any) -> models.Model:
        raise NotImplementedError

    def can_change(self, row: Any) -> bool:  # noqa: ARG002
        return True

    # --- who may ----------------------------------------------------------------------------------
    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:  # noqa: ARG002
        return bool(self.added) and self.admin_site.may_change(request, self.model)  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = bool(self.edited or self.act) and self.admin_site.may_change(request, self.model)  # type: ignore[attr-defined]
        return bool(may and (obj is None or self.can_change(obj)))

    # --- the form ---------------------------------------------------------------------------------
    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return (*self.added, "why")
        may = self.has_change_permission(request, obj)
        return (*self.shown, "why") if may else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002
        return () if obj is None else [name for name in self.shown if name not in self.edited]

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 Django's own
        **kwargs: Any,
    ) -> Any:
        if obj is None and self.add_form is not None:
            kwargs["form"] = self.add_form
        made: Any = super().get_form(request, obj, change, **kwargs)
        made.refusal = getattr(request, "records_refusal", None)
        return made

    # --- saving -----------------------------------------------------------------------------------
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """A refusal is told in the form it belongs to, with everything that was typed."""
        extra = {"act": self.act, "question": self.question, **(extra_context or {})}
        try:
            answer = super().changeform_view(request, object_id, form_url, extra)
        except DomainError as refusal:
            request.records_refusal = refusal  # type: ignore[attr-defined]
            answer = super().changeform_view(request, object_id, form_url, extra)
            answer.status_code = refusal.status
            return answer
        if request.method == "POST" and isinstance(answer, TemplateResponse):
            answer.status_code = 422
        return answer

    def save_form(self, request: HttpRequest, form: Any, change: Any) -> Any:  # noqa: ARG002
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        values = dict(form.cleaned_data)
        reason = values.pop("why")
        actor = acting_person(request)
        if change:
            form.saved = self.change_row(
                self.model._default_manager.get(pk=obj.pk),  # noqa: SLF001 Django's public name
                actor=actor,
                reason=reason,
                **values,
            )
        else:
            form.saved = self.add_row(actor=actor, reason=reason, **values)
        request.records_saved = form.saved  # type: ignore[attr-defined]

    def save_related(self, *args: Any) -> None:
        """Operations save whole things."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:  # noqa: ARG002
        return self._saved(request)

    def response_change(self, request: HttpRequest, obj: Any) -> Any:  # noqa: ARG002
        return self._saved(request)

    def _saved(self, request: HttpRequest) -> HttpResponse:
        row = request.records_saved  # type: ignore[attr-defined]
        messages.success(request, _("Saved: %(what)s.") % {"what": self.name_of(row)})
        return redirect(address_of(row))


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
