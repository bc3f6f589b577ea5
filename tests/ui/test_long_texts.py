"""Long texts in any pane: no pane and no window grows by them, and nothing beside them gets narrower."""

from ui.conftest import until

from workbench.ui.main_window import MainWindow
from workbench.ui.widgets.long_text import ElidedLabel

LONG = "webhook-signature: v1," + "K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN2H" * 12 + " and words as well " * 20


async def test_a_long_signature_leaves_the_panes_as_they_are(window: MainWindow) -> None:
    window.resize(1280, 800)
    window.commands["new_request"].trigger()
    await until(lambda: window.tabs.count() == 2)
    panel = window.tabs.currentWidget()
    panel.sections.setCurrentWidget(
        panel.sign.parentWidget() if panel.sections.indexOf(panel.sign) < 0 else panel.sign
    )
    sizes, parts, least = window.splitter.sizes(), panel.splitter.sizes(), window.minimumSizeHint().width()
    panel.sign.show_preview(LONG)
    panel.sign.note.setText(LONG)
    await until(panel.sign.preview.isVisible)
    assert window.splitter.sizes() == sizes
    assert panel.splitter.sizes() == parts
    assert window.minimumSizeHint().width() == least < 900
    assert panel.sign.preview.text() == LONG
    assert panel.sign.preview.horizontalScrollBar().maximum() == 0


async def test_no_text_of_a_pane_widens_the_window(window: MainWindow) -> None:
    window.resize(1280, 800)
    panel = window.captures
    sizes, least = window.splitter.sizes(), window.minimumSizeHint().width()
    bounds = window.captures.detail.minimumSizeHint().width()
    for label in (panel.problem, panel.detail.body.facts, panel.detail.body.problem, panel.detail.signature.reason):
        label.setText(LONG)
    panel.detail.signature.verdict.setText(LONG)
    panel.detail.forwards.comparison.setText(LONG)
    for each in range(panel.detail.count()):
        panel.detail.setCurrentIndex(each)
    assert window.splitter.sizes() == sizes
    assert window.minimumSizeHint().width() == least
    assert panel.detail.minimumSizeHint().width() == bounds


async def test_a_line_that_is_cut_is_whole_in_its_tooltip(window: MainWindow) -> None:
    label = ElidedLabel(window.captures)
    label.setText("short")
    label.resize(200, 20)
    assert not label.is_cut
    label.setText(LONG)
    assert label.is_cut
    assert label.minimumSizeHint().width() == 0
