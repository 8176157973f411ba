from django.urls import path

from measurement.views import cases, evidence

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
    path("workflows/<uuid:public_id>/cases/", cases.cases, name="cases"),
    path("workflows/<uuid:public_id>/cases/upload/", cases.upload, name="upload"),
    path("workflows/<uuid:public_id>/cases/sample.csv", cases.sample, name="sample"),
    path("imports/<uuid:public_id>/", cases.import_shown, name="import"),
    path("imports/<uuid:public_id>/confirm/", cases.import_confirm, name="import_confirm"),
    path("imports/<uuid:public_id>/cancel/", cases.import_cancel, name="import_cancel"),
    path(
        "imports/<uuid:public_id>/rejections.csv",
        cases.import_rejections,
        name="import_rejections",
    ),
]
