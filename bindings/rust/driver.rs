//! The driver of Rust: answers the requests of the conformance cases, a line each, by the protocol in
//! tests/conformance/README.md. It only translates; what is right is decided by whoever asks.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, Write};
use std::os::unix::ffi::OsStringExt;
use std::str::SplitWhitespace;

use spinkv::{App, OptionValue, Store, StoreOptions};

const UNTOUCHED: u8 = 0xa5;

/// The library's errors, or a request that is not understood.
enum Failure {
    Library(spinkv::Error),
    Broken(String),
}

impl From<spinkv::Error> for Failure {
    fn from(error: spinkv::Error) -> Self {
        Failure::Library(error)
    }
}

type Answer<T = String> = Result<T, Failure>;

fn broken<T>(error: impl ToString) -> Answer<T> {
    Err(Failure::Broken(error.to_string()))
}

// ---- Words ---------------------------------------------------------------------------------------

fn to_hex(bytes: impl AsRef<[u8]>) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bytes = bytes.as_ref();
    let mut word = String::with_capacity(2 + 2 * bytes.len());
    word.push_str(" x");
    for byte in bytes {
        word.push(DIGITS[usize::from(byte >> 4)] as char);
        word.push(DIGITS[usize::from(byte & 15)] as char);
    }
    word
}

fn from_hex(word: &str) -> Answer<Vec<u8>> {
    let digit = |digit: u8| (digit as char).to_digit(16).map(|digit| digit as u8);
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    let bytes = word
        .strip_prefix('x')
        .and_then(|digits| digits.as_bytes().chunks(2).map(byte).collect());
    bytes.map_or_else(|| broken(format!("not bytes: {word:.40}")), Ok)
}

fn to_optional_hex(bytes: Option<impl AsRef<[u8]>>) -> String {
    bytes.map_or_else(|| " -".to_owned(), to_hex)
}

fn all_hex<T: AsRef<[u8]>>(all: impl IntoIterator<Item = T>) -> String {
    all.into_iter().map(to_hex).collect()
}

/// A request on its way: hands out its words one after the other.
struct Request<'line>(SplitWhitespace<'line>);

impl<'line> Request<'line> {
    fn word(&mut self) -> Answer<&'line str> {
        self.0
            .next()
            .map_or_else(|| broken("a word is missing"), Ok)
    }

    fn optional_word(&mut self) -> Answer<Option<&'line str>> {
        Ok(Some(self.word()?).filter(|word| *word != "-"))
    }

    fn bytes(&mut self) -> Answer<Vec<u8>> {
        from_hex(self.word()?)
    }

    fn optional_bytes(&mut self) -> Answer<Option<Vec<u8>>> {
        self.optional_word()?.map(from_hex).transpose()
    }

    fn text(&mut self) -> Answer<String> {
        String::from_utf8(self.bytes()?).or_else(broken)
    }

    fn optional_path(&mut self) -> Answer<Option<OsString>> {
        Ok(self.optional_bytes()?.map(OsString::from_vec))
    }

    fn optional_number<T: std::str::FromStr>(&mut self) -> Answer<Option<T>> {
        match self.optional_word()?.map(str::parse).transpose() {
            Ok(number) => Ok(number),
            Err(_) => broken("not a number"),
        }
    }

    fn all_bytes(&mut self) -> Answer<Vec<Vec<u8>>> {
        self.0.by_ref().map(from_hex).collect()
    }

    fn all_pairs(&mut self) -> Answer<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut all = Vec::new();
        while let Some(key) = self.0.next() {
            all.push((from_hex(key)?, self.bytes()?));
        }
        Ok(all)
    }

    /// How many options, and the name and value of each.
    fn options(&mut self) -> Answer<StoreOptions> {
        let mut options = StoreOptions::new();
        for _ in 0..self.optional_number()?.unwrap_or(0) {
            let name = self.text()?;
            let value = match self.word()? {
                "true" => OptionValue::from(true),
                "false" => OptionValue::from(false),
                text if text.starts_with('x') => OsString::from_vec(from_hex(text)?).into(),
                number => number.parse::<i64>().or_else(broken)?.into(),
            };
            options = options.set(name, value);
        }
        Ok(options)
    }
}

