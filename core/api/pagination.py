from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """Keyset pages: as fast on the last page as on the first. At most 200 rows a page.

    A view sets ``ordering`` to indexed, unchanging columns when the primary key will not do.
    """

    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "pk"
