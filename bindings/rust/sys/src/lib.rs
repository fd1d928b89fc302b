//! The C interface of spinkv, name for name as in `spinkv.h`, which documents it. A test compares
//! each function, type and constant with that header. Use the crate `spinkv`.
#![allow(missing_docs, non_camel_case_types)]
#![no_std]

use core::ffi::{c_char, c_int, c_uint, c_void};
use core::marker::{PhantomData, PhantomPinned};

pub type spinkv_status = c_uint;
pub const SPINKV_OK: spinkv_status = 0;
pub const SPINKV_STORE_TABLE_FULL: spinkv_status = 1;
pub const SPINKV_NO_SUCH_STORE: spinkv_status = 2;
pub const SPINKV_ACCESS_DENIED: spinkv_status = 3;
pub const SPINKV_INVALID_STORE: spinkv_status = 4;
pub const SPINKV_NO_SUCH_KEY: spinkv_status = 5;
pub const SPINKV_IO: spinkv_status = 6;
pub const SPINKV_INVALID_ARGUMENT: spinkv_status = 7;
pub const SPINKV_KEY_TOO_LARGE: spinkv_status = 8;
pub const SPINKV_VALUE_TOO_LARGE: spinkv_status = 9;
pub const SPINKV_STORE_FULL: spinkv_status = 10;
pub const SPINKV_INVALID_JSON: spinkv_status = 11;
pub const SPINKV_NOT_A_COUNTER: spinkv_status = 12;
pub const SPINKV_INVALID_CONFIG: spinkv_status = 13;
pub const SPINKV_BUSY: spinkv_status = 14;
pub const SPINKV_READ_ONLY: spinkv_status = 15;
pub const SPINKV_CORRUPT: spinkv_status = 16;
pub const SPINKV_NO_MEMORY: spinkv_status = 17;
pub const SPINKV_UNSUPPORTED: spinkv_status = 18;
pub const SPINKV_STATUS_COUNT: spinkv_status = 19;

pub const SPINKV_ERROR_MESSAGE_SIZE: usize = 1024;

