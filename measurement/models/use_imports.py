"""How use, access and finished trainings came in."""

from django.db import models
from django.db.models import Q

from measurement.choices import UseKind
from measurement.errors import use_refusal
from measurement.models.deliveries import Delivery


class UseImport(Delivery):
    """One delivery of rows about people; the rows themselves are never shown again.

    ``options``: ``encoding``, ``layout`` as it was recognised, ``tool`` (public id) for files that
    name none, ``ignored`` columns. Without a ``job`` it waits for somebody to say that it was
    recognised rightly. ``without_access``: rows of use by who had no access to the tool that week;
    they are kept.
    """

    area = "use"

    kind = models.CharField(max_length=12, choices=UseKind)
    without_access = models.PositiveIntegerField(default=0)

    class Meta(Delivery.Meta):
        constraints = [
            *Delivery.Meta.constraints,
            models.CheckConstraint(
                name="useimport_kind_known", condition=Q(kind__in=UseKind.values)
            ),
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="useimport_newest_of_kind")]

    @property
    def subject(self) -> "UseImport":
        return self


class UseRejection(models.Model):
    """A row that was not read: its line and why. What it said of a person is not kept.

    ``value`` is the cell that was wrong, never that of the person's column.
    """

    use_import = models.ForeignKey(UseImport, models.CASCADE, related_name="rejections")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40)
    value = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [models.Index("use_import", "line", name="userejection_in_file_order")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}"

    @property
    def reason(self) -> str:
        """In the reader's language."""
        return use_refusal(self.code, self.column)
