"""The house rules that no reader should have to check: which room knows which, and the like."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "telephony": set[str](),
    "storage": set[str](),
    "dialplan": {"telephony", "storage"},
    "web": {"storage"},
    "notifications": {"storage", "web"},
    "commands": {"telephony", "storage", "dialplan", "web", "notifications"},
    "cli": {"telephony", "storage", "dialplan", "web", "notifications", "commands"},
}
"""Each top-level package, and which of the others it may import."""
FLOORS = {
    "storage": (
        ("backup", "transfer"),
        ("accounts", "intake", "listening", "notifications", "retention"),
        ("companies",),
        ("messages",),
        ("audit", "metrics", "office", "people", "privacy"),
        ("audio", "database"),
        ("settings",),
        ("files", "letters", "words"),
        ("settings_sections", "toml"),
        ("actor", "identifiers", "machine", "text"),
        ("errors",),
    ),
    "storage.messages": (
        ("orphaned_audio", "reindexing", "repository", "unassigned"),
        ("marks",),
        ("changes",),
        ("lately", "message", "quiet", "unread"),
        ("visibility",),
        ("search",),
        ("month_counts", "query"),
        ("addressees", "audio_links", "events"),
        ("envelope",),
    ),
    "web": (
        ("app",),
        ("pages",),
        ("api", "letters", "menu_editor"),
        ("forms", "message_list"),
        ("visit",),
        ("guard", "templating"),
        ("language", "notices", "outages", "services", "statuses"),
        ("errors", "events", "http", "monitoring", "ways_back"),
    ),
    "dialplan": (
        ("reception",),
        ("entry",),
        ("menu",),
        ("actions", "strays"),
        ("nobody", "phone_tasks", "resuming"),
        ("mailbox",),
        ("services", "voicemail"),
        ("takes",),
        ("keeping",),
        ("digits", "log_events", "saying", "sounds", "steps"),
    ),
    "telephony": (
        ("sandbox",),
        ("agi", "ari"),
        ("identity", "metrics", "scripted"),
        ("call",),
        ("errors", "log_events"),
    ),
}
"""What a room consists of, floor by floor: each may import what stands on floors below its own."""
LONGEST = 300
"""Lines in one module of the product."""
MOST = 17
"""Modules in one folder."""
FLAT = {"commands": 25, "web.pages": 25}
"""Folders of as many as there are commands, or sections of the page."""

FORBIDDEN = re.compile(
    r"(pypi|pythonhosted|npmjs|debian|ghcr|docker)\.(org|com|io)\b"
    r"|artifactory|(?<![\w.])/(?:work|root)(?:/|\b(?=[\"'`\s]))",
    re.IGNORECASE,
)
"""Hosts of package registries, and paths of somebody's machine: none belongs here."""
BINARY = {".wav", ".png", ".jpg", ".ico", ".woff2", ".mo"}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Everything under version control, or about to be."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    paths = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def product_modules() -> dict[str, Path]:
    """The modules of the product, by their dotted names."""
    modules = {}
    for path in tracked_files():
        relative = path.relative_to(ROOT)
        if path.suffix == ".py" and relative.with_suffix("").parts[0] in ROOMS:
            parts = [part for part in relative.with_suffix("").parts if part != "__init__"]
            modules[".".join(parts)] = path
    return modules


MODULES = product_modules()
every_module = pytest.mark.parametrize("module", sorted(MODULES))


def imports(module: str, *, at_start_only: bool = False) -> Iterator[str]:
    """The modules of the product that a module imports; names of packages' contents resolved."""
    path = MODULES[module]
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    nodes = _executed_on_import(tree) if at_start_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are written in full"
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                if inner in MODULES:
                    yield inner
                elif node.module in MODULES:
                    yield str(node.module)


