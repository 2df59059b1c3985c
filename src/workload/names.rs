//! What an unknown key was probably meant to be.

use super::problem::{enumeration, nearest};
use super::term::{Section, ValueKind};
use super::vocabulary::{WORKLOAD, sections};

/// What other people and products call a key, and the keys it may be, of which a section has one at most.
const CALLED: [(&str, &[&str]); 51] = [
    ("agents", &["phone"]),
    ("arrival_rate", &["arrivals"]),
    ("begin", &["at"]),
    ("bhcc", &["bhca", "arrivals"]),
    ("call_forward_all", &["cfa"]),
    ("call_forward_busy", &["cfb"]),
    ("call_forward_no_answer", &["cfna"]),
    ("call_forward_on_failure", &["cfof"]),
    ("call_forward_unregistered", &["cfur"]),
    ("calls", &["traffic", "arrivals"]),
    ("cmg", &["callmanager_group"]),
    ("description", &["question"]),
    ("device_profile", &["profile"]),
    ("directory_number", &["dn", "first_dn", "lines"]),
    ("duration", &["length", "talk", "for", "lasts"]),
    ("end", &["for"]),
    ("extension", &["dn", "first_dn", "lines"]),
    ("failure", &["fault"]),
    ("forward_all", &["cfa"]),
    ("forward_busy", &["cfb"]),
    ("forward_no_answer", &["cfna"]),
    ("gateway", &["ingress", "egress", "destination"]),
    ("group", &["callmanager_group", "device_pool"]),
    ("hunt_group", &["queue"]),
    ("hunt_pilot", &["queue", "dn"]),
    ("ivr", &["application"]),
    ("line_group", &["queue"]),
    ("max", &["at_most"]),
    ("maximum", &["at_most"]),
    ("measure", &["metric"]),
    ("minimum", &["at_least"]),
    ("nodes", &["node", "members", "ctimanagers"]),
    ("number", &["dn", "first_dn", "lines", "count"]),
    ("phones_count", &["count"]),
    ("pool", &["device_pool"]),
    ("ports", &["cti_port", "count"]),
    ("provider", &["application"]),
    ("rate", &["arrivals", "poisson"]),
    ("release", &["profile"]),
    ("repetitions", &["replications"]),
    ("ring_time", &["answer"]),
    ("runs", &["replications"]),
    ("server", &["node"]),
    ("servers", &["node", "members", "ctimanagers"]),
    ("simulation", &["run"]),
    ("size", &["count"]),
    ("start", &["at"]),
    ("talk_time", &["talk"]),
    ("threads", &["workers"]),
    ("version", &["profile", "format"]),
    ("when", &["at"]),
];

/// What CallManager has and the model has not.
const NOT_MODELLED: [&str; 20] = [
    "calling_search_space",
    "call_park",
    "call_pickup",
    "css",
    "do_not_disturb",
    "h323",
    "location",
    "mgcp",
    "moh",
    "music_on_hold",
    "partition",
    "pickup_group",
    "region",
    "route_group",
    "route_list",
    "route_pattern",
    "sip_trunk",
    "srst",
    "translation_pattern",
    "voicemail",
];

/// A hint for a key that a section does not have.
pub(super) fn hint(section: &Section, wrong: &str) -> Option<String> {
    let mut known: Vec<&str> = section.terms.iter().map(|term| term.key).collect();
    known.sort_unstable();
    let folded = folded(wrong);
    let is_known = |name: &str| known.iter().copied().find(|key| *key == name);
    let called = || {
        let (_, keys) = CALLED.iter().find(|(name, _)| *name == folded)?;
        keys.iter().find_map(|key| is_known(key))
    };
    // One slip is nearer than a key of the same name in another section, and that is nearer than two slips.
    let near = nearest(&folded, &known);
    let one_slip = near.filter(|key| strsim::osa_distance(&folded, key) == 1);
    let did_you_mean = |key: &str| format!("did you mean `{key}`?");
    if let Some(meant) = is_known(&folded).or_else(called).or(one_slip) {
        return Some(did_you_mean(meant));
    }
    let is_not_modelled = NOT_MODELLED.contains(&folded.as_str());
    of_other_sections(&folded)
        .or_else(|| near.or_else(|| described(section, &folded)).map(did_you_mean))
        .or_else(|| described_elsewhere(&folded))
        .or_else(|| is_not_modelled.then(|| format!("the model has no {}", folded.replace('_', " "))))
        .or_else(|| match &known[..] {
            [] => None,
            [only] => Some(format!("there is only `{only}`")),
            known => Some(format!("there are {}", enumeration(known))),
        })
}

