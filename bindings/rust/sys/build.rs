//! Finds the C library or builds it: in `SPINKV_LIB_DIR` where that is set, as installed with the
//! feature `system`, else from the sources beside this crate, which `sources.cmake` lists.

use std::env;
use std::path::{Path, PathBuf};

const SQLITE: &str = "spinkv needs SQLite 3.40 or newer with its header, and pkg-config \
                      (Debian: libsqlite3-dev pkg-config)";
const COMPILERS: &str = "spinkv's core could not be compiled; it needs a C11 and a C++17 compiler \
                         and the headers of toml++ (Debian: g++ libtomlplusplus-dev)";
const INSTALLED: &str = "the feature `system` needs spinkv as `make install` installs it, where \
                         pkg-config finds it (PKG_CONFIG_PATH)";
const NO_LIBRARY: &str = "the folder that SPINKV_LIB_DIR names, an absolute path, must hold spinkv's library: \
                          libspinkv.a or libspinkv.so";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SPINKV_LIB_DIR");
    let folder = env::var_os("SPINKV_LIB_DIR").filter(|folder| !folder.is_empty());
    if let Some(folder) = folder {
        link_folder(Path::new(&folder));
    } else if env::var_os("CARGO_FEATURE_SYSTEM").is_some() {
        let found = pkg_config::Config::new()
            .atleast_version("0.1")
            .probe("spinkv");
        stop_without(found, INSTALLED);
    } else {
        build_core();
    }
}

/// Links a library that was built already: the static one if it is there.
fn link_folder(folder: &Path) {
    println!("cargo:rustc-link-search=native={}", folder.display());
    let library = folder.join("libspinkv.a");
    if library.exists() {
        println!("cargo:rerun-if-changed={}", library.display());
        println!("cargo:rustc-link-lib=static=spinkv");
        link_sqlite();
        println!("cargo:rustc-link-lib=stdc++");
    } else {
        let names = ["libspinkv.so", "libspinkv.dylib"];
        let found = names.iter().find(|name| folder.join(name).exists());
        stop_without(found.ok_or(folder.display()), NO_LIBRARY);
        println!("cargo:rustc-link-lib=dylib=spinkv");
    }
}

fn build_core() {
    println!("cargo:rerun-if-changed=sources.cmake");
    println!("cargo:rerun-if-changed=core");
    let (c_sources, cpp_sources): (Vec<PathBuf>, Vec<PathBuf>) = sources()
        .into_iter()
        .partition(|path| path.extension().is_some_and(|extension| extension == "c"));

    let mut c = cc::Build::new();
    c.files(c_sources).std("c11");
    let mut cpp = cc::Build::new();
    cpp.files(cpp_sources).cpp(true).std("c++17");
    if let Ok(library) = pkg_config::Config::new()
        .cargo_metadata(false)
        .probe("tomlplusplus")
    {
        cpp.includes(library.include_paths);
    }
    // What is linked later serves what is linked before it.
    for (build, name) in [(&mut c, "spinkv"), (&mut cpp, "spinkv_toml")] {
        build
            .include("core/include")
            .define("_XOPEN_SOURCE", "700")
            .define("_DEFAULT_SOURCE", None);
        stop_without(build.try_compile(name), COMPILERS);
    }
    link_sqlite();
}

/// The sources that the list of the core's build names.
fn sources() -> Vec<PathBuf> {
    let text = stop_without(
        std::fs::read_to_string("sources.cmake"),
        "no list of sources",
    );
    let list = text
        .split_once("set(SPINKV_SOURCES")
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(list, _)| list.split_whitespace().map(PathBuf::from).collect());
    list.expect("sources.cmake has no SPINKV_SOURCES")
}

fn link_sqlite() {
    let found = pkg_config::Config::new()
        .atleast_version("3.40")
        .probe("sqlite3");
    stop_without(found, SQLITE);
}

/// What a step gave; or the end of the build, with what is missing and how it showed.
fn stop_without<T, E: std::fmt::Display>(result: Result<T, E>, missing: &str) -> T {
    result.unwrap_or_else(|error| {
        eprintln!("{error}\n\nerror: {missing}");
        std::process::exit(1)
    })
}
