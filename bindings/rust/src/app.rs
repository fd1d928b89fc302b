//! Apps: which stores there are, where they live and which may be opened.

use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};

use spinkv_sys as sys;

use crate::error::{Error, Result, call};
use crate::memory::{List, borrow_pairs, c_text, c_text_or_null};
use crate::options::StoreOptions;
use crate::store::Store;

/// The stores of one app: which there are, where they live and which may be opened.
///
/// Stores stay open and usable when the app they came from is gone. Threads may share an app.
///
/// ```
/// use spinkv::{App, Error, StoreOptions};
///
/// let app = App::builder().state_dir("").build()?;
/// app.add_store("scratch", &StoreOptions::new().max_entries(0))?;
/// app.seed([("greeting", "hello")])?;
/// assert_eq!(app.open_default()?.get("greeting")?, b"hello");
/// assert!(matches!(app.open("nowhere"), Err(Error::NoSuchStore(_))));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct App(NonNull<sys::spinkv_app>);

// SAFETY: every function of C may be called from any thread, and apps have a lock there.
unsafe impl Send for App {}
// SAFETY: as above; freeing takes the app itself, so nobody else is using it then.
unsafe impl Sync for App {}

/// A store of an app and a line that says where it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The label.
    pub label: String,
    /// Where it lives: `SQLite file /srv/app/.spin/x.db`. No secret is in it.
    pub summary: String,
}

/// What an app is made of. From [`App::builder`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct AppBuilder {
    manifest: Option<PathBuf>,
    component: Option<String>,
    runtime_config: Option<PathBuf>,
    state_dir: Option<PathBuf>,
    max_open_stores: Option<u32>,
    stores: Vec<(String, StoreOptions)>,
}

impl AppBuilder {
    /// The path of a `spin.toml`: only what it grants to the component may be opened.
    pub fn manifest(mut self, path: impl Into<PathBuf>) -> Self {
        self.manifest = Some(path.into());
        self
    }

    /// The component's id; `"*"` is the union of all. Without it the manifest must have just one.
    pub fn component(mut self, id: impl Into<String>) -> Self {
        self.component = Some(id.into());
        self
    }

    /// The path of a `runtime-config.toml`. Without it, but with a manifest, the file that the
    /// environment variable `RUNTIME_CONFIG_FILE` names, if it is set; `""` means none.
    pub fn runtime_config(mut self, path: impl Into<PathBuf>) -> Self {
        self.runtime_config = Some(path.into());
        self
    }

    /// The folder of the default store's file; `""` puts that store in memory.
    pub fn state_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(path.into());
        self
    }

    /// How many stores of the app may be open at once, 1 to 65,535; 256.
    pub fn max_open_stores(mut self, count: u32) -> Self {
        self.max_open_stores = Some(count);
        self
    }

    /// A further store, or another place for `"default"`.
    pub fn store(mut self, label: impl Into<String>, options: StoreOptions) -> Self {
        self.stores.push((label.into(), options));
        self
    }

    /// Makes the app and checks it as Spin does when it loads one.
    ///
    /// Fails with [`Error::InvalidConfig`] (a file is not TOML, or says what is not allowed),
    /// [`Error::InvalidArgument`] (no such component, or none named where there are several; an
    /// option that is not allowed), [`Error::NoSuchStore`] (the manifest grants a store that nothing
    /// configures) and [`Error::Io`].
    pub fn build(&self) -> Result<App> {
        let app = App::new()?;
        if let Some(count) = self.max_open_stores {
            // SAFETY: the app is alive.
            call(|err| unsafe { sys::spinkv_app_set_max_open_stores(app.raw(), count, err) })?;
        }
        if let Some(manifest) = &self.manifest {
            app.load_manifest(manifest, self.component.as_deref())?;
        } else if self.component.is_some() {
            let message = "a component is one of a manifest's: give the manifest too";
            return Err(Error::new(sys::SPINKV_INVALID_ARGUMENT, message.to_owned()));
        }
        if self.manifest.is_some() || self.runtime_config.is_some() {
            app.load_runtime_config(self.runtime_config.as_deref())?;
        }
        for (label, options) in &self.stores {
            app.add_store(label, options)?;
        }
        if let Some(folder) = &self.state_dir {
            let folder = c_text(folder)?;
            // SAFETY: the app is alive and the text ends with a NUL.
            call(|err| unsafe { sys::spinkv_app_set_state_dir(app.raw(), folder.as_ptr(), err) })?;
        }
        // SAFETY: the app is alive.
        call(|err| unsafe { sys::spinkv_app_check(app.raw(), err) })?;
        Ok(app)
    }
}

impl App {
    /// An app that has the store `default`, in `.spin/sqlite_key_value.db` in the directory that is
    /// current when it is opened.
    pub fn new() -> Result<App> {
        let mut app = ptr::null_mut();
        // SAFETY: app is where the new one goes.
        call(|err| unsafe { sys::spinkv_app_new(&mut app, err) })?;
        Ok(App(
            NonNull::new(app).expect("a call that succeeded makes an app")
        ))
    }

    /// What an app is to be made of: a manifest, a runtime configuration, stores.
    pub fn builder() -> AppBuilder {
        AppBuilder::default()
    }

