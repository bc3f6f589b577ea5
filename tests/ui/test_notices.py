"""Notices over the content: they move nothing, cover no control of the frame, and the keys reach them."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QWidget
from ui.conftest import until

from workbench.ui.main_window import MainWindow
from workbench.ui.widgets.notice_bar import Level, Notice

LONG = "Forwarding to http://localhost:3000/hooks does not work now: nothing listens there. " * 4


def place(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


async def test_notices_move_nothing_and_stay_off_the_frame(window: MainWindow) -> None:
    window.resize(1280, 800)
    watched = (window.top, window.side, window.tabs, window.captures.table, window.captures.detail)
    before = [place(each) for each in watched]
    least = window.minimumSizeHint()
    for level, text in (("info", "Copied."), ("error", LONG)):
        window.notices.say(level, text)
        assert [place(each) for each in watched] == before
        assert window.minimumSizeHint() == least
        card = place(window.notices)
        assert place(window.tabs).contains(card)
        for kept in (window.top, window.side, window.tabs.tabBar(), window.tabs.cornerWidget()):
            assert not place(kept).intersects(card)
        assert not place(window.captures.filter).intersects(card)
    window.notices.close_notice()
    assert [place(each) for each in watched] == before


async def test_notices_follow_the_size_and_do_not_cover_each_other(window: MainWindow) -> None:
    window.commands["new_request"].trigger()
    await until(lambda: window.tabs.count() == 2)
    panel = window.tabs.currentWidget()
    panel.notices.show_notice(Notice(Level.WARNING, LONG, (("Reload", lambda: None),)))
    window.notices.say("error", LONG)
    for width, height in ((1280, 800), (900, 600)):
        window.resize(width, height)
        mine, theirs = place(panel.notices), place(window.notices)
        assert not mine.intersects(theirs)
        for card in (mine, theirs):
            assert place(window.tabs).contains(card)
    lower = max(mine.bottom(), theirs.bottom())
    window.tabs.setCurrentIndex(0)
    assert place(window.notices).bottom() == lower


async def test_the_keys_reach_a_notice_and_escape_closes_it(window: MainWindow) -> None:
    window.activateWindow()
    window.notices.show_notice(Notice(Level.WARNING, "It is gone.", (("Undo", lambda: None),)))
    undo = next(each for each in window.notices.findChildren(QPushButton) if each.text() == "Undo")
    assert undo.focusPolicy() & Qt.FocusPolicy.TabFocus
    undo.setFocus()
    assert QApplication.focusWidget() is undo
    QTest.keyClick(undo, Qt.Key.Key_Escape)
    assert window.notices.text == ""
    assert not window.notices.isVisible()
    focused = QApplication.focusWidget()
    assert focused is not None
    assert window.tabs.isAncestorOf(focused) or focused is window.tabs


async def test_news_waits_while_somebody_is_at_it(window: MainWindow) -> None:
    window.show_info("Saved.")
    close = window.notices.findChild(QToolButton)
    assert close is not None
    window.activateWindow()
    close.setFocus()
    window.notices._close_news()
    assert window.notices.text == "Saved."
    window.captures.table.setFocus()
    window.notices._close_news()
    assert window.notices.text == ""
