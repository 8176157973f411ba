"""The audit trail: one event for every act, in the transaction of the act."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from core.context import surroundings
from core.copying import copy_rows
from core.errors import DomainError
from core.models import AuditEvent

if TYPE_CHECKING:
    from people.models import Person

EXPORT = "export"
LONGEST_REASON = 4000


def record(  # noqa: PLR0913 the facts of one act
    verb: str,
    *,
    subject: models.Model | None,
    actor: "Person | None",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    on_behalf_of: "Person | None" = None,
) -> AuditEvent:
    """Write down an act. RuntimeError outside a transaction: the act could commit without it.

    Raises DomainError for a reason that is too long, since it could never be shortened again.
    """
    if len(reason) > LONGEST_REASON:
        raise DomainError(
            _("A reason has at most %(most)s characters; this one has %(count)s."),
            most=LONGEST_REASON,
            count=len(reason),
        )
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of its act")
    around = surroundings()
    kind, name = subject_of(subject)
    return AuditEvent.objects.create(
        verb=verb,
        subject_type=kind,
        subject_id=name,
        actor=actor,
        on_behalf_of=on_behalf_of,
        before=plain(before),
        after=plain(after),
        reason=reason,
        request_id=around.request_id,
        channel=around.channel,
        remote_addr=around.remote_addr,
    )


def record_many(
    acts: Iterable[tuple[str, tuple[str, str], Mapping[str, Any]]],
    *,
    actor: "Person | None",
    before: Mapping[str, Any] | None = None,
) -> None:
    """One event for each (verb, (subject's label, its public id), after); for acts by the thousand.

    ``before`` is of all of them. RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event belongs into the transaction of its act")
    around = surroundings()
    head = (actor and actor.pk, "", around.request_id, around.channel.value, around.remote_addr)
    was = None if before is None else json.dumps(dict(before), cls=DjangoJSONEncoder)
    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            "core_auditevent (verb, subject_type, subject_id, before, after, actor_id, reason,"
            " request_id, channel, remote_addr)",
            (
                (verb, kind, name, was, json.dumps(dict(after), cls=DjangoJSONEncoder), *head)
                for verb, (kind, name), after in acts
            ),
        )


@transaction.atomic
def record_export(what: str, *, subject: models.Model, actor: "Person") -> AuditEvent:
    """Write down that ``actor`` takes a file away. Before it is sent: no event, no file."""
    return record(EXPORT, subject=subject, actor=actor, after={"what": what})


def subject_of(subject: models.Model | None) -> tuple[str, str]:
    """What an event or a job is about: the model's label and the public id."""
    if subject is None:
        return "", ""
    return subject._meta.label_lower, str(getattr(subject, "public_id", subject.pk))  # noqa: SLF001 Django's public name


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides cut down to the keys that differ."""
    old, new = plain(before) or {}, plain(after) or {}
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return ({key: old.get(key) for key in keys}, {key: new.get(key) for key in keys})


def plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """JSON-ready: dates, ids and decimals as text."""
    if values is None:
        return None
    shown: dict[str, Any] = json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder))
    return shown
