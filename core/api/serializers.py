"""Input that says exactly what the interface knows, and nothing besides."""

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses keys it does not know or only shows, and numbers that are none, each by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            errors = {
                str(key): [_("Unknown field.")] for key in data if str(key) not in writable
            } | {
                str(key): [_("Not a finite number.")]
                for key, value in data.items()
                if isinstance(value, float) and not math.isfinite(value)
            }
            if errors:
                raise serializers.ValidationError(errors)
        return super().to_internal_value(data)
