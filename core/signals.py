"""Sign-ins, sign-outs and refused sign-ins are acts too."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver

from core.audit import record


@receiver(user_logged_in, dispatch_uid="core.audit")
def signed_in(user: Any, **kwargs: Any) -> None:  # noqa: ARG001
    with transaction.atomic():
        record("person.signed_in", subject=user, actor=user)


@receiver(user_logged_out, dispatch_uid="core.audit")
def signed_out(user: Any, **kwargs: Any) -> None:  # noqa: ARG001
    if user is not None:  # a second click on an old page
        with transaction.atomic():
            record("person.signed_out", subject=user, actor=user)


@receiver(user_login_failed, dispatch_uid="core.audit")
def refused(credentials: dict[str, Any], **kwargs: Any) -> None:  # noqa: ARG001
    """Names the person if there is one; never what was typed."""
    typed = credentials.get("email") or credentials.get("username") or ""
    address = str(typed).replace("\x00", "").strip().lower()
    person = get_user_model().objects.filter(email=address).first()
    with transaction.atomic():
        record("person.sign_in_refused", subject=person, actor=None)
