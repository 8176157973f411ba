from django.urls import URLPattern, path

from adoption_portal.console.views import marks, pages

app_name = "console"
urlpatterns: list[URLPattern] = [
    path("", pages.overview, name="overview"),
    path("evidence/", pages.evidence, name="evidence"),
    path("evidence/compare/", pages.compare, name="compare"),
    path("adoption/", pages.adoption, name="adoption"),
    path("trust/", pages.trust, name="trust"),
    path("sign-offs/", pages.sign_offs, name="sign_offs"),
    path("quality/", pages.quality, name="quality"),
    path("export/<slug:page>.<slug:suffix>", pages.export, name="export"),
    path("annotations/", marks.annotate, name="annotate"),
    path("annotations/<uuid:public_id>/remove/", marks.remove_annotation, name="remove_annotation"),
    path("views/", marks.save_view, name="save_view"),
    path("views/<uuid:public_id>/forget/", marks.forget_view, name="forget_view"),
]
