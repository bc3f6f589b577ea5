"""Two chosen captures compared, or one with what was last sent of it, in a dialog of their own."""

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.engine.comparing_messages import Comparison, compare_messages, comparison_text
from workbench.model.errors import UsageError
from workbench.model.message import Request, Response
from workbench.ui.diff_dialog import DiffDialog
from workbench.ui.theme import Appearance

Message = Request | Response


async def show_comparison(
    one: Message, other: Message, names: tuple[str, str], appearance: Appearance, parent: QWidget
) -> DiffDialog:
    """Compare off the window's thread and open a dialog with what differs.

    UsageError where a body is no longer stored.
    """
    try:
        found, text = await asyncio.to_thread(_compared, one, other, names)
    except FileNotFoundError as error:
        raise UsageError("One of the two bodies is no longer stored, so they cannot be compared.") from error
    dialog = DiffDialog(f"{names[0]} and {names[1]}", appearance, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show_comparison(text, comparison_facts(found))
    dialog.open()
    return dialog


def comparison_facts(found: Comparison) -> str:
    """Return in a line how much differs, what always differs counted apart."""
    if found.is_same:
        return "Nothing differs."
    all_found = [*found.headers, *found.body, *([found.start_line] if found.start_line else [])]
    noise = sum(each.is_noise for each in all_found)
    lines = sum(line.startswith(("+", "-")) for line in found.lines)
    count = len(all_found) - noise
    words = [f"{count} difference{'' if count == 1 else 's'}"]
    words += [f"{lines} lines of the bodies"] if lines else []
    words += [f"{noise} more in ids, times and signatures, at the end"] if noise else []
    return ", ".join(words)


def _compared(one: Message, other: Message, names: tuple[str, str]) -> tuple[Comparison, str]:
    found = compare_messages(one, other)
    return found, comparison_text(found, *names)
