"""Builds the extension module by calling CMake, which alone knows the sources."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).parent.resolve()
HEADER = ROOT / "core" / "include" / "spinkv.h"


def version() -> str:
    """The version, which the C header states."""
    found = re.search(r'#define SPINKV_VERSION "([^"]+)"', HEADER.read_text())
    if not found:
        raise SystemExit(f"no SPINKV_VERSION in {HEADER}")
    return found.group(1)


class CMakeBuild(build_ext):
    """Runs CMake in place of a compiler."""

    def build_extension(self, ext: Extension) -> None:
        """Configures and builds the module, straight to where it belongs."""
        target = Path(self.get_ext_fullpath(ext.name)).resolve()
        build = Path(self.build_temp).resolve()
        shutil.rmtree(build, ignore_errors=True)
        configure = [
            "cmake",
            *("-S", str(ROOT), "-B", str(build)),
            "-DSPINKV_PYTHON=ON",
            "-DCMAKE_BUILD_TYPE=Release",
            f"-DCMAKE_LIBRARY_OUTPUT_DIRECTORY={target.parent}",
            f"-DPython3_EXECUTABLE={sys.executable}",
        ]
        swig = shutil.which("swig")
        if swig:
            configure.append(f"-DSWIG_EXECUTABLE={swig}")
        if shutil.which("ninja"):
            configure += ["-G", "Ninja"]
        jobs = str(os.cpu_count() or 1)
        try:
            subprocess.run(configure, check=True)
            subprocess.run(["cmake", "--build", str(build), "--parallel", jobs], check=True)
        except subprocess.CalledProcessError as error:
            raise SystemExit(
                "Building spinkv failed. It needs a C and a C++ compiler and the headers of SQLite "
                "and toml++ (Debian: g++ libsqlite3-dev libtomlplusplus-dev); the lines above say "
                "what is missing."
            ) from error


# Build tools that the system lacks come as packages.
missing = [] if shutil.which("cmake") else ["cmake>=3.20"]
if not shutil.which("ninja") and not shutil.which("make"):
    missing.append("ninja")

setup(
    version=version(),
    ext_modules=[Extension("spinkv._core", sources=[])],
    cmdclass={"build_ext": CMakeBuild},
    setup_requires=missing,
)
