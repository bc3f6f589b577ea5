"""The filter line's fields, for `--help`."""

from workbench.model.query_fields import QUERY_FIELDS

_WORDS = 'Words must occur, -word must not; a OR b, ( ), "two words". Fields, each with what it means:'


def filter_help() -> str:
    """Return the fields with their meanings and an example each, a line each."""
    lines = [f"  {field.name + ':':11} {field.meaning:34} {field.example}" for field in QUERY_FIELDS]
    return "\n".join([_WORDS, *lines]).replace("%", "%%")
