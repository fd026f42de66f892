//! Runs the book's Python. Each program checks itself. Where there is no Python there is nothing to run.
#![cfg(not(loom))]

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

#[track_caller]
fn prints(program: &str, expected: impl Fn(&str) -> bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(program);
    let output = match Command::new("python3").arg(path).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("there is no python3 here: {program} was not run");
            return;
        }
        output => output.expect("python3 can be run"),
    };
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program}: {}\n{errors}", output.status);
    assert!(expected(&said), "{program} printed:\n{said}");
}

#[test]
fn the_counter_never_exceeds_what_was_counted() {
    prints("counter.py", |said| said.trim().parse::<u32>().is_ok());
}

#[test]
fn a_lock_lets_one_pair_be_bought() {
    prints("shoes.py", |said| said == "1\n");
}

#[test]
fn a_daemon_thread_ends_with_the_program() {
    prints("daemon.py", |said| said == "main ends\n");
}

#[test]
fn a_thread_that_sleeps_takes_less_time_than_one_that_spins() {
    let time = |said: &str, name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
        line.and_then(|seconds| seconds.parse::<f64>().ok())
    };
    prints(
        "waiting.py",
        |said| matches!((time(said, "sleeps"), time(said, "spins")), (Some(sleeps), Some(spins)) if sleeps < spins),
    );
}

#[test]
fn a_with_ends_before_the_object_goes() {
    let visit = "first enters\nfirst exits\ncaught LookupError\nfirst goes\nthe error is gone\n";
    let names = "one name is deleted\nsecond goes\nthe other is deleted\n";
    prints("guards.py", |said| said == format!("{visit}{names}"));
}

#[test]
fn a_reentrant_lock_lets_its_holder_change_what_it_walks_through() {
    prints("rlock.py", |said| said == "dictionary changed size during iteration\n");
}

#[test]
fn a_customer_gets_bread() {
    prints("bakery.py", |said| said == "rye\n");
}

#[test]
fn two_transfers_in_opposite_directions_stand_still() {
    prints("deadlock.py", |said| said == "Alice and Bob stand still\n");
}

#[test]
fn a_pulse_releases_whoever_was_waiting() {
    prints("pulse.py", |said| said.is_empty());
}

#[test]
fn a_bell_that_rings_between_look_and_sleep_is_missed() {
    prints("bell.py", |said| said.is_empty());
}

#[test]
fn a_condition_forgets_a_semaphore_counts_and_an_event_stays() {
    prints("remembered.py", |said| said == "condition 0\nsemaphore 2\nevent     3\n");
}

#[test]
fn two_lines_serve_five_downloads_and_a_third_line_is_refused() {
    prints("lines.py", |said| said == "no more than 2 at a time\nSemaphore released too many times\n");
}

#[test]
fn eight_who_ask_look_the_rate_up_once() {
    prints("once.py", |said| said == "1\n");
}

#[test]
fn nobody_begins_a_stage_before_all_have_ended_the_last() {
    prints("hut.py", |said| said == "[0, 0, 1, 1, 2, 2]\n");
}

#[test]
fn two_cooks_serve_what_was_ordered_and_what_is_on_the_stove_is_not_on_the_rail() {
    prints("kitchen.py", |said| said == "['fish', 'soup', 'soup']\nTrue 1\n");
}

#[test]
fn a_job_tells_its_handle_alone_and_a_job_that_waits_for_a_job_waits_for_its_worker() {
    let burned = "ValueError('it burned')\nthe soup waits for the stock, and the stock for the cook\n";
    prints("dinner.py", |said| said == format!("SOUP FISH CAKE\n{burned}"));
}

#[test]
fn an_executor_works_off_its_queue_before_the_program_ends() {
    prints("closing.py", |said| said == "main ends\nqueued, and cooked all the same\n");
}

#[test]
fn a_thread_and_a_job_take_their_time() {
    prints("spawning.py", |said| {
        let rows = said.lines().filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok());
        rows.filter(|microseconds| *microseconds > 0.0).count() == 2
    });
}

#[test]
fn a_stream_has_no_boundaries_and_native_numbers_have_gaps() {
    let reads = "b'hel'\nb'lohowa'\nb're you?'\nb''\n";
    let numbers = r"b'\x00\x00\x00\t\x02'";
    prints("pieces.py", |said| said == format!("{reads}{numbers}\n5 8\n"));
}

