"""A limit on uploaded files that holds before they fill a disk."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

BESIDE_FILES = 1 << 20  # bytes of a request that are no file: fields, and the edges of its parts


class LimitedUpload(FileUploadHandler):
    """First of the handlers: ``UPLOAD_LIMIT_BYTES`` for all files of a request together.

    The file that goes beyond it is dropped; a request that announces more than can be within it is
    not read on. It then carries ``upload_too_large``, and the form says so in its own words.
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
        if self._announced > settings.UPLOAD_LIMIT_BYTES + BESIDE_FILES:
            self._refuse()
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        self._size += len(raw_data)
        if self._size > settings.UPLOAD_LIMIT_BYTES:
            self._refuse()
            raise SkipFile
        return raw_data

    def _refuse(self) -> None:
        self.request.upload_too_large = True  # type: ignore[union-attr]

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":  # noqa: ARG002
        return None