/// As the format writes keys: `CFNA` as `cfna`, `Device Pool` and `device-pool` as `device_pool`.
fn folded(name: &str) -> String {
    let mut folded = String::new();
    for character in name.trim().chars() {
        match character {
            ' ' | '-' | '_' => folded.push('_'),
            // `devicePool`
            upper
                if upper.is_uppercase()
                    && folded.ends_with(|last: char| last.is_lowercase())
                    && name.contains(|it: char| it.is_lowercase()) =>
            {
                if !name.contains([' ', '-', '_']) {
                    folded.push('_');
                }
                folded.extend(upper.to_lowercase());
            }
            other => folded.extend(other.to_lowercase()),
        }
    }
    folded
}

/// The key whose meaning names a parameter of CallManager so: `CTI New Call Accept Timer`.
fn described(section: &Section, wrong: &str) -> Option<&'static str> {
    // One word is in many a sentence.
    if wrong.matches('_').count() < 2 {
        return None;
    }
    let is_it = |meaning: &str| folded(meaning).contains(wrong);
    section.terms.iter().find(|term| is_it(term.meaning)).map(|term| term.key)
}

/// The sections but those of distributions, whose keys are common words.
fn entries() -> impl Iterator<Item = &'static Section> {
    sections().into_iter().filter(|it| !it.name.is_empty() && !it.name.starts_with("distribution"))
}

/// The sections that have the key, if they are few.
fn of_other_sections(wrong: &str) -> Option<String> {
    const SHOWN: usize = 4;
    let have: Vec<String> = entries().filter(|it| it.term(wrong).is_some()).map(shown).collect();
    (1..=SHOWN).contains(&have.len()).then(|| format!("`{wrong}` is a key of {}", have.join(", ")))
}

/// A key of another section whose meaning names a parameter of CallManager so.
fn described_elsewhere(wrong: &str) -> Option<String> {
    let (section, key) = entries().find_map(|it| Some((it, described(it, wrong)?)))?;
    Some(format!("did you mean `{key}` of {}?", shown(section)))
}

/// How a section is written: `[run]`, `[[phone]]`, or the path of one within another.
fn shown(section: &Section) -> String {
    match WORKLOAD.term(section.name).map(|term| &term.kind) {
        Some(ValueKind::Tables(_)) => format!("`[[{}]]`", section.name),
        Some(_) => format!("`[{}]`", section.name),
        None => format!("`{}`", section.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint_in(section: &str, wrong: &str) -> String {
        let section = sections().into_iter().find(|it| it.name == section).expect(section);
        hint(section, wrong).unwrap_or_default()
    }

    #[test]
    fn a_key_is_known_by_what_others_call_it() {
        for (section, wrong, expected) in [
            ("phone", "CFNA", "did you mean `cfna`?"),
            ("phone", "Device Pool", "did you mean `device_pool`?"),
            ("phone", "device-pool", "did you mean `device_pool`?"),
            ("phone", "devicePool", "did you mean `device_pool`?"),
            ("phone", "DN", "did you mean `dn`?"),
            ("phone", "Call Forward Busy", "did you mean `cfb`?"),
            ("route_point", "directory_number", "did you mean `lines`?"),
            ("cti_port", "number", "did you mean `first_dn`?"),
            ("destination", "extension", "did you mean `dn`?"),
            ("callmanager_group", "nodes", "did you mean `members`?"),
            ("device_pool", "group", "did you mean `callmanager_group`?"),
            ("", "nodes", "did you mean `node`?"),
            ("", "phones", "did you mean `phone`?"),
            ("", "cti_ports", "did you mean `cti_port`?"),
            ("", "group", "did you mean `callmanager_group`?"),
            ("", "server", "did you mean `node`?"),
            ("cti", "CTI New Call Accept Timer", "did you mean `new_call_accept`?"),
            ("cti", "Application Heartbeat Minimum Interval", "did you mean `heartbeat_minimum`?"),
            ("run", "Maximum CTI Connections", "did you mean `cti_connections` of `[[node]]`?"),
            ("run", "runs", "did you mean `replications`?"),
            ("", "replications", "`replications` is a key of `[run]`"),
            ("goal", "max", "did you mean `at_most`?"),
            ("fault", "when", "did you mean `at`?"),
            ("traffic", "replications", "`replications` is a key of `[run]`"),
            ("application", "poisson", "`poisson` is a key of `traffic.arrivals`"),
            ("phone", "Call Pickup", "the model has no call pickup"),
            ("device_pool", "xyzzy", "there are `callmanager_group` and `name`"),
        ] {
            assert_eq!(hint_in(section, wrong), expected, "{wrong} in [{section}]");
        }
    }

    /// A hint that leads to no key would be worse than none.
    #[test]
    fn every_other_name_leads_to_a_key_and_is_none() {
        let is_key = |name: &str| sections().iter().any(|section| section.term(name).is_some());
        for (name, keys) in CALLED {
            assert!(keys.iter().all(|key| is_key(key)), "{name}");
            assert_eq!(folded(name), name);
        }
        assert!(CALLED.is_sorted_by_key(|(name, _)| name));
        assert!(NOT_MODELLED.iter().all(|name| !is_key(name) && folded(name) == *name));
    }
}
