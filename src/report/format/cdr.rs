//! Call detail records as Unified CM writes them: its names of columns and their types, then a row each.

use std::io::Write;

use crate::engine::Time;
use crate::records::{Calendar, Detail, Directory, Leg, OnBehalfOf, cause};

/// The cluster's name.
const CLUSTER: &str = "StandAloneCluster";

/// How many seconds of simulated time a file has: a *CDR File Time Interval* of 60 minutes.
pub const INTERVAL: u64 = 3_600;

/// What a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    /// 0: the model does not know it.
    Zero,
    /// The same, of text.
    TextZero,
    /// Nothing: the model does not know it.
    Empty,
    One,
    Node,
    CallId,
    FromLeg,
    FromNode,
    FromNumber,
    FromDevice,
    FromCause,
    FromEndedBy,
    ToLeg,
    ToNode,
    ToDevice,
    ToCause,
    ToEndedBy,
    OriginalCalled,
    FinalCalled,
    LastRedirect,
    OriginalReason,
    OriginalBehalf,
    LastReason,
    LastBehalf,
    Joined,
    Began,
    Connected,
    Ended,
    Duration,
    Pkid,
    Cluster,
}

use Fill::*;

/// The columns of release 15, which other releases have fewer of: name, type, and what is in it.
#[rustfmt::skip]
const COLUMNS: [(&str, &str, Fill); 133] = [
    ("cdrRecordType", "INTEGER", One),
    ("globalCallID_callManagerId", "INTEGER", Node),
    ("globalCallID_callId", "INTEGER", CallId),
    ("origLegCallIdentifier", "INTEGER", FromLeg),
    ("dateTimeOrigination", "INTEGER", Began),
    ("origNodeId", "INTEGER", FromNode),
    ("origSpan", "INTEGER", Zero),
    ("origIpAddr", "INTEGER", Zero),
    ("callingPartyNumber", "VARCHAR(50)", FromNumber),
    ("callingPartyUnicodeLoginUserID", "VARCHAR(128)", Empty),
    ("origCause_location", "INTEGER", Zero),
    ("origCause_value", "INTEGER", FromCause),
    ("origPrecedenceLevel", "INTEGER", Zero),
    ("origMediaTransportAddress_IP", "INTEGER", Zero),
    ("origMediaTransportAddress_Port", "INTEGER", Zero),
    ("origMediaCap_payloadCapability", "INTEGER", Zero),
    ("origMediaCap_maxFramesPerPacket", "INTEGER", Zero),
    ("origMediaCap_g723BitRate", "INTEGER", Zero),
    ("origVideoCap_Codec", "INTEGER", Zero),
    ("origVideoCap_Bandwidth", "INTEGER", Zero),
    ("origVideoCap_Resolution", "INTEGER", Zero),
    ("origVideoTransportAddress_IP", "INTEGER", Zero),
    ("origVideoTransportAddress_Port", "INTEGER", Zero),
    ("origRSVPAudioStat", "VARCHAR(64)", TextZero),
    ("origRSVPVideoStat", "VARCHAR(64)", TextZero),
    ("destLegIdentifier", "INTEGER", ToLeg),
    ("destNodeId", "INTEGER", ToNode),
    ("destSpan", "INTEGER", Zero),
    ("destIpAddr", "INTEGER", Zero),
    ("originalCalledPartyNumber", "VARCHAR(50)", OriginalCalled),
    ("finalCalledPartyNumber", "VARCHAR(50)", FinalCalled),
    ("finalCalledPartyUnicodeLoginUserID", "VARCHAR(128)", Empty),
    ("destCause_location", "INTEGER", Zero),
    ("destCause_value", "INTEGER", ToCause),
    ("destPrecedenceLevel", "INTEGER", Zero),
    ("destMediaTransportAddress_IP", "INTEGER", Zero),
    ("destMediaTransportAddress_Port", "INTEGER", Zero),
    ("destMediaCap_payloadCapability", "INTEGER", Zero),
    ("destMediaCap_maxFramesPerPacket", "INTEGER", Zero),
    ("destMediaCap_g723BitRate", "INTEGER", Zero),
    ("destVideoCap_Codec", "INTEGER", Zero),
    ("destVideoCap_Bandwidth", "INTEGER", Zero),
    ("destVideoCap_Resolution", "INTEGER", Zero),
    ("destVideoTransportAddress_IP", "INTEGER", Zero),
    ("destVideoTransportAddress_Port", "INTEGER", Zero),
    ("destRSVPAudioStat", "VARCHAR(64)", TextZero),
    ("destRSVPVideoStat", "VARCHAR(64)", TextZero),
    ("dateTimeConnect", "INTEGER", Connected),
    ("dateTimeDisconnect", "INTEGER", Ended),
    ("lastRedirectDn", "VARCHAR(50)", LastRedirect),
    ("pkid", "UNIQUEIDENTIFIER", Pkid),
    ("originalCalledPartyNumberPartition", "VARCHAR(50)", Empty),
    ("callingPartyNumberPartition", "VARCHAR(50)", Empty),
    ("finalCalledPartyNumberPartition", "VARCHAR(50)", Empty),
    ("lastRedirectDnPartition", "VARCHAR(50)", Empty),
    ("duration", "INTEGER", Duration),
    ("origDeviceName", "VARCHAR(129)", FromDevice),
    ("destDeviceName", "VARCHAR(129)", ToDevice),
    ("origCallTerminationOnBehalfOf", "INTEGER", FromEndedBy),
    ("destCallTerminationOnBehalfOf", "INTEGER", ToEndedBy),
    ("origCalledPartyRedirectOnBehalfOf", "INTEGER", OriginalBehalf),
    ("lastRedirectRedirectOnBehalfOf", "INTEGER", LastBehalf),
    ("origCalledPartyRedirectReason", "INTEGER", OriginalReason),
    ("lastRedirectRedirectReason", "INTEGER", LastReason),
    ("destConversationId", "INTEGER", Zero),
    ("globalCallId_ClusterID", "VARCHAR(50)", Cluster),
    ("joinOnBehalfOf", "INTEGER", Joined),
    ("comment", "VARCHAR(2048)", Empty),
    ("authCodeDescription", "VARCHAR(50)", Empty),
    ("authorizationLevel", "INTEGER", Zero),
    ("clientMatterCode", "VARCHAR(32)", Empty),
    ("origDTMFMethod", "INTEGER", Zero),
    ("destDTMFMethod", "INTEGER", Zero),
    ("callSecuredStatus", "INTEGER", Zero),
    ("origConversationId", "INTEGER", Zero),
    ("origMediaCap_Bandwidth", "INTEGER", Zero),
    ("destMediaCap_Bandwidth", "INTEGER", Zero),
    ("authorizationCodeValue", "VARCHAR(32)", Empty),
    ("outpulsedCallingPartyNumber", "VARCHAR(50)", Empty),
    ("outpulsedCalledPartyNumber", "VARCHAR(50)", Empty),
    ("origIpv4v6Addr", "VARCHAR(64)", Empty),
    ("destIpv4v6Addr", "VARCHAR(64)", Empty),
    ("origVideoCap_Codec_Channel2", "INTEGER", Zero),
    ("origVideoCap_Bandwidth_Channel2", "INTEGER", Zero),
    ("origVideoCap_Resolution_Channel2", "INTEGER", Zero),
    ("origVideoTransportAddress_IP_Channel2", "INTEGER", Zero),
    ("origVideoTransportAddress_Port_Channel2", "INTEGER", Zero),
    ("origVideoChannel_Role_Channel2", "INTEGER", Zero),
    ("destVideoCap_Codec_Channel2", "INTEGER", Zero),
    ("destVideoCap_Bandwidth_Channel2", "INTEGER", Zero),
    ("destVideoCap_Resolution_Channel2", "INTEGER", Zero),
    ("destVideoTransportAddress_IP_Channel2", "INTEGER", Zero),
    ("destVideoTransportAddress_Port_Channel2", "INTEGER", Zero),
    ("destVideoChannel_Role_Channel2", "INTEGER", Zero),
    ("IncomingProtocolID", "INTEGER", Zero),
    ("IncomingProtocolCallRef", "VARCHAR(32)", Empty),
    ("OutgoingProtocolID", "INTEGER", Zero),
    ("OutgoingProtocolCallRef", "VARCHAR(32)", Empty),
    ("currentRoutingReason", "INTEGER", Zero),
    ("origRoutingReason", "INTEGER", Zero),
    ("lastRedirectingRoutingReason", "INTEGER", Zero),
    ("huntPilotPartition", "VARCHAR(50)", Empty),
    ("huntPilotDN", "VARCHAR(50)", Empty),
    ("calledPartyPatternUsage", "INTEGER", Zero),
    ("IncomingICID", "VARCHAR(50)", Empty),
    ("IncomingOrigIOI", "VARCHAR(50)", Empty),
    ("IncomingTermIOI", "VARCHAR(50)", Empty),
    ("OutgoingICID", "VARCHAR(50)", Empty),
    ("OutgoingOrigIOI", "VARCHAR(50)", Empty),
    ("OutgoingTermIOI", "VARCHAR(50)", Empty),
    ("outpulsedOriginalCalledPartyNumber", "VARCHAR(50)", Empty),
    ("outpulsedLastRedirectingNumber", "VARCHAR(50)", Empty),
    ("wasCallQueued", "INTEGER", Zero),
    ("totalWaitTimeInQueue", "INTEGER", Zero),
    ("callingPartyNumber_uri", "VARCHAR(255)", Empty),
    ("originalCalledPartyNumber_uri", "VARCHAR(255)", Empty),
    ("finalCalledPartyNumber_uri", "VARCHAR(255)", Empty),
    ("lastRedirectDn_uri", "VARCHAR(255)", Empty),
    ("mobileCallingPartyNumber", "VARCHAR(50)", Empty),
    ("finalMobileCalledPartyNumber", "VARCHAR(50)", Empty),
    ("origMobileDeviceName", "VARCHAR(129)", Empty),
    ("destMobileDeviceName", "VARCHAR(129)", Empty),
    ("origMobileCallDuration", "INTEGER", Zero),
    ("destMobileCallDuration", "INTEGER", Zero),
    ("mobileCallType", "INTEGER", Zero),
    ("originalCalledPartyPattern", "VARCHAR(50)", Empty),
    ("finalCalledPartyPattern", "VARCHAR(50)", Empty),
    ("lastRedirectingPartyPattern", "VARCHAR(50)", Empty),
    ("huntPilotPattern", "VARCHAR(50)", Empty),
    ("origDeviceType", "VARCHAR(100)", Empty),
    ("destDeviceType", "VARCHAR(100)", Empty),
    ("origDeviceSessionID", "VARCHAR(128)", Empty),
    ("destDeviceSessionID", "VARCHAR(128)", Empty),
];