def _executed_on_import(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes outside of functions and of `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _executed_on_import(node)


@every_module
def test_imports_run_one_way(module: str) -> None:
    room = module.partition(".")[0]
    others = {name.partition(".")[0] for name in imports(module)} - {room}
    assert others <= ROOMS[room]


def test_no_two_modules_need_each_other() -> None:
    """No circle: every module can be imported first."""
    needs = {module: set(imports(module, at_start_only=True)) - {module} for module in MODULES}
    for package in MODULES:
        for inner in MODULES:
            if inner.startswith(f"{package}.") and package in needs[inner]:
                # A package's own parts may not go through its door: that door imports them.
                assert inner not in needs[package], f"{inner} imports {package}, and {package} it"
    while free := [module for module, needed in needs.items() if not needed]:
        for module in free:
            del needs[module]
        for needed in needs.values():
            needed.difference_update(free)
    assert needs == {}


def part_of(module: str, room: str) -> str:
    """In which part of a room a module is; "" where it is in none."""
    return module.removeprefix(f"{room}.").partition(".")[0] if module != room else ""


@pytest.mark.parametrize("room", FLOORS)
def test_every_part_of_a_room_stands_on_a_floor(room: str) -> None:
    parts = {part_of(module, room) for module in MODULES if module.startswith(f"{room}.")}
    stands = [part for floor in FLOORS[room] for part in floor]
    assert sorted(stands) == sorted(parts - {"migrations"})


@pytest.mark.parametrize("room", FLOORS)
def test_a_room_knows_only_what_is_below(room: str) -> None:
    floor_of = {part: floor for floor, parts in enumerate(FLOORS[room]) for part in parts}
    wrong = [
        f"{module} imports {needed}"
        for module in MODULES
        if module.startswith(f"{room}.")
        for needed in imports(module)
        if needed.startswith(f"{room}.")
        and part_of(needed, room) != part_of(module, room)
        and floor_of[part_of(needed, room)] <= floor_of[part_of(module, room)]
    ]
    assert wrong == []


PACKAGES = {module: path for module, path in MODULES.items() if path.name == "__init__.py"}


def door(package: str) -> set[str]:
    """The names that a package has for others: its ``__all__``."""
    for node in ast.parse(PACKAGES[package].read_bytes()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def bound(package: str) -> set[str]:
    """The names that a package's own file has: imported, defined or assigned."""
    names = set[str]()
    for node in ast.parse(PACKAGES[package].read_bytes()).body:
        if isinstance(node, ast.ImportFrom | ast.Import):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {ast.unparse(target) for target in targets}
    return names


@every_module
def test_what_comes_through_a_door_is_named_there(module: str) -> None:
    """Names that are taken from a sub-package itself stand in its ``__all__``."""
    tree = ast.parse(MODULES[module].read_bytes())
    wrong = [
        f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module in PACKAGES
        and "." in node.module
        and not f"{module}.".startswith(f"{node.module}.")
        for name in node.names
        if name.name not in door(node.module)
    ]
    assert wrong == []


@pytest.mark.parametrize("package", sorted(package for package in PACKAGES if "." in package))
def test_a_room_says_what_it_is_for_and_what_may_not_come_in(package: str) -> None:
    tree = ast.parse(PACKAGES[package].read_bytes())
    lines = (ast.get_docstring(tree) or "").splitlines()
    assert len(lines) >= 3


@every_module
def test_a_room_is_entered_by_its_door(module: str) -> None:
    """What is not named in a sub-package's ``__all__`` serves that package alone."""
    wrong = []
    for needed in imports(module):
        parts = needed.split(".")
        for depth in range(2, len(parts)):
            package = ".".join(parts[:depth])
            is_inside = module == package or module.startswith(f"{package}.")
            if package in PACKAGES and not is_inside and parts[depth] not in door(package):
                wrong.append(needed)
    assert wrong == []


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_a_door_names_what_is_there(package: str) -> None:
    there = {module.rpartition(".")[2] for module in MODULES if module.startswith(f"{package}.")}
    assert door(package) <= there | bound(package)


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_a_folder_can_be_looked_over(package: str) -> None:
    inside = [m for m in MODULES if m.rpartition(".")[0] == package and m not in PACKAGES]
    assert len(inside) <= FLAT.get(package, MOST)


def test_tests_stand_where_what_they_test_does() -> None:
    """A folder of tests in a room's place has the name of a folder of the product."""
    own = {"player", "power"}  # a script's, and a disk's
    folders = {
        path.parent.relative_to(ROOT / "tests")
        for path in tracked_files()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")
    }
    strange = [
        str(folder)
        for folder in folders
        if folder.parts[:1]
        and folder.parts[0] in ROOMS
        and folder.parts[-1] not in own
        and not (ROOT / folder).is_dir()
    ]
    assert strange == []


def _imported(node: ast.ImportFrom | ast.Import) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [str(node.module)]
    return [name.name for name in node.names]


def test_history_does_not_change_with_the_program() -> None:
    """A migration imports nothing of ours: what it does was settled when it was written."""
    versions = ROOT / "storage" / "database" / "migrations" / "versions"
    wrong = [
        f"{path.name}: {ast.unparse(node)}"
        for path in versions.glob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom | ast.Import)
        and any(name.partition(".")[0] in ROOMS for name in _imported(node))
    ]
    assert wrong == []


@every_module
def test_a_module_is_short(module: str) -> None:
    lines = MODULES[module].read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST


@every_module
def test_a_module_says_what_it_is_about(module: str) -> None:
    path = MODULES[module]
    if path.read_text(encoding="utf-8").strip():
        assert ast.get_docstring(ast.parse(path.read_bytes())), f"{module} has no docstring"


def test_nothing_names_a_registry_or_a_machine() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{number}: {found[0]}"
        for path in tracked_files()
        if path.suffix not in BINARY and path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if (found := FORBIDDEN.search(line))
    ]
    assert named == []


def test_the_rule_would_find_them() -> None:
    registry = ".".join(("npmjs", "com"))
    for text in (f"https://{registry}/x", f"see {'/'}work/shared", "in /root/x", "'/work'"):
        assert FORBIDDEN.search(text), text
    for text in ("network/work", "the work / the root", "root/sudo", "/chroot/", "ROOT/usr"):
        assert not FORBIDDEN.search(text), text
