"""Two chosen captures compared, or one with what was last sent of it, in a dialog of their own."""

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.engine.comparing_messages import Comparison, compare_messages, comparison_text
from workbench.engine.workbench import Workbench
from workbench.model.errors import UsageError
from workbench.model.masking import masked_request
from workbench.model.message import Request, Response
from workbench.ui.diff_dialog import DiffDialog
from workbench.ui.theme import Appearance

Message = Request | Response


async def compare_captures(
    workbench: Workbench, numbers: Sequence[int], appearance: Appearance, parent: QWidget
) -> DiffDialog:
    """Compare two captures, or one with what was sent in its last replay.

    UsageError where more are chosen, or nothing was sent yet.
    """
    if not 1 <= len(numbers) <= 2:
        raise UsageError("Two captures are compared at a time.", "Choose two rows, or one that was replayed.")
    captures = await workbench.captures.run(lambda reader: [reader.get(number) for number in numbers])
    requests = [capture.request for capture in captures if capture is not None]
    if len(requests) < len(numbers):
        raise UsageError("A chosen capture is no longer stored.")
    if len(requests) == 2:
        names = f"#{numbers[0]}", f"#{numbers[1]}"
        return await show_comparison(requests[0], requests[1], names, appearance, parent)
    delivery = await workbench.history.run(lambda reader: reader.last_sent_of(numbers[0]))
    if delivery is None:
        raise UsageError(
            f"Capture #{numbers[0]} was not sent on yet, so there is nothing to compare it with.",
            "Choose two rows to compare them, or replay it first.",
        )
    sent = masked_request(delivery.last.request, delivery.last.secret_ranges)
    names = f"#{numbers[0]}", f"what was sent to {delivery.url}"
    return await show_comparison(requests[0], sent, names, appearance, parent)


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
    """Return in a line how much differs, what differs each time counted apart."""
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
