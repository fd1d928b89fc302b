//! Rust's values as JSON, both ways.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use spinkv::{App, Error, Store};

fn store() -> Store {
    let app = App::builder().state_dir("").build().unwrap();
    app.open_default().unwrap()
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Nothing,
    Circle(f64),
    Line(f64, f64),
    Named {
        name: String,
        corners: Vec<(i32, i32)>,
    },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Unit;

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Wrapper(Option<char>);

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Triple(u8, f32, String);

#[test]
fn types_come_back_as_they_went() {
    let store = store();
    let shapes = vec![
        Shape::Nothing,
        Shape::Circle(0.1),
        Shape::Line(-1e300, 5e-324),
        Shape::Named {
            name: "é\u{1f511}\0\n".to_owned(),
            corners: vec![(1, -2)],
        },
    ];
    store.set_json("shapes", &shapes).unwrap();
    assert_eq!(store.get_json::<Vec<Shape>>("shapes").unwrap(), shapes);

    let mixed = (
        Unit,
        Wrapper(Some('x')),
        Wrapper(None),
        Triple(255, 1.5, String::new()),
    );
    store.set_json("mixed", &mixed).unwrap();
    assert_eq!(
        store.get("mixed").unwrap(),
        br#"[null,"x",null,[255,1.5,""]]"#
    );
    assert_eq!(
        store
            .get_json::<(Unit, Wrapper, Wrapper, Triple)>("mixed")
            .unwrap(),
        mixed
    );

    let map = BTreeMap::from([(i8::MIN, true), (7, false)]);
    store.set_json("map", &map).unwrap();
    assert_eq!(store.get_json::<BTreeMap<i8, bool>>("map").unwrap(), map);
}

#[test]
fn numbers_keep_their_value() {
    let store = store();
    let big = (1_u64 << 53) + 1;
    store
        .set_json("numbers", &(big, u64::MAX, i64::MIN, u128::MAX, 0.1_f64))
        .unwrap();
    let text = store.get_json_text("numbers").unwrap();
    assert_eq!(
        text,
        format!("[{big},{},{},{},0.1]", u64::MAX, i64::MIN, u128::MAX)
    );
    let read = store
        .get_json::<(u64, u64, i64, u128, f64)>("numbers")
        .unwrap();
    assert_eq!(read, (big, u64::MAX, i64::MIN, u128::MAX, 0.1));
}

#[test]
fn raw_json_is_compact_and_digit_for_digit() {
    let store = store();
    let raw = RawValue::from_string(r#"{ "b": 1.50, "a": 1e400 }"#.to_owned()).unwrap();
    store.set_json("raw", &raw).unwrap();
    assert_eq!(store.get("raw").unwrap(), br#"{"b":1.50,"a":1e400}"#);
    assert_eq!(
        store.get_json::<Box<RawValue>>("raw").unwrap().get(),
        r#"{"b":1.50,"a":1e400}"#
    );
}

#[test]
fn null_is_not_missing() {
    let store = store();
    store.set_json("null", &()).unwrap();
    assert_eq!(store.find_json::<Option<u8>>("null").unwrap(), Some(None));
    assert_eq!(store.find_json::<Option<u8>>("missing").unwrap(), None);
    assert!(matches!(
        store.get_json::<u8>("missing"),
        Err(Error::NoSuchKey(_))
    ));
}

/// Refuses to write itself, with a message of several lines and worse.
struct Stubborn;

impl Serialize for Stubborn {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("not\ntoday\0\u{2028}\u{1b}"))
    }
}

#[test]
fn what_json_has_no_form_for_is_refused_before_anything_is_written() {
    fn refuse<T: Serialize>(value: T, expected: &str) {
        let store = store();
        let error = store.set_json("k\u{fc}y", &value).unwrap_err();
        assert!(matches!(error, Error::InvalidJson(_)), "{error:?}");
        assert!(error.message().contains(expected), "{error}");
        assert!(error.message().contains("k\u{fc}y"), "{error}");
        let unfit = |c: char| c.is_control() || c == '\u{2028}';
        assert!(!error.message().contains(unfit), "{error}");
        assert_eq!(store.count().unwrap(), 0);
    }
    refuse(f64::NAN, "NaN");
    refuse(f32::NEG_INFINITY, "-inf");
    refuse(vec![1.0, f64::INFINITY], "inf");
    refuse([Some(f64::NAN)], "NaN");
    refuse(Shape::Circle(f64::NAN), "NaN");
    refuse(Shape::Line(0.0, f64::NAN), "NaN");
    refuse(Triple(0, f32::NAN, String::new()), "NaN");
    refuse(HashMap::from([("a", f64::NAN)]), "NaN");
    refuse(HashMap::from([(vec![1], 1)]), "key must be a string");
    refuse(Stubborn, "not today");
}

/// Has what it holds only once, as what streams into its serializer does.
struct Once(Cell<Option<Vec<u8>>>);

impl Serialize for Once {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.take().into_iter().flatten())
    }
}

