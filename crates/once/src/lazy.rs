//! A value that knows how it is made.

use std::fmt;
use std::ops::Deref;

use crate::OnceLock;

/// A value that is made at its first use, by a function that comes with it.
///
/// The making *synchronizes before* every use.
///
/// **Panics.** If the function panics, the next use tries again, which is why it has to be one that can be called more than
/// once. If it uses the value that it is to make, it panics.
///
/// # Example
///
/// ```
/// use once::LazyLock;
///
/// static SQUARES: LazyLock<Vec<u64>> = LazyLock::new(|| (0..100).map(|n| n * n).collect());
/// assert_eq!(SQUARES[12], 144);
/// ```
pub struct LazyLock<T, F = fn() -> T> {
    cell: OnceLock<T>,
    init: F,
}

impl<T, F> LazyLock<T, F> {
    model::const_fn! {
        /// A value that `init` will make.
        pub const fn new(init: F) -> LazyLock<T, F> {
            LazyLock { cell: OnceLock::new(), init }
        }
    }
}

impl<T, F: Fn() -> T> LazyLock<T, F> {
    /// The value, if need be made here and now. Blocks while another thread makes it. The same as `&*lazy`.
    ///
    /// # Panics
    ///
    /// If the function that makes it panics, or uses this value itself: it would wait for itself.
    #[inline]
    pub fn force(lazy: &LazyLock<T, F>) -> &T {
        lazy.cell.get_or_init(&lazy.init)
    }
}

impl<T, F: Fn() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        LazyLock::force(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    fn default() -> LazyLock<T> {
        LazyLock::new(T::default)
    }
}

/// Never blocks, and makes nothing: a value that is not there yet is left out.
impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_tuple("LazyLock");
        match self.cell.get() {
            Some(value) => debug.field(value),
            None => debug.field(&format_args!("<not made yet>")),
        };
        debug.finish()
    }
}
