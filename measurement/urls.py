from django.urls import path

from measurement.views import cases, evidence, mapping, quarters, relapses, use

app_name = "measurement"
urlpatterns = [
    path("evidence/", evidence.evidence_list, name="evidence_list"),
    path("evidence/<uuid:public_id>.json", evidence.evidence_json, name="evidence_json"),
    path("evidence/<uuid:public_id>.csv", evidence.evidence_csv, name="evidence_csv"),
    path("evidence/<uuid:public_id>/", evidence.evidence, name="evidence"),
    path("evidence/<uuid:public_id>/measure/", evidence.measure, name="measure"),
    path(
        "evidence/<uuid:public_id>/readings/<uuid:reading_id>/recompute/",
        evidence.recompute,
        name="recompute",
    ),
    path("evidence/<uuid:public_id>/relapse/", relapses.relapse, name="relapse"),
    path("evidence/quarters/", quarters.quarters, name="quarters"),
    path("evidence/quarters/<int:year>-q<int:number>/", quarters.quarter, name="quarter"),
    path(
        "evidence/quarters/<int:year>-q<int:number>.csv", quarters.quarter_csv, name="quarter_csv"
    ),
    path("evidence/use/", use.deliveries, name="use_list"),
    path("evidence/use/upload/", use.upload, name="use_upload"),
    path("evidence/use/sample/<str:kind>.csv", use.sample, name="use_sample"),
    path("evidence/use/<uuid:public_id>/", use.delivery, name="use_import"),
    path("evidence/use/<uuid:public_id>/start/", use.start, name="use_start"),
    path("evidence/use/<uuid:public_id>/confirm/", use.confirm, name="use_confirm"),
    path("evidence/use/<uuid:public_id>/cancel/", use.cancel, name="use_cancel"),
    path("evidence/use/<uuid:public_id>/rejections.csv", use.rejections, name="use_rejections"),
    path("workflows/<uuid:public_id>/cases/", cases.cases, name="cases"),
    path("workflows/<uuid:public_id>/cases/upload/", cases.upload, name="upload"),
    path("workflows/<uuid:public_id>/cases/sample.csv", cases.sample, name="sample"),
    path("imports/<uuid:public_id>/", cases.import_shown, name="import"),
    path("imports/<uuid:public_id>/mapping/", mapping.mapping, name="mapping"),
    path("imports/<uuid:public_id>/confirm/", cases.import_confirm, name="import_confirm"),
    path("imports/<uuid:public_id>/cancel/", cases.import_cancel, name="import_cancel"),
    path(
        "imports/<uuid:public_id>/rejections.csv",
        cases.import_rejections,
        name="import_rejections",
    ),
]
