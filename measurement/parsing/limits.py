"""What a case may be at most; what a file may be stands in core.deliveries.limits."""

CASE_ID_LENGTH = 200
KIND_LENGTH = 100
ACTIVITY_LENGTH = 200
