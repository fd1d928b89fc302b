"""Apps: which stores exist, what options they take, where their files come to lie, how many may be
open, and how long a store in memory lives.
"""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spinkv
from conftest import AS_NOBODY, error_of, file_rows, run_script

# To call with arguments that a type checker would refuse.
loose_app: Any = spinkv.App
loose_open: Any = spinkv.open


class Elsewhere:
    """A path that is neither str nor Path."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


# ---- The default app ---------------------------------------------------------------------------


def test_the_default_store_lies_in_dot_spin_of_the_current_directory(tmp_path: Path) -> None:
    with spinkv.open_default() as store:
        assert store.name == "default"
        store.set("k", b"v")
    assert file_rows(tmp_path / ".spin" / "sqlite_key_value.db") == [("default", "k", b"v")]


def test_the_default_store_is_one_however_it_is_opened() -> None:
    with spinkv.open_default() as one, spinkv.open("default") as two:
        one.set("k", b"v")
        assert two.get("k") == b"v"
        with spinkv.App().open_default() as three, spinkv.App().open("default") as four:
            assert three.get("k") == four.get("k") == b"v"


@pytest.mark.parametrize("label", ["", "Default", "default ", "cache", "DEFAULT", "é"])
def test_the_default_app_has_no_other_store(label: str, tmp_path: Path) -> None:
    with pytest.raises(spinkv.NoSuchStore):
        spinkv.open(label)
    with pytest.raises(spinkv.NoSuchStore):
        spinkv.App().open(label)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("label", [None, 5, ["default"]], ids=repr)
def test_a_label_is_text(label: Any) -> None:
    app: Any = spinkv.App()
    for call in (loose_open, app.open, app.add_store):
        with pytest.raises(TypeError):
            call(label)


def test_the_default_store_follows_the_current_directory_of_its_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = spinkv.App()
    for place in ("one", "two"):
        folder = tmp_path / place
        folder.mkdir()
        monkeypatch.chdir(folder)
        for store in (app.open_default(), spinkv.open_default()):
            with store:
                store.set(place, b"v")
        rows = file_rows(folder / ".spin" / "sqlite_key_value.db")
        assert rows == [("default", place, b"v")]


def test_an_open_store_does_not_mind_a_change_of_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    store = spinkv.open_default()
    store.set("before", b"")
    monkeypatch.chdir(tmp_path / "elsewhere")
    store.set("after", b"")
    store.close()
    keys = [key for _, key, _ in file_rows(tmp_path / ".spin" / "sqlite_key_value.db")]
    assert keys == ["after", "before"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


# ---- The state directory -----------------------------------------------------------------------


@pytest.mark.parametrize("form", [str, Path, Elsewhere], ids=["str", "Path", "PathLike"])
@pytest.mark.parametrize("place", ["state", "a/b/c", "with space/é😀"])
def test_a_state_dir_is_made_when_the_store_is_opened(
    tmp_path: Path, form: Callable[[Path], Any], place: str
) -> None:
    app = spinkv.App(state_dir=form(tmp_path / place))
    assert not (tmp_path / place).exists()
    with app.open_default() as store:
        store.set("k", b"v")
    assert file_rows(tmp_path / place / "sqlite_key_value.db") == [("default", "k", b"v")]


def test_a_relative_state_dir_belongs_to_the_directory_of_the_apps_making(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = spinkv.App(state_dir="state")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    app.open_default().close()
    assert (tmp_path / "state" / "sqlite_key_value.db").exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_empty_state_dir_puts_the_default_store_in_memory(tmp_path: Path) -> None:
    app = spinkv.App(state_dir="")
    with app.open_default() as store:
        store.set("k", b"v")
        assert app.open("default").get("k") == b"v"
        assert not spinkv.App(state_dir="").open_default().exists("k")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("state_dir", [5, ["x"], 1.5], ids=repr)
def test_a_state_dir_of_another_type_is_refused(state_dir: Any) -> None:
    with pytest.raises(TypeError):
        loose_app(state_dir=state_dir)


def test_a_state_dir_that_is_a_file_is_an_io_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(spinkv.Io) as caught:
        spinkv.App(state_dir=tmp_path / "taken").open_default()
    assert type(caught.value) is spinkv.Io


@pytest.mark.parametrize("wrong", [{"manifesto": "x"}, {"statedir": "x"}, {"max_open": 5}])
def test_an_unknown_option_of_an_app_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        loose_app(**wrong)


# ---- Adding stores -----------------------------------------------------------------------------


def test_a_store_is_there_once_it_is_added() -> None:
    app = spinkv.App()
    with pytest.raises(spinkv.NoSuchStore):
        app.open("cache")
    app.add_store("cache")
    with app.open("cache") as store:
        assert store.name == "cache"
    with pytest.raises(spinkv.NoSuchStore):
        app.open("Cache")
    with pytest.raises(spinkv.NoSuchStore):
        spinkv.App().open("cache")


def test_the_default_store_can_be_given_another_place_once(tmp_path: Path) -> None:
    app = spinkv.App(state_dir=tmp_path / "unused")
    app.add_store("default", path=tmp_path / "moved.db")
    with app.open_default() as store:
        store.set("k", b"v")
    assert file_rows(tmp_path / "moved.db") == [("default", "k", b"v")]
    assert not (tmp_path / "unused").exists()
    with pytest.raises(spinkv.InvalidArgument):
        app.add_store("default")


@pytest.mark.parametrize("label", ["cache", "With Space", "é😀", "a" * 200, "../x", "a'b\"c"])
def test_any_text_is_a_label(tmp_path: Path, label: str) -> None:
    app = spinkv.App()
    app.add_store(label, path=tmp_path / "x.db")
    with app.open(label) as store:
        store.set("k", b"v")
        assert store.name == label
    assert file_rows(tmp_path / "x.db") == [(label, "k", b"v")]


@pytest.mark.parametrize("label", ["", "a\0b", "\ud800"], ids=ascii)
def test_some_text_is_no_label(label: str) -> None:
    with pytest.raises(ValueError):
        spinkv.App().add_store(label)


def test_a_label_is_added_once() -> None:
    app = spinkv.App()
    app.add_store("cache", max_entries=1)
    with pytest.raises(spinkv.InvalidArgument, match="cache"):
        app.add_store("cache", max_entries=2)
    store = app.open("cache")
    store.set("a", b"")
    with pytest.raises(spinkv.StoreFull):
        store.set("b", b"")


@pytest.mark.parametrize(
    ("options", "suggestion"),
    [
        ({"max_entry": 5}, "max_entries"),
        ({"max_keys_bytes": 5}, "max_key_bytes"),
        ({"max_value_byte": 5}, "max_value_bytes"),
        ({"busy_timeout": 5}, "busy_timeout_ms"),
        ({"readonly": True}, "read_only"),
        ({"durabilty": "full"}, "durability"),
        ({"cache_byte": 5}, "cache_bytes"),
        ({"pth": "x.db"}, "path"),
        ({"typ": "spin"}, "type"),
    ],
    ids=lambda part: "" if isinstance(part, dict) else part,
)
def test_an_unknown_option_is_refused_with_the_nearest_name(
    tmp_path: Path, options: dict[str, Any], suggestion: str
) -> None:
    app = spinkv.App()
    loose: Any = app
    with pytest.raises(spinkv.InvalidArgument, match=suggestion) as caught:
        loose.add_store("cache", **options)
    assert next(iter(options)) in str(caught.value)
    with pytest.raises(spinkv.InvalidArgument, match=suggestion):
        loose_open("cache", **options)
    with pytest.raises(spinkv.NoSuchStore):
        app.open("cache")
    app.add_store("cache")
    assert list(tmp_path.iterdir()) == []


REFUSALS = (ValueError, OverflowError)

RANGES: dict[str, tuple[list[int], list[int]]] = {
    "busy_timeout_ms": ([0, 1, 86_400_000], [-1, 86_400_001, 2**32, 2**63, 2**70]),
    "max_key_bytes": ([0, 1, 2**40], [-1, -(2**63), 2**70]),
    "max_value_bytes": ([0, 1, 2**40], [-1, -(2**63), 2**70]),
    "max_entries": ([0, 1, 2**40], [-1, -(2**63), 2**70]),
    "cache_bytes": ([0, 1, 2**30], [-1, -(2**63), 2**70]),
}


@pytest.mark.parametrize("option", RANGES)
def test_options_that_are_numbers_keep_to_their_range(option: str) -> None:
    allowed, refused = RANGES[option]
    app: Any = spinkv.App()
    for number in allowed:
        app.add_store(f"{number}", **{option: number})
        app.open(f"{number}").close()
    for number in refused:
        wrong = {option: number}
        error_of(functools.partial(app.add_store, "refused", **wrong), REFUSALS, wrong)
    with pytest.raises(spinkv.InvalidArgument, match=option):
        app.add_store("refused", **{option: -1})
    with pytest.raises(spinkv.NoSuchStore):
        app.open("refused")


@pytest.mark.parametrize("option", RANGES)
@pytest.mark.parametrize("value", ["5", 1.5, None, b"5", [5]], ids=repr)
def test_options_that_are_numbers_take_no_other_type(option: str, value: Any) -> None:
    app: Any = spinkv.App()
    with pytest.raises((TypeError, spinkv.InvalidArgument)):
        app.add_store("refused", **{option: value})
    with pytest.raises(spinkv.NoSuchStore):
        app.open("refused")


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_both_durabilities_store_data(tmp_path: Path, durability: Any) -> None:
    with spinkv.open("x", path=tmp_path / "x.db", durability=durability) as store:
        store.set("k", b"v")
    assert file_rows(tmp_path / "x.db") == [("x", "k", b"v")]


@pytest.mark.parametrize("durability", ["", "Full", "none", "full ", 0, None, True], ids=repr)
def test_no_other_durability_is_taken(durability: Any) -> None:
    with pytest.raises((TypeError, spinkv.InvalidArgument)):
        loose_open("x", durability=durability)


@pytest.mark.parametrize("kind", ["", "Spin", "sqlite", "floppy"])
def test_an_unknown_type_is_an_invalid_configuration(kind: str) -> None:
    app: Any = spinkv.App()
    app.add_store("right", type="spin")
    with pytest.raises(spinkv.InvalidConfig):
        app.add_store("wrong", type=kind)
    app.open("right").close()
    with pytest.raises(spinkv.NoSuchStore):
        app.open("wrong")


@pytest.mark.parametrize("path", [None, "", ":memory:"])
def test_a_store_in_memory_cannot_be_read_only(path: str | None) -> None:
    with pytest.raises(spinkv.InvalidArgument, match="read_only"):
        spinkv.open("x", path=path, read_only=True)


@pytest.mark.parametrize("path", [5, 1.5, ["x"], True], ids=repr)
def test_a_path_of_another_type_is_refused(path: Any) -> None:
    with pytest.raises((TypeError, spinkv.InvalidArgument)):
        loose_open("x", path=path)


@pytest.mark.parametrize("wrong", [("a", "spin"), ("a", "spin", "x.db")])
def test_options_are_given_by_name(wrong: tuple[str, ...]) -> None:
    app: Any = spinkv.App()
    with pytest.raises(TypeError):
        app.add_store(*wrong)


def test_an_app_made_without_init_does_not_crash() -> None:
    try:
        app = spinkv.App.__new__(spinkv.App)
    except TypeError:
        return
    for use in (lambda: app.open("x"), lambda: app.add_store("a"), app.open_default):
        try:
            use()
        except (spinkv.Error, TypeError, AttributeError):
            continue


# ---- Where files lie ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", [str, Path, Elsewhere], ids=["str", "Path", "PathLike"])
def test_a_path_may_be_text_or_path_like(tmp_path: Path, form: Callable[[Path], Any]) -> None:
    path = tmp_path / "made" / "on" / "demand" / "x.db"
    app = spinkv.App()
    app.add_store("x", path=form(path))
    assert list(tmp_path.iterdir()) == []
    with app.open("x") as store:
        store.set("k", b"v")
    assert file_rows(path) == [("x", "k", b"v")]


def test_a_relative_path_belongs_to_the_directory_of_the_adding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = spinkv.App()
    app.add_store("x", path="data/x.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    app.open("x").close()
    assert (tmp_path / "data" / "x.db").exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_relative_path_in_a_directory_that_is_gone_is_an_io_error(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(spinkv.Io):
        spinkv.App().add_store("x", path="x.db")
    with pytest.raises(spinkv.Io):
        spinkv.open_default()
    os.chdir(tmp_path)
    spinkv.open_default().close()


NAMES = [
    "with space.db",
    "é😀.db",
    "what?.db",
    "x.db?mode=memory",
    "hash#tag.db",
    "per%20cent%.db",
    "file:x.db",
    "file:x?mode=memory&cache=shared",
    "a:b",
    "back\\slash.db",
    "quote'\".db",
    "-leading-dash",
    "new\nline.db",
    " ",
    "~",
    "$HOME",
    "x" * 200,
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("absolute", [True, False])
def test_a_path_is_taken_literally(tmp_path: Path, name: str, absolute: bool) -> None:
    with spinkv.open("x", path=str(tmp_path / name) if absolute else name) as store:
        store.set("k", b"v")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert file_rows(tmp_path / name) == [("x", "k", b"v")]
    with spinkv.open("x", path=tmp_path / name, read_only=True) as store:
        assert store.get("k") == b"v"


def test_a_path_that_is_not_utf_8_is_the_file_of_that_name(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.db"
    with spinkv.open("x", path=os.fsdecode(name)) as store:
        store.set("k", b"v")
    assert os.listdir(os.fsencode(tmp_path)) == [b"caf\xe9.db"]


def test_a_path_with_nul_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        spinkv.open("x", path="x.db\0.txt")
    with pytest.raises(ValueError):
        spinkv.App(state_dir="x\0y")
    assert list(tmp_path.iterdir()) == []


def _path_of(folder: Path, size: int) -> Path:
    """An absolute path of so many bytes, of parts that a file system takes."""
    path = str(folder)
    while size - len(path) > 200:
        path += "/" + "d" * 99
    return Path(path + "/" + "f" * (size - len(path) - 1))


@pytest.mark.parametrize(("size", "fits"), [(474, True), (475, False)])
def test_a_manifest_leaves_room_for_the_default_stores_path(
    tmp_path: Path, size: int, fits: bool
) -> None:
    folder = _path_of(tmp_path, size)
    folder.mkdir(parents=True)
    (folder / "spin.toml").write_text(
        'spin_manifest_version = 2\n[component.a]\nkey_value_stores = ["default"]\n'
    )
    if fits:
        spinkv.App(manifest=folder / "spin.toml").open_default().close()
    else:
        with pytest.raises(spinkv.InvalidArgument, match="the limit is 500"):
            spinkv.App(manifest=folder / "spin.toml")


def test_a_path_may_be_500_bytes_long(tmp_path: Path) -> None:
    path = _path_of(tmp_path, 500)
    with spinkv.open("x", path=path) as store:
        store.set("k", b"v")
    assert path.exists()
    assert spinkv.open("x", path=path).get("k") == b"v"
    with pytest.raises(spinkv.InvalidArgument):
        spinkv.open("x", path=_path_of(tmp_path, 501))
    with pytest.raises(spinkv.InvalidArgument):
        spinkv.open("x", path="f" * 499)


@pytest.mark.parametrize("name", ["x" * 256, "x" * 256 + "/x.db"])
def test_a_name_too_long_for_the_file_system_is_an_io_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(spinkv.Io) as caught:
        spinkv.open("x", path=f"/tmp/{name}")
    assert type(caught.value) is spinkv.Io
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_is_a_folder_is_an_io_error(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "folder", Path("folder"), Path("/")):
        for read_only in (False, True):
            with pytest.raises(spinkv.Io) as caught:
                spinkv.open("x", path=path, read_only=read_only)
            assert type(caught.value) is spinkv.Io
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_path_below_a_file_is_an_io_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    for path in ("file/x.db", "file/a/b/x.db"):
        with pytest.raises(spinkv.Io) as caught:
            spinkv.open("x", path=tmp_path / path)
        assert type(caught.value) is spinkv.Io
    assert (tmp_path / "file").read_bytes() == b"content"


@pytest.mark.parametrize("read_only", [False, True])
def test_a_path_that_is_a_pipe_is_refused_at_once(tmp_path: Path, read_only: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    said = run_script(
        "import spinkv, sys\n"
        "try:\n"
        f"    spinkv.open('x', path=sys.argv[1], read_only={read_only})\n"
        "except spinkv.Io as error:\n"
        "    print(error.code)\n",
        tmp_path / "pipe",
    )
    assert said.strip() in {"io", "corrupt"}


def test_a_folder_without_permission_is_an_io_error(public_folder: Path) -> None:
    (public_folder / "closed").mkdir()
    (public_folder / "closed" / "x.db").write_bytes(b"")
    (public_folder / "closed").chmod(0o000)
    (public_folder / "unwritable").mkdir()
    (public_folder / "unwritable").chmod(0o555)
    said = run_script(
        AS_NOBODY + "for path in sys.argv[1:]:\n"
        "    try:\n"
        "        spinkv.open('x', path=path)\n"
        "    except spinkv.Error as error:\n"
        "        print(isinstance(error, spinkv.Io), error.code)\n",
        public_folder / "closed" / "x.db",
        public_folder / "closed" / "new.db",
        public_folder / "closed" / "sub" / "new.db",
        public_folder / "unwritable" / "new.db",
        public_folder / "unwritable" / "sub" / "new.db",
    )
    assert said.splitlines() == ["True io"] * 5


def test_two_ways_to_one_file_lead_to_one_store(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "file-link.db").symlink_to(tmp_path / "real" / "x.db")
    ways = ["real/x.db", "link/x.db", "real/../real/./x.db", "file-link.db"]
    stores = [spinkv.open("x", path=tmp_path / way) for way in ways]
    for number, store in enumerate(stores):
        store.set(f"{number}", b"")
        assert store.increment("visits") == number + 1
    keys = ["0", "1", "2", "3", "visits"]
    assert [store.get_keys() for store in stores] == [keys] * 4
    for store in stores:
        store.close()
    assert [key for _, key, _ in file_rows(tmp_path / "real" / "x.db")] == keys


def test_a_file_removed_and_made_again_is_a_new_store(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "x.db"
    forgotten = spinkv.open("x", path=path)
    forgotten.set("old", b"")
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    with spinkv.open("x", path=path) as store:
        assert store.get_keys() == []
        store.set("new", b"")
        assert file_rows(path) == [("x", "new", b"")]
    forgotten.close()
    assert file_rows(path) == [("x", "new", b"")]


# ---- In memory ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [None, "", ":memory:"])
def test_a_store_in_memory_is_private_to_app_and_label(tmp_path: Path, path: str | None) -> None:
    app, other = spinkv.App(), spinkv.App()
    for some in (app, other):
        some.add_store("a", path=path)
        some.add_store("b", path=path)
    app.open("a").set("k", b"v")
    assert app.open("a").get("k") == b"v"
    assert not app.open("b").exists("k")
    assert not other.open("a").exists("k")
    assert not spinkv.open("a", path=path).exists("k")
    assert list(tmp_path.iterdir()) == []


def test_a_store_in_memory_lives_as_long_as_its_app() -> None:
    app = spinkv.App()
    app.add_store("a")
    with app.open("a") as store:
        store.set("k", b"v")
    gc.collect()
    assert app.open("a").get("k") == b"v"


def test_a_store_in_memory_lives_as_long_as_a_store_of_it() -> None:
    app = spinkv.App()
    app.add_store("a")
    one, two = app.open("a"), app.open("a")
    del app
    gc.collect()
    one.set("k", b"v")
    one.close()
    assert two.get("k") == b"v"
    assert two.increment("visits") == 1


def test_stores_of_an_app_that_is_gone_keep_working(tmp_path: Path) -> None:
    app = spinkv.App()
    app.add_store("a", path=tmp_path / "x.db")
    app.add_store("b", path=tmp_path / "x.db")
    one, two = app.open("a"), app.open("b")
    del app
    gc.collect()
    one.set("k", b"1")
    two.set("k", b"2")
    assert (one.get("k"), two.get("k")) == (b"1", b"2")
    one.close()
    two.close()
    assert file_rows(tmp_path / "x.db") == [("a", "k", b"1"), ("b", "k", b"2")]


def test_open_with_options_makes_an_app_of_its_own(tmp_path: Path) -> None:
    with spinkv.open("a", max_entries=1) as one, spinkv.open("a", max_entries=1) as two:
        one.set("k", b"v")
        assert two.count() == 0
    path = tmp_path / "x.db"
    with spinkv.open("a", path=path) as one, spinkv.open("a", path=path, max_entries=1) as two:
        one.set("k", b"v")
        assert two.get("k") == b"v"
    with spinkv.open("default", path=path) as other:
        assert other.count() == 0


def test_memory_of_a_store_is_given_back() -> None:
    for _ in range(300):
        store = spinkv.open("a", path=None, max_value_bytes=0)
        store.set("k", bytes(4 << 20))
        store.close()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    assert pages * os.sysconf("SC_PAGE_SIZE") < 800 << 20


# ---- How many may be open ----------------------------------------------------------------------


def test_256_stores_may_be_open_at_once() -> None:
    app = spinkv.App(state_dir="")
    stores = [app.open_default() for _ in range(256)]
    for _ in range(3):
        with pytest.raises(spinkv.StoreTableFull, match="256"):
            app.open_default()
    with spinkv.App(state_dir="").open_default() as of_another_app:
        of_another_app.set("k", b"v")
    stores[100].set("k", b"v")
    stores.pop(7).close()
    stores.append(app.open_default())
    assert stores[-1].get("k") == b"v"
    with pytest.raises(spinkv.StoreTableFull):
        app.open_default()
    del stores
    gc.collect()
    stores = [app.open_default() for _ in range(256)]
    assert stores[255].get("k") == b"v"


@pytest.mark.parametrize("count", [1, 2, 300])
def test_the_number_of_open_stores_can_be_set(tmp_path: Path, count: int) -> None:
    app = spinkv.App(max_open_stores=count)
    app.add_store("a", path=tmp_path / "a.db")
    app.add_store("b", path=tmp_path / "b.db")
    stores = [app.open("ab"[number % 2]) for number in range(count)]
    with pytest.raises(spinkv.StoreTableFull, match=f"{count}"):
        app.open("a")
    stores.pop().close()
    app.open("a").close()


@pytest.mark.parametrize("count", [0, -1, 65_536, 2**32, 2**70])
def test_the_number_of_open_stores_has_a_range(count: int) -> None:
    with pytest.raises((ValueError, OverflowError)):
        spinkv.App(max_open_stores=count)
    spinkv.App(max_open_stores=65_535)


@pytest.mark.parametrize("count", ["5", 1.5, None], ids=repr)
def test_the_number_of_open_stores_is_an_integer(count: Any) -> None:
    with pytest.raises(TypeError):
        loose_app(max_open_stores=count)


def test_an_open_that_fails_uses_nothing_up(tmp_path: Path) -> None:
    app = spinkv.App(max_open_stores=1)
    app.add_store("folder", path=tmp_path)
    app.add_store("right", path=tmp_path / "x.db")
    for _ in range(50):
        with pytest.raises(spinkv.NoSuchStore):
            app.open("missing")
        with pytest.raises(spinkv.Io):
            app.open("folder")
    files = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        with pytest.raises(spinkv.Io):
            app.open("folder")
    assert len(os.listdir("/proc/self/fd")) == files
    app.open("right").set("k", b"v")


def test_opening_and_closing_uses_no_files_up(tmp_path: Path) -> None:
    spinkv.open("x", path=tmp_path / "x.db").close()
    files = len(os.listdir("/proc/self/fd"))
    for _ in range(100):
        with spinkv.open("x", path=tmp_path / "x.db") as store:
            store.set("k", b"v")
    assert len(os.listdir("/proc/self/fd")) == files


def test_a_process_may_have_65535_stores_open() -> None:
    said = run_script(
        "import spinkv\n"
        "app = spinkv.App(state_dir='', max_open_stores=65535)\n"
        "stores = [app.open_default() for _ in range(65535)]\n"
        "for other in (app, spinkv.App(state_dir='')):\n"
        "    try:\n"
        "        other.open_default()\n"
        "    except spinkv.StoreTableFull as error:\n"
        "        print('full', '65535' in str(error).replace(',', ''))\n"
        "stores.pop(1000).close()\n"
        "stores.append(spinkv.App(state_dir='').open_default())\n"
        "stores[0].set('k', b'v')\n"
        "print(stores[65533].get('k'), stores[65534].count())\n"
    )
    assert said.splitlines() == ["full True", "full True", "b'v' 0"]


def test_options_on_the_default_store_leave_it_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with spinkv.open_default() as store:
        store.set("key", b"value")
    with spinkv.open_default(max_entries=1) as store:
        assert store.get("key") == b"value"
        with pytest.raises(spinkv.StoreFull):
            store.set("other", b"")
    with spinkv.open("default", read_only=True) as store:
        assert store.get("key") == b"value"
    with spinkv.open_default(path=":memory:") as store:
        assert store.count() == 0


def test_a_closed_store_is_no_context_manager() -> None:
    store = spinkv.open("x", path=":memory:")
    store.close()
    with pytest.raises(spinkv.InvalidStore, match="x"), store:
        raise AssertionError
