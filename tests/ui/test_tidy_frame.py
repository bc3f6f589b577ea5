"""The frame with much in it: the title of Captures stays whole, and the list of a drop-down stays a list."""

from PySide6.QtWidgets import QComboBox
from ui.conftest import until

from workbench.formats.interchange.imported import Loss
from workbench.ui.collections.losses_table import LossesTable
from workbench.ui.main_window import MainWindow


async def test_the_title_of_captures_is_whole_beside_many_requests(window: MainWindow) -> None:
    window.resize(1000, 700)
    bar = window.tabs.tabBar()
    alone = bar.tabRect(0).width()
    for count in range(2, 12):
        window.commands["new_request"].trigger()
        await until(lambda count=count: window.tabs.count() == count)
    assert bar.tabRect(0).width() >= alone
    assert min(bar.tabRect(position).width() for position in range(1, 11)) >= 100


async def test_a_long_drop_down_shows_ten_and_scrolls(window: MainWindow) -> None:
    box = QComboBox(window)
    box.addItems([f"Provider {number}" for number in range(60)])
    box.show()
    box.showPopup()
    assert box.view().window().height() < window.height() / 2
    box.hidePopup()


async def test_rows_of_the_report_of_an_import_stand_apart(window: MainWindow) -> None:
    table = LossesTable(window)
    table.resize(600, 300)
    table.show()
    table.show_losses([Loss("Request", "Its script is not run, and it says so. " * 6)])
    table.resizeRowsToContents()
    assert table.rowHeight(0) >= 3 * table.fontMetrics().lineSpacing() + 8
