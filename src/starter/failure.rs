//! What fails in the busy hour of a first workload.

/// What fails in the busy hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Failure {
    /// The first IVR hangs silently.
    #[default]
    Ivr,
    /// The first node, with all that runs on it.
    Node,
    /// The CallManager of the first node hangs.
    CallManager,
    /// The CTIManager of the first node hangs.
    CtiManager,
    /// The first route point fails by itself.
    RoutePoint,
    /// Half the ports of a group fail by themselves.
    Ports,
    /// Half the phones of a group do.
    Phones,
    /// The desktop of the agents exits.
    Desktop,
    /// The CTIManagers get other service parameters, and are restarted one after the other.
    Restart,
    /// Nothing.
    Nothing,
}

impl Failure {
    /// All of them.
    pub const ALL: [Failure; 10] = [
        Failure::Ivr,
        Failure::Node,
        Failure::CallManager,
        Failure::CtiManager,
        Failure::RoutePoint,
        Failure::Ports,
        Failure::Phones,
        Failure::Desktop,
        Failure::Restart,
        Failure::Nothing,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Failure::Ivr => "ivr",
            Failure::Node => "node",
            Failure::CallManager => "callmanager",
            Failure::CtiManager => "ctimanager",
            Failure::RoutePoint => "route-point",
            Failure::Ports => "ports",
            Failure::Phones => "phones",
            Failure::Desktop => "desktop",
            Failure::Restart => "restart",
            Failure::Nothing => "none",
        }
    }

    /// When it happens, after "What do callers see" and before "in the busy hour".
    pub(super) const fn clause(self) -> &'static str {
        match self {
            Failure::Ivr => " when the IVR hangs for five minutes",
            Failure::Node => " when a node fails for five minutes",
            Failure::CallManager => " when a CallManager hangs for five minutes",
            Failure::CtiManager => " when a CTIManager hangs for five minutes",
            Failure::RoutePoint => " when a route point fails for five minutes",
            Failure::Ports => " when half the ports of a group fail for five minutes",
            Failure::Phones => " when half the phones of a group fail for five minutes",
            Failure::Desktop => " when the desktop of the agents exits for five minutes",
            Failure::Restart => " when the CTIManagers are restarted with other parameters",
            Failure::Nothing => "",
        }
    }
}
