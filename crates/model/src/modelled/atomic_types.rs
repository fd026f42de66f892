//! Atomics: loom's, with each operation recorded.
//!
//! Two differences from loom's own atomics:
//!
//! - A `SeqCst` fence goes before each `SeqCst` access, because loom treats the access itself as `AcqRel`.
//! - A store to an atomic that is changed by read-modify-writes as well is made as a swap. The language orders a store
//!   behind the read-modify-writes that came before it (nothing can come between one and the value that it read), but
//!   loom leaves them unordered, and a later exchange could then read the older value: a spin lock that is taken by `swap`
//!   and given back by `store` would seem to stay locked for ever. The price: a swap continues a release sequence that a store
//!   would have ended. Which atomics are changed in both ways is learned on the way, and then the search begins anew.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::Ordering;

use loom::sync::atomic as loomed;

use super::crossing::{Crossing, cross_hidden_loads};
use super::recorder::{self, Access, Action, Change, CompareExchange, Kind, Place};
use super::surprise::opportunity;

/// A value that an atomic holds, as bits for the record.
trait Value: Copy + PartialEq {
    const KIND: Kind;
    fn bits(self) -> u64;
    /// Some other value than the one with these bits.
    fn unlike(bits: u64) -> Self;
}

macro_rules! value {
    ($($type:ty: $kind:ident),*) => {
        $(impl Value for $type {
            const KIND: Kind = Kind::$kind;
            fn bits(self) -> u64 {
                self as u64
            }
            fn unlike(bits: u64) -> $type {
                (bits as $type).wrapping_add(1)
            }
        })*
    };
}

value!(u8: Unsigned, u16: Unsigned, u32: Unsigned, u64: Unsigned, usize: Unsigned);
value!(i32: Signed, i64: Signed, isize: Signed);

impl Value for bool {
    const KIND: Kind = Kind::Bool;
    fn bits(self) -> u64 {
        self.into()
    }
    fn unlike(bits: u64) -> bool {
        bits == 0
    }
}

impl<T> Value for *mut T {
    const KIND: Kind = Kind::Pointer;
    fn bits(self) -> u64 {
        self.addr() as u64
    }
    fn unlike(bits: u64) -> *mut T {
        std::ptr::without_provenance_mut((bits as usize).wrapping_add(1))
    }
}

/// Orders a `SeqCst` access among all others.
fn lead_by_fence(ordering: Ordering) {
    if ordering == Ordering::SeqCst {
        Crossing::Fences.cross();
        loomed::fence(Ordering::SeqCst);
    }
}

/// Panics as std does if a load is to have `ordering` and cannot.
fn assert_load(ordering: Ordering) {
    assert!(
        !matches!(ordering, Ordering::Release | Ordering::AcqRel),
        "a load cannot have the ordering {ordering:?}: it writes nothing that could be released"
    );
}

/// The rest of a load, after loom's.
fn loaded<T: Value>(access: Access, object: usize, ordering: Ordering, value: T) -> T {
    let value_bits = value.bits();
    let missed = recorder::with(|recorder| {
        let object = &mut recorder.log.objects[object];
        object.accesses.note_load(access.thread);
        let missed = (object.newest != value_bits).then_some((object.newest, object.written));
        if missed.is_some() {
            recorder.note_old_value();
        }
        missed
    });
    access.record(Action::Load { object, value: value_bits, ordering, missed });
    value
}

/// Remembers the newest value of `object` and the event that wrote it.
fn written(access: Access, object: usize, change: Change, value: u64, event: usize) {
    recorder::with(|recorder| {
        let object = &mut recorder.log.objects[object];
        object.accesses.note_change(access.thread);
        let differs = object.newest != value;
        object.newest = value;
        object.written = Some(event);
        object.changes.note(change);
        if object.changes.are_mixed() && !object.swap_for_store {
            recorder.mixed.insert(object.constructed.clone());
        }
        if differs {
            recorder.note_progress();
        }
    });
}

