//! `calls.csv`: a row a call.

use std::io::{self, Write};

use super::format::safe;
use crate::domain::{DestinationId, DeviceId, DeviceKind, PhoneGroupId, PortGroupId, Target};
use crate::engine::{Span, Time};
use crate::facts::Place;
use crate::plan::Plan;
use crate::record::kind_name;
use crate::records::{At, CallRecord, Called, Directory, Party};

/// The columns: name and meaning.
pub const CALL_COLUMNS: [(&str, &str); 26] = [
    ("replication", "The replication, from 0."),
    ("call", "The call's name: the traffic, and which of its callers it was, from 0."),
    ("traffic", "The traffic."),
    ("offered_s", "When its set-up reached the cluster: seconds since the run began, exact to the nanosecond."),
    ("clock", "What the clock showed then; empty if the workload has no `run.starts`."),
    ("warm_up", "`yes` if it was offered in the warm-up: then no count of `summary.csv` has it."),
    ("dialled_from", "The phone or port that dialled it; empty if it came from outside."),
    ("ingress", "The node at which it arrived."),
    ("route_point", "The first route point that took it."),
    ("application", "The application of that, or of the first port that took it."),
    ("connected_at", "Where it was answered last: a route point, a group of ports or phones, or a number outside."),
    ("device", "Which device that was, as in the call detail records; empty for a number outside."),
    ("post_dial_delay_ms", "From the offer until something rang or answered."),
    ("setup_delay_ms", "From the offer to the first answer."),
    ("queue_wait_ms", "Its wait in queues, all together; 0 if a phone was free, empty if it came to no queue."),
    ("treatment_ms", "Connected to an application at ports and route points, until that had finished with it."),
    ("talk_ms", "Connected to people, with holds and conferences, until it left their phone or ended."),
    ("transfers", "How often it reached a person to whom it was transferred."),
    ("transfer_delay_ms", "How long these transfers took, all together."),
    ("hops", "How often it was redirected, forwarded or transferred."),
    (
        "forwards",
        "The forwards that it took, in order, as in `cfna:welcome>operator`: by which setting, from where, to where. \
         Several are separated by blanks.",
    ),
    (
        "turned_away",
        "Why and where it was turned away, in order, as in `busy@ivr-ports`. What was then forwarded may have been served.",
    ),
    (
        "ending",
        "How it ended, by the name of the measure that counts this: `completed`, `abandoned`, `refused_busy`, \
         `dropped_in_setup` and so on; or `in_progress`.",
    ),
    ("over_s", "When it was over, as `offered_s`; empty if it is in progress."),
    ("cdr_node", "The node that wrote its call detail records, `globalCallID_callManagerId` there."),
    ("cdr_call_id", "Its number there, `globalCallID_callId`. A consultation has a number of its own."),
];

/// Writes the names of the columns.
///
/// # Errors
/// Those of the writer.
pub fn calls_head<W: Write>(to: &mut csv::Writer<W>) -> io::Result<()> {
    Ok(to.write_record(CALL_COLUMNS.map(|(name, _)| name))?)
}

