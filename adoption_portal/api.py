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
from measurement.api.use import (
    CompletionsView,
    EntitlementsView,
    UsageView,
    UseRejectionViewSet,
)
from people.api.imports import ImportErrorsView, ImportsView, ImportView
from people.api.people import PeopleView, PersonView
from people.api.units import LinesView, UnitsView, UnitView
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
    path("usage", UsageView.as_view(), name="usage"),
    path("entitlements", EntitlementsView.as_view(), name="entitlements"),
    path("trainings/completions", CompletionsView.as_view(), name="training-completions"),
    path(
        "use-imports/<uuid:public_id>/rejections",
        UseRejectionViewSet.as_view({"get": "list"}),
        name="use-rejections",
    ),
    path("hr/people", PeopleView.as_view({"get": "list"}), name="hr-people"),
    path("hr/people/<str:source_id>", PersonView.as_view(), name="hr-person"),
    path("hr/people/<str:source_id>/lines", LinesView.as_view(), name="hr-lines"),
    path("hr/units", UnitsView.as_view({"get": "list"}), name="hr-units"),
    path("hr/units/<str:code>", UnitView.as_view(), name="hr-unit"),
    path("hr/imports", ImportsView.as_view(), name="hr-imports"),
    path("hr/imports/<uuid:public_id>", ImportView.as_view(), name="hr-import"),
    path(
        "hr/imports/<uuid:public_id>/errors",
        ImportErrorsView.as_view(),
        name="hr-import-errors",
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
