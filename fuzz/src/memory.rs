//! How much memory an input may take: counted where Rust asks for it, so that a few bytes of input
//! that reserve megabytes are found, although nothing ever writes to them.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static NOW: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn grown(size: usize) {
    let now = NOW.get().saturating_add(size);
    NOW.set(now);
    PEAK.set(PEAK.get().max(now));
}

// SAFETY: everything goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        NOW.set(NOW.get().saturating_sub(layout.size()));
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Runs `work`, which may take `limit` bytes at most beyond what was taken before.
pub fn within<T>(limit: usize, work: impl FnOnce() -> T) -> T {
    let before = NOW.get();
    PEAK.set(before);
    let result = work();
    let taken = PEAK.get().saturating_sub(before);
    assert!(taken <= limit, "{taken} bytes of memory, more than {limit}");
    result
}
