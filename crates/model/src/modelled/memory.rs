//! Owned memory that is held back when it is given back, so that a late access can be told.

use std::alloc::{Layout, dealloc};
use std::fmt;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::ptr::{self, NonNull};
use std::sync::Weak;

use super::recorder::{self, Action};

/// Memory that was given back during the execution and stays until its end.
pub(super) struct Held {
    pointer: *const (),
    release: unsafe fn(*const ()),
}

impl Held {
    /// Gives the memory back to the allocator.
    pub(super) fn release(self) {
        // SAFETY: `release` was stored together with the pointer that it is for, and this consumes the only copy.
        unsafe { (self.release)(self.pointer) }
    }
}

/// Notes that `block` is given back at `place`, and holds its memory.
fn hold(block: usize, place: recorder::Place, held: Held) {
    let event = recorder::enter_at(None, "free", place).record(Action::Free { block });
    recorder::with(|recorder| {
        recorder.log.blocks[block].freed = Some(event);
        recorder.held.push(held);
    });
}

/// Shared ownership, as `std::sync::Arc`. The model tells a leak, and a late access through a raw pointer.
pub struct Arc<T> {
    /// Loom's count: it orders the last owner behind all others, and knows a leak.
    count: ManuallyDrop<loom::sync::Arc<()>>,
    value: ManuallyDrop<std::sync::Arc<T>>,
    block: usize,
    place: recorder::Place,
}

impl<T> Arc<T> {
    /// `value`, with one owner.
    #[track_caller]
    pub fn new(value: T) -> Arc<T> {
        let place = Location::caller();
        let value = std::sync::Arc::new(value);
        let address = std::sync::Arc::as_ptr(&value).addr();
        let block = recorder::with(|recorder| recorder.block(address, size_of::<T>(), place));
        Arc { count: ManuallyDrop::new(loom::sync::Arc::new(())), value: ManuallyDrop::new(value), block, place }
    }

    /// Whether both are owners of the same value.
    pub fn ptr_eq(this: &Arc<T>, other: &Arc<T>) -> bool {
        std::sync::Arc::ptr_eq(&this.value, &other.value)
    }
}

impl<T> Clone for Arc<T> {
    #[track_caller]
    fn clone(&self) -> Arc<T> {
        let access = recorder::enter(None, "clone", Location::caller());
        let count = loom::sync::Arc::clone(&self.count);
        recorder::resume(access.thread);
        let value = std::sync::Arc::clone(&self.value);
        Arc { count: ManuallyDrop::new(count), value: ManuallyDrop::new(value), ..*self }
    }
}

impl<T> Drop for Arc<T> {
    fn drop(&mut self) {
        let access = recorder::enter(None, "drop", self.place);
        // SAFETY: nobody uses the field after this, because `self` is being dropped.
        unsafe { ManuallyDrop::drop(&mut self.count) };
        recorder::resume(access.thread);
        // No decision point lies between loom's count and this one, so that both agree about who is last.
        // SAFETY: nobody uses the field after this, because `self` is being dropped.
        let value = unsafe { ManuallyDrop::take(&mut self.value) };
        if std::sync::Arc::strong_count(&value) == 1 {
            // A weak reference keeps the memory, and not the value.
            let pointer = std::sync::Arc::downgrade(&value).into_raw().cast();
            drop(value);
            hold(self.block, self.place, Held { pointer, release: release_weak::<T> });
        }
    }
}

/// # Safety
///
/// `pointer` is from `Weak::<T>::into_raw`, and is not used again.
unsafe fn release_weak<T>(pointer: *const ()) {
    // SAFETY: as the caller promises.
    drop(unsafe { Weak::from_raw(pointer.cast::<T>()) });
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Arc<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

/// Owned memory, as `std::boxed::Box`. The model tells a leak, and a late access through a raw pointer.
pub struct Box<T> {
    slot: NonNull<Slot<T>>,
}

/// What a `Box` points to. The value comes first, so that a pointer to the one is a pointer to the other.
#[repr(C)]
struct Slot<T> {
    value: T,
    block: usize,
    place: recorder::Place,
    /// Loom's account of this memory: it knows a leak.
    tracked: loom::alloc::Track<()>,
}

// SAFETY: a box owns its value and gives access to it only through itself, as `T` would.
unsafe impl<T: Send> Send for Box<T> {}
// SAFETY: a shared box gives shared access to its value, as `&T` would.
unsafe impl<T: Sync> Sync for Box<T> {}

impl<T> Box<T> {
    /// `value`, in memory of its own.
    #[track_caller]
    pub fn new(value: T) -> Box<T> {
        let place = Location::caller();
        let tracked = loom::alloc::Track::new(());
        let slot = NonNull::from(std::boxed::Box::leak(std::boxed::Box::new(Slot { value, block: 0, place, tracked })));
        let block = recorder::with(|recorder| recorder.block(slot.addr().get(), size_of::<T>(), place));
        // SAFETY: nobody else knows the slot yet.
        unsafe { (*slot.as_ptr()).block = block };
        Box { slot }
    }

    /// The pointer, whose owner has to make a box of it again one day.
    pub fn into_raw(this: Box<T>) -> *mut T {
        ManuallyDrop::new(this).slot.as_ptr().cast()
    }

    /// Takes ownership back.
    ///
    /// # Safety
    ///
    /// `raw` is from [`Box::into_raw`], and nobody else makes a box of it.
    #[track_caller]
    pub unsafe fn from_raw(raw: *mut T) -> Box<T> {
        // SAFETY: `into_raw` returns no null pointer.
        let slot: NonNull<Slot<T>> = unsafe { NonNull::new_unchecked(raw.cast()) };
        // The memory is given back on behalf of whoever calls this.
        // SAFETY: the slot's memory stays until the end of the execution.
        unsafe { (*slot.as_ptr()).place = Location::caller() };
        Box { slot }
    }
}

impl<T> Drop for Box<T> {
    fn drop(&mut self) {
        // SAFETY: the slot's memory stays until the end of the execution, and `place` has no destructor.
        let place = unsafe { (*self.slot.as_ptr()).place };
        recorder::enter_at(Some(self.slot.addr().get()), "drop", place);
        // SAFETY: the slot is live, or `enter_at` would not have returned, and this box owns it.
        let slot = unsafe { self.slot.as_mut() };
        let block = slot.block;
        // SAFETY: nobody uses the value after this.
        unsafe { ptr::drop_in_place(&raw mut slot.value) };
        // SAFETY: nobody uses the account after this.
        unsafe { ptr::drop_in_place(&raw mut slot.tracked) };
        let pointer = ptr::from_mut(slot).cast_const().cast();
        hold(block, place, Held { pointer, release: release_slot::<T> });
    }
}

/// # Safety
///
/// `pointer` is from the box of a `Slot<T>` whose fields have been dropped, and is not used again.
unsafe fn release_slot<T>(pointer: *const ()) {
    let slot = pointer.cast_mut().cast::<MaybeUninit<Slot<T>>>();
    // SAFETY: as the caller promises; the layout is that with which the slot was allocated.
    unsafe { dealloc(slot.cast(), Layout::new::<Slot<T>>()) };
}

impl<T> Deref for Box<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the box owns a live slot.
        unsafe { &(*self.slot.as_ptr()).value }
    }
}

impl<T> DerefMut for Box<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the box owns a live slot, and is borrowed exclusively.
        unsafe { &mut (*self.slot.as_ptr()).value }
    }
}

impl<T: fmt::Debug> fmt::Debug for Box<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}
