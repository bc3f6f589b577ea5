"""Icons: one SVG each, drawn in the theme's colours, sharp at any scale, made when first painted."""

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from workbench.storage.resources import resource_path


class _ThemedIcon(QIconEngine):
    """Paints an SVG in the colour of text as it is at the time of painting."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        _renderer(self._name, *self._colour(mode)).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        # A bar is painted anew with each change of a label in it; an SVG takes a millisecond each time.
        colour, opacity = self._colour(mode)
        return _pixmap(self._name, colour, opacity, size.width(), size.height())

    def _colour(self, mode: QIcon.Mode) -> tuple[str, float]:
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        colour = QApplication.palette().color(group, QPalette.ColorRole.ButtonText)
        return colour.name(QColor.NameFormat.HexRgb), colour.alphaF()

    def clone(self) -> QIconEngine:
        return _ThemedIcon(self._name)


@cache
def _renderer(name: str, colour: str, opacity: float):
    from PySide6.QtSvg import QSvgRenderer

    source = resource_path("icons", f"{name}.svg").read_bytes()
    stroke = f'stroke-opacity="{opacity:.2f}" stroke="{colour}"'.encode()
    return QSvgRenderer(QByteArray(source.replace(b'stroke="currentColor"', stroke)))


@cache
def _pixmap(name: str, colour: str, opacity: float, width: int, height: int) -> QPixmap:
    pixmap = QPixmap(width, height)
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    _renderer(name, colour, opacity).render(painter, QRectF(pixmap.rect()))
    painter.end()
    return pixmap


@cache
def icon(name: str) -> QIcon:
    """Return an icon that follows the theme."""
    return QIcon(_ThemedIcon(name))


def coloured(name: str, colour: str, size: int, scale: float) -> QPixmap:
    """Return an icon in a colour of its own, `size` wide on a screen of that scale."""
    pixmap = QPixmap(round(size * scale), round(size * scale))
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    _renderer(name, colour, 1.0).render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


def application_icon() -> QIcon:
    """Return the program's own icon."""
    return QIcon(str(resource_path("icons", "workbench.svg")))
