//! What holds for the scenarios of every concept.

use std::collections::HashSet;
use std::time::Duration;

use benches::{Placement, Run, Setting, scenarios};
use model::within;

/// On a busy machine, without optimization, some scenarios take seconds.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn every_scenario_ends_for_every_contender() {
    for scenario in scenarios() {
        let id = scenario.id();
        for contender in scenario.contenders {
            // Told if the test fails: the last line is the one that hangs.
            println!("{id} {}", contender.name);
            let setting = Setting { threads: scenario.threads, placement: Placement::anywhere() };
            within(LIMIT, move || match contender.run {
                Run::Repeat(set_up) => {
                    let mut repeat = set_up(&setting);
                    assert!(repeat(1) > Duration::ZERO);
                    assert!(repeat(300) > Duration::ZERO);
                    // The crew is dismissed and joined here.
                    drop(repeat);
                }
                Run::Contest(set_up) => {
                    let mut contest = set_up(&setting);
                    for _ in 0..2 {
                        let standing = contest(Duration::from_millis(1));
                        assert!(standing.operations() > 0);
                        assert_eq!(standing.done.len(), setting.threads);
                    }
                    drop(contest);
                }
            });
        }
    }
}

#[test]
fn ours_comes_first_and_std_is_always_among_the_peers() {
    for scenario in scenarios() {
        let names: Vec<_> = scenario.contenders.iter().map(|contender| contender.name).collect();
        assert_eq!(names[0], "locksmith", "{}", scenario.id());
        assert!(names[1..].contains(&"std"), "{}", scenario.id());
    }
}

#[test]
fn no_two_rows_have_one_id() {
    let mut ids = HashSet::new();
    for scenario in scenarios() {
        for contender in &scenario.contenders {
            assert!(ids.insert((scenario.id(), contender.name)), "{} {}", scenario.id(), contender.name);
        }
    }
}
