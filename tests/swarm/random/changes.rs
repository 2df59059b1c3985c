//! What the people at random groups of phones do with calls.

use super::{Generator, MILLI, OUTSIDE, PHONES, SECOND};

impl Generator {
    /// What the people at a group of phones do with calls.
    pub(super) fn changes_of_calls(&mut self, row: usize) {
        let mut left = 100;
        let by = |generator: &mut Generator| match generator.controllers_of_phones[row].first().cloned() {
            Some(first) if generator.draw.chance(50) => first,
            _ => "hand".to_owned(),
        };
        let mut done = |generator: &mut Generator, most: u64| {
            let share = generator.draw.below(most.min(left) + 1);
            left -= share;
            format!("share = \"{share}%\", by = \"{}\"", by(generator))
        };
        if self.draw.chance(50) {
            let lasts = self.draw.distribution_around(MILLI, 8 * SECOND);
            let (share, by) = (self.draw.pick(&[20, 100]), by(self));
            self.key("hold", format_args!("{{ share = \"{share}%\", lasts = {lasts}, by = \"{by}\" }}"));
        }
        if self.draw.chance(50) {
            let (done, to) = (done(self, 50), self.target());
            self.key("transfer", format_args!("{{ {done}, to = \"{to}\" }}"));
        }
        let people: Vec<String> = self.targets.iter().filter(|it| takes_people(it)).cloned().collect();
        if self.draw.chance(60) {
            let (done, talk) = (done(self, 60), self.draw.distribution_around(MILLI, 8 * SECOND));
            let to = people[self.draw.below(people.len() as u64) as usize].clone();
            self.key("consult", format_args!("{{ {done}, to = \"{to}\", talk = {talk} }}"));
        }
        if self.draw.chance(60) {
            let done = done(self, 60);
            let (talk, lasts) =
                (self.draw.distribution_around(MILLI, SECOND), self.draw.distribution_around(MILLI, 8 * SECOND));
            let with = people[self.draw.below(people.len() as u64) as usize].clone();
            let key = format!("{{ {done}, with = \"{with}\", bridge = \"bridge\", talk = {talk}, lasts = {lasts} }}");
            self.key("conference", key);
        }
    }
}

/// Whether calls to this go to people.
fn takes_people(target: &str) -> bool {
    target.starts_with(PHONES) || target.starts_with('2') || target.starts_with(OUTSIDE)
}
