"""Confirming a subscription: the call that a captured request asks for, made when the user says so."""

from workbench.engine.rules import Rules, subject_of
from workbench.engine.workbench import Workbench
from workbench.model.capture import Capture
from workbench.model.collection import SavedRequest
from workbench.model.delivery import Delivery
from workbench.model.errors import UsageError
from workbench.providers.confirmation import Confirmation, find_confirmation

LARGEST_BODY_BYTES = 64 * 1024


def confirmation_of(rules: Rules, capture: Capture) -> Confirmation:
    """Return what a capture asks to confirm; UsageError where it asks for nothing that may be called. Blocks."""
    endpoint = rules.endpoint(capture.endpoint)
    provider = rules.provider_of(endpoint)
    found = None
    if capture.request.body.size <= LARGEST_BODY_BYTES:
        subject = subject_of(capture.request, endpoint, capture.request.body.read())
        found = find_confirmation([provider] if provider is not None else rules.packs.all, subject)
    if found is None:
        raise UsageError(
            f"Capture {capture.number} asks for no confirmation that can be given.",
            "Amazon SNS asks with a SubscriptionConfirmation whose SubscribeURL is Amazon's own.",
        )
    return found


async def confirm(workbench: Workbench, capture: Capture, confirmation: Confirmation) -> Delivery:
    """Call the address; the delivery, kept with the capture, holds what was answered."""
    request = SavedRequest(f"Confirm {confirmation.provider.name}", "GET", confirmation.url)
    return await workbench.deliveries.send(request, capture_number=capture.number)
