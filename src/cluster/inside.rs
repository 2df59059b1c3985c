//! Calls from inside: a phone or port dials, and is in use until its call is over.

use super::machine::Cluster;
use super::rows::application::Health;
use super::rows::call::Call;
use super::rows::endpoint::EndpointKind;
use super::rows::notification::{About, Stage};
use super::rows::source::{CALLING_PHONE, share_of};
use crate::domain::{
    ApplicationId, CallName, DeviceId, NodeId, OpenerId, PhoneEvent, PhoneGroupId, PortGroupId, Target,
};
use crate::engine::Handle;
use crate::facts::{Fact, PoolId, Recorder};
use crate::plan::Dials;
use crate::rules::admission;
use crate::rules::request::{self, Path};
use std::ops::Range;

/// What a person finds who is about to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finds {
    /// A phone that is registered with this CallManager.
    Free(u32, NodeId),
    /// A phone without a CallManager; it was registered with this one last.
    NoDialTone(NodeId),
    /// The phone is in use: there is no call.
    InUse,
}

impl<R: Recorder> Cluster<'_, R> {
    /// The device from which a caller of a group calls, whether or not it does: drawn from the caller's own random numbers, so
    /// that it need not be stored with the call.
    fn calling_device(&mut self, group: Target, name: CallName) -> u32 {
        let word = self.sources[name.source.index()].again(name.number, 0)[CALLING_PHONE];
        self.plan.first_device(group).0 + share_of(word, self.plan.pool_size(group))
    }

    /// What the next caller of a group of phones finds. Each attempt is that of one phone, drawn at random: so idle phones dial
    /// independently, at the same rate (T. O. Engset, 1918).
    pub(super) fn about_to_dial(&mut self, name: CallName) -> Finds {
        let callers = self.plan.sources[name.source.index()].from.expect("a device is about to dial");
        let phone = self.calling_device(callers.group, name);
        let endpoint = self.endpoints[phone as usize];
        if admission::is_free(endpoint.is_open(), endpoint.calls) {
            Finds::Free(phone, endpoint.node)
        } else if endpoint.calls > 0 {
            Finds::InUse
        } else {
            Finds::NoDialTone(endpoint.node)
        }
    }

    /// An application is to dial from one of its phones or ports, drawn at random. One that is gone, or has lost that one, does not.
    #[cold]
    #[inline(never)]
    pub(super) fn application_is_to_dial(&mut self, caller: CallName, by: Dials) {
        let callers = self.plan.sources[caller.source.index()].from.expect("a device is about to dial");
        let device = DeviceId(self.calling_device(callers.group, caller));
        let application = match by {
            Dials::Application(application) => Some(application),
            Dials::Holder | Dials::Person => {
                let holder = self.endpoints[device.index()].connection;
                holder.map(|connection| self.application_of(connection))
            }
        };
        let open = application.and_then(|application| Some((application, self.open_to(device, application)?)));
        let runs = |id: ApplicationId| self.applications[id.index()].health != Health::Down;
        match open {
            Some((application, (opener, connection)))
                if request::path(self.has_open(opener), runs(application)) == Path::ThroughApplication =>
            {
                let about = About::Dialling { caller };
                let notification = self.message(opener, connection, about, Stage::AtApplication);
                self.queue_notification(application, notification);
            }
            _ => self.is_not_dialled(caller, false),
        }
    }

    /// What an application was to dial is not dialled.
    pub(super) fn is_not_dialled(&mut self, call: CallName, in_use: bool) {
        self.note(Fact::NotDialled { call, in_use });
    }

    /// The request of an application to dial reaches the CallManager of its device: the call begins, unless the device is in use.
    pub(super) fn application_dials(&mut self, caller: CallName, opener: OpenerId) {
        let device = self.plan.device_of(opener);
        let endpoint = self.endpoints[device.index()];
        if !admission::is_free(endpoint.is_open(), endpoint.calls) {
            return self.is_not_dialled(caller, endpoint.calls > 0);
        }
        let call = self.is_offered(caller, endpoint.node, Some(device.0));
        self.is_set_up(call, endpoint.node);
    }

    /// A device is in use by the call that it dials.
    pub(super) fn off_hook(&mut self, handle: Handle, device: u32) {
        self.unlist(device);
        self.take_line(device, 0);
        self.dialling[device as usize] = Some(handle);
        let (call, pool) = (self.call(handle).name(), self.pool_of(device));
        self.note(Fact::OffHook { call, pool, device: DeviceId(device) });
    }

    /// The pool of a phone or port.
    fn pool_of(&self, device: u32) -> PoolId {
        let endpoint = self.endpoints[device as usize];
        match endpoint.kind {
            EndpointKind::Port => PoolId::Ports(PortGroupId(endpoint.row)),
            EndpointKind::Phone => PoolId::Phones(PhoneGroupId(endpoint.row)),
            EndpointKind::RoutePoint | EndpointKind::Outside => unreachable!("only phones and ports dial"),
        }
    }

    /// The device that dialled a call, if one did.
    pub(super) fn dialled_from(&mut self, handle: Handle) -> Option<u32> {
        let call = *self.call(handle);
        let callers = self.plan.sources[usize::from(call.source)].from?;
        let device = self.calling_device(callers.group, call.name());
        // A phone without a dial tone has dialled nothing.
        (self.dialling[device as usize] == Some(handle)).then_some(device)
    }

    /// A call is over: if a device dialled it, that is free.
    pub(super) fn on_hook(&mut self, handle: Handle) {
        let Some(device) = self.dialled_from(handle) else { return };
        self.dialling[device as usize] = None;
        self.give_line(device, 0);
        let (call, pool) = (self.call(handle).name(), self.pool_of(device));
        self.note(Fact::OnHook { call, pool, device: DeviceId(device) });
        if self.phones_are_controlled && matches!(pool, PoolId::Phones(_)) {
            self.phone_event(handle, device, PhoneEvent::Ended);
        }
        match pool {
            PoolId::Phones(_) => self.call_leaves_phone(device, false),
            PoolId::Ports(_) | PoolId::Outside(_) => self.call_leaves_port(device),
        }
    }

    /// Whether one of these devices dialled the call.
    pub(super) fn is_dialled_from(&self, call: &Call, devices: Range<u32>) -> bool {
        let devices = devices.start as usize..devices.end as usize;
        let calls = self.dialling.get(devices).into_iter().flatten().flatten();
        let mut names = calls.filter_map(|&handle| Some(self.calls.get(handle)?.name()));
        names.any(|name| name == call.name())
    }
}
