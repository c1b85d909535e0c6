"""An office's menus drawn as an SVG picture: numbers on the left, keys leading to the right.

The lines are SVG; what stands in the boxes is HTML inside it, so that long texts wrap and end in
an ellipsis by the browser's own measure. Colours and type are in `static/menu.css`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Final

from markupsafe import Markup, escape

from storage.office import Office
from web.language.action_words import ON_PAGE
from web.menu_editor.pages import menu_address
from web.menu_editor.tree import Branch, Node, menu_tree

# All in pixels.
BOX_WIDTH: Final = 224
GAP: Final = 176
"""Between two columns: room for a trunk and the words on its branches."""
NUMBERS_WIDTH: Final = 184
NUMBERS_GAP: Final = 56
"""Of the first column, where only numbers stand and no words are needed."""
MARGIN: Final = 12
ROW_GAP: Final = 10
ROOT_GAP: Final = 28
HEADER: Final = 48
"""Height of a box with up to two lines; all lines leave and enter at half of it."""
LINE: Final = 17
LINE_LETTERS: Final = 30
"""About as many letters as a line of a box holds."""
GREETING_LINES: Final = 3
TRUNK: Final = 20
CORNER: Final = 9
LABEL: Final = 28
WIDEST: Final = 12
"""Columns for which the style sheet knows how far the picture may shrink."""


@dataclass
class Place:
    """Where a node is drawn. `room` is the height of it with everything that follows from it."""

    node: Node
    column: int
    branches: list[tuple[Branch, Place]] = field(default_factory=list)
    top: int = 0
    room: int = 0

    @property
    def left(self) -> int:
        """The box's left edge."""
        if self.column == 0:
            return MARGIN
        return MARGIN + NUMBERS_WIDTH + NUMBERS_GAP + (self.column - 1) * (BOX_WIDTH + GAP)

    @property
    def right(self) -> int:
        """The box's right edge."""
        return self.left + self.width

    @property
    def width(self) -> int:
        """The box's width."""
        return BOX_WIDTH if self.column else NUMBERS_WIDTH

    @property
    def middle(self) -> int:
        """The height at which lines leave and enter."""
        return self.top + HEADER // 2

    @property
    def height(self) -> int:
        """The box's own height."""
        node = self.node
        if node.kind == "numbers":
            return HEADER + LINE * max(0, node.detail.count("\n"))
        if node.kind == "menu":
            lines = min(GREETING_LINES, -(-len(node.detail) // LINE_LETTERS))
            return HEADER + LINE * lines - (6 if lines else 0)
        return HEADER


def menu_picture(office: Office, texts: NullTranslations) -> Markup:
    """The picture as an `<svg>` element; its boxes link to the pages of the menus.

    The page says the same in words: a list of the menus with their keys stands beside it.
    """
    places = _laid_out(menu_tree(office, texts))
    columns = 1 + max((place.column for place in places), default=0)
    width = MARGIN + max((place.right for place in places), default=0)
    height = MARGIN + max((place.top + place.height for place in places), default=0)
    _ = texts.gettext
    return Markup(
        '<svg class="menu-picture menu-columns-{columns}" viewBox="0 0 {width} {height}"'
        ' width="{width}" height="{height}" role="group" aria-label="{title}">'
        "{icons}{lines}{boxes}</svg>"
    ).format(
        columns=min(columns, WIDEST),
        width=width,
        height=height,
        title=_("Where calls go: numbers, menus and keys"),
        icons=_ICONS,
        lines=Markup("").join(_lines(places)),
        boxes=Markup("").join(_boxes(places, texts)),
    )


def menu_icons() -> Markup:
    """The icons of the picture, for a page that has them elsewhere."""
    return Markup('<svg width="0" height="0" aria-hidden="true">{}</svg>').format(_ICONS)


def _laid_out(roots: list[Node]) -> list[Place]:
    """Every node with its place, each before what follows from it. Walks, never recurses."""
    places: list[Place] = []
    tops = [Place(root, 0 if root.kind == "numbers" else 1) for root in roots]
    ahead = list(reversed(tops))
    while ahead:
        place = ahead.pop()
        places.append(place)
        place.branches = [(b, Place(b.node, place.column + 1)) for b in place.node.branches]
        ahead.extend(after for _, after in reversed(place.branches))
    for place in reversed(places):
        below = [after.room for _, after in place.branches]
        place.room = max(place.height, sum(below) + ROW_GAP * (len(below) - 1))
    top = MARGIN
    for place in tops:
        place.top = top
        top += place.room + ROOT_GAP
    for place in places:
        top = place.top
        for _, after in place.branches:
            after.top = top
            top += after.room + ROW_GAP
    return places


def _lines(places: list[Place]) -> Iterator[Markup]:
    for place in places:
        for branch, after in place.branches:
            yield Markup('<path class="menu-line menu-way-{way}" d="{path}"/>').format(
                way=branch.way, path=_path(place, after)
            )


def _path(start: Place, end: Place) -> str:
    """A straight line to the first branch; down a trunk and round a corner to the others."""
    if start.middle == end.middle:
        return f"M{start.right} {start.middle}H{end.left}"
    trunk = start.right + TRUNK
    return (
        f"M{start.right} {start.middle}H{trunk - CORNER}q{CORNER} 0 {CORNER} {CORNER}"
        f"V{end.middle - CORNER}q0 {CORNER} {CORNER} {CORNER}H{end.left}"
    )


def _boxes(places: list[Place], texts: NullTranslations) -> Iterator[Markup]:
    """The boxes with their labels, in the order in which they are read."""
    labels = {id(after): branch for place in places for branch, after in place.branches}
    for place in places:
        branch = labels.get(id(place))
        if branch is not None and branch.label:
            yield _label(branch, place)
        yield _box(place, texts)


def _label(branch: Branch, place: Place) -> Markup:
    tag = Markup("kbd") if branch.way == "key" else Markup("span")
    return Markup(
        '<foreignObject x="{x}" y="{y}" width="{width}" height="{height}">'
        '<div class="menu-label"><{tag} class="menu-way menu-way-{way}">{label}</{tag}></div>'
        "</foreignObject>"
    ).format(
        x=place.left - GAP + TRUNK + CORNER,
        y=place.middle - LABEL // 2,
        width=GAP - TRUNK - CORNER - 12,
        height=LABEL,
        tag=tag,
        way=branch.way,
        label=branch.label,
    )


def _box(place: Place, texts: NullTranslations) -> Markup:
    return Markup(
        '<foreignObject x="{x}" y="{y}" width="{width}" height="{height}">{content}</foreignObject>'
    ).format(
        x=place.left,
        y=place.top,
        width=place.width,
        height=place.height,
        content=_content(place.node, texts),
    )


def _content(node: Node, texts: NullTranslations) -> Markup:
    lines = [part for part in node.detail.split("\n") if part] if node.detail else []
    inside = Markup(
        '<svg class="menu-icon" aria-hidden="true"><use href="#menu-icon-{kind}"/></svg>'
        '<span class="menu-words"><b title="{title}">{title}</b>{details}</span>{flag}'
    ).format(
        kind=node.kind,
        title=node.title,
        details=Markup("").join(
            Markup('<span title="{line}">{line}</span>').format(line=line) for line in lines
        ),
        flag=_flag(node, texts),
    )
    classes = f"menu-box menu-box-{node.kind}"
    if node.menu is None:
        return Markup('<div class="{classes}">{inside}</div>').format(
            classes=classes, inside=inside
        )
    return Markup('<a class="{classes}" href="{address}">{inside}</a>').format(
        classes=classes, address=menu_address(node.menu), inside=inside
    )


def _flag(node: Node, texts: NullTranslations) -> Markup:
    if not node.severity:
        return Markup("")
    _ = texts.gettext
    words = _("Error") if node.severity == "error" else _("Warning")
    return Markup('<span class="menu-flag menu-flag-{kind}" title="{words}">!</span>').format(
        kind=node.severity, words=words
    )


# Drawn with a pen in a square of 24; the style sheet says which pen.
_STROKES: Final = {
    "numbers": "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
    "reference": "M5 12h13M13 6.5l5.5 5.5-5.5 5.5",
    "missing": "M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17v.2",
    **{name: on_page.sign for name, on_page in ON_PAGE.items() if on_page.sign},
}
_ICONS: Final = Markup("<defs>{}</defs>").format(
    Markup("").join(
        Markup('<symbol id="menu-icon-{}" viewBox="0 0 24 24"><path d="{}"/></symbol>').format(
            kind, escape(strokes)
        )
        for kind, strokes in _STROKES.items()
    )
)
