"""The limit on files holds while they come in."""

import pytest
from django.core.files.uploadhandler import SkipFile, StopUpload
from django.test import RequestFactory

from core.uploads import LimitedUpload

LIMIT = 1000


@pytest.fixture
def handler(settings):
    settings.UPLOAD_LIMIT_BYTES = LIMIT
    return LimitedUpload(RequestFactory().post("/"))


def begin(handler, announced):
    handler.handle_raw_input(None, {}, announced, "edge")
    handler.new_file("file", "cases.csv", "text/csv", announced)


def test_file_within_the_limit_passes_unchanged(handler):
    begin(handler, LIMIT)

    assert handler.receive_data_chunk(b"a" * LIMIT, 0) == b"a" * LIMIT
    assert handler.file_complete(LIMIT) is None  # the next handler keeps it
    assert not hasattr(handler.request, "upload_too_large")


def test_file_a_little_too_large_is_dropped_and_the_form_still_read(handler):
    begin(handler, LIMIT + 100)
    handler.receive_data_chunk(b"a" * LIMIT, 0)

    with pytest.raises(SkipFile):
        handler.receive_data_chunk(b"a", LIMIT)
    assert handler.request.upload_too_large


def test_file_far_too_large_is_not_read_to_its_end(handler):
    begin(handler, 2 * LIMIT + 1)

    with pytest.raises(StopUpload) as error:
        handler.receive_data_chunk(b"a" * (LIMIT + 1), 0)
    assert error.value.connection_reset


def test_length_that_lies_does_not_help(handler):
    begin(handler, 10)

    with pytest.raises(SkipFile):
        handler.receive_data_chunk(b"a" * (LIMIT + 1), 0)


def test_each_file_is_measured_by_itself(handler):
    for _file in range(3):
        begin(handler, LIMIT)
        handler.receive_data_chunk(b"a" * LIMIT, 0)

    assert not hasattr(handler.request, "upload_too_large")


def test_limit_comes_before_memory_and_disk(settings):
    assert settings.FILE_UPLOAD_HANDLERS[0] == "core.uploads.LimitedUpload"
