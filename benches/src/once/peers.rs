//! The contenders, each behind the trait of its kind.

use super::{Cell, Gate, Lazy};

impl Cell for ::once::OnceLock<u64> {
    const NAME: &'static str = "locksmith";

    fn new() -> Self {
        ::once::OnceLock::new()
    }

    fn get(&self) -> Option<&u64> {
        self.get()
    }

    fn get_or_init(&self, init: impl FnOnce() -> u64) -> &u64 {
        self.get_or_init(init)
    }
}

impl Cell for std::sync::OnceLock<u64> {
    const NAME: &'static str = "std";

    fn new() -> Self {
        std::sync::OnceLock::new()
    }

    fn get(&self) -> Option<&u64> {
        self.get()
    }

    fn get_or_init(&self, init: impl FnOnce() -> u64) -> &u64 {
        self.get_or_init(init)
    }
}

impl Cell for once_cell::sync::OnceCell<u64> {
    const NAME: &'static str = "once_cell";

    fn new() -> Self {
        once_cell::sync::OnceCell::new()
    }

    fn get(&self) -> Option<&u64> {
        self.get()
    }

    fn get_or_init(&self, init: impl FnOnce() -> u64) -> &u64 {
        self.get_or_init(init)
    }
}

impl Lazy for ::once::LazyLock<u64> {
    const NAME: &'static str = "locksmith";

    fn new(init: fn() -> u64) -> Self {
        ::once::LazyLock::new(init)
    }
}

impl Lazy for std::sync::LazyLock<u64> {
    const NAME: &'static str = "std";

    fn new(init: fn() -> u64) -> Self {
        std::sync::LazyLock::new(init)
    }
}

impl Lazy for once_cell::sync::Lazy<u64> {
    const NAME: &'static str = "once_cell";

    fn new(init: fn() -> u64) -> Self {
        once_cell::sync::Lazy::new(init)
    }
}

impl Gate for ::once::OnceLock<()> {
    const NAME: &'static str = "locksmith";

    fn new() -> Self {
        ::once::OnceLock::new()
    }

    fn call_once(&self, work: impl FnOnce()) {
        self.get_or_init(work);
    }
}

impl Gate for std::sync::Once {
    const NAME: &'static str = "std";

    fn new() -> Self {
        std::sync::Once::new()
    }

    fn call_once(&self, work: impl FnOnce()) {
        self.call_once(work);
    }
}

impl Gate for parking_lot::Once {
    const NAME: &'static str = "parking_lot";

    fn new() -> Self {
        parking_lot::Once::new()
    }

    fn call_once(&self, work: impl FnOnce()) {
        self.call_once(work);
    }
}

impl Gate for usync::Once {
    const NAME: &'static str = "usync";

    fn new() -> Self {
        usync::Once::new()
    }

    fn call_once(&self, work: impl FnOnce()) {
        self.call_once(work);
    }
}
