"""A model of a disk: what is on it after a power cut, in seven ways that a cut may turn out.

A file system may write what a program asked of it at once, at any time, or in any order; only what
was flushed is certain. A file's contents are flushed with the file, its name with its folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.storage.power.steps import (
    Create,
    Flush,
    FlushAll,
    Link,
    MakeFolder,
    Mark,
    Remove,
    Rename,
    Step,
    Truncate,
    Write,
)


@dataclass(eq=False)
class File:
    """A file: its contents as last flushed, and what was done to them since."""

    flushed: bytes = b""
    since: list[Write | Truncate] = field(default_factory=list)

    def flush(self) -> None:
        self.flushed, self.since = self.issued(), []

    def issued(self) -> bytes:
        """The contents as programs see them."""
        return _done(self.flushed, self.since)

    def torn(self) -> bytes:
        """All but the second half of the last write."""
        *earlier, last = self.since or [Truncate(Path(), len(self.flushed))]
        if isinstance(last, Write):
            last = Write(last.path, last.offset, last.data[: len(last.data) // 2])
        return _done(self.flushed, [*earlier, last])

    def newest(self) -> bytes:
        """The last write alone: it overtook those before it."""
        return _done(self.flushed, self.since[-1:])

    def zeros(self) -> bytes:
        """The length that the file has got, with nothing in what was written since."""
        nothing = [
            Write(step.path, step.offset, bytes(len(step.data)))
            if isinstance(step, Write)
            else step
            for step in self.since
        ]
        return _done(self.flushed, nothing)


@dataclass(eq=False)
class Folder:
    """A folder: the names in it as last flushed, and as programs see them."""

    flushed: dict[str, Node] = field(default_factory=dict)
    names: dict[str, Node] = field(default_factory=dict)

    def flush(self) -> None:
        self.flushed = dict(self.names)


Node = File | Folder
Tree = dict[Path, bytes | None]
"""Paths and contents; a folder's are None."""

CUTS: dict[str, tuple[bool, Callable[[File], bytes]]] = {
    "only what was flushed": (False, lambda file: file.flushed),
    "everything, in order": (True, File.issued),
    "the last write torn": (True, File.torn),
    "names without contents": (True, lambda file: file.flushed),
    "contents without names": (False, File.issued),
    "the last write alone": (True, File.newest),
    "zeros instead of contents": (True, File.zeros),
}
"""How a cut may turn out: whether names count that were not flushed, and which contents do."""


class Disk:
    """Does the steps of a record, and tells what a power cut would leave."""

    def __init__(self, place: Path) -> None:
        """A disk with what is now in ``place``, all of it flushed."""
        self._place = place
        self._root = _load(place)

    def apply(self, step: Step) -> None:
        match step:
            case Create(path, emptied):
                self._create(path, emptied=emptied)
            case Write(path) | Truncate(path):
                self._file(path).since.append(step)
            case Flush(path):
                self._node(path).flush()
            case FlushAll():
                _flush_all(self._root)
            case Rename(path, new):
                self._folder(new).names[new.name] = self._folder(path).names.pop(path.name)
            case Link(path, new):
                self._folder(new).names[new.name] = self._node(path)
            case Remove(path):
                del self._folder(path).names[path.name]
            case MakeFolder(path):
                self._folder(path).names[path.name] = Folder()
            case Mark():
                pass

    def after(self, cut: str) -> Tree:
        """What a power cut leaves."""
        issued_names, contents = CUTS[cut]
        return dict(_walk(self._root, Path(), issued_names, contents))

    def _create(self, path: Path, *, emptied: bool) -> None:
        names = self._folder(path).names
        if path.name not in names:
            names[path.name] = File()
        elif emptied:
            self._file(path).since.append(Truncate(path, 0))

    def _folder(self, path: Path) -> Folder:
        """The folder that holds the name ``path``."""
        folder = self._node(path.parent)
        assert isinstance(folder, Folder)
        return folder

    def _file(self, path: Path) -> File:
        file = self._node(path)
        assert isinstance(file, File)
        return file

    def _node(self, path: Path) -> Node:
        node: Node = self._root
        for name in path.relative_to(self._place).parts:
            assert isinstance(node, Folder)
            node = node.names[name]
        return node


def _flush_all(node: Node) -> None:
    node.flush()
    if isinstance(node, Folder):
        for inner in node.names.values():
            _flush_all(inner)


def _load(place: Path) -> Folder:
    names = {
        path.name: _load(path) if path.is_dir() else File(path.read_bytes())
        for path in place.iterdir()
    }
    return Folder(dict(names), dict(names))


def _walk(
    folder: Folder, place: Path, issued_names: bool, contents: Callable[[File], bytes]
) -> Iterator[tuple[Path, bytes | None]]:
    for name, node in (folder.names if issued_names else folder.flushed).items():
        path = place / name
        if isinstance(node, File):
            yield path, contents(node)
        else:
            yield path, None
            yield from _walk(node, path, issued_names, contents)


def _done(contents: bytes, steps: list[Write | Truncate]) -> bytes:
    result = bytearray(contents)
    for step in steps:
        if isinstance(step, Truncate):
            result = result[: step.size].ljust(step.size, b"\0")
        else:
            end = step.offset + len(step.data)
            result = result.ljust(step.offset, b"\0")
            result[step.offset : end] = step.data
    return bytes(result)


def lay_out(tree: Tree, place: Path) -> None:
    """Make what a cut left real, in a new folder."""
    place.mkdir()
    for path, content in tree.items():
        if content is None:
            (place / path).mkdir()
        else:
            (place / path).write_bytes(content)
