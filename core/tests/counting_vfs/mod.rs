//! SQLite's default way to the operating system, counting each request to make a file durable.

use std::{
    collections::HashMap,
    ffi::{c_char, c_int},
    ptr,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::ffi;

static SYNCS: AtomicU64 = AtomicU64::new(0);
static OPEN: OnceLock<Open> = OnceLock::new();
/// Our copy of each table of methods, by the address of the original.
static TABLES: Mutex<Option<HashMap<usize, usize>>> = Mutex::new(None);

type Open = unsafe extern "C" fn(
    *mut ffi::sqlite3_vfs,
    *const c_char,
    *mut ffi::sqlite3_file,
    c_int,
    *mut c_int,
) -> c_int;

/// A table of methods and what its `xSync` was before it counted. SQLite sees the first member.
#[repr(C)]
struct Counting {
    methods: ffi::sqlite3_io_methods,
    sync: unsafe extern "C" fn(*mut ffi::sqlite3_file, c_int) -> c_int,
}

/// Makes every database that is opened from now on count.
pub fn install() {
    // SAFETY: SQLite is initialised before its default VFS is looked at; the copy is never freed.
    unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
        let default = ffi::sqlite3_vfs_find(ptr::null());
        assert!(!default.is_null());
        let mut counting = *default;
        OPEN.set((*default).xOpen.expect("a VFS opens files")).expect("installed once");
        counting.zName = c"counting".as_ptr();
        counting.pNext = ptr::null_mut();
        counting.xOpen = Some(open);
        let counting = Box::leak(Box::new(counting));
        assert_eq!(ffi::sqlite3_vfs_register(counting, 1), ffi::SQLITE_OK);
    }
}

/// How many times a file was made durable.
pub fn syncs() -> u64 {
    SYNCS.load(Ordering::SeqCst)
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: the arguments go on as they came; after a successful open the file has its methods.
    unsafe {
        let code = OPEN.get().expect("installed")(vfs, name, file, flags, out_flags);
        if code == ffi::SQLITE_OK && !(*file).pMethods.is_null() {
            let address = (*file).pMethods as usize;
            let mut tables = TABLES.lock().unwrap();
            let table = tables.get_or_insert_default().entry(address).or_insert_with(|| {
                let mut methods = *(*file).pMethods;
                let original = methods.xSync.replace(sync).expect("a file can be synced");
                let table = Box::new(Counting { methods, sync: original });
                Box::into_raw(table) as usize
            });
            (*file).pMethods = *table as *const ffi::sqlite3_io_methods;
        }
        code
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    SYNCS.fetch_add(1, Ordering::SeqCst);
    // SAFETY: only files that `open` gave a `Counting` table call this.
    unsafe {
        let table = (*file).pMethods.cast::<Counting>();
        ((*table).sync)(file, flags)
    }
}
