from django.urls import path

from surveys.views import answering, lists, office, results

app_name = "surveys"
urlpatterns = [
    path("", lists.index, name="list"),
    path("sent/", answering.sent, name="sent"),
    path("how/", answering.how, name="how"),
    path("plan/", office.choose, name="choose"),
    path("plan/<uuid:redesign_id>/", office.plan, name="plan"),
    path("<uuid:public_id>/", answering.first, name="first"),
    path("<uuid:public_id>/answer/", answering.answer, name="answer"),
    path("<uuid:public_id>/wave/", lists.wave, name="wave"),
    path("<uuid:public_id>/preview/", lists.preview, name="preview"),
    path("<uuid:public_id>/remind/", office.remind, name="remind"),
    path("<uuid:public_id>/close/", office.close, name="close"),
    path("<uuid:public_id>/cancel/", office.cancel, name="cancel"),
    path("<uuid:public_id>/result/", results.result, name="result"),
    path("<uuid:public_id>/result.csv", results.result_csv, name="result_csv"),
]
