"""The machine interface under /api/v1/. Apps add their routes here; nothing else is decided here.

Addresses have no slash at the end: a client that adds one is told 404 rather than redirected.
"""

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter

from adoption_portal.problems import api_not_found
from core.api.jobs import JobViewSet
from measurement.api.cases import CasesView, RejectionViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("jobs", JobViewSet, basename="job")

# Views that are no viewsets.
ROUTES: tuple[URLPattern | URLResolver, ...] = (
    path("workflows/<str:workflow>/cases", CasesView.as_view(), name="workflow-cases"),
    path(
        "imports/<uuid:public_id>/rejections",
        RejectionViewSet.as_view({"get": "list"}),
        name="import-rejections",
    ),
)

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    *ROUTES,
    path("", api_not_found),
    re_path("^.*$", api_not_found),
]
