"""The limit on files holds while they come in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import SkipFile, StopUpload
from django.test import RequestFactory

from core.uploads import BESIDE_FILES, LimitedUpload

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


def test_request_that_announces_too_much_is_stopped_before_its_first_file(handler):
    with pytest.raises(StopUpload) as error:
        begin(handler, LIMIT + BESIDE_FILES + 1)
    assert error.value.connection_reset
    assert handler.request.upload_too_large


def test_stopped_request_keeps_the_fields_before_its_file(settings):
    settings.UPLOAD_LIMIT_BYTES = LIMIT
    file = SimpleUploadedFile("cases.csv", b"a" * (LIMIT + BESIDE_FILES))
    request = RequestFactory().post("/", {"zone": "UTC", "file": file})

    assert request.POST["zone"] == "UTC"
    assert not request.FILES
    assert request.upload_too_large


def test_length_that_lies_does_not_help(handler):
    begin(handler, 10)

    with pytest.raises(SkipFile):
        handler.receive_data_chunk(b"a" * (LIMIT + 1), 0)


def test_files_of_a_request_share_the_limit(handler):
    begin(handler, 2 * LIMIT)
    handler.receive_data_chunk(b"a" * LIMIT, 0)
    begin(handler, 2 * LIMIT)

    with pytest.raises(SkipFile):
        handler.receive_data_chunk(b"a", 0)
    assert handler.request.upload_too_large


def test_limit_comes_before_memory_and_disk(settings):
    assert settings.FILE_UPLOAD_HANDLERS[0] == "core.uploads.LimitedUpload"
