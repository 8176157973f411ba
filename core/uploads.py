"""A limit on uploaded files that holds before they fill a disk."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

FAR_TOO_LARGE = 2  # times the limit: no longer worth reading to the end


class LimitedUpload(FileUploadHandler):
    """First of the handlers: drops a file beyond ``UPLOAD_LIMIT_BYTES`` while it comes in.

    The request then carries ``upload_too_large``, and the form says so in its own words.
    """

    chunk_size = 1 << 16

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._size = 0
        self._announced = 0

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ARG002
        META: dict[str, str],  # noqa: ARG002, N803 - Django's name
        content_length: int,
        boundary: str,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        self._announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        self._size += len(raw_data)
        if self._size > settings.UPLOAD_LIMIT_BYTES:
            self.request.upload_too_large = True  # type: ignore[union-attr]
            if self._announced > FAR_TOO_LARGE * settings.UPLOAD_LIMIT_BYTES:
                raise StopUpload(connection_reset=True)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":  # noqa: ARG002
        return None