// ---- Requests: each gives the words of its answer, with a space before each --------------------------

#[derive(Default)]
struct Driver {
    apps: HashMap<String, App>,
    stores: HashMap<String, Store>,
}

impl Driver {
    fn answer(&mut self, line: &str) -> Answer {
        let mut request = Request(line.split_whitespace());
        let operation = request.word()?;
        match operation {
            "reset" | "new_app" | "open" | "open_default" | "use_handle" | "free_app"
            | "set_environment" => self.change(operation, &mut request),
            "add_store" | "grant" | "seed" | "list_stores" => {
                let name = request.word()?;
                match self.apps.get(name) {
                    Some(app) => ask_app(app, operation, &mut request),
                    None => broken(format!("no app {name}")),
                }
            }
            _ => {
                let name = request.0.next().unwrap_or_default();
                match self.stores.get(name) {
                    Some(store) => ask_store(store, operation, &mut request),
                    None => broken(format!("no store {name} for {operation}")),
                }
            }
        }
    }

    fn change(&mut self, operation: &str, request: &mut Request) -> Answer {
        match operation {
            "reset" => {
                self.stores.clear();
                self.apps.clear();
                let folder = OsString::from_vec(request.bytes()?);
                env::set_current_dir(folder).or_else(broken)?;
            }
            "new_app" => return self.new_app(request),
            "open" | "open_default" => self.open(operation, request)?,
            "use_handle" => {
                let (name, handle) = (request.word()?, request.word()?);
                let store = Store::from_raw(handle.parse().or_else(broken)?);
                self.stores.insert(name.to_owned(), store);
            }
            "free_app" => drop(self.apps.remove(request.word()?)),
            _ => {
                let name = OsString::from_vec(request.bytes()?);
                let value = request.optional_path()?;
                // SAFETY: the driver has one thread.
                unsafe {
                    match value {
                        Some(value) => env::set_var(name, value),
                        None => env::remove_var(name),
                    }
                }
            }
        }
        Ok(String::new())
    }

    fn new_app(&mut self, request: &mut Request) -> Answer {
        let name = request.word()?;
        let mut builder = App::builder();
        if let Some(path) = request.optional_path()? {
            builder = builder.manifest(path);
        }
        if let Some(id) = request.optional_bytes()? {
            builder = builder.component(String::from_utf8(id).or_else(broken)?);
        }
        if let Some(path) = request.optional_path()? {
            builder = builder.runtime_config(path);
        }
        if let Some(path) = request.optional_path()? {
            builder = builder.state_dir(path);
        }
        if let Some(count) = request.optional_number()? {
            builder = builder.max_open_stores(count);
        }
        while let Some(label) = request.0.next() {
            let label = String::from_utf8(from_hex(label)?).or_else(broken)?;
            builder = builder.store(label, request.options()?);
        }
        let app = builder.build()?;
        let warnings = app.warnings()?;
        self.apps.insert(name.to_owned(), app);
        Ok(all_hex(warnings))
    }

    fn open(&mut self, operation: &str, request: &mut Request) -> Answer<()> {
        let name = request.word()?.to_owned();
        let app = match request.optional_word()? {
            Some(app) => match self.apps.get(app) {
                Some(found) => Some(found),
                None => return broken(format!("no app {app}")),
            },
            None => None,
        };
        let store = if operation == "open_default" {
            app.map_or_else(spinkv::open_default, App::open_default)?
        } else {
            let label = request.text()?;
            app.map_or_else(|| spinkv::open(&label), |app| app.open(&label))?
        };
        self.stores.insert(name, store);
        Ok(())
    }
}

fn ask_app(app: &App, operation: &str, request: &mut Request) -> Answer {
    match operation {
        "add_store" => app.add_store(&request.text()?, &request.options()?)?,
        "grant" => app.grant(&request.text()?)?,
        "seed" => app.seed(request.all_pairs()?)?,
        _ => {
            let infos = app.stores()?.into_iter();
            return Ok(all_hex(infos.flat_map(|info| [info.label, info.summary])));
        }
    }
    Ok(String::new())
}

