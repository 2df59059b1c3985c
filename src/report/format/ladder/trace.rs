//! A ladder as a trace file in the form of Chrome, which Perfetto and speedscope open. A process is the replication and a thread a call:
//! the call's slice holds a slice for each place that it was at, and that one a slice for each part of the time there. Slices that overlap
//! are drawn wrongly by viewers, so that none does; numbers are written digit by digit, because a binary fraction is no nanosecond. A slice has
//! a beginning and an end of its own: to a beginning and a length, a viewer would add binary fractions, and find an end after the next beginning.

use crate::report::document::lines;
use crate::report::format::drawing::told::flat;
use crate::report::ladder::{Call, Event, Ladder, Part};

/// The trace file.
pub(crate) fn draw(ladder: &Ladder) -> Vec<u8> {
    let process = ladder.replication.saturating_add(1);
    let mut trace = Trace { process, events: Vec::new() };
    trace.name("process_name", 0, &format!("replication {}", ladder.replication));
    for (number, call) in ladder.calls.iter().enumerate() {
        let thread = number + 1;
        trace.name("thread_name", thread, &flat(&call.name));
        trace.call(thread, call);
    }
    let cluster = ladder.calls.len() + 1;
    let mut is_named = false;
    for step in &ladder.steps {
        let Event::Moment { at, .. } = step.event else { continue };
        let call = step.call.filter(|&call| call < ladder.calls.len());
        if call.is_none() && !is_named {
            is_named = true;
            trace.name("thread_name", cluster, "cluster");
        }
        let scope = if call.is_some() { 't' } else { 'p' };
        let thread = call.map_or(cluster, |call| call + 1);
        trace.event(thread, &flat(&step.text), &format!("\"ph\":\"i\",\"ts\":{},\"s\":\"{scope}\"", micros(at)));
    }
    let title = quoted(&flat(&ladder.title));
    lines(&format!(
        "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"title\":{title}}},\"traceEvents\":[\n{}\n]}}",
        trace.events.join(",\n")
    ))
}

/// A trace that grows.
struct Trace {
    process: u64,
    events: Vec<String>,
}

impl Trace {
    fn event(&mut self, thread: usize, name: &str, rest: &str) {
        self.events.push(format!("{{\"name\":{},\"pid\":{},\"tid\":{thread},{rest}}}", quoted(name), self.process));
    }

    fn name(&mut self, what: &str, thread: usize, name: &str) {
        self.event(thread, what, &format!("\"ph\":\"M\",\"args\":{{\"name\":{}}}", quoted(name)));
    }

    /// A slice, and in it whatever is written between.
    fn slice(
        &mut self,
        thread: usize,
        kind: &str,
        name: &str,
        [from, until]: [u64; 2],
        within: impl FnOnce(&mut Trace),
    ) {
        self.event(thread, name, &format!("\"ph\":\"B\",\"ts\":{},\"cat\":\"{kind}\"", micros(from)));
        within(self);
        self.event(thread, name, &format!("\"ph\":\"E\",\"ts\":{}", micros(until)));
    }

    /// A call, the places it was at, and what it spent its time on there. What took no time has no slice.
    fn call(&mut self, thread: usize, call: &Call) {
        let end = call.until.max(call.offered);
        let ending = if call.ending.is_empty() { String::new() } else { format!(": {}", flat(&call.ending)) };
        let name = format!("{}{ending}", flat(&call.name));
        let mut before = call.offered;
        let inside = |part: &Part| {
            // As far as it is neither before the part above it nor outside the call.
            let from = part.from.clamp(before, end);
            before = part.until.clamp(from, end);
            [from, before]
        };
        let times: Vec<[u64; 2]> = call.parts.iter().map(inside).collect();
        let parts: Vec<(&Part, [u64; 2])> =
            call.parts.iter().zip(times).filter(|(_, [from, until])| from < until).collect();
        self.slice(thread, "call", &name, [call.offered, end], |trace| {
            for there in parts.chunk_by(|(one, _), (other, _)| one.place == other.place) {
                let (Some((part, [from, _])), Some((_, [_, until]))) = (there.first(), there.last()) else { continue };
                trace.slice(thread, "place", &flat(&part.place), [*from, *until], |trace| {
                    for (part, times) in there {
                        trace.slice(thread, "part", &flat(&part.text), *times, |_| {});
                    }
                });
            }
        });
    }
}

/// Nanoseconds in microseconds, with all digits.
fn micros(nanos: u64) -> String {
    format!("{}.{:03}", nanos / 1_000, nanos % 1_000)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
