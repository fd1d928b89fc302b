//! For tests: what the code under test did with its stores, as Spin's own test tool tells it.
//!
//! ```
//! use spinkv::key_value::recorder::{Call, Recorder};
//! use spinkv::key_value::{Error, Store};
//!
//! fn visit(user: &str) -> Result<(), Error> {
//!     let store = Store::open_default()?;
//!     if !store.exists(user)? {
//!         store.set(user, "new")?;
//!     }
//!     Ok(())
//! }
//!
//! let recorder = Recorder::new()?; // stores in memory
//! recorder.record(|| visit("ada"))?;
//! let set = Call::Set("ada".to_owned(), b"new".to_vec());
//! assert_eq!(recorder.calls("default"), [Call::Exists("ada".to_owned()), set]);
//!
//! recorder.reset();
//! recorder.record(|| visit("ada"))?;
//! assert_eq!(recorder.calls("default"), [Call::Exists("ada".to_owned())]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::app::App;
use crate::store::Store;

/// A call that was made on a store, whether or not it succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// A key was read, as bytes or as JSON.
    Get(String),
    /// A value was written to a key.
    Set(String, Vec<u8>),
    /// A key was deleted.
    Delete(String),
    /// It was asked whether a key is there.
    Exists(String),
    /// The keys were listed.
    GetKeys,
}

/// Gives the code under test stores of its own and remembers what it does with them.
///
/// Tests may run side by side: each has its own recorder, which sees only what runs in its
/// [`record`](Recorder::record). Threads may share one.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    app: App,
    calls: Mutex<Vec<(String, Call)>>,
}

thread_local! {
    /// The recorders at work in this thread, the innermost last.
    static AT_WORK: RefCell<Vec<Recorder>> = const { RefCell::new(Vec::new()) };
}

impl Recorder {
    /// Gives out the store `default`, in memory.
    pub fn new() -> crate::Result<Recorder> {
        Ok(Self::with_app(App::builder().state_dir("").build()?))
    }

    /// Gives out the stores of an app: with a manifest, grants; with further labels; in files.
    pub fn with_app(app: App) -> Recorder {
        let calls = Mutex::default();
        Recorder(Arc::new(Shared { app, calls }))
    }

    /// The app whose stores are given out. What is done with stores opened from it directly is not
    /// recorded, so they serve to set up a test and to look at what came out.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// Runs code whose calls of [`key_value::Store::open`](super::Store::open) in this thread get
    /// stores of the app. What is done with such a store is recorded for as long as it is open, in
    /// any thread. A thread that the code starts, and that opens stores, needs a `record` of its own.
    pub fn record<T>(&self, code: impl FnOnce() -> T) -> T {
        struct End;
        impl Drop for End {
            fn drop(&mut self) {
                AT_WORK.with_borrow_mut(Vec::pop);
            }
        }
        AT_WORK.with_borrow_mut(|recorders| recorders.push(self.clone()));
        let _end = End;
        code()
    }

    /// The calls that were made on a store, in order.
    pub fn calls(&self, label: &str) -> Vec<Call> {
        let calls = self.lock();
        let of_store = calls.iter().filter(|(store, _)| store == label);
        of_store.map(|(_, call)| call.clone()).collect()
    }

    /// The calls that were made on all stores, in order, each with the store's label.
    pub fn all_calls(&self) -> Vec<(String, Call)> {
        self.lock().clone()
    }

    /// Forgets the calls that were made so far. What the stores hold stays.
    pub fn reset(&self) {
        self.lock().clear();
    }

    /// A test that failed while it held the lock has left the list whole.
    fn lock(&self) -> MutexGuard<'_, Vec<(String, Call)>> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the calls on one store go.
#[derive(Debug)]
pub(super) struct Log {
    recorder: Recorder,
    label: String,
}

impl Log {
    pub(super) fn add(&self, call: Call) {
        self.recorder.lock().push((self.label.clone(), call));
    }
}

/// Opens a store for this thread: of its recorder's app, or of the default app.
pub(super) fn open(label: &str) -> crate::Result<(Store, Option<Log>)> {
    // At the end of a thread the list may be gone before the last code that opens a store.
    let last = AT_WORK.try_with(|recorders| recorders.borrow().last().cloned());
    let Ok(Some(recorder)) = last else {
        return Ok((crate::app::open(label)?, None));
    };
    let store = recorder.0.app.open(label)?;
    let label = label.to_owned();
    Ok((store, Some(Log { recorder, label })))
}