/// The rest of a read-modify-write, after loom's.
fn modified<T: Value>(
    (access, object): (Access, usize),
    (method, operand, ordering): (&'static str, T, Ordering),
    (before, after): (T, T),
) -> T {
    let (operand, old, after) = (operand.bits(), before.bits(), after.bits());
    let event = access.record(Action::Rmw { object, method, operand, before: old, after, ordering });
    written(access, object, Change::Exchange, after, event);
    before
}

macro_rules! atomic {
    ($name:ident $(<$parameter:ident>)?, $type:ty, $($also:tt)*) => {
        #[doc = concat!("As `std::sync::atomic::", stringify!($name), "`, with each operation recorded.")]
        pub struct $name $(<$parameter>)? {
            inner: loomed::$name $(<$parameter>)?,
            object: usize,
        }

        impl $(<$parameter>)? $name $(<$parameter>)? {
            /// An atomic that holds `value`.
            #[track_caller]
            pub fn new(value: $type) -> Self {
                let place = Location::caller();
                let object = recorder::with(|recorder| recorder.object(<$type>::KIND, value.bits(), place));
                $name { inner: loomed::$name::new(value), object }
            }

            /// The value, out of the atomic.
            pub fn into_inner(self) -> $type {
                // SAFETY: nobody else has access to what is owned.
                unsafe { self.inner.unsync_load() }
            }

            /// As std's.
            #[track_caller]
            pub fn load(&self, ordering: Ordering) -> $type {
                let place = Location::caller();
                let access = recorder::enter(self.target(), "load", place);
                assert_load(ordering);
                lead_by_fence(ordering);
                let value = if recorder::with(|recorder| recorder.may_read_old_value()) {
                    Crossing::Loads { object: self.object, thread: access.thread }.cross();
                    self.inner.load(ordering)
                } else {
                    self.peek(access.thread, ordering)
                };
                loaded(access, self.object, ordering, value)
            }

            /// As std's.
            #[track_caller]
            pub fn store(&self, value: $type, ordering: Ordering) {
                let place = Location::caller();
                let access = recorder::enter(self.target(), "store", place);
                assert!(
                    !matches!(ordering, Ordering::Acquire | Ordering::AcqRel),
                    "a store cannot have the ordering {ordering:?}: it reads nothing that could be acquired"
                );
                lead_by_fence(ordering);
                cross_hidden_loads(self.object, access.thread);
                if recorder::with(|recorder| recorder.log.objects[self.object].swap_for_store) {
                    self.inner.swap(value, ordering);
                } else {
                    self.inner.store(value, ordering);
                }
                let object = self.object;
                let event = access.record(Action::Store { object, value: value.bits(), ordering });
                written(access, object, Change::Store, value.bits(), event);
            }

            /// As std's.
            #[track_caller]
            pub fn swap(&self, value: $type, ordering: Ordering) -> $type {
                self.modify("swap", value, ordering, Location::caller(), |_| value, || self.inner.swap(value, ordering))
            }

            /// As std's.
            ///
            /// # Errors
            ///
            /// With the value that was there, if it was not `expected`.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                expected: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                let place = Location::caller();
                let access = recorder::enter(self.target(), "compare_exchange", place);
                self.exchange(access, false, (expected, new), (success, failure))
            }

            /// As std's. It may fail although the value was `expected`: such failures are among the surprises that the model tries.
            ///
            /// # Errors
            ///
            /// With the value that was there.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                expected: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                let place = Location::caller();
                let access = recorder::enter(self.target(), "compare_exchange_weak", place);
                if opportunity(access.thread, 1) == 0 {
                    return self.exchange(access, true, (expected, new), (success, failure));
                }
                assert_load(failure);
                lead_by_fence(failure);
                let found = self.peek(access.thread, failure);
                let action = CompareExchange {
                    object: self.object,
                    expected: expected.bits(),
                    new: new.bits(),
                    found: found.bits(),
                    exchanged: false,
                    success,
                    failure,
                    weak: true,
                    spurious: found == expected,
                };
                access.record(Action::CompareExchange(action));
                Err(found)
            }

            /// As std's: a load, and then exchanges until one succeeds or `update` returns `None`.
            ///
            /// # Errors
            ///
            /// With the value for which `update` returned `None`.
            #[track_caller]
            pub fn fetch_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                mut update: impl FnMut($type) -> Option<$type>,
            ) -> Result<$type, $type> {
                let mut found = self.load(fetch);
                while let Some(new) = update(found) {
                    match self.compare_exchange_weak(found, new, set, fetch) {
                        Ok(before) => return Ok(before),
                        Err(other) => found = other,
                    }
                }
                Err(found)
            }

            /// The newest value. A decision point, in conflict with every other access.
            fn peek(&self, thread: usize, ordering: Ordering) -> $type {
                cross_hidden_loads(self.object, thread);
                // An exchange works on the newest value. This one is meant to fail. Should the value have become `other`
                // meanwhile, it writes what is there already, and so its ordering has to be that of the load in either case.
                let other = <$type>::unlike(recorder::with(|recorder| recorder.log.objects[self.object].newest));
                match self.inner.compare_exchange(other, other, ordering, ordering) {
                    Ok(found) | Err(found) => found,
                }
            }

            fn target(&self) -> Option<(usize, usize)> {
                Some((self.object, std::ptr::from_ref(self).addr()))
            }

            fn modify(
                &self,
                method: &'static str,
                operand: $type,
                ordering: Ordering,
                place: Place,
                after: impl FnOnce($type) -> $type,
                operate: impl FnOnce() -> $type,
            ) -> $type {
                let access = recorder::enter(self.target(), method, place);
                lead_by_fence(ordering);
                cross_hidden_loads(self.object, access.thread);
                let before = operate();
                modified((access, self.object), (method, operand, ordering), (before, after(before)))
            }

            fn exchange(
                &self,
                access: Access,
                weak: bool,
                (expected, new): ($type, $type),
                (success, failure): (Ordering, Ordering),
            ) -> Result<$type, $type> {
                assert_load(failure);
                lead_by_fence(success);
                cross_hidden_loads(self.object, access.thread);
                let result = self.inner.compare_exchange(expected, new, success, failure);
                let (found, exchanged) = match result {
                    Ok(found) => (found, true),
                    Err(found) => (found, false),
                };
                let action = CompareExchange {
                    object: self.object,
                    expected: expected.bits(),
                    new: new.bits(),
                    found: found.bits(),
                    exchanged,
                    success,
                    failure,
                    weak,
                    spurious: false,
                };
                let event = access.record(Action::CompareExchange(action));
                if exchanged {
                    written(access, self.object, Change::Exchange, new.bits(), event);
                }
                result
            }

            $($also)*
        }

        /// Giving memory back conflicts with every access to it, so loom has to try both orders.
        impl $(<$parameter>)? Drop for $name $(<$parameter>)? {
            fn drop(&mut self) {
                if let Some(access) = recorder::enter_drop(self.object, std::ptr::from_ref(self).addr()) {
                    self.peek(access.thread, Ordering::Relaxed);
                    recorder::resume(access.thread);
                    // All stores have to come before this, and loom tells if nothing orders one that did.
                    // SAFETY: this is no access that another one could disturb: it reads loom's account of the atomic.
                    unsafe { self.inner.unsync_load() };
                }
            }
        }

        /// Prints the newest value, and is no operation of the model.
        impl $(<$parameter>)? fmt::Debug for $name $(<$parameter>)? {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                let newest = recorder::with(|recorder| recorder.log.objects[self.object].newest);
                write!(formatter, "{newest}")
            }
        }

        impl $(<$parameter>)? From<$type> for $name $(<$parameter>)? {
            #[track_caller]
            fn from(value: $type) -> Self {
                $name::new(value)
            }
        }
    };
}

