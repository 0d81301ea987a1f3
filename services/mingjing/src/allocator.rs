//! The allocator, with a count of live bytes that the memory bench switches on for its own thread.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use mimalloc::MiMalloc;

/// mimalloc, counting where asked.
pub struct Allocator;

static COUNTING: AtomicBool = AtomicBool::new(false);

thread_local! {
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

// SAFETY: every call goes to mimalloc unchanged; counting touches only a thread-local cell without destructor.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is mimalloc's.
        let block = unsafe { MiMalloc.alloc(layout) };
        count(block, 1);
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(block, -1);
        // SAFETY: as above.
        unsafe { MiMalloc.dealloc(block, layout) };
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let block = unsafe { MiMalloc.alloc_zeroed(layout) };
        count(block, 1);
        block
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(block, -1);
        // SAFETY: as above.
        let moved = unsafe { MiMalloc.realloc(block, layout, size) };
        // Where it failed the old block lives on.
        count(if moved.is_null() { block } else { moved }, 1);
        moved
    }
}

/// Counts what a block really takes, its size class included.
fn count(block: *mut u8, sign: i64) {
    if !COUNTING.load(Ordering::Relaxed) || block.is_null() {
        return;
    }
    // SAFETY: the block is one of mimalloc's own, live at this moment.
    let size = unsafe { MiMalloc.usable_size(block) } as i64;
    // At thread exit the cell may be gone: nothing is counted then.
    let _ = LIVE.try_with(|live| live.set(live.get() + sign * size));
}

/// Starts counting on this thread; answers the count so far.
pub fn start_counting() -> i64 {
    COUNTING.store(true, Ordering::Relaxed);
    live_bytes()
}

/// Stops counting.
pub fn stop_counting() {
    COUNTING.store(false, Ordering::Relaxed);
}

/// Live bytes that this thread has taken since counting began, less those it gave back.
pub fn live_bytes() -> i64 {
    LIVE.with(Cell::get)
}
