fn main() {
    let mut count = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| count += 1);
        scope.spawn(|| count += 1);
    });
    println!("{count}");
}
