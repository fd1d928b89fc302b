//! Stands between a value and the serializer that writes it, and refuses what JSON has no form for and
//! serde_json would silently write as null: NaN and infinity. A value is asked only once for what it
//! holds, as some have it only once.

use std::fmt::Display;

use serde::ser::{self, Error, Serialize, Serializer};

/// A value, or what writes one or its parts, with the check in front.
pub(crate) struct Finite<T>(pub(crate) T);

impl<T: Serialize + ?Sized> Serialize for Finite<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Finite(serializer))
    }
}

/// Leaves that have nothing to refuse.
macro_rules! fine {
    ($($method:ident($($name:ident: $kind:ty),*),)*) => {
        $(fn $method(self, $($name: $kind),*) -> Result<S::Ok, S::Error> {
            self.0.$method($($name),*)
        })*
    };
}

/// Values within a value.
macro_rules! wrapped {
    ($($method:ident($($name:ident: $kind:ty),*),)*) => {
        $(fn $method<T: Serialize + ?Sized>(
            self,
            $($name: $kind,)*
            value: &T,
        ) -> Result<S::Ok, S::Error> {
            self.0.$method($($name,)* &Finite(value))
        })*
    };
}

/// The beginnings of compound values.
macro_rules! begun {
    ($($method:ident($($name:ident: $kind:ty),*) -> $compound:ident,)*) => {
        $(fn $method(self, $($name: $kind),*) -> Result<Self::$compound, S::Error> {
            self.0.$method($($name),*).map(Finite)
        })*
    };
}

type Name = &'static str;

impl<S: Serializer> Serializer for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Finite<S::SerializeSeq>;
    type SerializeTuple = Finite<S::SerializeTuple>;
    type SerializeTupleStruct = Finite<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Finite<S::SerializeTupleVariant>;
    type SerializeMap = Finite<S::SerializeMap>;
    type SerializeStruct = Finite<S::SerializeStruct>;
    type SerializeStructVariant = Finite<S::SerializeStructVariant>;

    fn serialize_f32(self, number: f32) -> Result<S::Ok, S::Error> {
        check(number.into())?;
        self.0.serialize_f32(number)
    }

    fn serialize_f64(self, number: f64) -> Result<S::Ok, S::Error> {
        check(number)?;
        self.0.serialize_f64(number)
    }

    fine! {
        serialize_bool(value: bool),
        serialize_i8(value: i8),
        serialize_i16(value: i16),
        serialize_i32(value: i32),
        serialize_i64(value: i64),
        serialize_i128(value: i128),
        serialize_u8(value: u8),
        serialize_u16(value: u16),
        serialize_u32(value: u32),
        serialize_u64(value: u64),
        serialize_u128(value: u128),
        serialize_char(value: char),
        serialize_str(value: &str),
        serialize_bytes(value: &[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(name: Name),
        serialize_unit_variant(name: Name, index: u32, variant: Name),
    }

    wrapped! {
        serialize_some(),
        serialize_newtype_struct(name: Name),
        serialize_newtype_variant(name: Name, index: u32, variant: Name),
    }

    begun! {
        serialize_seq(count: Option<usize>) -> SerializeSeq,
        serialize_tuple(count: usize) -> SerializeTuple,
        serialize_tuple_struct(name: Name, count: usize) -> SerializeTupleStruct,
        serialize_tuple_variant(name: Name, index: u32, variant: Name, count: usize)
            -> SerializeTupleVariant,
        serialize_map(count: Option<usize>) -> SerializeMap,
        serialize_struct(name: Name, count: usize) -> SerializeStruct,
        serialize_struct_variant(name: Name, index: u32, variant: Name, count: usize)
            -> SerializeStructVariant,
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

fn check<E: Error>(number: f64) -> Result<(), E> {
    if number.is_finite() {
        return Ok(());
    }
    Err(E::custom(format_args!("{number} is no JSON number")))
}

/// Compound values, whose parts come one after the other.
macro_rules! compound {
    ($($kind:ident { $($method:ident($($name:ident)?),)* })*) => {
        $(impl<S: ser::$kind> ser::$kind for Finite<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            $(fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($name: Name,)?
                part: &T,
            ) -> Result<(), S::Error> {
                self.0.$method($($name,)? &Finite(part))
            })*

            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        })*
    };
}

compound! {
    SerializeSeq { serialize_element(), }
    SerializeTuple { serialize_element(), }
    SerializeTupleStruct { serialize_field(), }
    SerializeTupleVariant { serialize_field(), }
    SerializeMap { serialize_key(), serialize_value(), }
    SerializeStruct { serialize_field(name), }
    SerializeStructVariant { serialize_field(name), }
}
