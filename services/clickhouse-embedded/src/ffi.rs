//! libchdb's C interface behind safe types. The only unsafe code of the project.
//!
//! The rules that make it safe:
//! - the library is never unloaded, since its threads and its exit handlers live until the process ends;
//! - a [`Connection`] is used by one thread at a time (`&mut self`), and [`Rows`] and [`Insert`] borrow it, because a
//!   connection runs one statement at a time;
//! - every result and every insert stream is destroyed exactly once, on drop;
//! - text and bytes of a result are copied before the result is destroyed.
//!
//! It knows nothing of HTTP, pools or data folders.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;

use bytes::Bytes;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::exception::Exception;

type Handle = *mut c_void;
/// `chdb_connection *`: what `chdb_connect` returns; it points to the `chdb_connection` that all other calls take.
type ConnectionPointer = *mut Handle;
type Names = *const *const c_char;
type Lengths = *const usize;

const SUCCESS: c_int = 0;

macro_rules! api {
    ($($field:ident = $symbol:literal : fn($($argument:ty),* $(,)?) $(-> $output:ty)?;)*) => {
        /// The entry points used, resolved once.
        pub(crate) struct Api {
            $($field: unsafe extern "C" fn($($argument),*) $(-> $output)?,)*
        }

        impl Api {
            fn resolve(library: &Library) -> Result<Self, libloading::Error> {
                // SAFETY: the types are those of chdb.h of the pinned version; the function pointers stay valid
                // because `load` never unloads the library.
                unsafe { Ok(Self { $($field: *library.get(concat!($symbol, "\0").as_bytes())?,)* }) }
            }
        }
    };
}

api! {
    version = "chdb_version": fn() -> *const c_char;
    set_signal_handlers_enabled = "chdb_set_signal_handlers_enabled": fn(c_int);
    connect = "chdb_connect": fn(c_int, *mut *mut c_char) -> ConnectionPointer;
    close = "chdb_close_conn": fn(ConnectionPointer);
    query = "chdb_query_with_params_n": fn(Handle, *const c_char, usize, *const c_char, usize, Names, Lengths, Names, Lengths, usize) -> Handle;
    stream_query = "chdb_stream_query_with_params_n": fn(Handle, *const c_char, usize, *const c_char, usize, Names, Lengths, Names, Lengths, usize) -> Handle;
    stream_fetch = "chdb_stream_fetch_result": fn(Handle, Handle) -> Handle;
    stream_cancel = "chdb_stream_cancel_query": fn(Handle, Handle);
    insert = "chdb_stream_insert_with_params_n": fn(Handle, *const c_char, usize, *const c_char, usize, Names, Lengths, Names, Lengths, usize) -> Handle;
    insert_append = "chdb_stream_append": fn(Handle, *const c_void, usize) -> c_int;
    insert_done = "chdb_stream_done": fn(Handle) -> Handle;
    insert_cancel = "chdb_stream_cancel_insert": fn(Handle);
    insert_error = "chdb_stream_insert_error": fn(Handle) -> *const c_char;
    insert_destroy = "chdb_destroy_insert_stream": fn(Handle);
    result_buffer = "chdb_result_buffer": fn(Handle) -> *const c_char;
    result_length = "chdb_result_length": fn(Handle) -> usize;
    result_error = "chdb_result_error": fn(Handle) -> *const c_char;
    result_rows_read = "chdb_result_storage_rows_read": fn(Handle) -> u64;
    result_bytes_read = "chdb_result_storage_bytes_read": fn(Handle) -> u64;
    result_rows_written = "chdb_result_rows_written": fn(Handle) -> u64;
    result_bytes_written = "chdb_result_bytes_written": fn(Handle) -> u64;
    result_destroy = "chdb_destroy_query_result": fn(Handle);
}

