//! When does a value go? Each says so itself.

// ANCHOR: guards
struct Turn(&'static str);

impl Drop for Turn {
    fn drop(&mut self) {
        println!("{} goes", self.0);
    }
}

fn main() {
    let first = Turn("first");
    {
        let _second = Turn("second");
        println!("the block ends");
    }
    drop(first);
    let _ = Turn("third"); // `_` keeps nothing
    let _fourth = Turn("fourth");
    println!("main ends");
}
// ANCHOR_END: guards
