//! Limits that Cisco advises: a workload may exceed them, a site should not.

/// A limit that Cisco advises.
#[derive(Debug, PartialEq, Eq)]
pub struct Limit {
    /// The number.
    pub most: u32,
    /// What exceeding it means, in a sentence.
    pub exceeded: &'static str,
    /// The source of the advice.
    pub source: &'static str,
}

/// Calls that a route point holds at a time.
pub const CALLS_AT_ROUTE_POINT: Limit = Limit {
    most: 200,
    exceeded: "a route point is allowed, or at the busiest time expected, to hold more than 200 calls at once",
    source: "Administration Guide 7.1 advises at most 200 calls at a route point: use several for more",
};

/// Devices that are controlled through one CTIManager.
pub const DEVICES_ON_CTIMANAGER: Limit = Limit {
    most: 800,
    exceeded: "more than 800 devices are controlled through one CTIManager, at the start or after another one has failed",
    source: "service parameter Maximum Devices Per Node, 800 by default (System Configuration Guide 12.5): alarms beyond it",
};

/// Devices of one provider, which is an application.
pub const DEVICES_OF_PROVIDER: Limit = Limit {
    most: 2000,
    exceeded: "one application controls more than 2,000 devices",
    source: "service parameter Maximum Devices Per Provider, 2000 by default (System Configuration Guide 12.5): alarms beyond it",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::vocabulary::sections;

    #[test]
    fn the_text_of_a_limit_has_its_number() {
        for limit in [CALLS_AT_ROUTE_POINT, DEVICES_ON_CTIMANAGER, DEVICES_OF_PROVIDER] {
            let number = format!(" {} ", limit.most);
            assert!(limit.exceeded.replace(',', "").contains(&number), "{limit:?}");
            assert!(limit.source.contains(&number), "{limit:?}");
        }
        let mut terms = sections().into_iter().flat_map(|section| section.terms);
        let maximum_calls = terms.find(|term| term.key == "maximum_calls").expect("a route point has it");
        assert!(maximum_calls.source.ends_with(&format!("advises {}", CALLS_AT_ROUTE_POINT.most)));
    }
}
