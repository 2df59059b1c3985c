//! What an unknown key was probably meant to be.

use super::problem::{enumeration, nearest};
use super::term::{Section, ValueKind};
use super::vocabulary::{WORKLOAD, sections};

/// What other people and products call a key, and the keys it may be, of which a section has one at most.
const CALLED: [(&str, &[&str]); 46] = [
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
    let meant =
        is_known(&folded).or_else(called).or_else(|| nearest(&folded, &known)).or_else(|| described(section, &folded));
    if let Some(meant) = meant {
        return Some(format!("did you mean `{meant}`?"));
    }
    elsewhere(&folded)
        .or_else(|| {
            NOT_MODELLED.contains(&folded.as_str()).then(|| format!("the model has no {}", folded.replace('_', " ")))
        })
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

/// The sections that have the key, or a key of this meaning.
fn elsewhere(wrong: &str) -> Option<String> {
    const SHOWN: usize = 4;
    let of_entries =
        |section: &&&'static Section| !section.name.is_empty() && !section.name.starts_with("distribution");
    let all = sections();
    let have: Vec<String> = all
        .iter()
        .filter(of_entries)
        .filter(|section| section.term(wrong).is_some())
        .map(|section| shown(section))
        .collect();
    match have.len() {
        0 => {
            let (section, key) = all.iter().filter(of_entries).find_map(|it| Some((it, described(it, wrong)?)))?;
            Some(format!("did you mean `{key}` of {}?", shown(section)))
        }
        1..=SHOWN => Some(format!("`{wrong}` is a key of {}", have.join(", "))),
        _ => None,
    }
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