fn ask_store(store: &Store, operation: &str, request: &mut Request) -> Answer {
    Ok(match operation {
        "get" => to_hex(store.get(request.bytes()?)?),
        "find" => to_optional_hex(store.find(request.bytes()?)?),
        "get_into" => {
            let key = request.bytes()?;
            let mut buffer = vec![UNTOUCHED; request.optional_number()?.unwrap_or(0)];
            let size = store.get_into(key, &mut buffer)?;
            format!(" {size}{}", to_hex(buffer))
        }
        "exists" => format!(" {}", store.exists(request.bytes()?)?),
        "get_keys" => all_hex(store.get_keys()?),
        "iterate" => all_hex(store.keys().collect::<Result<Vec<_>, _>>()?),
        "list_keys" => {
            let prefix = request.optional_bytes()?.unwrap_or_default();
            let after = request.optional_bytes()?;
            let limit = request.optional_number()?;
            all_hex(store.list_keys(prefix, after.as_deref(), limit)?)
        }
        "count" => format!(" {}", store.count()?),
        "get_many" => {
            let values = store.get_many(request.all_bytes()?)?;
            values.into_iter().map(to_optional_hex).collect()
        }
        "increment" => {
            let key = request.bytes()?;
            let delta = request.optional_number()?.unwrap_or(1);
            format!(" {}", store.increment(key, delta)?)
        }
        "compare_and_swap" => {
            let (key, expected) = (request.bytes()?, request.optional_bytes()?);
            let value = request.bytes()?;
            format!(
                " {}",
                store.compare_and_swap(key, expected.as_deref(), value)?
            )
        }
        "get_json" => {
            let value: serde_json::Value = store.get_json(request.bytes()?)?;
            to_hex(value.to_string())
        }
        "find_json" => {
            let value = store.find_json::<serde_json::Value>(request.bytes()?)?;
            to_optional_hex(value.map(|value| value.to_string()))
        }
        "get_json_text" => to_hex(store.get_json_text(request.bytes()?)?),
        _ => return write_store(store, operation, request),
    })
}

fn write_store(store: &Store, operation: &str, request: &mut Request) -> Answer {
    match operation {
        "close" => store.close(),
        "set" => store.set(request.bytes()?, request.bytes()?)?,
        "delete" => store.delete(request.bytes()?)?,
        "set_many" => store.set_many(request.all_pairs()?)?,
        "delete_many" => store.delete_many(request.all_bytes()?)?,
        "set_json" => {
            let (key, text) = (request.bytes()?, request.bytes()?);
            let value: serde_json::Value = serde_json::from_slice(&text).or_else(broken)?;
            store.set_json(key, &value)?;
        }
        "set_json_text" => store.set_json_text(request.bytes()?, request.bytes()?)?,
        "repeat" => {
            for _ in 0..request.optional_number()?.unwrap_or(0u32) {
                store.set("key", [b'v'; 1000])?;
                store.get("key")?;
                match store.get("missing") {
                    Err(spinkv::Error::NoSuchKey(_)) => {}
                    other => return broken(format!("missing: {other:?}")),
                }
            }
        }
        _ => return broken(format!("unknown: {operation}")),
    }
    Ok(String::new())
}

/// The name of an error's variant.
fn kind_of(error: &spinkv::Error) -> String {
    let shown = format!("{error:?}");
    shown.split('(').next().unwrap_or_default().to_owned()
}

fn main() -> io::Result<()> {
    let mut driver = Driver::default();
    let mut output = io::stdout().lock();
    writeln!(output, "ready 1")?;
    output.flush()?;
    for line in io::stdin().lock().lines() {
        match driver.answer(&line?) {
            Ok(words) => writeln!(output, "ok{words}")?,
            Err(Failure::Library(error)) => {
                let (code, spin, kind) = (error.code(), error.spin_name(), kind_of(&error));
                writeln!(
                    output,
                    "error {code} {spin} {kind}{}",
                    to_hex(error.message())
                )?;
            }
            Err(Failure::Broken(message)) => writeln!(output, "broken{}", to_hex(message))?,
        }
        output.flush()?;
    }
    Ok(())
}