macro_rules! fetch {
    ($type:ty: $($method:ident => $after:expr),* $(,)?) => {
        $(
            /// As std's.
            #[track_caller]
            pub fn $method(&self, operand: $type, ordering: Ordering) -> $type {
                let after: fn($type, $type) -> $type = $after;
                self.modify(
                    stringify!($method),
                    operand,
                    ordering,
                    Location::caller(),
                    |before| after(before, operand),
                    || self.inner.$method(operand, ordering),
                )
            }
        )*
    };
}

macro_rules! integer {
    ($($name:ident: $type:ty),*) => {
        $(atomic!($name, $type,
            fetch!($type:
                fetch_add => |before, operand| before.wrapping_add(operand),
                fetch_sub => |before, operand| before.wrapping_sub(operand),
                fetch_and => |before, operand| before & operand,
                fetch_nand => |before, operand| !(before & operand),
                fetch_or => |before, operand| before | operand,
                fetch_xor => |before, operand| before ^ operand,
                fetch_max => |before, operand| before.max(operand),
                fetch_min => |before, operand| before.min(operand),
            );
        );

        impl Default for $name {
            #[track_caller]
            fn default() -> Self {
                $name::new(0)
            }
        })*
    };
}

integer!(AtomicU8: u8, AtomicU16: u16, AtomicU32: u32, AtomicU64: u64, AtomicUsize: usize);
integer!(AtomicI32: i32, AtomicI64: i64, AtomicIsize: isize);

atomic!(AtomicBool, bool,
    fetch!(bool:
        fetch_and => |before, operand| before & operand,
        fetch_nand => |before, operand| !(before & operand),
        fetch_or => |before, operand| before | operand,
        fetch_xor => |before, operand| before ^ operand,
    );
);

impl Default for AtomicBool {
    #[track_caller]
    fn default() -> Self {
        AtomicBool::new(false)
    }
}

atomic!(AtomicPtr<T>, *mut T,);

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        AtomicPtr::new(std::ptr::null_mut())
    }
}

impl AtomicU32 {
    /// The value that the kernel would see now: the newest. Afterwards this thread sees no older one, as on real hardware,
    /// where the kernel looks from the same processor.
    pub(super) fn kernel_load(&self, thread: usize) -> u32 {
        self.peek(thread, Ordering::Relaxed)
    }

    /// The number by which the record knows it.
    pub(super) fn object(&self) -> usize {
        self.object
    }
}

/// As `std::sync::atomic::fence`.
///
/// # Panics
///
/// If `ordering` is `Relaxed`.
#[track_caller]
pub fn fence(ordering: Ordering) {
    let place = Location::caller();
    let access = recorder::enter(None, "fence", place);
    if ordering == Ordering::SeqCst {
        lead_by_fence(ordering);
    } else {
        loomed::fence(ordering);
    }
    access.record(Action::Fence { ordering });
}
