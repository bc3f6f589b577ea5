"""Numbers and errors as people read them in the window. No Qt."""

from workbench.model.errors import WorkbenchError


def error_words(error: WorkbenchError) -> str:
    """Return what went wrong and what to do about it in this window, in one line."""
    from workbench.model.template import BracesError  # The first paint has no errors.

    said = [error.message, error.hint or ""]
    if isinstance(error, BracesError):
        said.append("To keep the braces as they are: Body → Literal braces.")
    return " ".join(filter(None, said))


def size_words(size: int) -> str:
    """Return `0 B`, `812 B`, `2.1 kB`, `5.2 MB`, `1.1 GB`: decimal units, as the sender's tools show them."""
    if size < 1000:
        return f"{size} B"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95 or unit == "GB":
            return f"{amount:.1f} {unit}"
    raise AssertionError("unreachable")


def duration_words(duration_us: int) -> str:
    """Return `0.4 ms`, `12 ms`, `1.24 s`, `2 min 5 s`."""
    if duration_us < 9_950:
        return f"{duration_us / 1000:.1f} ms"
    if duration_us < 999_500:
        return f"{duration_us / 1000:.0f} ms"
    if duration_us < 60_000_000:
        return f"{duration_us / 1_000_000:.2f} s"
    minutes, seconds = divmod(round(duration_us / 1_000_000), 60)
    return f"{minutes} min {seconds} s"


def count_words(count: int) -> str:
    """Return a count with thin spaces between thousands: `1 204`."""
    return f"{count:,}".replace(",", "\u2009")
