//! Devices go out of service, and are opened (R13, R16, R17, R22).

use super::event::{Asker, Event};
use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, EndpointKind, Service};
use super::rows::registration::PhoneControl;
use crate::domain::{ApplicationId, DeviceId, GiveUpReason, NodeId, OutageCause};
use crate::engine::Time;
use crate::facts::{Fact, Recorder};
use crate::rules::device_recovery::{self, Answer, Asked, Recovery, RegistrationStatus};
use crate::rules::rehoming::Rehoming;
use crate::rules::{device_failure, direct_topology, notice, phones};

impl<R: Recorder> Cluster<'_, R> {
    // Out of service.

    /// Takes a device out of service, if it is in service.
    pub(super) fn close_device(&mut self, device: DeviceId, out_since: Time, because: OutageCause) {
        let failed = (because != OutageCause::Rehoming).then_some(out_since);
        self.lose_control(device, failed);
        let endpoint = &mut self.endpoints[device.index()];
        if !endpoint.is_open() {
            return;
        }
        endpoint.service = Service::Closed;
        self.registrations[device.index()].out_since = out_since;
        let application = endpoint.application;
        match endpoint.kind {
            EndpointKind::Port => self.ports[endpoint.row as usize].open -= 1,
            EndpointKind::Phone => self.phones[endpoint.row as usize].open -= 1,
            EndpointKind::RoutePoint | EndpointKind::Outside => {}
        }
        if endpoint.kind != EndpointKind::Phone
            && let Some(application) = application
        {
            self.applications[application.index()].lose_device(failed);
        }
        if because != OutageCause::Rehoming {
            self.cancel_rehoming(device);
        }
        self.note(Fact::DeviceClosed { device, application, because });
    }

    /// An application loses control of a phone, which may go on working.
    pub(super) fn lose_control(&mut self, device: DeviceId, failed: Option<Time>) {
        let registration = &mut self.registrations[device.index()];
        if std::mem::replace(&mut registration.phone_control, PhoneControl::None) == PhoneControl::Controlled {
            let application = self.endpoints[device.index()].application.expect("only an application controls a phone");
            self.applications[application.index()].lose_device(failed);
            self.note(Fact::PhoneControlLost { device, application });
        }
    }

    /// Voids all pending requests for a device.
    pub(super) fn void_requests(&mut self, device: DeviceId) {
        let registration = &mut self.registrations[device.index()];
        registration.stamp = registration.stamp.wrapping_add(1);
        registration.phone_control.request_ended();
        self.endpoints[device.index()].void_request();
    }

    /// An application loses a device until it requests it again: because its CTIManager closed the application, or because
    /// the CTIManager failed and only the registration is left.
    pub(super) fn release_device(&mut self, device: DeviceId, out_since: Time, because: OutageCause) {
        if self.endpoints[device.index()].kind == EndpointKind::Phone {
            self.lose_control(device, Some(out_since));
        } else {
            self.void_requests(device);
            self.close_device(device, out_since, because);
            self.cancel_rehoming(device);
            self.endpoints[device.index()].service = Service::Closed;
        }
        if because != OutageCause::CtiManagerFailed {
            self.registrations[device.index()].status = RegistrationStatus::Unregistered;
        }
    }

    /// Takes the devices registered, or being registered, with a failed CallManager out of service.
    pub(super) fn lose_devices_of(&mut self, node: NodeId) {
        for row in 0..self.plan.devices.len() {
            let device = DeviceId(row as u32);
            let Endpoint { kind, service, rehoming, .. } = self.endpoints[row];
            if self.registrations[row].home == node && matches!(rehoming, Rehoming::Waiting | Rehoming::Due) {
                self.cancel_rehoming(device);
            }
            if self.endpoints[row].node != node {
                continue;
            }
            if kind == EndpointKind::Phone && service == Service::Closed {
                // It is already looking for a CallManager.
                continue;
            }
            self.void_requests(device);
            self.close_device(device, self.now, OutageCause::CallManagerFailed);
            self.registrations[row].status = RegistrationStatus::Unregistered;
            if kind == EndpointKind::Phone {
                self.phone_lost(row);
            } else {
                self.endpoints[row].service = service.after_loss();
            }
        }
    }

    // Opening.

    /// The application's request to open a device leaves for the CTIManager; returns whether one is needed.
    pub(super) fn ask_to_open(&mut self, device: DeviceId) -> bool {
        let application = self.endpoints[device.index()].application.expect("only an application requests its devices");
        if self.is_held(device.0) {
            self.take_over_held(device, application);
        }
        let reaches = self.arrives_at_application(application, self.now);
        let registration = &mut self.registrations[device.index()];
        let asks = !registration.held && registration.request(&mut self.endpoints[device.index()]);
        if asks {
            let stamp = registration.stamp;
            self.schedule(reaches, Event::OpenReachesManager { device: device.0, stamp });
        }
        asks
    }

    pub(super) fn open_reaches_manager(&mut self, device: u32, stamp: u16) {
        if self.registrations[device as usize].stamp != stamp {
            return;
        }
        let endpoint = self.endpoints[device as usize];
        let application = endpoint.application.expect("only an application's devices are opened");
        if self.applications[application.index()].connected {
            self.hears_application(application);
            self.manager_opens(device, application, Asker::Application);
        } else {
            self.registrations[device as usize].withdraw(&mut self.endpoints[device as usize]);
        }
    }

    /// A CTIManager opens a device on the CallManager that the rules name, if they name one. Returns whether it asked one.
    pub(super) fn manager_opens(&mut self, device: u32, application: ApplicationId, asker: Asker) -> bool {
        let manager = self.manager_of(application);
        let endpoint = self.endpoints[device as usize];
        let plan = &self.plan.devices[device as usize];
        let status = self.registrations[device as usize].status;
        let node = if endpoint.kind == EndpointKind::Phone {
            self.registrations[device as usize].phone_control.open();
            let can_open =
                |node| self.reaches(manager, node) && device_recovery::can_open(status, node, &plan.cannot_open_on);
            phones::opened_on(endpoint.is_open().then_some(endpoint.node), can_open)
        } else {
            let asked = usize::from(self.registrations[device as usize].asked);
            let answer = |node| self.answer(manager, node);
            let recovery = if device_failure::can_register(self.registrations[device as usize].faults) {
                device_recovery::recover(status, endpoint.node, &plan.group, asked, &plan.cannot_open_on, answer)
            } else {
                Recovery::Wait
            };
            match recovery {
                Recovery::Open(node) => Some(node),
                Recovery::TimesOut(place) => {
                    self.asks_in_vain(device, place);
                    return true;
                }
                Recovery::Wait => None,
                Recovery::GiveUp(because) => {
                    self.give_up(device, because);
                    return false;
                }
            }
        };
        let in_reach = node.is_none_or(|node| direct_topology::reaches(self.plan.topology, manager, node));
        let Some(node) = node.filter(|_| in_reach) else {
            // R25: it rehomes out of its application's reach. The fact is noted, and yet the device counts as lost, not as
            // closed: its application opens it again once it comes within reach.
            if !in_reach && endpoint.rehoming == Rehoming::Leaving {
                self.give_up(device, GiveUpReason::OutOfReach);
            }
            if endpoint.kind == EndpointKind::Phone {
                self.registrations[device as usize].phone_control.request_ended();
            } else {
                self.endpoints[device as usize].service = Service::Lost;
            }
            return false;
        };
        self.endpoints[device as usize].node = node;
        let stamp = self.registrations[device as usize].stamp;
        let work = self.ctimanager_work(manager);
        let lines = self.plan.lines_at(plan.kind, plan.row);
        let done = self.opening(self.plan.ctimanager(manager), &work.device_open, &work.line_open, lines);
        self.schedule(self.arrives(manager, node, done), Event::OpenReachesCallManager { device, stamp, asker });
        true
    }

    /// What comes of it if a CTIManager asks a CallManager to open a device now.
    pub(super) fn answer(&self, manager: NodeId, node: NodeId) -> Answer {
        let (runs, in_reach) = (self.callmanager_up(node), self.reaches(manager, node));
        let failed = self.nodes[node.index()].failed_at;
        let known = !runs && notice::is_noticed(failed, self.plan.parameters.callmanager_notice, self.now);
        device_recovery::answer(Asked {
            runs,
            reachable: in_reach && self.gets_through(manager, node) && !self.nodes[node.index()].hangs_unnoticed,
            noticed: !in_reach || known,
        })
    }

    /// A CTIManager asks the member at this place of a device's group, from which nothing comes back.
    fn asks_in_vain(&mut self, device: u32, place: usize) {
        let registration = &mut self.registrations[device as usize];
        registration.asked = place as u8 + 1;
        let stamp = registration.stamp;
        self.schedule(self.now + self.plan.parameters.open_timeout, Event::OpenTimesOut { device, stamp });
    }

    /// The CTIManager gives up waiting for that member, and asks the next one in the device's next turn.
    pub(super) fn open_times_out(&mut self, device: u32, stamp: u16) {
        if self.registrations[device as usize].stamp != stamp {
            return;
        }
        let application =
            self.endpoints[device as usize].application.expect("only an application's devices are opened");
        self.queue_turn(self.manager_of(application), device);
    }

    pub(super) fn give_up(&mut self, device: u32, because: GiveUpReason) {
        self.endpoints[device as usize].service = Service::Closed;
        self.cancel_rehoming(DeviceId(device));
        self.note(Fact::DeviceGivenUp { device: DeviceId(device), because });
    }

    pub(super) fn open_reaches_callmanager(&mut self, device: u32, stamp: u16, asker: Asker) {
        if self.registrations[device as usize].stamp != stamp {
            return;
        }
        let node = self.endpoints[device as usize].node;
        let done = self.registers(device, node);
        self.schedule(done, Event::DeviceOpens { device, stamp, asker });
    }

    /// A CallManager registers and opens a device with its lines.
    pub(super) fn registers(&mut self, device: u32, node: NodeId) -> Time {
        let plan = &self.plan.devices[device as usize];
        let work = &self.plan.nodes[node.index()].callmanager;
        let lines = self.plan.lines_at(plan.kind, plan.row);
        self.opening(self.plan.callmanager(node), &work.device_open, &work.line_open, lines)
    }

    pub(super) fn device_opens(&mut self, device: u32, stamp: u16, asker: Asker) {
        let endpoint = &mut self.endpoints[device as usize];
        let registration = &mut self.registrations[device as usize];
        if registration.stamp != stamp {
            return;
        }
        let application = endpoint.application.expect("only an application's devices are opened");
        if endpoint.kind == EndpointKind::Phone {
            registration.phone_control.request_ended();
            let (connected, opens) = (self.applications[application.index()].connected, endpoint.is_open());
            let (node, controlled) = (endpoint.node, registration.phone_control == PhoneControl::Controlled);
            // The CTIManager may have lost the link to it meanwhile; it asks again when it has the link back.
            if connected && opens && !controlled && self.reaches(self.manager_of(application), node) {
                self.gain_phone(DeviceId(device), application);
                self.notice_of_opening(application, asker);
            }
            return;
        }
        (endpoint.service, registration.status) = (Service::Open, RegistrationStatus::Registered);
        let (row, node, out_since) = (endpoint.row, endpoint.node, registration.out_since);
        if endpoint.kind == EndpointKind::Port {
            let state = &mut self.ports[row as usize];
            state.open += 1;
            // A call that kept its media may still be there; then the port is free when that call ends.
            if endpoint.calls == 0 && !endpoint.listed {
                endpoint.listed = true;
                state.free.push_back(device);
            }
        }
        let out_of_service = self.now - out_since;
        self.note(Fact::DeviceOpened {
            device: DeviceId(device),
            application: Some(application),
            node,
            out_of_service,
        });
        self.finish_rehoming(device);
        self.gain_device(application);
        self.notice_of_opening(application, asker);
        self.consider_rehoming(device);
    }

    /// An application that has not asked for it is notified that a device is in service again.
    fn notice_of_opening(&mut self, application: ApplicationId, asker: Asker) {
        if asker == Asker::CtiManager && self.applications[application.index()].connected {
            self.send_notice(application);
        }
    }

    /// An application's CTIManager tells it that a device is out of service, or back. Nothing waits for that.
    pub(super) fn send_notice(&mut self, application: ApplicationId) {
        let manager = self.manager_of(application);
        if let Some(notice) = &self.ctimanager_work(manager).notice {
            self.work(self.plan.ctimanager(manager), notice);
        }
    }

    /// An application controls a phone from now on.
    pub(super) fn gain_phone(&mut self, device: DeviceId, application: ApplicationId) {
        let registration = &mut self.registrations[device.index()];
        (registration.phone_control, registration.status) = (PhoneControl::Controlled, RegistrationStatus::Registered);
        self.note(Fact::PhoneControlled { device, application });
        self.gain_device(application);
    }

    fn gain_device(&mut self, application: ApplicationId) {
        self.hears_manager(application);
        let devices = self.plan.applications[application.index()].devices.len();
        let state = &mut self.applications[application.index()];
        state.open += 1;
        while let Some(share) = self.applications[application.index()].next_share(devices) {
            let delay = self.now - self.applications[application.index()].lost_at;
            self.note(Fact::Recovered { application, share, delay });
        }
    }
}
