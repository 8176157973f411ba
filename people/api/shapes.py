"""What HR's side of the interface takes and gives, as the description tells it.

People are read by ``people.inbound``, the one rule set for all ways in, and told by
``people.queries.people.shown``: the serializers of people here describe, they do not decide.
"""

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.api.schema import example
from people.choices import EmploymentStatus
from people.models import OrgUnit
from people.queries.people import reports_in_a_circle, shown

if TYPE_CHECKING:
    from datetime import date

KINDS = ("matrix", "project")
PERSON_IN = {
    "given_name": "Ada",
    "family_name": "Keller",
    "email": "ada.keller@example.test",
    "employee_number": "1001",
    "legal_entity": "ALPINA",
    "unit": "QA-BASEL",
    "manager": "W-0007",
    "job_title": "Reviewer",
    "country": "CH",
    "site": "BSL",
    "active": True,
    "effective_from": "2026-03-01",
}
PERSON = {
    "id": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a59b",
    "source_id": "W-1001",
    **{name: PERSON_IN[name] for name in ("given_name", "family_name", "email")},
    "employee_number": "1001",
    "legal_entity": "ALPINA",
    "country": "CH",
    "status": "active",
    "unit": "QA-BASEL",
    "manager": "W-0007",
    "manager_awaited": False,
    "site": "BSL",
    "job_title": "Reviewer",
    "cost_centre": "",
    "active": True,
    "effective_from": "2026-03-01",
    "employments": [
        {
            "legal_entity": "ALPINA",
            "country": "CH",
            "status": "active",
            "primary": True,
            "from": "2024-01-01",
            "to": None,
        }
    ],
}
UNIT_IN = {
    "name": "Quality assurance Basel",
    "function": "Quality",
    "parent": "QA",
    "head": "W-0007",
    "site": "BSL",
    "closed_date": None,
}
UNIT = {"id": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a59c", "code": "QA-BASEL", **UNIT_IN}
LINE = {"manager": "W-0042", "kind": "project", "from": "2026-02-01", "to": "2027-01-01"}


class PeopleParameters(serializers.Serializer[Any]):
    unit = serializers.CharField(required=False, max_length=64, help_text="Code of today's unit.")
    legal_entity = serializers.CharField(
        required=False, max_length=64, help_text="Code of one that employs them today."
    )
    active = serializers.BooleanField(required=False, help_text="Employed, or not any more.")
    employee_number = serializers.CharField(required=False, max_length=64)


def text(longest: int, told: str = "") -> serializers.CharField:
    return serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=longest, help_text=told
    )


@example(**PERSON_IN)
class PersonIn(serializers.Serializer[Any]):
    """A field that is not sent stays as it is, an empty one is emptied."""

    given_name = text(100)
    family_name = text(100)
    email = text(254)
    employee_number = text(64)
    legal_entity = text(64, "A code; a new one is added.")
    unit = text(64, "Code of a unit that is here.")
    manager = text(128, "HR's key of the manager; who is not here yet is waited for.")
    job_title = text(150)
    country = text(2, "Two letters.")
    site = text(64, "A code.")
    status = text(8, "`active` or `leave`, which is long leave.")
    cost_centre = text(64)
    active = serializers.BooleanField(
        required=False, allow_null=True, help_text="False: no longer employed from that day on."
    )
    effective_from = serializers.DateField(
        required=False, allow_null=True, help_text="The day the dated facts hold from; else today."
    )
    primary = serializers.BooleanField(
        required=False, allow_null=True, help_text="False for a further employment."
    )
    source_version = serializers.IntegerField(
        required=False,
        allow_null=True,
        help_text="How new this is, or a time with its offset; what is older is 409.",
    )


@example(source_id="W-1001", **PERSON_IN)
class PersonRowIn(PersonIn):
    """One row of a file; CSV has the same columns."""

    source_id = serializers.CharField(max_length=128)


class EmploymentOut(serializers.Serializer[Any]):
    legal_entity = serializers.CharField()
    country = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=EmploymentStatus.values)
    primary = serializers.BooleanField()

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {
            "from": serializers.DateField(),
            "to": serializers.DateField(
                allow_null=True, help_text="The first day it does not hold any more."
            ),
        }