    /// Adds a store, or gives `"default"` a place of its own. Nothing is opened or made yet.
    ///
    /// Fails with [`Error::InvalidArgument`] (an unknown option, a value out of range, a label that
    /// is empty or there already) and [`Error::InvalidConfig`] (an unknown type).
    pub fn add_store(&self, label: &str, options: &StoreOptions) -> Result<()> {
        let label = c_text(label)?;
        options.with_c(|options| {
            // SAFETY: the app is alive; label and options live until the call returns.
            call(|err| unsafe {
                sys::spinkv_app_add_store(self.raw(), label.as_ptr(), options, err)
            })
        })
    }

    /// Grants a store in addition to what the manifest grants.
    pub fn grant(&self, label: &str) -> Result<()> {
        let label = c_text(label)?;
        // SAFETY: the app is alive and the label ends with a NUL.
        call(|err| unsafe { sys::spinkv_app_grant(self.raw(), label.as_ptr(), err) })
    }

    /// Writes tuples to `default`, all or nothing, whether or not a component may open it: what
    /// `spin up --key-value key=value` does.
    pub fn seed<K, V>(&self, pairs: impl IntoIterator<Item = (K, V)>) -> Result<()>
    where
        K: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let pairs: Vec<(K, V)> = pairs.into_iter().collect();
        let borrowed = borrow_pairs(&pairs);
        // SAFETY: the app is alive, and the tuples are until the call returns.
        call(|err| unsafe {
            sys::spinkv_app_seed(self.raw(), borrowed.as_ptr(), borrowed.len(), err)
        })
    }

    /// All stores in the byte order of their labels, whether they may be opened or not.
    pub fn stores(&self) -> Result<Vec<StoreInfo>> {
        let (mut labels, mut summaries) = (List::new(), List::new());
        // SAFETY: the app is alive; both lists are there to be filled.
        call(|err| unsafe {
            let (labels, summaries) = (labels.as_mut_ptr(), summaries.as_mut_ptr());
            sys::spinkv_app_list_stores(self.raw(), labels, summaries, err)
        })?;
        let text =
            |item: Option<&[u8]>| String::from_utf8_lossy(item.unwrap_or_default()).into_owned();
        let infos = labels.items().zip(summaries.items());
        Ok(infos
            .map(|(label, summary)| StoreInfo {
                label: text(label),
                summary: text(summary),
            })
            .collect())
    }

    /// What is doubtful in the runtime configuration, a line each.
    pub fn warnings(&self) -> Result<Vec<String>> {
        let mut warnings = List::new();
        // SAFETY: the app is alive; the list is there to be filled.
        call(|err| unsafe {
            sys::spinkv_app_list_warnings(self.raw(), warnings.as_mut_ptr(), err)
        })?;
        warnings.texts()
    }

    /// Opens the store with exactly this label.
    ///
    /// Fails with [`Error::AccessDenied`] (not granted, whether or not it exists),
    /// [`Error::NoSuchStore`], [`Error::Unsupported`] (this build cannot open that type),
    /// [`Error::StoreTableFull`], [`Error::Corrupt`], [`Error::Busy`], [`Error::ReadOnly`],
    /// [`Error::Io`].
    pub fn open(&self, label: &str) -> Result<Store> {
        open_in(self.raw(), label)
    }

    /// Opens the store with the label `default`.
    pub fn open_default(&self) -> Result<Store> {
        self.open("default")
    }

    fn load_manifest(&self, path: &Path, component: Option<&str>) -> Result<()> {
        let path = c_text(path)?;
        let component = component.map(c_text).transpose()?;
        // SAFETY: the app is alive and the texts end with a NUL.
        call(|err| unsafe {
            let component = c_text_or_null(&component);
            sys::spinkv_app_load_manifest(self.raw(), path.as_ptr(), component, err)
        })
    }

    fn load_runtime_config(&self, path: Option<&Path>) -> Result<()> {
        let path = path.map(c_text).transpose()?;
        // SAFETY: the app is alive and the text ends with a NUL.
        call(|err| unsafe {
            sys::spinkv_app_load_runtime_config(self.raw(), c_text_or_null(&path), err)
        })
    }

    fn raw(&self) -> *mut sys::spinkv_app {
        self.0.as_ptr()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // SAFETY: made by spinkv_app_new, and nobody else frees it.
        unsafe { sys::spinkv_app_free(self.raw()) }
    }
}

/// Opens a store of the default app, which has one, `default`, and those that the file named by the
/// environment variable `RUNTIME_CONFIG_FILE` configures.
pub fn open(label: &str) -> Result<Store> {
    open_in(ptr::null_mut(), label)
}

/// Opens the store `default`, in `.spin/sqlite_key_value.db` in the current directory.
pub fn open_default() -> Result<Store> {
    open("default")
}

fn open_in(app: *mut sys::spinkv_app, label: &str) -> Result<Store> {
    let label = c_text(label)?;
    let mut handle = 0;
    // SAFETY: the app is alive or NULL, which is the default app; the label ends with a NUL.
    call(|err| unsafe { sys::spinkv_open(app, label.as_ptr(), &mut handle, err) })?;
    Ok(Store::from_raw(handle))
}
