//! The identities of control: events only for those that have a phone open, each screen pop comes or is lost once, each request is
//! granted or fails once.

use crate::domain::{ApplicationId, CallName, DeviceId};
use crate::facts::Fact;
use crate::plan::Dials;

use super::ledger::{Auditor, ScreenPop};

impl Auditor<'_> {
    fn controls(&self, device: DeviceId, application: ApplicationId) -> bool {
        self.devices[device.index()].controllers.contains(&application)
    }

    pub(super) fn phone_event_sent(&mut self, fact: Fact, device: DeviceId, application: ApplicationId) {
        let controls = self.controls(device, application);
        self.require(controls, |_| format!("{fact:?}: the application has not this phone open"));
    }

    pub(super) fn screen_pop_due(&mut self, fact: Fact, screen_pop: ScreenPop) {
        let (_, device, application) = screen_pop;
        let looks_up = self.plan.applications[application.index()].lookup.is_some();
        let may_open = self.plan.applications_of(device).any(|it| it == application);
        self.require(looks_up && may_open, |_| format!("{fact:?}: looks up: {looks_up}, is one of its: {may_open}"));
        *self.screen_pops.entry(screen_pop).or_default() += 1;
    }

    /// It has been shown, or is lost.
    pub(super) fn screen_pop_over(&mut self, fact: Fact, screen_pop: ScreenPop) {
        let due = self.screen_pops.get(&screen_pop).copied().unwrap_or(0);
        self.require(due > 0, |_| format!("{fact:?}: none is due"));
        match due {
            0 | 1 => self.screen_pops.remove(&screen_pop),
            _ => self.screen_pops.insert(screen_pop, due - 1),
        };
    }

    /// A call is at a phone, or was put aside there.
    pub(super) fn is_at(&mut self, fact: Fact, call: CallName, device: DeviceId) {
        let is_at = self
            .calls
            .get(&call)
            .is_some_and(|call| call.held.at() == Some(device) || call.aside.is_some_and(|(phone, _)| phone == device));
        self.require(is_at, |_| format!("{fact:?}: the call is not there"));
    }

    pub(super) fn asked(&mut self, fact: Fact, call: CallName, device: DeviceId, application: ApplicationId) {
        let controls = self.controls(device, application);
        self.require(controls, |_| format!("{fact:?}: the application has not this phone open"));
        self.is_at(fact, call, device);
        // A call that has gone to another phone takes no request along.
        self.asked.insert(call, application);
    }

    /// A request has been granted, or has failed.
    pub(super) fn request_over(&mut self, fact: Fact, call: CallName, application: ApplicationId) {
        let asked = self.asked.remove(&call);
        self.require(asked == Some(application), |_| format!("{fact:?}: it was asked of {asked:?}"));
    }

    pub(super) fn not_dialled(&mut self, fact: Fact, call: CallName) {
        let callers = self.plan.sources[call.source.index()].from;
        let by_application = callers.is_some_and(|callers| callers.by != Dials::Person);
        let in_progress = self.calls.contains_key(&call);
        self.require(by_application && !in_progress, |_| format!("{fact:?}: it is in progress: {in_progress}"));
    }
}