impl Api {
    /// Loads the library and keeps it from installing signal handlers (they are ours). It is never unloaded.
    pub fn load(path: &Path) -> Result<Arc<Self>, libloading::Error> {
        // SAFETY: loading runs the library's initializers; libchdb is made to be loaded this way, and its symbols
        // stay local (RTLD_LOCAL) so that its allocator cannot meet ours.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }?;
        let api = Self::resolve(&library)?;
        std::mem::forget(library);
        // SAFETY: a plain setter, called before the first connection as its documentation asks.
        unsafe { (api.set_signal_handlers_enabled)(0) };
        Ok(Arc::new(api))
    }

    /// The library's own version, such as `26.7.3`.
    pub fn version(&self) -> String {
        // SAFETY: returns a static string, or null.
        unsafe { text((self.version)()) }.unwrap_or_default()
    }
}

/// Copies a C string; `None` for null.
///
/// # Safety
/// `pointer` is null or points to a string that ends with NUL and lives during the call.
unsafe fn text(pointer: *const c_char) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: promised by the caller.
    Some(
        unsafe { CStr::from_ptr(pointer) }
            .to_string_lossy()
            .into_owned(),
    )
}

/// What a statement did, as far as the engine counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Rows read from storage.
    pub rows_read: u64,
    /// Bytes read from storage, uncompressed.
    pub bytes_read: u64,
    /// Rows written.
    pub rows_written: u64,
    /// Bytes written, uncompressed.
    pub bytes_written: u64,
}

/// A whole result.
#[derive(Debug)]
pub(crate) struct Output {
    /// The result in the format asked for.
    pub bytes: Bytes,
    /// What it took.
    pub progress: Progress,
}

/// Parameters of a statement as the four arrays that the C interface takes.
struct Parameters<'a> {
    names: Vec<*const c_char>,
    name_lengths: Vec<usize>,
    values: Vec<*const c_char>,
    value_lengths: Vec<usize>,
    borrowed: PhantomData<&'a str>,
}

impl<'a> Parameters<'a> {
    fn new(parameters: &'a [(String, String)]) -> Self {
        Self {
            names: parameters
                .iter()
                .map(|(name, _)| name.as_ptr().cast())
                .collect(),
            name_lengths: parameters.iter().map(|(name, _)| name.len()).collect(),
            values: parameters
                .iter()
                .map(|(_, value)| value.as_ptr().cast())
                .collect(),
            value_lengths: parameters.iter().map(|(_, value)| value.len()).collect(),
            borrowed: PhantomData,
        }
    }

    fn count(&self) -> usize {
        self.names.len()
    }
}

/// A session of the engine: its own settings, current database and temporary tables. Closed on drop.
///
/// The engine runs while at least one connection is open.
pub(crate) struct Connection {
    api: Arc<Api>,
    pointer: NonNull<Handle>,
}

// SAFETY: the engine keeps no state of a connection in the calling thread between calls (each call sets up its own
// thread status); `&mut self` on every method keeps the calls from running at the same time.
unsafe impl Send for Connection {}

impl Connection {
    /// Opens a session; the first one opens the engine on the `--path=` in `arguments`.
    ///
    /// `None` when the engine refuses, which it explains only in its log on stderr.
    pub fn open(api: &Arc<Api>, arguments: &[CString]) -> Option<Self> {
        let mut argv: Vec<*mut c_char> = arguments
            .iter()
            .map(|argument| argument.as_ptr().cast_mut())
            .collect();
        let argc = c_int::try_from(argv.len()).expect("a handful of arguments");
        // SAFETY: argv holds argc strings ending with NUL that outlive the call; the engine copies and never writes them.
        let pointer = unsafe { (api.connect)(argc, argv.as_mut_ptr()) };
        NonNull::new(pointer).map(|pointer| Self {
            api: Arc::clone(api),
            pointer,
        })
    }

    fn handle(&self) -> Handle {
        // SAFETY: `chdb_connect` returned this pointer and it stays valid until `chdb_close_conn` in `drop`.
        unsafe { *self.pointer.as_ptr() }
    }

