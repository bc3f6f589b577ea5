"""PySide6 6.12.0 loses a reference to None and True with every call on Python 3.11, until the process aborts."""

import sys

from PySide6.QtCore import QObject, QTimer, Signal


class Bell(QObject):
    rang = Signal()


def test_none_and_true_keep_their_references(qapp: object) -> None:
    bell, timer = Bell(), QTimer()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(2000):
        bell.rang.emit()
        timer.start(1000)
        timer.stop()
        bell.setObjectName("bell")
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert before[0] - after[0] < 200
    assert before[1] - after[1] < 200
