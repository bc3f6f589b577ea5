"""Programs made of requests with credentials: no secret in them, no token asked for, and what is left out is said."""

import pytest
from fakes import RawTarget
from test_window import opened_dialog
from ui.conftest import until

from workbench.model.authentication import Auth, AuthKind
from workbench.model.collection import SavedRequest
from workbench.model.signature import SigningChoice
from workbench.model.variables import Variable
from workbench.ui.composer.code_dialog import CodeDialog
from workbench.ui.composer.panel import ComposerPanel
from workbench.ui.main_window import MainWindow


async def shown_code(window: MainWindow, request: SavedRequest) -> CodeDialog:
    window.commands["new_request"].trigger()
    panel = window.tabs.currentWidget()
    assert isinstance(panel, ComposerPanel)
    panel.replace_request(request)
    window.commands["code"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, CodeDialog)
    dialog.choose("python-requests")
    await until(lambda: dialog.snippet and dialog.snippet.language == "python")
    return dialog


@pytest.mark.parametrize(
    ("auth", "note"),
    [
        (Auth(AuthKind.BASIC, (("username", "me"), ("password", "typed-pw"))), "BASIC_AUTH holds user and password"),
        (Auth(AuthKind.BEARER, (("token", "typed-pw"),)), "BEARER_TOKEN holds the token"),
        (Auth(AuthKind.API_KEY, (("key", "X-Key"), ("value", "typed-pw"))), "API_KEY holds the key"),
        (Auth(AuthKind.DIGEST, (("username", "me"), ("password", "typed-pw"))), "Digest authentication is left out"),
        (
            Auth(AuthKind.AWS_V4, (("access_key_id", "AKIDEXAMPLE"), ("secret_access_key", "typed-pw"))),
            "must make it anew",
        ),
    ],
)
async def test_what_a_program_lacks_is_said(window: MainWindow, auth: Auth, note: str) -> None:
    dialog = await shown_code(window, SavedRequest(url="http://a.test/x", auth=auth))
    assert dialog.snippet is not None
    assert "typed-pw" not in dialog.snippet.text
    assert "***" not in dialog.snippet.text + dialog.notes.text() or auth.kind is AuthKind.AWS_V4
    assert note in dialog.notes.text()
    dialog.reject()


async def test_no_token_server_is_asked_for_a_program(window: MainWindow) -> None:
    async with RawTarget() as server:
        values = (("access_token_url", server.url), ("client_id", "me"), ("client_secret", "typed-pw"))
        dialog = await shown_code(window, SavedRequest(url="http://a.test/x", auth=Auth(AuthKind.OAUTH2, values)))
        assert dialog.snippet is not None
        assert "Bearer YOUR_ACCESS_TOKEN" in dialog.snippet.text
        assert "YOUR_ACCESS_TOKEN stands for a secret" in dialog.notes.text()
        assert server.received == []
    dialog.reject()


async def test_a_program_signs_for_the_address_that_variables_make(window: MainWindow) -> None:
    signing = SigningChoice("square", secret="env:SQUARE", public_url="https://{{host}}/hook")
    request = SavedRequest(
        method="POST", url="http://a.test/x", signing=signing, variables=(Variable("host", "public.test"),)
    )
    dialog = await shown_code(window, request)
    assert dialog.snippet is not None
    assert "public.test" in dialog.snippet.text
    assert "{{host}}" not in dialog.snippet.text
    dialog.reject()
