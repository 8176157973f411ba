import django_filters
from django.db.models import QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from measurement.choices import ReadingKind, ReadingVerdict
from measurement.queries.readings import newest_reading
from people.models import OrgUnit
from people.rules import units_in_reach
from workflows.models import Redesign


def _units(request: object) -> QuerySet[OrgUnit]:
    person = getattr(request, "user", None)
    return units_in_reach(person).order_by("name") if person else OrgUnit.objects.none()


class EvidenceFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Filters live in the address, so a shared link shows the same list."""

    text = django_filters.CharFilter(
        label=_("Workflow"), field_name="workflow__name", lookup_expr="icontains"
    )
    verdict = django_filters.ChoiceFilter(
        label=_("Verdict"),
        choices=[*ReadingVerdict.choices, (ReadingKind.EARLY, _("Early reading only"))],
        method="by_verdict",
        empty_label=_("All"),
    )
    unit = django_filters.ModelChoiceFilter(
        label=_("Unit"),
        field_name="workflow__unit",
        queryset=_units,
        to_field_name="code",
        empty_label=_("All"),
    )

    class Meta:
        model = Redesign
        fields: list[str] = []

    def by_verdict(
        self, queryset: QuerySet[Redesign], _name: str, value: str
    ) -> QuerySet[Redesign]:
        """Verdicts at their date alone, as they are counted above the list."""
        shown = queryset.alias(
            verdict_shown=Subquery(newest_reading().values("verdict")[:1]),
            kind_shown=Subquery(newest_reading().values("kind")[:1]),
        )
        if value == ReadingKind.EARLY:
            return shown.filter(kind_shown=value)
        return shown.filter(verdict_shown=value, kind_shown=ReadingKind.PRIMARY)
