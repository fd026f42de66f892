//! Remembers which compiler builds this, to be written beside the numbers.

use std::env;
use std::process::Command;

fn main() {
    let compiler = env::var_os("RUSTC").expect("cargo names the compiler");
    let version = Command::new(compiler).arg("--version").output().expect("the compiler tells its version");
    println!("cargo::rustc-env=COMPILER={}", String::from_utf8_lossy(&version.stdout).trim_end());
    println!("cargo::rerun-if-changed=build.rs");
}
