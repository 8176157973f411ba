"""``GET /api/v1/jobs/{id}``: how far a job is."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets
from rest_framework.authentication import SessionAuthentication

from core.api.authentication import TokenAuthentication
from core.api.permissions import IsTokenOrPerson, has_scope
from core.api.schema import example
from core.api.throttling import TokenThrottle
from core.jobs import errors_url
from core.models import ApiToken, Job

JOB = {
    "id": "019a0f3c-5f7a-7cc1-b1e0-a4d2c3b4a599",
    "state": "done",
    "read": 1200,
    "created": 1180,
    "updated": 12,
    "unchanged": 8,
    "rejected": 0,
    "errors_url": None,
}


@example(**JOB)
class JobOut(serializers.ModelSerializer[Job]):
    id = serializers.UUIDField(source="public_id")
    errors_url = serializers.SerializerMethodField(
        help_text="Where the rejected rows stand, once there are some."
    )

    class Meta:
        model = Job
        fields: tuple[str, ...] = tuple(JOB)

    def get_errors_url(self, job: Job) -> str | None:
        return errors_url(job)


class JobViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Job]):
    """How far a job is.

    All jobs for the scope `jobs:read`, else those the token itself asked for, else those the
    signed-in person asked for.
    """

    queryset = Job.objects.none()

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
