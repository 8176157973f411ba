"""Training that a change of work asks for, and who finished it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7


class Training(models.Model):
    """A course. ``required_of`` says whom a changed workflow waits for."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=200)
    required_of = models.CharField(
        _("required of"),
        max_length=8,
        choices=[("managers", _("Managers")), ("people", _("Everybody")), ("nobody", _("Nobody"))],
        default="nobody",
    )
    retired_date = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints = [
            models.CheckConstraint(
                name="training_required_of_known",
                condition=Q(required_of__in=["managers", "people", "nobody"]),
            ),
            models.CheckConstraint(name="training_has_code", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.name


class TrainingCompletion(models.Model):
    """A person finished a training on a day; the first day stays."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    training = models.ForeignKey(Training, models.PROTECT, related_name="completions")
    completed_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint("person", "training", name="trainingcompletion_once"),
        ]
