//! Taking the time of operations that one thread does alone, and work that takes a known time.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How many objects a scenario goes through between two looks at the clock if each operation needs a fresh one: so many
/// that reading the clock costs a fraction of a nanosecond each, and so few that they stay in the caches next to the
/// processor.
pub(crate) const FRESH: usize = 256;

/// How many operations stand in a row. An operation of a cycle or two costs one more or one less depending on where the
/// compiler happens to put the loop around it; a dozen in each turn drown that.
const ROW: u64 = 16;

/// How long so many `operations` take.
pub(crate) fn timed(operations: u64, mut operation: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..operations / ROW {
        for _ in 0..ROW {
            operation();
        }
    }
    for _ in 0..operations % ROW {
        operation();
    }
    start.elapsed()
}

/// So many steps of [`work`] take about as long, at three gigahertz.
pub const HALF_A_MICROSECOND: u64 = 375;

/// Does so many `steps`, some four cycles each.
///
/// A step multiplies, and then mixes the bits: of multiplications and additions alone the compiler would fold several
/// steps into one.
pub fn work(steps: u64) -> u64 {
    let mut number = black_box(1_u64);
    for _ in 0..steps {
        number = number.wrapping_mul(6_364_136_223_846_793_005);
        number ^= number >> 32;
    }
    black_box(number)
}