#[test]
fn a_value_is_asked_once_for_what_it_holds() {
    let store = store();
    store
        .set_json("once", &Once(Cell::new(Some(vec![1, 2]))))
        .unwrap();
    assert_eq!(store.get("once").unwrap(), b"[1,2]");
}

#[test]
fn a_value_that_uses_the_store_or_panics_while_it_is_written_does_no_harm() {
    struct Nosy<'store>(&'store Store);
    impl Serialize for Nosy<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.set("meanwhile", "1").unwrap();
            self.0.close();
            serializer.serialize_u8(1)
        }
    }
    struct Panics;
    impl Serialize for Panics {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("as a value may")
        }
    }
    let app = App::builder().state_dir("").build().unwrap();
    let (store, other) = (app.open_default().unwrap(), app.open_default().unwrap());
    let panicked = std::panic::catch_unwind(|| store.set_json("key", &Panics));
    assert!(panicked.is_err());
    let error = store.set_json("key", &Nosy(&store)).unwrap_err();
    assert!(matches!(error, Error::InvalidStore(_)), "{error:?}");
    assert_eq!(other.get_keys().unwrap(), ["meanwhile"]);
}

#[test]
fn what_is_not_json_or_another_type_is_told_without_the_value() {
    let store = store();
    store.set("bytes", b"secret\xff").unwrap();
    assert!(matches!(
        store.get_json::<u8>("bytes"),
        Err(Error::InvalidJson(_))
    ));
    store.set_json("text", "secret").unwrap();
    let error = store.get_json::<u8>("text").unwrap_err();
    assert!(matches!(error, Error::InvalidJson(_)), "{error:?}");
    assert!(
        error.message().contains("\"text\"") && error.message().contains("u8"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    assert_eq!(
        (error.code(), error.spin_name(), error.status()),
        ("invalid-json", "io", 11)
    );
}

#[derive(Deserialize, Debug)]
#[serde(untagged)]
enum Setting {
    Number(#[allow(dead_code)] u8),
    Switch(#[allow(dead_code)] bool),
}

#[test]
fn a_place_is_told_only_where_serde_knows_it() {
    let store = store();
    store.set_json("key", &["secret"]).unwrap();
    let told = |error: Error| error.message().to_owned();
    let place = told(store.get_json::<[u8; 1]>("key").unwrap_err());
    assert!(
        place.ends_with(" is JSON that is not a [u8; 1]: line 1, column 9"),
        "{place}"
    );
    let none = told(store.get_json::<Setting>("key").unwrap_err());
    assert!(none.ends_with("::Setting"), "{none}");
}

#[test]
fn what_serde_cannot_read_of_json_is_told_as_such() {
    let store = store();
    for (text, reason) in [
        ("[".repeat(128) + &"]".repeat(128), "recursion limit"),
        ("1e400".to_owned(), "number out of range"),
        (r#""\ud800""#.to_owned(), "hex escape"),
    ] {
        store.set_json_text("odd", &text).unwrap();
        let error = store.get_json::<serde_json::Value>("odd").unwrap_err();
        assert!(matches!(error, Error::InvalidJson(_)), "{error:?}");
        assert!(error.message().contains(reason), "{error}");
        assert_eq!(store.get_json_text("odd").unwrap(), text);
        let raw = store
            .get_json::<Box<RawValue>>("odd")
            .map(|raw| raw.get().to_owned());
        assert!(raw.is_ok_and(|raw| raw == text), "{text}");
    }
    let deep = "[".repeat(127) + &"]".repeat(127);
    store.set_json_text("deep", &deep).unwrap();
    let value = store.get_json::<serde_json::Value>("deep").unwrap();
    assert_eq!(value.to_string(), deep);
}