/// The names of the columns that the model fills.
pub fn cdr_columns_filled() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().filter(|(.., fill)| !matches!(fill, Zero | TextZero | Empty)).map(|(name, ..)| *name)
}

/// The two lines at the beginning of a file.
pub fn cdr_head() -> Vec<u8> {
    let names: Vec<String> = COLUMNS.iter().map(|(name, ..)| format!("\"{name}\"")).collect();
    let types: Vec<&str> = COLUMNS.iter().map(|(_, kind, _)| *kind).collect();
    format!("{}\n{}\n", names.join(","), types.join(",")).into_bytes()
}

/// The name of a file: node, the beginning of the time of its rows in seconds since 1970, and which of the node's files it is, from 1.
pub fn cdr_file(node: u16, from: u64, number: u32) -> String {
    format!("cdr_{CLUSTER}_{:02}_{}_{number}", node + 1, Calendar::minute(from))
}

/// Which replication of which study rows belong to.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Names and numbers.
    pub directory: &'a Directory<'a>,
    /// Dates.
    pub calendar: Calendar,
    /// The seed of the study.
    pub seed: u64,
    /// The replication.
    pub replication: u64,
}

impl Rows<'_> {
    /// Adds a row.
    pub fn add(&self, to: &mut Vec<u8>, row: &Detail) {
        let seconds = |time: Time| self.calendar.seconds(self.replication, time);
        for (at, (.., fill)) in COLUMNS.iter().enumerate() {
            if at > 0 {
                to.push(b',');
            }
            match fill {
                Zero => to.push(b'0'),
                TextZero => text(to, "0"),
                Empty => text(to, ""),
                One => to.push(b'1'),
                Node => number(to, u64::from(row.node.0) + 1),
                CallId => number(to, row.call_id.into()),
                FromLeg => number(to, row.from.id.into()),
                FromNode => number(to, node(row.from)),
                FromNumber => text(to, &self.directory.number(row.from.party)),
                FromDevice => text(to, &self.directory.name(row.from.party, row.from.node)),
                FromCause => number(to, row.from_cause.into()),
                FromEndedBy => number(to, ended_by(row, row.from_cause)),
                ToLeg => number(to, row.to.id.into()),
                ToNode => number(to, node(row.to)),
                ToDevice => text(to, &self.directory.name(row.to.party, row.to.node)),
                ToCause => number(to, row.to_cause.into()),
                ToEndedBy => number(to, ended_by(row, row.to_cause)),
                OriginalCalled => text(to, &self.directory.called(row.original_called)),
                FinalCalled => text(to, &self.directory.called(row.final_called)),
                LastRedirect => text(to, &self.directory.called(row.last_redirect)),
                OriginalReason => number(to, row.original_reason as u64),
                OriginalBehalf => number(to, row.original_reason.on_behalf_of() as u64),
                LastReason => number(to, row.last_reason as u64),
                LastBehalf => number(to, row.last_reason.on_behalf_of() as u64),
                Joined => number(to, row.joined as u64),
                Began => number(to, seconds(row.began)),
                Connected => number(to, row.connected.map_or(0, seconds)),
                Ended => number(to, seconds(row.ended)),
                Duration => number(to, row.connected.map_or(0, |from| duration(from, row.ended, seconds))),
                Pkid => text(to, &self.pkid(row)),
                Cluster => text(to, CLUSTER),
            }
        }
        to.push(b'\n');
    }

    /// The name of a row, unlike that of any other row. It follows from what names the row: the seed, the replication, the call, and
    /// which of its rows it is. These last take 64 bits, which are all in it, shuffled: so no two rows of a replication have the same.
    fn pkid(&self, row: &Detail) -> String {
        let own = u64::from(row.call.source.0) << 48 | u64::from(row.call.number) << 16 | u64::from(row.row);
        let study = shuffled(shuffled(self.seed) ^ self.replication);
        let first = shuffled(own ^ study);
        let second = shuffled(first ^ shuffled(study));
        // A UUID of version 8, whose bits are the program's own (RFC 9562).
        let high = first >> 16 << 16 | 8 << 12 | first >> 4 & 0xfff;
        let low = 0b10 << 62 | (first & 0xf) << 58 | second >> 6;
        let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
        format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
    }
}

