"""The answer to OPTIONS: which methods an address takes. The rest is in the description."""

from typing import TYPE_CHECKING, Any

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request

if TYPE_CHECKING:  # settings name this module, which DRF reads while its views are half imported
    from rest_framework.views import APIView


class Methods(BaseMetadata):
    def determine_metadata(self, request: Request, view: "APIView") -> dict[str, Any]:  # noqa: ARG002
        return {"methods": view.allowed_methods}
