"""Cells that no spreadsheet takes for a formula."""

LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def calm(text: str) -> str:
    """With an apostrophe before what could come alive; numbers stay numbers."""
    if not text.lstrip(" ").startswith(LIVE):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
