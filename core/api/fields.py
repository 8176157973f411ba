"""Fields that say no where Django REST framework would guess."""

from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class Moment(serializers.DateTimeField):
    """A time with its offset: without one it would be a guess whose clock was meant."""

    default_error_messages = {"invalid": _("A time with its offset, like 2026-03-04T09:30:00Z.")}

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
            if moment is not None and moment.utcoffset() is not None:
                # PostgreSQL takes no offset beyond 16 hours, Python none of year 0 or 10000.
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise serializers.ValidationError(self.error_messages["invalid"], code="invalid")
