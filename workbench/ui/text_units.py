"""Places in a text: Qt counts UTF-16 units, Python counts characters; they differ above U+FFFF. No Qt."""


def units(text: str, column: int) -> int:
    """Return Qt's count for a place that Python counts."""
    return column if text.isascii() else len(text[:column].encode("utf-16-le", "surrogatepass")) // 2


def column(text: str, count: int) -> int:
    """Return Python's count for a place that Qt counts."""
    if text.isascii():
        return count
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * count].decode("utf-16-le", "replace"))
