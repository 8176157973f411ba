"""The permanent person: what every signature and audit event points at."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)  # None: cannot sign in with a password
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str, **fields: Any) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser, PermissionsMixin):
    """The sign-in account. Never deleted and its id never reused; personal fields can be blanked.

    ``email`` is null for somebody who left and asked to be forgotten, or who never signs in.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), null=True, blank=True, max_length=254, unique=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    job_title = models.CharField(_("job title"), max_length=150, blank=True)
    employee_number = models.CharField(max_length=64, null=True, blank=True, unique=True)
    # The HR system's own key: what its rows, and those of usage and training, name a person by.
    source_id = models.CharField(max_length=128, null=True, blank=True, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    signing_enabled = models.BooleanField(default=False)
    language = models.CharField(max_length=5, blank=True)
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                name="person_signing_only_while_active",
                condition=Q(is_active=True) | Q(signing_enabled=False),
            ),
            models.CheckConstraint(
                name="person_email_is_lower_case",
                condition=Q(email__isnull=True) | Q(email=Lower("email")),
            ),
            models.CheckConstraint(
                name="person_source_id_not_blank",
                condition=Q(source_id__isnull=True) | ~Q(source_id=""),
            ),
            models.CheckConstraint(
                name="person_email_not_blank", condition=Q(email__isnull=True) | ~Q(email="")
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The printed name; an id when the name was blanked."""
        return f"{self.given_name} {self.family_name}".strip() or f"person {self.public_id}"

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper() or "–"

    def clean(self) -> None:
        if self.email:
            self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.given_name or self.full_name
