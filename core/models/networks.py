"""Networks as PostgreSQL's own type, which knows what is one."""

import ipaddress
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Field = models.Field[Any, Any]
else:
    Field = models.Field

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NetworkField(Field):
    """``cidr``: 192.0.2.0/24 or 2001:db8::/48; the database refuses anything else."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002
        return "cidr"

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else str(value)

    def from_db_value(self, value: str | None, *_facts: Any) -> Network | None:
        return self.to_python(value)

    def to_python(self, value: Any) -> Network | None:
        return None if value is None else ipaddress.ip_network(value)