    /// Runs one or more statements to the end and returns the whole result.
    pub fn query(
        &mut self,
        sql: &[u8],
        format: &str,
        parameters: &[(String, String)],
    ) -> Result<Output, Exception> {
        let parameters = Parameters::new(parameters);
        // SAFETY: all buffers are given with their lengths and outlive the call; the engine copies them.
        let handle = unsafe {
            (self.api.query)(
                self.handle(),
                sql.as_ptr().cast(),
                sql.len(),
                format.as_ptr().cast(),
                format.len(),
                parameters.names.as_ptr(),
                parameters.name_lengths.as_ptr(),
                parameters.values.as_ptr(),
                parameters.value_lengths.as_ptr(),
                parameters.count(),
            )
        };
        EngineResult::new(&self.api, handle)?.output()
    }

    /// Starts a SELECT whose result comes in pieces. **Each piece is a whole document of the format**: what a format
    /// puts before or after the rows is in every piece.
    pub fn rows(
        &mut self,
        sql: &[u8],
        format: &str,
        parameters: &[(String, String)],
    ) -> Result<Rows<'_>, Exception> {
        let parameters = Parameters::new(parameters);
        // SAFETY: as in `query`; parameters are captured before the call returns.
        let handle = unsafe {
            (self.api.stream_query)(
                self.handle(),
                sql.as_ptr().cast(),
                sql.len(),
                format.as_ptr().cast(),
                format.len(),
                parameters.names.as_ptr(),
                parameters.name_lengths.as_ptr(),
                parameters.values.as_ptr(),
                parameters.value_lengths.as_ptr(),
                parameters.count(),
            )
        };
        let stream = EngineResult::new(&self.api, handle)?;
        stream.check()?;
        Ok(Rows {
            connection: self,
            stream,
            ended: false,
        })
    }

    /// Starts an INSERT (`sql` without FORMAT clause and data) whose data follow in pieces in `format`.
    pub fn insert(
        &mut self,
        sql: &[u8],
        format: &str,
        parameters: &[(String, String)],
    ) -> Result<Insert<'_>, Exception> {
        let parameters = Parameters::new(parameters);
        // SAFETY: as in `rows`. The handle is never null, but that is checked all the same.
        let handle = unsafe {
            (self.api.insert)(
                self.handle(),
                sql.as_ptr().cast(),
                sql.len(),
                format.as_ptr().cast(),
                format.len(),
                parameters.names.as_ptr(),
                parameters.name_lengths.as_ptr(),
                parameters.values.as_ptr(),
                parameters.value_lengths.as_ptr(),
                parameters.count(),
            )
        };
        let handle = NonNull::new(handle).ok_or_else(no_result)?;
        let insert = Insert {
            connection: self,
            handle,
            ended: false,
        };
        match insert.error() {
            Some(text) => Err(Exception::from_engine(text)),
            None => Ok(insert),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `chdb_connect` and is closed once; `Rows` and `Insert` borrow the connection,
        // so none of them is left.
        unsafe { (self.api.close)(self.pointer.as_ptr()) };
    }
}

fn no_result() -> Exception {
    Exception::from_engine("the engine returned no result".to_owned())
}

/// A `chdb_result`, destroyed on drop.
struct EngineResult {
    api: Arc<Api>,
    handle: NonNull<c_void>,
}

impl EngineResult {
    fn new(api: &Arc<Api>, handle: Handle) -> Result<Self, Exception> {
        let handle = NonNull::new(handle).ok_or_else(no_result)?;
        Ok(Self {
            api: Arc::clone(api),
            handle,
        })
    }

    fn check(&self) -> Result<(), Exception> {
        // SAFETY: the handle is alive; the string lives as long as the result.
        match unsafe { text((self.api.result_error)(self.handle.as_ptr())) } {
            Some(text) => Err(Exception::from_engine(text)),
            None => Ok(()),
        }
    }

