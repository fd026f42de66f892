#!/usr/bin/env bash
# How long the learner waits: from a cold clone to the first screen, and from a save to the verdict.
#
# Works in a copy of the sources, with a target directory of its own, and removes both. What Cargo downloads is downloaded
# first and not counted.
set -euo pipefail

saves=${1:-5}
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git -C "$root" ls-files --cached --others --exclude-standard -z | tar -C "$root" --null -T - -c | tar -C "$copy" -x
cd "$copy"
unset CARGO_TARGET_DIR RUSTFLAGS
cargo fetch --quiet

# Sets `seconds` to how long the command took, whatever it says and however it ends.
timed() {
    local start=$EPOCHREALTIME
    "$@" > last-output.txt 2>&1 || true
    seconds=$(awk "BEGIN { printf \"%.2f\", $EPOCHREALTIME - $start }")
}

timed cargo learn
echo "cold clone to first screen:    $seconds s (30 are allowed)"
timed cargo learn check
echo "first verdict after that:      $seconds s, the model checker's compilation included"

file=exercises/build-event/src/lib.rs
for solution in crates/event/src/lib.rs exercises/build-event/wrong/*.rs; do
    echo "save to verdict, $solution (1.5 s are allowed):"
    cp "$solution" "$file"
    timed cargo learn check build-event
    for ((save = 1; save <= saves; save++)); do
        # A change that the compiler cannot ignore.
        echo "const _: u32 = $save;" >> "$file"
        timed cargo learn check build-event
        echo "    $seconds s: $(grep -oE '^  model .*' last-output.txt || tail -n 1 last-output.txt)"
    done
done