#[repr(C)]
pub struct spinkv_error {
    pub status: spinkv_status,
    pub engine_code: c_int,
    pub message: [c_char; SPINKV_ERROR_MESSAGE_SIZE],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct spinkv_bytes {
    pub data: *const c_void,
    pub size: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct spinkv_pair {
    pub key: spinkv_bytes,
    pub value: spinkv_bytes,
}

#[repr(C)]
pub struct spinkv_value {
    pub data: *const c_void,
    pub size: usize,
}

#[repr(C)]
pub struct spinkv_list {
    pub items: *const spinkv_bytes,
    pub count: usize,
}

pub type spinkv_durability = c_uint;
pub const SPINKV_DURABILITY_FULL: spinkv_durability = 0;
pub const SPINKV_DURABILITY_NORMAL: spinkv_durability = 1;

pub const SPINKV_DEFAULT_BUSY_TIMEOUT_MS: u32 = 5000;
pub const SPINKV_DEFAULT_MAX_KEY_BYTES: u64 = 256;
pub const SPINKV_DEFAULT_MAX_VALUE_BYTES: u64 = 1_048_576;
pub const SPINKV_DEFAULT_MAX_ENTRIES: u64 = 1024;
pub const SPINKV_DEFAULT_CACHE_BYTES: u64 = 8_388_608;
pub const SPINKV_DEFAULT_MAX_OPEN_STORES: u32 = 256;

#[repr(C)]
pub struct spinkv_options {
    pub r#type: *const c_char,
    pub path: *const c_char,
    pub durability: spinkv_durability,
    pub busy_timeout_ms: u32,
    pub max_key_bytes: u64,
    pub max_value_bytes: u64,
    pub max_entries: u64,
    pub cache_bytes: u64,
    pub read_only: bool,
    pub url: *const c_char,
    pub account: *const c_char,
    pub database: *const c_char,
    pub container: *const c_char,
    pub key: *const c_char,
    pub region: *const c_char,
    pub table: *const c_char,
    pub access_key: *const c_char,
    pub secret_key: *const c_char,
    pub token: *const c_char,
    pub consistent_read: bool,
}

pub const SPINKV_OPTIONS_INIT: spinkv_options = spinkv_options {
    r#type: core::ptr::null(),
    path: core::ptr::null(),
    durability: SPINKV_DURABILITY_FULL,
    busy_timeout_ms: SPINKV_DEFAULT_BUSY_TIMEOUT_MS,
    max_key_bytes: SPINKV_DEFAULT_MAX_KEY_BYTES,
    max_value_bytes: SPINKV_DEFAULT_MAX_VALUE_BYTES,
    max_entries: SPINKV_DEFAULT_MAX_ENTRIES,
    cache_bytes: SPINKV_DEFAULT_CACHE_BYTES,
    read_only: false,
    url: core::ptr::null(),
    account: core::ptr::null(),
    database: core::ptr::null(),
    container: core::ptr::null(),
    key: core::ptr::null(),
    region: core::ptr::null(),
    table: core::ptr::null(),
    access_key: core::ptr::null(),
    secret_key: core::ptr::null(),
    token: core::ptr::null(),
    consistent_read: false,
};

/// Known by its address alone.
#[repr(C)]
pub struct spinkv_app {
    _nothing: [u8; 0],
    _stays: PhantomData<(*mut u8, PhantomPinned)>,
}

pub type spinkv_store = u32;

#[rustfmt::skip]
unsafe extern "C" {
    pub fn spinkv_version() -> *const c_char;
    pub fn spinkv_status_name(status: spinkv_status) -> *const c_char;
    pub fn spinkv_status_text(status: spinkv_status) -> *const c_char;
    pub fn spinkv_status_base(status: spinkv_status) -> spinkv_status;
    pub fn spinkv_value_free(value: *mut spinkv_value);
    pub fn spinkv_list_free(list: *mut spinkv_list);

    pub fn spinkv_options_set_text(options: *mut spinkv_options, name: *const c_char, text: *const c_char, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_options_set_number(options: *mut spinkv_options, name: *const c_char, number: i64, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_options_set_boolean(options: *mut spinkv_options, name: *const c_char, value: bool, err: *mut spinkv_error) -> spinkv_status;

    pub fn spinkv_app_new(app: *mut *mut spinkv_app, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_free(app: *mut spinkv_app);
    pub fn spinkv_app_load_manifest(app: *mut spinkv_app, path: *const c_char, component: *const c_char, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_load_runtime_config(app: *mut spinkv_app, path: *const c_char, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_set_state_dir(app: *mut spinkv_app, state_dir: *const c_char, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_set_max_open_stores(app: *mut spinkv_app, count: u32, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_add_store(app: *mut spinkv_app, label: *const c_char, options: *const spinkv_options, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_grant(app: *mut spinkv_app, label: *const c_char, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_check(app: *mut spinkv_app, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_list_stores(app: *mut spinkv_app, labels: *mut spinkv_list, summaries: *mut spinkv_list, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_list_warnings(app: *mut spinkv_app, warnings: *mut spinkv_list, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_app_seed(app: *mut spinkv_app, pairs: *const spinkv_pair, count: usize, err: *mut spinkv_error) -> spinkv_status;

    pub fn spinkv_open(app: *mut spinkv_app, label: *const c_char, store: *mut spinkv_store, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_open_default(app: *mut spinkv_app, store: *mut spinkv_store, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_close(store: spinkv_store);

    pub fn spinkv_get(store: spinkv_store, key: *const c_void, key_size: usize, value: *mut spinkv_value, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_get_into(store: spinkv_store, key: *const c_void, key_size: usize, buffer: *mut c_void, capacity: usize, value_size: *mut usize, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_set(store: spinkv_store, key: *const c_void, key_size: usize, value: *const c_void, value_size: usize, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_delete(store: spinkv_store, key: *const c_void, key_size: usize, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_exists(store: spinkv_store, key: *const c_void, key_size: usize, exists: *mut bool, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_get_keys(store: spinkv_store, keys: *mut spinkv_list, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_list_keys(store: spinkv_store, prefix: *const c_void, prefix_size: usize, after: *const c_void, after_size: usize, limit: usize, keys: *mut spinkv_list, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_count(store: spinkv_store, count: *mut u64, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_get_many(store: spinkv_store, keys: *const spinkv_bytes, count: usize, values: *mut spinkv_list, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_set_many(store: spinkv_store, pairs: *const spinkv_pair, count: usize, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_delete_many(store: spinkv_store, keys: *const spinkv_bytes, count: usize, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_increment(store: spinkv_store, key: *const c_void, key_size: usize, delta: i64, number: *mut i64, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_compare_and_swap(store: spinkv_store, key: *const c_void, key_size: usize, expected: *const c_void, expected_size: usize, value: *const c_void, value_size: usize, swapped: *mut bool, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_set_json(store: spinkv_store, key: *const c_void, key_size: usize, json: *const c_void, json_size: usize, err: *mut spinkv_error) -> spinkv_status;
    pub fn spinkv_get_json(store: spinkv_store, key: *const c_void, key_size: usize, json: *mut spinkv_value, err: *mut spinkv_error) -> spinkv_status;
}
