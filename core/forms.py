"""Form fields that several apps ask with."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils.functional import Promise


class KeyField(forms.CharField):
    """Names a row by a key that people know, such as a code or an e-mail address.

    No list of everybody to choose from, no script, and no internal id to know.
    """

    def __init__(
        self, rows: Callable[[], QuerySet[Any]], key: str, missing: str | Promise, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rows, self.key, self.missing = rows, key, missing

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        row = self.rows().filter(**{f"{self.key}__iexact": text}).first()
        if row is None:
            raise ValidationError(str(self.missing) % {"text": text})
        return row

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, self.key) if isinstance(value, models.Model) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "")
