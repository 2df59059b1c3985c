//! Devices fail by themselves and come back (R15).

use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, EndpointKind, Service};
use crate::domain::{Control, DeviceId, OutageCause, Target};
use crate::facts::{Fact, Recorder};
use crate::rules::device_failure::{self, Comeback};
use crate::rules::device_recovery::{self, RegistrationStatus};

impl<R: Recorder> Cluster<'_, R> {
    /// The first so many devices of a route point or group fail: they unregister, with what that means for their calls.
    pub(super) fn devices_fail(&mut self, target: Target, count: u32) {
        let first = self.plan.first_device(target).0;
        for device in first..first + count {
            self.device_fails(DeviceId(device));
        }
        let mut stranded = self.collect(|cluster, handle, call| {
            let at =
                (first..first + count).contains(&call.endpoint) || cluster.is_aside_at(handle, first..first + count);
            call.control != Control::Lost && (at || cluster.is_dialled_from(call, first..first + count))
        });
        self.survive(&mut stranded);
        self.stranded = stranded;
    }

    fn device_fails(&mut self, device: DeviceId) {
        let registration = &mut self.registrations[device.index()];
        registration.faults += 1;
        if registration.faults > 1 {
            return;
        }
        registration.status = RegistrationStatus::Unregistered;
        self.note(Fact::DeviceFailed { device });
        let Endpoint { kind, service, connection, .. } = self.endpoints[device.index()];
        self.void_requests(device);
        self.close_device(device, self.now, OutageCause::DeviceFailed);
        self.cancel_rehoming(device);
        if kind == EndpointKind::Phone {
            return;
        }
        self.endpoints[device.index()].service = service.after_loss();
        if let Some(connection) = connection
            && self.endpoints[device.index()].service == Service::Lost
            && let Err(because) =
                device_recovery::may_recover(self.plan.recovers(device, self.application_of(connection)))
        {
            self.give_up(device.0, because);
        }
    }

    /// A fault of these devices is over.
    pub(super) fn devices_return(&mut self, target: Target, count: u32) {
        let first = self.plan.first_device(target).0;
        for device in first..first + count {
            self.device_returns(DeviceId(device));
        }
    }

    fn device_returns(&mut self, device: DeviceId) {
        let registration = &mut self.registrations[device.index()];
        registration.faults -= 1;
        if !device_failure::can_register(registration.faults) {
            return;
        }
        let stamp = registration.stamp;
        self.note(Fact::DeviceReturned { device });
        let service = self.endpoints[device.index()].service;
        let holder = self.holder_of(device);
        let connected = holder.is_some_and(|(_, connection)| self.connections[connection.index()].connected);
        let kind = self.plan.devices[device.index()].kind;
        match device_failure::comeback(kind, service == Service::Lost, connected) {
            Comeback::Registers => self.phone_moves(device.0, stamp),
            Comeback::Reopened => {
                let (opener, connection) = holder.expect("only a connected application's device is opened again");
                self.queue_recovery(self.manager_of(connection), opener);
            }
            Comeback::Waits => {}
        }
    }
}
