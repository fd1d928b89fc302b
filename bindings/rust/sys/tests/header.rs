//! Compares this crate with `spinkv.h`: the functions by their text, types and constants by what a C
//! compiler says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::offset_of;
use std::path::Path;
use std::process::Command;

use spinkv_sys::*;

const HEADER: &str = include_str!("../core/include/spinkv.h");
const SOURCE: &str = include_str!("../src/lib.rs");

/// The header without its comments, on one line.
fn header() -> String {
    let mut text = String::new();
    for part in HEADER.split("/*") {
        text += part.split_once("*/").map_or(part, |(_, rest)| rest);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A type of C in Rust's words.
fn translate(c_type: &str) -> String {
    let (mutability, name) = match c_type.strip_prefix("const ") {
        Some(name) => ("const", name),
        None => ("mut", c_type),
    };
    let base = match name.trim_end_matches(['*', ' ']) {
        "char" => "c_char",
        "void" => "c_void",
        "size_t" => "usize",
        "int64_t" => "i64",
        "uint64_t" => "u64",
        "uint32_t" => "u32",
        other => other,
    };
    format!("*{mutability} ").repeat(c_type.matches('*').count()) + base
}

/// A type and a name of C, as in a list of parameters.
fn split_name(declaration: &str) -> (&str, &str) {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let name = declaration
        .rfind(|character| !is_word(character))
        .map_or(0, |index| index + 1);
    (declaration[..name].trim(), &declaration[name..])
}

/// The functions that the header declares, as Rust declares them.
fn translated_functions() -> BTreeSet<String> {
    let header = header();
    let declarations = header
        .split("SPINKV_API ")
        .filter_map(|rest| rest.split_once(");"));
    let functions = declarations.filter_map(|(declaration, _)| {
        let (head, parameters) = declaration.split_once('(')?;
        let (result, name) = split_name(head);
        let translate_parameter = |parameter: &str| {
            let (c_type, name) = split_name(parameter);
            format!("{name}: {}", translate(c_type))
        };
        let parameters: Vec<String> = match parameters {
            "void" => Vec::new(),
            some => some.split(", ").map(translate_parameter).collect(),
        };
        let result = match result {
            "void" => String::new(),
            result => format!(" -> {}", translate(result)),
        };
        Some(format!("pub fn {name}({}){result};", parameters.join(", ")))
    });
    functions.collect()
}

#[test]
fn functions_are_those_of_the_header() {
    let declared: BTreeSet<String> = SOURCE
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("pub fn"))
        .map(String::from)
        .collect();
    let translated = translated_functions();
    assert!(translated.len() >= 39, "{translated:#?}");
    assert_eq!(declared, translated);
}

/// What a C compiler says of expressions: the numbers that a program prints.
fn ask_c(expressions: &[String]) -> BTreeMap<String, i64> {
    let folder = std::env::temp_dir().join(format!(
        "spinkv-sys-{}-{}",
        std::process::id(),
        expressions.len()
    ));
    std::fs::create_dir_all(&folder).unwrap();
    let prints: String = expressions
        .iter()
        .map(|expression| format!("    printf(\"%lld\\n\", (long long)({expression}));\n"))
        .collect();
    let program = format!(
        "#include <spinkv.h>\n#include <stdio.h>\nint main(void) {{\n    \
         spinkv_options init = SPINKV_OPTIONS_INIT;\n    (void)init;\n{prints}    return 0;\n}}\n"
    );
    std::fs::write(folder.join("ask.c"), program).unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("core/include");
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let mut command = Command::new(compiler);
    command
        .current_dir(&folder)
        .arg("-I")
        .arg(include)
        .args(["-o", "ask", "ask.c"]);
    assert!(command.status().unwrap().success());
    let output = Command::new(folder.join("ask")).output().unwrap().stdout;
    std::fs::remove_dir_all(&folder).unwrap();
    let numbers = String::from_utf8(output).unwrap();
    expressions
        .iter()
        .cloned()
        .zip(numbers.lines().map(|line| line.parse().unwrap()))
        .collect()
}

fn compare(own: impl IntoIterator<Item = (String, i64)>) {
    let own: BTreeMap<String, i64> = own.into_iter().collect();
    let expressions: Vec<String> = own.keys().cloned().collect();
    assert_eq!(own, ask_c(&expressions));
}

fn field_size<S, F>(_: fn(&S) -> &F) -> usize {
    size_of::<F>()
}

macro_rules! layouts {
    ($($kind:ident { $($field:ident),* $(,)? })*) => {
        [$(
            (format!("sizeof({})", stringify!($kind)), size_of::<$kind>()),
            $(
                (
                    format!("offsetof({}, {})", stringify!($kind), stringify!($field)).replace("r#", ""),
                    offset_of!($kind, $field),
                ),
                (
                    format!("sizeof((({} *)0)->{})", stringify!($kind), stringify!($field)).replace("r#", ""),
                    field_size(|whole: &$kind| &whole.$field),
                ),
            )*
        )*]
    };
}

#[test]
fn layouts_are_those_of_the_header() {
    let layouts = layouts! {
        spinkv_status {}
        spinkv_durability {}
        spinkv_store {}
        spinkv_error { status, engine_code, message }
        spinkv_bytes { data, size }
        spinkv_pair { key, value }
        spinkv_value { data, size }
        spinkv_list { items, count }
        spinkv_options {
            r#type, path, durability, busy_timeout_ms, max_key_bytes, max_value_bytes, max_entries,
            cache_bytes, read_only, url, account, database, container, key, region, table, access_key,
            secret_key, token, consistent_read,
        }
    };
    compare(layouts.map(|(expression, size)| (expression, i64::try_from(size).unwrap())));
}

#[test]
fn constants_are_those_of_the_header() {
    let constants = SOURCE.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("pub const ")?.split_once(" = ")?;
        let number = value.strip_suffix(';')?.replace('_', "").parse().ok()?;
        Some((name.split_once(':')?.0.to_owned(), number))
    });
    let constants: BTreeMap<String, i64> = constants.collect();
    let numbers = [("OK", 0), ("UNSUPPORTED", 18), ("STATUS_COUNT", 19)];
    for (name, number) in numbers {
        assert_eq!(constants.get(&format!("SPINKV_{name}")), Some(&number));
    }
    compare(constants.clone());

    // And each that the header has is here.
    let listed = HEADER
        .split(" X(")
        .skip(1)
        .filter_map(|rest| rest.split_once(", "));
    let listed = listed.map(|(name, _)| format!("SPINKV_{name}"));
    let defined = HEADER
        .split("#define ")
        .filter_map(|rest| rest.split_whitespace().next());
    let defined = defined
        .filter(|name| name.contains("_DEFAULT_"))
        .map(String::from);
    let missing: Vec<String> = listed
        .chain(defined)
        .filter(|name| !constants.contains_key(name))
        .collect();
    assert_eq!(
        missing,
        ["SPINKV_NAME"],
        "but for the name in the comment on the list"
    );
}

#[test]
fn default_options_are_those_of_the_header() {
    let own = SPINKV_OPTIONS_INIT;
    let numbers = [
        ("durability", i64::from(own.durability)),
        ("busy_timeout_ms", i64::from(own.busy_timeout_ms)),
        ("max_key_bytes", own.max_key_bytes as i64),
        ("max_value_bytes", own.max_value_bytes as i64),
        ("max_entries", own.max_entries as i64),
        ("cache_bytes", own.cache_bytes as i64),
        ("read_only", i64::from(own.read_only)),
        ("consistent_read", i64::from(own.consistent_read)),
    ];
    let texts = [
        ("type", own.r#type),
        ("path", own.path),
        ("url", own.url),
        ("account", own.account),
        ("database", own.database),
        ("container", own.container),
        ("key", own.key),
        ("region", own.region),
        ("table", own.table),
        ("access_key", own.access_key),
        ("secret_key", own.secret_key),
        ("token", own.token),
    ];
    let texts =
        texts.map(|(name, text)| (format!("init.{name} == NULL"), i64::from(text.is_null())));
    let numbers = numbers.map(|(name, number)| (format!("init.{name}"), number));
    compare(numbers.into_iter().chain(texts));
}