@example(**PERSON)
class PersonOut(serializers.Serializer[Any]):
    """What HR said of a person, as it is today; empty where nothing was said."""

    id = serializers.UUIDField()
    source_id = serializers.CharField(help_text="HR's key.")
    given_name = serializers.CharField()
    family_name = serializers.CharField()
    email = serializers.CharField()
    employee_number = serializers.CharField()
    legal_entity = serializers.CharField(help_text="Of the primary employment.")
    country = serializers.CharField()
    status = serializers.ChoiceField(choices=EmploymentStatus.values, allow_blank=True)
    unit = serializers.CharField()
    manager = serializers.CharField(help_text="HR's key.")
    manager_awaited = serializers.BooleanField(help_text="Named, but not here yet.")
    site = serializers.CharField()
    job_title = serializers.CharField()
    cost_centre = serializers.CharField()
    active = serializers.BooleanField()
    effective_from = serializers.DateField(
        allow_null=True, help_text="Since when unit, manager and job title are so."
    )
    employments = EmploymentOut(many=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """``instance`` comes from ``people_of_hr``."""
        today: date = self.context.get("today") or timezone.localdate()
        return shown(instance, today)


@example(**PERSON, issues=[])
class PersonPutOut(PersonOut):
    issues = serializers.ListField(
        child=serializers.ChoiceField(choices=["manager_circle"]),
        help_text="What was taken and is odd all the same.",
    )

    def to_representation(self, instance: Any) -> dict[str, Any]:
        today: date = self.context.get("today") or timezone.localdate()
        circle = ["manager_circle"] if reports_in_a_circle(instance, today) else []
        return super().to_representation(instance) | {"issues": circle}


class Strict(serializers.Serializer[Any]):
    """Unknown keys are refused, not forgotten."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = {name: [_("Unknown field.")] for name in data if name not in self.fields}
            if unknown:
                raise ValidationError(unknown)
        return super().to_internal_value(data)


@example(**UNIT_IN)
class HrUnitIn(Strict):
    """What is not sent stays; an empty parent, head or site is none."""

    code = serializers.CharField(max_length=64, required=False, help_text="As in the address.")
    name = serializers.CharField(max_length=200, required=False)
    function = serializers.CharField(max_length=100, required=False, allow_blank=True)
    parent = text(64, "Code of the unit above.")  # type: ignore[assignment]
    head = text(128, "HR's key of who leads it.")
    site = text(64, "A code.")
    closed_date = serializers.DateField(required=False, allow_null=True)


@example(**UNIT)
class HrUnitOut(serializers.ModelSerializer[OrgUnit]):
    id = serializers.UUIDField(source="public_id")
    parent = serializers.CharField(source="parent.code", default="")  # type: ignore[assignment]
    head = serializers.SerializerMethodField(help_text="HR's key of who leads it.")
    site = serializers.CharField(source="site.code", default="")

    class Meta:
        model = OrgUnit
        fields = tuple(UNIT)

    def get_head(self, unit: OrgUnit) -> str:
        """Empty for nobody, and for somebody whom HR does not know."""
        return (unit.head.source_id or "") if unit.head else ""


@example(**LINE)
class LineIn(Strict):
    manager = serializers.CharField(max_length=128, help_text="HR's key of the manager.")
    kind = serializers.ChoiceField(choices=KINDS)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()  # "from" is a word of Python's
        return fields | {
            "from": serializers.DateField(required=False, help_text="Today if not said."),
            "to": serializers.DateField(
                required=False,
                allow_null=True,
                help_text="The first day it does not hold any more.",
            ),
        }


@example(**LINE)
class LineOut(serializers.Serializer[Any]):
    manager = serializers.SerializerMethodField(
        help_text="HR's key; empty for somebody HR does not know."
    )
    kind = serializers.ChoiceField(choices=KINDS)

    def get_manager(self, line: Any) -> str:
        return line.manager.source_id or ""

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {
            "from": serializers.DateField(source="valid.lower"),
            "to": serializers.DateField(source="valid.upper", allow_null=True),
        }


ROWS = {
    "application/json": PersonRowIn(many=True),
    "application/x-ndjson": OpenApiTypes.STR,
    "text/csv": OpenApiTypes.STR,
}
