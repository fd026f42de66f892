//! What a picture shows, from top to bottom: its rows, and what each thread is doing in each of them.

use crate::{Failure, Operation, Schedule, WaitsFor};

/// From how many steps on the middle of a schedule that never ends is left out.
const LONG: usize = 60;
/// How many steps stay on either side of what is left out.
const KEPT: usize = 20;

/// What a thread is doing while another one takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// It has not been spawned.
    Unborn,
    /// It could go on.
    Ready,
    /// It waits for a thread to end.
    Joining,
    /// It sleeps.
    Asleep,
    /// It has ended.
    Ended,
}

/// A row of a picture.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) kind: RowKind,
    /// What each thread is doing, by number; in a step's row, what it was doing just before.
    pub(crate) lives: Vec<Life>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum RowKind {
    /// The step with this index.
    Step(usize),
    /// `thread` is stopped although it could go on, and `next` takes its place.
    Stopped { thread: usize, next: usize },
    /// The steps `from..to` are left out. Where they only repeat others, `like` says where those start and how many they
    /// are.
    Folded { from: usize, to: usize, like: Option<(usize, usize)> },
    /// What a thread was about to do when the schedule ended; [`crate::words`] knows what.
    Last { thread: usize },
}

/// The rows of a schedule's picture.
pub(crate) fn rows(schedule: &Schedule) -> Vec<Row> {
    let folds = folds(schedule);
    let mut rows = Vec::new();
    let mut lives = lives(schedule);
    let last_lives = lives.pop().unwrap_or_default();
    for (index, lives) in lives.into_iter().enumerate() {
        if let Some(&(from, to, like)) = folds.iter().find(|(from, to, _)| (*from..*to).contains(&index)) {
            if index == from {
                rows.push(Row { kind: RowKind::Folded { from, to, like }, lives });
            }
            continue;
        }
        if let Some(thread) = stopped_before(schedule, index, &lives)
            && !folds.iter().any(|(_, to, _)| *to == index)
        {
            let next = schedule.steps[index].thread;
            rows.push(Row { kind: RowKind::Stopped { thread, next }, lives: lives.clone() });
        }
        rows.push(Row { kind: RowKind::Step(index), lives });
    }
    let last = match &schedule.failure {
        Some(Failure::Panic { thread, .. } | Failure::UseAfterFree { thread, .. }) => Some(*thread),
        _ => None,
    };
    if let Some(thread) = last {
        rows.push(Row { kind: RowKind::Last { thread }, lives: last_lives });
    }
    rows
}

/// How often a thread is stopped although it could certainly go on.
pub(crate) fn certain_preemptions(schedule: &Schedule) -> usize {
    let lives = lives(schedule);
    (0..schedule.steps.len()).filter(|&index| stopped_before(schedule, index, &lives[index]).is_some()).count()
}

/// What each thread is doing, by number: before each step, and after the last.
fn lives(schedule: &Schedule) -> Vec<Vec<Life>> {
    let mut now = vec![Life::Unborn; schedule.threads.len()];
    if let Some(main) = now.first_mut() {
        *main = Life::Ready;
    }
    let mut lives = vec![now.clone()];
    for index in 0..schedule.steps.len() {
        live(schedule, index, &mut now);
        lives.push(now.clone());
    }
    lives
}

/// Changes `lives` as the step at `index` does.
fn live(schedule: &Schedule, index: usize, lives: &mut [Life]) {
    let step = &schedule.steps[index];
    let mut set = |thread: usize, life| {
        if let Some(place) = lives.get_mut(thread) {
            *place = life;
        }
    };
    set(step.thread, Life::Ready);
    match &step.operation {
        Operation::Spawn { thread } => set(*thread, Life::Ready),
        Operation::Sleep { .. } => set(step.thread, Life::Asleep),
        Operation::Wake { woken, .. } | Operation::Requeue { woken, .. } => {
            woken.iter().for_each(|&thread| set(thread, Life::Ready));
        }
        Operation::Finish => set(step.thread, Life::Ended),
        _ => {}
    }
    // A thread that waits for another to end shows it only by what it does next. So each change of a thread's life is
    // followed by a look at who waits for whom.
    for (thread, life) in lives.iter_mut().enumerate() {
        if matches!(life, Life::Ready | Life::Joining) {
            *life = if joins_later(schedule, thread, index) { Life::Joining } else { Life::Ready };
        }
    }
}

