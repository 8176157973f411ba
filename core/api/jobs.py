"""``GET /api/v1/jobs/{id}``: how far a job is."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.authentication import SessionAuthentication

from core.api.authentication import TokenAuthentication
from core.api.permissions import IsTokenOrPerson, has_scope
from core.api.throttling import TokenThrottle
from core.jobs import errors_url
from core.models import ApiToken, Job


class JobOut(serializers.ModelSerializer[Job]):
    id = serializers.UUIDField(source="public_id")
    errors_url = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id",
            "state",
            "read",
            "created",
            "updated",
            "unchanged",
            "rejected",
            "errors_url",
        )

    def get_errors_url(self, job: Job) -> str | None:
        return errors_url(job)


class JobViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Job]):
    """All jobs for the scope ``jobs:read``, else a token's own, else those a person asked for."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsTokenOrPerson]
    throttle_classes = [TokenThrottle]
    serializer_class = JobOut
    lookup_field = "public_id"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Job]:
        if has_scope(self.request, "jobs:read"):
            return Job.objects.all()
        if isinstance(self.request.auth, ApiToken):
            return Job.objects.filter(token=self.request.auth)
        person: Any = self.request.user
        return Job.objects.filter(requested_by=person)
