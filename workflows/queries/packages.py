from typing import Any

from django.db.models import Prefetch

from workflows.models import Decision, Redesign, Revision, Route
from workflows.signing import PACKAGE_FORMAT


def package_of(redesign: Redesign) -> dict[str, Any]:
    """Everything that was ever signed for ``redesign``, so that it verifies without the portal."""
    routes = (
        Route.objects.filter(redesign=redesign)
        .prefetch_related(
            Prefetch("decisions", Decision.objects.select_related("signature").order_by("pk"))
        )
        .order_by("pk")
    )
    revisions = Revision.objects.filter(redesign=redesign, frozen_at__isnull=False)
    return {
        "format": PACKAGE_FORMAT,
        "redesign": str(redesign.public_id),
        "workflow": redesign.workflow.name,
        "simulated": redesign.workflow.is_simulated,
        "revisions": [
            {"number": row.number, "sha256": row.sha256, "content": row.content}
            for row in revisions.order_by("number")
        ],
        "routes": [_route(route) for route in routes],
    }


def _route(route: Route) -> dict[str, Any]:
    signatures = [
        {
            "manifest": decision.signature.manifest,
            "manifest_sha256": decision.signature.manifest_sha256,
        }
        for decision in route.decisions.all()
    ]
    return {
        "id": str(route.public_id),
        "state": route.state,
        "attributes": route.attributes,
        "signatures": signatures,
        "head": signatures[-1]["manifest_sha256"] if signatures else "",
    }