/// Whether `thread`, after the step at `index`, can only wait for another thread to end.
fn joins_later(schedule: &Schedule, thread: usize, index: usize) -> bool {
    let began = thread == 0 || schedule.steps[..=index].iter().any(|step| step.thread == thread);
    let later = &schedule.steps[index + 1..];
    let next = later.iter().find(|step| step.thread == thread);
    match next.map(|step| &step.operation) {
        Some(Operation::Join { thread: other }) => {
            began && later.iter().any(|step| step.thread == *other && step.operation == Operation::Finish)
        }
        Some(_) => false,
        None => matches!(&schedule.failure, Some(Failure::Deadlock { waiting }) if waiting.iter().any(|waiting| {
            waiting.thread == thread && matches!(waiting.waits_for, WaitsFor::Thread { .. })
        })),
    }
}

/// The thread that took the step before `index` and was stopped then although it could have gone on, where that is
/// certain: its next step is one that never has to wait.
fn stopped_before(schedule: &Schedule, index: usize, lives: &[Life]) -> Option<usize> {
    let before = &schedule.steps[index.checked_sub(1)?];
    let thread = before.thread;
    let gave_way = matches!(before.operation, Operation::Sleep { .. } | Operation::Finish | Operation::Yield { .. });
    let late = matches!(&schedule.failure, Some(Failure::UseAfterFree { thread: late, .. }) if *late == thread);
    let goes_on = late || schedule.steps[index..].iter().any(|step| step.thread == thread);
    let switched = schedule.steps[index].thread != thread;
    (switched && goes_on && !gave_way && lives.get(thread) == Some(&Life::Ready)).then_some(thread)
}

/// Which steps `from..to` are left out of the picture of a schedule that took too long, and which steps they repeat.
type Fold = (usize, usize, Option<(usize, usize)>);

fn folds(schedule: &Schedule) -> Vec<Fold> {
    if !matches!(schedule.failure, Some(Failure::TooLong { .. })) {
        return Vec::new();
    }
    let mut folds = Vec::new();
    let mut shown = Vec::new();
    // From the end on, because there a turn is whole: the threads were stopped right behind it.
    let mut end = schedule.steps.len();
    while end > 0 {
        if let Some((start, period)) = repetition(schedule, end) {
            folds.push((start + period, end, Some((start, period))));
            shown.extend((start..start + period).rev());
            end = start;
        } else {
            end -= 1;
            shown.push(end);
        }
    }
    if shown.len() > LONG {
        let (from, to) = (shown[shown.len() - 1 - KEPT], shown[KEPT - 1]);
        folds.retain(|&(start, end, _)| end <= from || start >= to);
        folds.push((from, to, None));
    }
    folds
}

/// Where the steps that lead up to `end` are one turn over and over again, at least three times: where the first turn
/// starts, and its length. Among several such turns it is the one that covers most, and then the shortest.
fn repetition(schedule: &Schedule, end: usize) -> Option<(usize, usize)> {
    let alike = |left: usize, right: usize| {
        let (left, right) = (&schedule.steps[left], &schedule.steps[right]);
        left.thread == right.thread
            && left.place == right.place
            && std::mem::discriminant(&left.operation) == std::mem::discriminant(&right.operation)
    };
    let repetitions = (1..=end / 3).filter_map(|period| {
        let same = (period..end).rev().take_while(|&index| alike(index, index - period)).count();
        let turns = same / period + 1;
        (turns >= 3).then(|| (end - turns * period, period))
    });
    repetitions.min_by_key(|&(start, period)| start + period)
}

/// The threads to which a step's arrows lead.
pub(crate) fn reached(operation: &Operation) -> &[usize] {
    match operation {
        Operation::Spawn { thread } => std::slice::from_ref(thread),
        Operation::Wake { woken, .. } | Operation::Requeue { woken, .. } => woken,
        _ => &[],
    }
}
