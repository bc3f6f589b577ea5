"""A tunnel in the window: a click starts it, its address is copied and filled in, what breaks is said."""

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from test_window import opened_dialog
from tunnel_agents import write_agent
from ui.conftest import until

from workbench.storage.endpoints import load_endpoints
from workbench.storage.paths import Paths
from workbench.storage.tunnels import tunnels_file
from workbench.ui.doctor_dialog import DoctorDialog
from workbench.ui.listener_state import ListenerState
from workbench.ui.main_window import MainWindow
from workbench.ui.tunnel_dialog import TunnelDialog


@pytest.fixture
def agent(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_MODE", "ok")
    program = write_agent(tmp_path, "ngrok")
    tunnels_file(paths).write_text(f'[ngrok]\nprogram = "{program}"\nprobe_every_s = 1\n')


@pytest.mark.usefixtures("agent")
async def test_a_tunnel_is_started_in_a_click_proven_copied_and_filled_in(window: MainWindow, paths: Paths) -> None:
    folder = paths.workspace / "endpoints"
    folder.mkdir(parents=True)
    (folder / "sms.yml").write_text("path: /sms\nprovider: twilio # ours\n")
    window.commands["tunnels"].trigger()
    await until(lambda: window.findChild(TunnelDialog))
    dialog = window.findChild(TunnelDialog)
    assert isinstance(dialog, TunnelDialog)
    assert dialog.chosen == "ngrok"
    assert "Found:" in dialog.about.text()
    dialog.button.click()
    await until(lambda: "✓" in window.top.tunnel.word.text())
    address = window.top.tunnel.address.text()
    assert QGuiApplication.clipboard().text() == address
    await until(lambda: load_endpoints(paths).get("sms").public_url == address)  # type: ignore[union-attr]
    assert "twilio # ours" in (folder / "sms.yml").read_text()
    assert "starting web service" in dialog.output.toPlainText()
    assert dialog.button.text() == "Stop tunnel"
    dialog.close()
    window.commands["toggle_tunnel"].trigger()
    await until(lambda: window.commands["toggle_tunnel"].text() == "Start tunnel")
    assert not window.top.tunnel.address.isVisible()
    window.commands["toggle_tunnel"].trigger()
    await until(lambda: "✓" in window.top.tunnel.word.text())


@pytest.mark.usefixtures("agent")
async def test_what_breaks_is_said_and_taken_back(window: MainWindow) -> None:
    window.commands["tunnels"].trigger()
    await until(lambda: window.findChild(TunnelDialog))
    dialog = window.findChild(TunnelDialog)
    assert isinstance(dialog, TunnelDialog)
    dialog.button.click()
    await until(lambda: "✓" in window.top.tunnel.word.text())
    window.listener.stop()
    await until(lambda: "broken: listener" in window.top.tunnel.word.text())
    assert "webhooks do not arrive now" in window.notices.text
    await until(lambda: window.listener.state is ListenerState.STOPPED)
    window.listener.start()
    await until(lambda: "✓" in window.top.tunnel.word.text())
    assert "do not arrive" not in window.notices.text


async def test_the_doctor_shows_each_check(window: MainWindow) -> None:
    window.commands["doctor"].trigger()
    dialog = await opened_dialog(window)
    assert isinstance(dialog, DoctorDialog)
    assert dialog.url.text() == window.listener.url
    dialog.button.click()
    await until(lambda: " bad." in dialog.summary.text())
    shown = [dialog.table.topLevelItem(row).text(0) for row in range(dialog.table.topLevelItemCount())]  # type: ignore[union-attr]
    assert shown[:4] == ["! address", "✓ name", "✓ connection", "✓ answer"]
    dialog.provider.setText("stripe")
    dialog.button.click()
    assert "both needed" in dialog.summary.text()
    dialog.reject()
