from django.urls import path

from measurement.views import evidence

app_name = "measurement"
urlpatterns = [
    path("evidence/", evidence.evidence_list, name="evidence_list"),
    path("evidence/<uuid:public_id>.json", evidence.evidence_json, name="evidence_json"),
    path("evidence/<uuid:public_id>/", evidence.evidence, name="evidence"),
    path("evidence/<uuid:public_id>/measure/", evidence.measure, name="measure"),
    path(
        "evidence/<uuid:public_id>/readings/<uuid:reading_id>/recompute/",
        evidence.recompute,
        name="recompute",
    ),
]