/// The descriptors have numbers of their own, and the ports are whichever were free.
#[cfg(target_os = "linux")]
#[test]
fn a_descriptor_is_a_number_and_the_last_one_closes_the_connection() {
    prints("descriptors.py", |said| {
        let lines = Vec::from_iter(said.lines());
        let sockets = lines.iter().filter(|line| line.contains(" socket:[")).count();
        let closing = ["open: True", "open: False", "-1 b''", "not closed", "b''", "127.0.0.1 7878"];
        sockets == 3 && lines.len() == 12 && lines[6..] == closing
    });
}

/// How many more than the backlog get in is the system's affair.
#[cfg(target_os = "linux")]
#[test]
fn who_is_not_accepted_is_connected_all_the_same() {
    prints("backlog.py", |said| {
        let rest = said.trim_start_matches(|digit: char| digit.is_ascii_digit());
        rest == " are connected, and one more tries in vain\nb'is anybody there?'\n" && rest.len() < said.len()
    });
}

#[cfg(target_os = "linux")]
#[test]
fn what_nobody_reads_is_taken_until_two_buffers_are_full() {
    prints("unread.py", |said| {
        let number = |name| said.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
        let (Some(taken), Some(to_send), Some(unread)) = (number("taken"), number("to send"), number("unread")) else {
            return false;
        };
        let enough = to_send > 0 && unread > 0 && to_send + unread >= taken;
        enough && said.starts_with("b'hello'\n") && said.ends_with("TimeoutError('timed out')\n")
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_connection_ends_politely_with_a_reset_or_without_being_noticed() {
    let half = "b'3 and 4?' b''\nb'7' b''\n";
    let reset = "ConnectionResetError(104, 'Connection reset by peer')\n";
    let unread = format!("b'3 and 4?'\nb'7'\n{reset}");
    let gone = "6\nBrokenPipeError(32, 'Broken pipe')\n";
    prints("goodbye.py", |said| said == format!("{half}{unread}{gone}{reset}"));
}

#[test]
fn two_silent_clients_keep_two_workers() {
    let hello = r"b'hello\n'";
    let waited = format!("waited, and then {hello}");
    prints("servers.py", |said| {
        said == format!("a_thread_each {hello}\na_pool_of_two {waited}\ntwo_that_accept {waited}\n")
    });
}

#[test]
fn a_daemon_thread_does_not_leave_its_blocks() {
    prints("abandoned.py", |said| said == "main ends\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_handler_runs_in_the_main_thread_and_a_call_goes_on_unless_it_raises() {
    let handled = "raised in ['Alice'] and handled in ['MainThread']\nb'ring'\nTimeoutError('enough')\n";
    let locked = "the lock is taken, by whom I have interrupted\n";
    let noted = "SIGTERM\nSIGTERM once more: None\nSIGPIPE\n";
    prints("signals.py", |said| said == format!("{handled}{locked}{noted}"));
}

/// It may be lucky.
#[cfg(unix)]
#[test]
fn an_event_is_set_in_a_handler_until_it_stands_still() {
    prints("stopping.py", |said| said.starts_with("stands still after ") || said.starts_with("has survived "));
}

#[test]
fn the_same_work_is_done_by_threads_and_by_processes() {
    prints("turns.py", |said| said.lines().filter(|line| line.ends_with(" ms")).count() == 3);
}

#[test]
fn answers_beside_others_that_compute_are_timed() {
    prints("convoy.py", |said| said.lines().count() == 5);
}

#[test]
fn three_kinds_of_work_are_done_in_four_ways() {
    prints("ways.py", |said| {
        let waits = said.lines().skip(1).filter_map(|line| line.split_whitespace().last()?.parse::<f64>().ok());
        let waits = Vec::from_iter(waits);
        waits.len() == 4 && waits[0] >= 160.0 && waits[2] >= 10.0
    });
}

#[test]
fn a_forked_child_has_the_lock_and_not_the_thread_that_holds_it() {
    prints("forked.py", |said| said == "the child has 0 other threads, and the lock is taken\n");
}

#[test]
fn a_process_and_what_is_sent_to_it_take_their_time() {
    prints("processes.py", |said| said.lines().filter(|line| line.ends_with(" ms")).count() == 5);
}
