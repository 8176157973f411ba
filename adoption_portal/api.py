"""The machine interface under /api/v1/. Apps add their routes here; nothing else is decided here.

Addresses have no slash at the end: a client that adds one is told 404 rather than redirected. Only
the description and its pages, which people open in a browser, have one.
"""

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter

from adoption_portal.api_docs import DescriptionView, docs, trying
from adoption_portal.problems import api_not_found
from core.api.jobs import JobViewSet
from measurement.api.cases import CasesView, RejectionViewSet
from measurement.api.readings import ReadingViewSet
from workflows.api.redesigns import RedesignViewSet
from workflows.api.workflows import WorkflowViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("jobs", JobViewSet, basename="job")
router.register("workflows", WorkflowViewSet, basename="workflow")
router.register("redesigns", RedesignViewSet, basename="redesign")
router.register("readings", ReadingViewSet, basename="reading")

# Views that are no viewsets.
ROUTES: tuple[URLPattern | URLResolver, ...] = (
    path("workflows/<str:workflow>/cases", CasesView.as_view(), name="workflow-cases"),
    path(
        "imports/<uuid:public_id>/rejections",
        RejectionViewSet.as_view({"get": "list"}),
        name="import-rejections",
    ),
    path("schema/", DescriptionView.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
    path("docs/try/", trying, name="api-try"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    *ROUTES,
    path("", api_not_found),
    re_path("^.*$", api_not_found),
]
