"""A window that nobody uses wakes the machine seldom: fewer than three times a second, for all it has."""

from PySide6.QtCore import QTimer

from workbench.ui.main_window import MainWindow

MOST_WAKE_UPS_A_SECOND = 3.0


async def test_no_timer_of_the_window_runs_often_when_nothing_happens(window: MainWindow) -> None:
    window.commands["log"].trigger()
    timers = [timer for timer in window.findChildren(QTimer) if timer.isActive() and not timer.isSingleShot()]
    assert sum(1000 / max(timer.interval(), 1) for timer in timers) < MOST_WAKE_UPS_A_SECOND
