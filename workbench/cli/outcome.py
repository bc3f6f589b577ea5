"""What came of deliveries: a line for people, and the exit code."""

from collections.abc import Sequence

from workbench.cli.console import Console
from workbench.cli.render import printable, status_text
from workbench.model.delivery import Delivery


def report(delivery: Delivery, console: Console) -> None:
    """Say in one line what came back; a failure goes to standard error."""
    what = f"#{delivery.capture_number} -> " if delivery.capture_number else ""
    what += printable(f"{delivery.last.request.method} {delivery.url}")
    failure, response = delivery.last.failure, delivery.last.response
    if response is not None:
        took = f"{delivery.last.timings.total_us / 1000:.1f} ms"
        console.line(f"{what}  {status_text(response.status, console.colours)} {printable(response.reason)}  {took}")
    elif failure is not None:
        console.note(f"{what}  {failure.message}")


def exit_code(deliveries: Sequence[Delivery], *, fail: bool) -> int:
    """Return 3 where a target gave no answer, 1 where `fail` asks for 2xx and another came, else 0."""
    if any(delivery.last.failure is not None for delivery in deliveries):
        return 3
    good = all(200 <= (delivery.status or 0) < 300 for delivery in deliveries)
    return 1 if fail and not good else 0
