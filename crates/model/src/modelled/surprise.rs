//! Surprises: what neither the code nor the schedule decides.
//!
//! A sleeping thread may wake for no reason, a timed wait may run out at any moment, a weak compare-exchange may fail
//! although the values agree. Loom knows none of these and offers no way to choose freely. So the search chooses
//! *outside* of loom: a [`Plan`] fixes in advance which opportunities of which thread end in a surprise, loom explores
//! every schedule under that plan, and on the way the search learns which opportunities there are, to plan with next.

use std::collections::BTreeMap;

use super::recorder;

/// An opportunity: the thread, and how many opportunities it had before.
pub(super) type Site = (usize, usize);

/// The opportunities that a search came upon, with the number of ways in which each can surprise.
pub(super) type Sites = BTreeMap<Site, usize>;

/// The opportunities that end in a surprise, with the number of the surprise, from 1.
pub(super) type Plan = BTreeMap<Site, usize>;

/// An opportunity of `thread` for one of so many surprises: the number of the one that happens, or 0 for none.
pub(super) fn opportunity(thread: usize, ways: usize) -> usize {
    recorder::with(|recorder| {
        let opportunities = &mut recorder.log.threads[thread].opportunities;
        let site = (thread, *opportunities);
        *opportunities += 1;
        let known = recorder.sites.entry(site).or_insert(ways);
        *known = ways.max(*known);
        recorder.search.plan.get(&site).map_or(0, |&way| way.min(ways))
    })
}

/// The plans that add one surprise to `plan` at a site that its search came upon.
pub(super) fn extensions(plan: &Plan, sites: &Sites) -> impl Iterator<Item = Plan> {
    sites.iter().filter(|(site, _)| !plan.contains_key(site)).flat_map(move |(&site, &ways)| {
        (1..=ways).map(move |way| {
            let mut extended = plan.clone();
            extended.insert(site, way);
            extended
        })
    })
}
