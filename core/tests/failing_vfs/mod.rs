//! SQLite's default way to the operating system, on which a write or a sync fails from a chosen one on.

use std::{
    collections::HashMap,
    ffi::{c_char, c_int, c_void},
    ptr,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicI32, AtomicU64, Ordering},
    },
};

use rusqlite::ffi;

static OPEN: OnceLock<Open> = OnceLock::new();
/// Our copy of each table of methods, by the address of the original.
static TABLES: Mutex<Option<HashMap<usize, usize>>> = Mutex::new(None);
/// How many operations go well before the first that fails.
static LEFT: AtomicU64 = AtomicU64::new(u64::MAX);
/// What a failing write and a failing sync say; `SQLITE_OK` where that kind does not fail.
static WRITE_SAYS: AtomicI32 = AtomicI32::new(ffi::SQLITE_OK);
static SYNC_SAYS: AtomicI32 = AtomicI32::new(ffi::SQLITE_OK);

type Open = unsafe extern "C" fn(
    *mut ffi::sqlite3_vfs,
    *const c_char,
    *mut ffi::sqlite3_file,
    c_int,
    *mut c_int,
) -> c_int;
type Write =
    unsafe extern "C" fn(*mut ffi::sqlite3_file, *const c_void, c_int, ffi::sqlite3_int64) -> c_int;
type Sync = unsafe extern "C" fn(*mut ffi::sqlite3_file, c_int) -> c_int;

/// A table of methods and what two of them were. SQLite sees the first member.
#[repr(C)]
struct Failing {
    methods: ffi::sqlite3_io_methods,
    write: Write,
    sync: Sync,
}

/// What a disk does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Writes find no room.
    Full,
    /// Writes find a file system that has become read-only, as after an error.
    ReadOnly,
    /// Syncs fail: what was written may be on the disk or not.
    Sync,
}

/// Lets so many operations of the fault's kind go well, then none.
pub fn fail_after(operations: u64, fault: Fault) {
    let (write, sync) = match fault {
        Fault::Full => (ffi::SQLITE_FULL, ffi::SQLITE_OK),
        Fault::ReadOnly => (ffi::SQLITE_READONLY, ffi::SQLITE_OK),
        Fault::Sync => (ffi::SQLITE_OK, ffi::SQLITE_IOERR_FSYNC),
    };
    WRITE_SAYS.store(write, Ordering::SeqCst);
    SYNC_SAYS.store(sync, Ordering::SeqCst);
    LEFT.store(operations, Ordering::SeqCst);
}

/// Everything goes well from now on.
pub fn heal() {
    LEFT.store(u64::MAX, Ordering::SeqCst);
}

/// Makes every database that is opened from now on fail when told to.
pub fn install() {
    // SAFETY: SQLite is initialised before its default VFS is looked at; the copy is never freed.
    unsafe {
        assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
        let default = ffi::sqlite3_vfs_find(ptr::null());
        assert!(!default.is_null());
        let mut failing = *default;
        OPEN.set((*default).xOpen.expect("a VFS opens files")).expect("installed once");
        failing.zName = c"failing".as_ptr();
        failing.pNext = ptr::null_mut();
        failing.xOpen = Some(open);
        let failing = Box::leak(Box::new(failing));
        assert_eq!(ffi::sqlite3_vfs_register(failing, 1), ffi::SQLITE_OK);
    }
}

/// What this operation comes to, if its kind says `code` when it fails.
fn verdict(code: i32) -> i32 {
    if code == ffi::SQLITE_OK {
        return code;
    }
    let left = LEFT.load(Ordering::SeqCst);
    if left == 0 {
        return code;
    }
    LEFT.store(left.saturating_sub(u64::from(left != u64::MAX)), Ordering::SeqCst);
    ffi::SQLITE_OK
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
                let write = methods.xWrite.replace(write).expect("a file can be written");
                let sync = methods.xSync.replace(sync).expect("a file can be synced");
                Box::into_raw(Box::new(Failing { methods, write, sync })) as usize
            });
            (*file).pMethods = *table as *const ffi::sqlite3_io_methods;
        }
        code
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    place: ffi::sqlite3_int64,
) -> c_int {
    match verdict(WRITE_SAYS.load(Ordering::SeqCst)) {
        // SAFETY: only files that `open` gave a `Failing` table call this.
        ffi::SQLITE_OK => unsafe {
            let table = (*file).pMethods.cast::<Failing>();
            ((*table).write)(file, bytes, count, place)
        },
        code => code,
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    match verdict(SYNC_SAYS.load(Ordering::SeqCst)) {
        // SAFETY: only files that `open` gave a `Failing` table call this.
        ffi::SQLITE_OK => unsafe {
            let table = (*file).pMethods.cast::<Failing>();
            ((*table).sync)(file, flags)
        },
        code => code,
    }
}