/// Writes the row of a call. Of a call in progress it has no time that is not over.
///
/// # Errors
/// Those of the writer.
pub fn call_row<W: Write>(
    to: &mut csv::Writer<W>,
    plan: &Plan,
    directory: &Directory<'_>,
    replication: u64,
    record: &CallRecord,
) -> io::Result<()> {
    let CallRecord { call, path, .. } = record;
    let traffic = &plan.sources[call.source.index()].name;
    let millis = |span: Option<Span>| span.map_or(String::new(), |span| exact(span.nanos(), 6));
    let seconds = |time: Option<Time>| time.map_or(String::new(), |time| exact(time.nanos(), 9));
    let (connected_at, device) = match record.connected_at {
        None => (String::new(), String::new()),
        Some(At::Device { device, .. }) => (safe(directory.place(device).0), directory.device(device)),
        Some(At::Outside(id)) => (safe(&plan.destinations[id.index()].name), String::new()),
    };
    let place = |place: Place| match place {
        Place::Target(target) => plan.target_name(target),
        Place::Device { device, .. } => directory.place(device).0,
        Place::Outside(id) => plan.target_name(Target::Outside(id)),
    };
    let forwards = record.forwards.iter().map(|it| {
        let (from, to) = (place(it.from), plan.target_name(it.to));
        format!("{}:{from}>{to}", it.forward.name())
    });
    let turned_away = record.turned_away.iter().map(|it| format!("{}@{}", it.because.name(), place(it.at)));
    let row = [
        replication.to_string(),
        safe(&plan.call_name(*call)),
        safe(traffic),
        seconds(Some(record.offered)),
        plan.clock(record.offered).unwrap_or_default(),
        if record.in_warm_up { "yes" } else { "no" }.to_owned(),
        record.dialled_from.map_or(String::new(), |device| directory.device(device)),
        safe(&plan.nodes[path.ingress.index()].name),
        path.route_point.map_or(String::new(), |id| safe(&plan.route_points[id.index()].name)),
        path.application.map_or(String::new(), |id| safe(&plan.applications[id.index()].name)),
        connected_at,
        device,
        millis(record.post_dial_delay),
        millis(record.setup_delay),
        millis(record.queue_wait),
        millis(record.treatment),
        millis(record.talk),
        record.transfers.to_string(),
        millis(record.transfer_delay),
        record.hops.to_string(),
        forwards.collect::<Vec<_>>().join(" "),
        turned_away.collect::<Vec<_>>().join(" "),
        record.ending.map_or("in_progress", |ending| ending.name()).to_owned(),
        seconds(record.over),
        (u32::from(path.ingress.0) + 1).to_string(),
        record.call_id.to_string(),
    ];
    Ok(to.write_record(row)?)
}

/// Writes `directory.csv`: what the names and numbers in call detail records stand for. A group of ports or phones has a row for its
/// own number, without a device.
///
/// # Errors
/// Those of the writer.
pub fn directory_rows<W: Write>(to: &mut csv::Writer<W>, plan: &Plan, directory: &Directory<'_>) -> io::Result<()> {
    to.write_record(["device", "kind", "name", "numbers"])?;
    let ports = (0..plan.port_groups.len()).map(|row| Target::Ports(PortGroupId(row as u16)));
    let phones = (0..plan.phone_groups.len()).map(|row| Target::Phones(PhoneGroupId(row as u16)));
    let outside = (0..plan.destinations.len()).map(|row| Target::Outside(DestinationId(row as u16)));
    for target in ports.chain(phones).chain(outside) {
        let kind = match target {
            Target::Ports(_) => kind_name(DeviceKind::CtiPort),
            Target::Phones(_) => kind_name(DeviceKind::Phone),
            _ => "destination",
        };
        let number = directory.called(Called::Target(target));
        to.write_record(["", kind, &safe(plan.target_name(target)), &as_number(number)])?;
    }
    for (device, it) in (0..).map(DeviceId).zip(&plan.devices) {
        let lines = plan.lines_at(it.kind, it.row) as u8;
        let numbers = (0..lines).map(|line| directory.number(Party::Device(device, line)));
        let numbers = as_number(numbers.collect::<Vec<_>>().join(" "));
        to.write_record([&directory.device(device), kind_name(it.kind), &safe(directory.place(device).0), &numbers])?;
    }
    Ok(())
}

/// Directory numbers as the text of a cell: as they are, unless a spreadsheet may take them for a formula.
fn as_number(numbers: String) -> String {
    if numbers.starts_with(|first: char| first.is_ascii_digit()) { numbers } else { safe(&numbers) }
}

/// A number of nanoseconds in a unit that is this power of ten of them, with all digits and no more.
fn exact(nanos: u64, power: u32) -> String {
    let unit = 10_u64.pow(power);
    let (whole, rest) = (nanos / unit, nanos % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = format!("{rest:0width$}", width = power as usize);
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact() {
        assert_eq!(exact(1_500_000_000, 9), "1.5");
        assert_eq!(exact(1, 9), "0.000000001");
        assert_eq!(exact(u64::MAX, 9), "18446744073.709551615");
        assert_eq!(exact(60_000_000_000, 6), "60000");
        assert_eq!(exact(1_234_567, 6), "1.234567");
    }
}