    fn output(&self) -> Result<Output, Exception> {
        self.check()?;
        let handle = self.handle.as_ptr();
        // SAFETY: the handle is alive; buffer and length describe memory that lives as long as the result, and the
        // buffer is null when there is nothing.
        let bytes = unsafe {
            let (start, length) = (
                (self.api.result_buffer)(handle),
                (self.api.result_length)(handle),
            );
            match start.is_null() || length == 0 {
                true => Bytes::new(),
                false => Bytes::copy_from_slice(std::slice::from_raw_parts(start.cast(), length)),
            }
        };
        // SAFETY: getters on a live handle.
        let progress = unsafe {
            Progress {
                rows_read: (self.api.result_rows_read)(handle),
                bytes_read: (self.api.result_bytes_read)(handle),
                rows_written: (self.api.result_rows_written)(handle),
                bytes_written: (self.api.result_bytes_written)(handle),
            }
        };
        Ok(Output { bytes, progress })
    }
}

impl Drop for EngineResult {
    fn drop(&mut self) {
        // SAFETY: the handle came from the engine and is destroyed once.
        unsafe { (self.api.result_destroy)(self.handle.as_ptr()) };
    }
}

/// A running SELECT. Cancelled on drop when not read to its end.
pub(crate) struct Rows<'a> {
    connection: &'a mut Connection,
    stream: EngineResult,
    ended: bool,
}

impl Rows<'_> {
    /// The next piece; `None` at the end. After an error there is nothing more.
    pub fn next(&mut self) -> Result<Option<Output>, Exception> {
        if self.ended {
            return Ok(None);
        }
        let api = &self.connection.api;
        // SAFETY: connection and stream are alive and used by this thread only.
        let handle =
            unsafe { (api.stream_fetch)(self.connection.handle(), self.stream.handle.as_ptr()) };
        match EngineResult::new(api, handle).and_then(|piece| piece.output()) {
            Ok(piece) if piece.bytes.is_empty() => {
                self.ended = true;
                Ok(None)
            }
            Ok(piece) => Ok(Some(piece)),
            Err(exception) => {
                self.ended = true;
                Err(exception)
            }
        }
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // SAFETY: connection and stream are alive; the stream itself is destroyed by its own drop afterwards.
            unsafe {
                (self.connection.api.stream_cancel)(
                    self.connection.handle(),
                    self.stream.handle.as_ptr(),
                )
            };
        }
    }
}

/// A running INSERT. **Dropped before [`finish`](Insert::finish), it is cancelled** and the block under way is not
/// stored.
pub(crate) struct Insert<'a> {
    connection: &'a mut Connection,
    handle: NonNull<c_void>,
    ended: bool,
}

impl Insert<'_> {
    fn error(&self) -> Option<String> {
        // SAFETY: the handle is alive; the string lives as long as the stream.
        unsafe { text((self.connection.api.insert_error)(self.handle.as_ptr())) }
    }

    /// Hands a piece of the data to the engine, waiting while it is busy. `false` when the engine takes no more:
    /// [`finish`](Insert::finish) then says why.
    pub fn append(&mut self, data: &[u8]) -> bool {
        // SAFETY: the engine copies the bytes before the call returns.
        unsafe {
            (self.connection.api.insert_append)(
                self.handle.as_ptr(),
                data.as_ptr().cast(),
                data.len(),
            ) == SUCCESS
        }
    }

    /// Ends the data and stores them.
    pub fn finish(mut self) -> Result<Progress, Exception> {
        self.ended = true;
        // SAFETY: the handle is alive; the result is ours to destroy, the stream is destroyed on drop.
        let handle = unsafe { (self.connection.api.insert_done)(self.handle.as_ptr()) };
        Ok(EngineResult::new(&self.connection.api, handle)?
            .output()?
            .progress)
    }
}

impl Drop for Insert<'_> {
    fn drop(&mut self) {
        let api = &self.connection.api;
        // SAFETY: the handle is alive; cancelling a stream whose start failed is allowed, and it is destroyed once.
        unsafe {
            if !self.ended {
                (api.insert_cancel)(self.handle.as_ptr());
            }
            (api.insert_destroy)(self.handle.as_ptr());
        }
    }
}
