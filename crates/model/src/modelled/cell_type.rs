//! Plain memory: loom tells whether two accesses race, the wrapper records them.

use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::Location;

use super::recorder::{self, Action, Kind};

/// Plain memory that threads share by a protocol of their own.
///
/// As `std::cell::UnsafeCell`, but whoever asks for the pointer says what for, so that the model can tell a data race.
/// The access counts as happening at the moment of the call: use the pointer at once, and ask anew for the next access.
pub struct UnsafeCell<T: ?Sized> {
    /// Keeps account of the accesses; loom's closures end at once, so that no access lasts over a wait.
    accesses: loom::cell::UnsafeCell<()>,
    object: usize,
    value: std::cell::UnsafeCell<T>,
}

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`.
    #[track_caller]
    pub fn new(value: T) -> UnsafeCell<T> {
        let place = Location::caller();
        let object = recorder::with(|recorder| recorder.object(Kind::Plain, 0, place));
        UnsafeCell { accesses: loom::cell::UnsafeCell::new(()), object, value: std::cell::UnsafeCell::new(value) }
    }

    /// The value, out of the cell.
    pub fn into_inner(self) -> T {
        let cell = ManuallyDrop::new(self);
        // SAFETY: the cell is owned, and nobody uses or drops it after this.
        unsafe { cell.value.get().read() }
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// A pointer to read through. Under the model this call is a read.
    #[track_caller]
    pub fn read_ptr(&self) -> *const T {
        let place = Location::caller();
        let access = recorder::enter(Some((self.object, self.value.get().addr())), "read", place);
        // Recorded first: if loom finds a race, this is the later of its two accesses.
        access.record(Action::Read { object: self.object });
        self.accesses.with(|_| self.value.get())
    }

    /// A pointer to read and write through. Under the model this call is a write.
    #[track_caller]
    pub fn write_ptr(&self) -> *mut T {
        let place = Location::caller();
        let access = recorder::enter(Some((self.object, self.value.get().addr())), "write", place);
        access.record(Action::Write { object: self.object });
        self.accesses.with_mut(|_| self.value.get())
    }

    /// The value, through a borrow that nobody shares; no access is recorded.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

/// The end of a cell counts as its last write: it has to come after all other accesses.
impl<T: ?Sized> Drop for UnsafeCell<T> {
    fn drop(&mut self) {
        if let Some(access) = recorder::enter_drop(self.object, self.value.get().addr()) {
            access.record(Action::Write { object: self.object });
            self.accesses.with_mut(|_| ());
        }
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    #[track_caller]
    fn default() -> UnsafeCell<T> {
        UnsafeCell::new(T::default())
    }
}

impl<T: ?Sized> fmt::Debug for UnsafeCell<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UnsafeCell { .. }")
    }
}
