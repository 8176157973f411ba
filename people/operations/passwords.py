"""The way back in for who has forgotten the password."""

from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils import translation

from core.audit import record
from core.jobs import enqueue
from people.models import Person
from people.queries import person_with


@transaction.atomic
def ask_for_reset(*, email: str) -> None:
    """A mail to who has this address and may sign in; nothing for anybody else.

    The mail is a job: a slow or broken mail server would tell who is known here.
    """
    person = person_with(email)
    record("person.password_reset_asked", subject=person, actor=None)
    if person is not None and person.is_active:
        enqueue("people.mail_password_reset", person_id=person.pk)


def mail_password_reset(*, person_id: int) -> None:
    """Run twice, it sends two mails that are both good until the password is a new one."""
    person = Person.objects.get(pk=person_id)
    if not person.email or not person.is_active:
        return
    adapter = get_adapter()
    facts = {"user": person, "password_reset_url": password_link(person)}
    with translation.override(person.language or settings.LANGUAGE_CODE):
        adapter.send_password_reset_mail(person, person.email, facts)


def password_link(person: Person) -> str:
    """Leads to the page that sets a password; good until it is a new one, or the link too old."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    address: str = get_adapter().get_reset_password_from_key_url(key)
    return address