/// A number for which no other number stands (the finalizer of SplitMix64).
const fn shuffled(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The difference of the times that the row has; 0 of less than a second, as there.
fn duration(from: Time, until: Time, seconds: impl Fn(Time) -> u64) -> u64 {
    const SECOND: u64 = 1_000_000_000;
    if until.since(from).nanos() < SECOND { 0 } else { seconds(until) - seconds(from) }
}

fn node(leg: Leg) -> u64 {
    leg.node.map_or(0, |node| u64::from(node.0) + 1)
}

/// What ended a call on the side that has this cause.
const fn ended_by(row: &Detail, own: u32) -> u64 {
    match own {
        0 => OnBehalfOf::Unknown as u64,
        cause::SPLIT => row.split_by as u64,
        _ => OnBehalfOf::Device as u64,
    }
}

fn number(to: &mut Vec<u8>, number: u64) {
    let _ = write!(to, "{number}");
}

fn text(to: &mut Vec<u8>, text: &str) {
    to.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            to.push(b'"');
        }
        to.push(byte);
    }
    to.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CallName, NodeId, PortGroupId, SourceId, Target};
    use crate::fake;
    use crate::records::{Called, Party, Reason};
    use std::collections::BTreeSet;

    fn detail() -> Detail {
        let call = CallName { source: SourceId(0), number: 17 };
        let called = Called::Target(Target::Ports(PortGroupId(0)));
        Detail {
            call,
            row: 0,
            node: NodeId(0),
            call_id: 5,
            from: Leg { id: 1 << 24 | 9, party: Party::Caller(call), node: Some(NodeId(0)) },
            to: Leg::NONE,
            original_called: called,
            final_called: called,
            last_redirect: called,
            original_reason: Reason::None,
            last_reason: Reason::NoAnswer,
            joined: OnBehalfOf::Unknown,
            split_by: OnBehalfOf::Unknown,
            began: Time::from_nanos(1_500_000_000),
            connected: None,
            ended: Time::from_nanos(4_000_000_000),
            from_cause: 16,
            to_cause: 0,
        }
    }

    /// 0.4 s across a second is 0 s; 1.2 s from 1.9 s to 3.1 s is 2 s by the times of the row.
    #[test]
    fn a_duration_is_that_of_the_times_of_its_row_unless_it_is_short() {
        let seconds = |time: Time| time.nanos() / 1_000_000_000;
        let lasted = |from, until| duration(Time::from_nanos(from), Time::from_nanos(until), seconds);
        assert_eq!(lasted(1_800_000_000, 2_200_000_000), 0);
        assert_eq!(lasted(1_900_000_000, 3_100_000_000), 2);
        assert_eq!(lasted(1_000_000_000, 2_000_000_000), 1);
    }

    #[test]
    fn no_two_rows_have_one_name() {
        let plan = fake::plan();
        let directory = Directory::new(&plan);
        let calendar = Calendar::new(&plan);
        let mut names = BTreeSet::new();
        for (seed, replication) in [(1, 0), (1, 1), (2, 0)] {
            let rows = Rows { directory: &directory, calendar, seed, replication };
            for number in 0..1_000 {
                for row in 0..3 {
                    let own = Detail { call: CallName { source: SourceId(0), number }, row, ..detail() };
                    assert!(names.insert(rows.pkid(&own)));
                }
            }
        }
        let one = names.first().expect("there are some");
        assert_eq!((one.len(), &one[14..15]), (36, "8"));
        assert!(names.iter().all(|name| ["8", "9", "a", "b"].contains(&&name[19..20])));
    }

    /// Row 2 has what the model knows of it, and what it does not know is 0 or empty.
    #[test]
    fn a_row_has_a_cell_in_every_column() {
        let plan = fake::plan();
        let directory = Directory::new(&plan);
        let rows = Rows { directory: &directory, calendar: Calendar::new(&plan), seed: 1, replication: 0 };
        let mut bytes = cdr_head();
        rows.add(&mut bytes, &detail());
        let mut reader = csv::ReaderBuilder::new().from_reader(&bytes[..]);
        let names = reader.headers().unwrap().clone();
        let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!((names.len(), read.len()), (133, 2));
        let cell = |name: &str| &read[1][names.iter().position(|it| it == name).unwrap()];
        let expected = [
            ("cdrRecordType", "1"),
            ("globalCallID_callManagerId", "1"),
            ("globalCallID_callId", "5"),
            ("origLegCallIdentifier", "16777225"),
            ("dateTimeOrigination", "1736121601"),
            ("dateTimeConnect", "0"),
            ("dateTimeDisconnect", "1736121604"),
            ("duration", "0"),
            ("callingPartyNumber", "900000000017"),
            ("originalCalledPartyNumber", "80000"),
            ("origDeviceName", "TRUNK_sub1"),
            ("destDeviceName", ""),
            ("destNodeId", "0"),
            ("origCause_value", "16"),
            ("origCallTerminationOnBehalfOf", "12"),
            ("lastRedirectRedirectReason", "2"),
            ("lastRedirectRedirectOnBehalfOf", "5"),
            ("globalCallId_ClusterID", "StandAloneCluster"),
            ("origRSVPAudioStat", "0"),
            ("huntPilotDN", ""),
        ];
        for (name, content) in expected {
            assert_eq!(cell(name), content, "{name}");
        }
    }
}
