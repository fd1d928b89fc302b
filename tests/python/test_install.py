"""The installed C library, as somebody meets it who compiles a program against it: what is where,
what it exports, and the example program built through pkg-config and through CMake, with the shared
and with the static library.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.only_if_changed(
    *("core", "CMakeLists.txt", "Makefile", "bindings/cpp", "tests/python/test_install.py")
)

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "core" / "include" / "spinkv.h"
EXAMPLE = ROOT / "core" / "examples" / "basic.c"

CONSUMER = """
cmake_minimum_required(VERSION 3.20)
project(consumer LANGUAGES C)
find_package(spinkv {version} REQUIRED)
add_executable(shared {example})
target_link_libraries(shared PRIVATE spinkv::spinkv)
add_executable(static {example})
target_link_libraries(static PRIVATE spinkv::spinkv_static)
"""


def run(
    *command: str | Path, cwd: Path | None = None, variables: Mapping[str, str] | None = None
) -> str:
    """Runs a command, which must succeed; gives what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(variables or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: exit code {done.returncode}\n{done.stdout}"
    return done.stdout


@dataclass(frozen=True)
class Installation:
    """A build of the library, and where it was installed."""

    build: Path
    prefix: Path

    @property
    def library_folder(self) -> Path:
        """Where the libraries are: lib, or what the distribution has in its place."""
        return next(self.prefix.rglob("libspinkv.a")).parent

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment of who compiles and runs programs with it."""
        return {
            "PKG_CONFIG_PATH": str(self.library_folder / "pkgconfig"),
            "LD_LIBRARY_PATH": str(self.library_folder),
        }

    def files(self) -> set[str]:
        """All files and links, relative to the prefix."""
        found = (path for path in self.prefix.rglob("*") if path.is_symlink() or path.is_file())
        return {str(path.relative_to(self.prefix)) for path in found}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The library, built and installed."""
    folder = tmp_path_factory.mktemp("install")
    made = Installation(folder / "build", folder / "prefix")
    run(
        "cmake", "-S", ROOT, "-B", made.build,
        "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_INSTALL_PREFIX={made.prefix}",
    )  # fmt: skip
    run("cmake", "--build", made.build, "--parallel", "2")
    run("cmake", "--install", made.build)
    return made


def version() -> str:
    found = re.search(r'#define SPINKV_VERSION "([0-9.]+)"', HEADER.read_text())
    assert found
    return found[1]


def declared_functions() -> set[str]:
    return set(re.findall(r"^SPINKV_API[^;]*?\b(spinkv_\w+)\(", HEADER.read_text(), re.MULTILINE))


def check_program(program: Path, folder: Path, variables: Mapping[str, str]) -> None:
    """The example runs, twice, and its store is where it should be."""
    for _ in range(2):
        assert run(program, cwd=folder, variables=variables) == "myvalue\n"
    assert (folder / ".spin" / "sqlite_key_value.db").is_file()
    shutil.rmtree(folder / ".spin")


def test_files(installed: Installation) -> None:
    lib = str(installed.library_folder.relative_to(installed.prefix))
    minor = ".".join(version().split(".")[:2])
    expected = {
        "include/spinkv.h",
        "include/spinkv.hpp",
        f"{lib}/libspinkv.a",
        f"{lib}/libspinkv.so",
        f"{lib}/libspinkv.so.{minor}",
        f"{lib}/libspinkv.so.{version()}",
        f"{lib}/pkgconfig/spinkv.pc",
        f"{lib}/cmake/spinkv/spinkv-config.cmake",
        f"{lib}/cmake/spinkv/spinkv-config-version.cmake",
        f"{lib}/cmake/spinkv/spinkv-targets.cmake",
        f"{lib}/cmake/spinkv/spinkv-targets-release.cmake",
    }
    assert installed.files() == expected
    library = installed.library_folder / "libspinkv.so"
    assert f"soname: [libspinkv.so.{minor}]" in run("readelf", "-d", library)


def test_exports_what_the_header_declares(installed: Installation) -> None:
    table = run("nm", "-D", "--defined-only", installed.library_folder / "libspinkv.so")
    exported = {line.split()[-1].split("@")[0] for line in table.splitlines()}
    assert len(exported) > 25
    assert exported == declared_functions()


def test_needs_sqlite_and_the_runtimes_of_c_and_cpp_only(installed: Installation) -> None:
    dynamic = run("readelf", "-d", installed.library_folder / "libspinkv.so")
    needed = set(re.findall(r"NEEDED.*\[([a-z0-9]+)", dynamic))
    assert needed <= {"libsqlite3", "libc", "libm", "libpthread", "ld", "libstdc", "libgcc"}


@pytest.mark.parametrize(
    "compiler",
    [
        ("gcc", "-std=c99", "-xc"),
        ("g++", "-std=c++11", "-xc++"),
        ("clang", "-std=c99", "-xc"),
        ("clang++", "-std=c++11", "-xc++"),
    ],
)
def test_header_alone(installed: Installation, compiler: tuple[str, ...], tmp_path: Path) -> None:
    if compiler[0].startswith("clang") and shutil.which(compiler[0]) is None:
        pytest.skip("clang is only installed by make lint")
    source = tmp_path / "alone"
    source.write_text(
        "#include <spinkv.h>\n"
        "spinkv_options options = SPINKV_OPTIONS_INIT;\n"
        "const char *(*function)(void) = spinkv_version;\n"
    )
    include = installed.prefix / "include"
    run(
        *compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I", include,
        source,
    )  # fmt: skip


def test_pkg_config_cpp(installed: Installation, tmp_path: Path) -> None:
    """The sample of C++ builds as its README says."""
    source = ROOT / "bindings" / "cpp" / "basic.cpp"
    build = 'c++ -Wall -Werror -std=c++17 "$0" -o cpp $(pkg-config --cflags --libs spinkv)'
    run("sh", "-c", build, source, cwd=tmp_path, variables=installed.variables)
    check_program(tmp_path / "cpp", tmp_path, installed.variables)


def test_pkg_config_shared(installed: Installation, tmp_path: Path) -> None:
    build = 'cc -Wall -Wextra -Werror -std=c99 "$0" -o shared $(pkg-config --cflags --libs spinkv)'
    assert (
        run("pkg-config", "--modversion", "spinkv", variables=installed.variables)
        == version() + "\n"
    )
    run("sh", "-c", build, EXAMPLE, cwd=tmp_path, variables=installed.variables)
    needed = run("readelf", "-d", tmp_path / "shared")
    assert "libspinkv.so" in needed
    assert "libsqlite3" not in needed
    check_program(tmp_path / "shared", tmp_path, installed.variables)


def test_pkg_config_static(installed: Installation, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(installed.library_folder / "libspinkv.a", alone)
    flags = "pkg-config --static --define-variable=libdir=alone --cflags --libs spinkv"
    build = f'cc -Wall -Wextra -Werror -std=c99 "$0" -o static $({flags})'
    run("sh", "-c", build, EXAMPLE, cwd=tmp_path, variables=installed.variables)
    assert "libspinkv.so" not in run("readelf", "-d", tmp_path / "static")
    check_program(tmp_path / "static", tmp_path, {})


def test_cmake_package(installed: Installation, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(CONSUMER.format(version="0.1", example=EXAMPLE))
    run("cmake", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={installed.prefix}")
    run("cmake", "--build", tmp_path / "b")
    assert "libspinkv.so" in run("readelf", "-d", tmp_path / "b" / "shared")
    assert "libspinkv.so" not in run("readelf", "-d", tmp_path / "b" / "static")
    for name in ("shared", "static"):
        check_program(tmp_path / "b" / name, tmp_path, {})


def test_cmake_package_of_another_version(installed: Installation, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(CONSUMER.format(version="0.99", example=EXAMPLE))
    found = subprocess.run(
        ["cmake", "-S", tmp_path, "-B", tmp_path / "b",
         f"-DCMAKE_PREFIX_PATH={installed.prefix}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode != 0
    assert "compatible" in found.stderr


def test_staged_in_destdir(installed: Installation, tmp_path: Path) -> None:
    run("cmake", "--install", installed.build, variables={"DESTDIR": str(tmp_path)})
    staged = Installation(installed.build, Path(f"{tmp_path}{installed.prefix}"))
    assert staged.files() == installed.files()
    for path in staged.prefix.rglob("*"):
        if path.suffix in (".pc", ".cmake"):
            assert str(tmp_path) not in path.read_text(), path
    described = (staged.library_folder / "pkgconfig" / "spinkv.pc").read_text()
    assert f"prefix={installed.prefix}\n" in described
