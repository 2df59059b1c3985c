//! Devices go out of service, and are opened (R13, R16, R17, R22).

use super::event::{Asker, Event};
use super::machine::Cluster;
use super::rows::endpoint::{Endpoint, EndpointKind, Service};
use super::rows::registration::Claim;
use crate::domain::{ApplicationId, ConnectionId, DeviceId, GiveUpReason, NodeId, OpenerId, OutageCause};
use crate::engine::Time;
use crate::facts::{Fact, Recorder, Task};
use crate::rules::device_recovery::{self, Answer, Asked, Recovery, RegistrationStatus};
use crate::rules::openers::Turn;
use crate::rules::rehoming::Rehoming;
use crate::rules::{device_failure, direct_topology, notice, phones};

impl<R: Recorder> Cluster<'_, R> {
    // Out of service.

    /// Takes a device out of service, if it is in service.
    pub(super) fn close_device(&mut self, device: DeviceId, out_since: Time, because: OutageCause) {
        let failed = (!because.is_planned()).then_some(out_since);
        self.lose_claims(device, failed);
        let endpoint = &mut self.endpoints[device.index()];
        if !endpoint.is_open() {
            return;
        }
        endpoint.service = Service::Closed;
        let registration = &mut self.registrations[device.index()];
        registration.out_since = out_since;
        registration.lost_with_callmanager = because == OutageCause::CallManagerFailed;
        let connection = endpoint.connection;
        match endpoint.kind {
            EndpointKind::Port => self.ports[endpoint.row as usize].open -= 1,
            EndpointKind::Phone => self.phones[endpoint.row as usize].open -= 1,
            EndpointKind::RoutePoint | EndpointKind::Outside => {}
        }
        if endpoint.kind != EndpointKind::Phone
            && let Some(connection) = connection
        {
            self.loses_device(device, connection, failed);
        }
        if because != OutageCause::Rehoming {
            self.cancel_rehoming(device);
        }
        let application = connection.map(|connection| self.application_of(connection));
        self.note(Fact::DeviceClosed { device, application, because, since: out_since });
    }

    /// All applications lose their claims to a device.
    fn lose_claims(&mut self, device: DeviceId, failed: Option<Time>) {
        if !self.some_are_shared {
            return self.lose_claim(OpenerId(device.0), failed);
        }
        for opener in self.plan.openers_of(device) {
            self.lose_claim(opener, failed);
        }
    }

    /// The applications that control a device through its holder control one less: of one with media, that others stand by for,
    /// all of them.
    fn loses_device(&mut self, device: DeviceId, holder: ConnectionId, failed: Option<Time>) {
        if self.plan.devices[device.index()].stands_by() {
            for application in self.plan.applications_of(device) {
                self.controls_less(application, failed);
            }
        } else {
            self.controls_less(self.application_of(holder), failed);
        }
    }

    /// An application controls one device less, if not as planned because of something that `failed`.
    pub(super) fn controls_less(&mut self, application: ApplicationId, failed: Option<Time>) {
        if let Some(since) = self.applications[application.index()].lose_device(failed) {
            self.note(Fact::RecoveryBegan { application, since });
        }
    }

    /// Voids all pending requests for a device.
    pub(super) fn void_requests(&mut self, device: DeviceId) {
        let registration = &mut self.registrations[device.index()];
        registration.stamp = registration.stamp.wrapping_add(1);
        self.endpoints[device.index()].void_request();
        if !self.some_are_shared {
            return self.registrations[device.index()].claim.request_ended();
        }
        for opener in self.plan.openers_of(device) {
            self.claim_mut(opener).request_ended();
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
    pub(super) fn ask_to_open(&mut self, opener: OpenerId) -> bool {
        let device = self.plan.device_of(opener);
        let connection = self.plan.connection_of(opener).expect("only an application requests its devices");
        if self.is_held_over(device, connection) {
            self.take_over_held(opener, connection);
        }
        let is_phone = self.endpoints[device.index()].kind == EndpointKind::Phone;
        if self.some_are_shared
            && !is_phone
            && matches!(self.takes_its_turn(opener, connection), Turn::StandsBy | Turn::Awaits)
        {
            return false;
        }
        let reaches = self.arrives_at_application(connection, self.now);
        let asks = self.requests(opener);
        if asks {
            let stamp = self.registrations[device.index()].stamp;
            self.schedule(reaches, Event::OpenReachesManager { opener: opener.0, stamp });
        }
        asks
    }

    /// An application, or its CTIManager, requests a device; returns whether a new request is needed. A phone can be requested while
    /// it registers, and a device that another connection holds while it is opened.
    pub(super) fn requests(&mut self, opener: OpenerId) -> bool {
        if self.claims(opener) {
            return self.claim_mut(opener).request();
        }
        let device = self.plan.device_of(opener);
        let registration = &mut self.registrations[device.index()];
        !registration.held && registration.request(&mut self.endpoints[device.index()])
    }

    pub(super) fn open_reaches_manager(&mut self, opener: OpenerId, stamp: u16) {
        let device = self.plan.device_of(opener);
        if self.registrations[device.index()].stamp != stamp {
            return;
        }
        let connection = self.plan.connection_of(opener).expect("only an application's devices are opened");
        if self.connections[connection.index()].connected {
            self.hears_application(connection);
            // One that asked as one of several may hold the device by now.
            if self.claims(opener) || self.endpoints[device.index()].service == Service::Pending {
                self.manager_opens(opener, connection, Asker::Application);
            }
        } else if self.claims(opener) {
            self.claim_mut(opener).request_ended();
        } else {
            self.endpoints[device.index()].void_request();
        }
    }

    /// A CTIManager opens a device on the CallManager that the rules name, if they name one. Returns whether it asked one.
    pub(super) fn manager_opens(&mut self, opener: OpenerId, connection: ConnectionId, asker: Asker) -> bool {
        let manager = self.manager_of(connection);
        let device = self.plan.device_of(opener).0;
        let endpoint = self.endpoints[device as usize];
        let plan = &self.plan.devices[device as usize];
        let status = self.registrations[device as usize].status;
        let claims = self.claims(opener);
        let node = if claims {
            self.claim_mut(opener).open();
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
                    self.asks_in_vain(opener, place);
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
            if claims {
                self.claim_mut(opener).request_ended();
            } else {
                self.endpoints[device as usize].service = Service::Lost;
            }
            return false;
        };
        self.endpoints[device as usize].node = node;
        let stamp = self.registrations[device as usize].stamp;
        let work = self.ctimanager_work(manager);
        let lines = self.plan.lines_at(plan.kind, plan.row);
        let done = self.opening(self.plan.ctimanager(manager), Task::Open, &work.device_open, &work.line_open, lines);
        let reaches = self.arrives(manager, node, done);
        self.schedule(reaches, Event::OpenReachesCallManager { opener: opener.0, stamp, asker });
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
    fn asks_in_vain(&mut self, opener: OpenerId, place: usize) {
        let registration = &mut self.registrations[self.plan.device_of(opener).index()];
        registration.asked = place as u8 + 1;
        let stamp = registration.stamp;
        self.schedule(self.now + self.plan.parameters.open_timeout, Event::OpenTimesOut { opener: opener.0, stamp });
    }

    /// The CTIManager gives up waiting for that member, and asks the next one in the device's next turn.
    pub(super) fn open_times_out(&mut self, opener: OpenerId, stamp: u16) {
        if self.registrations[self.plan.device_of(opener).index()].stamp != stamp {
            return;
        }
        let connection = self.plan.connection_of(opener).expect("only an application's devices are opened");
        self.queue_turn(self.manager_of(connection), opener);
    }

    pub(super) fn give_up(&mut self, device: u32, because: GiveUpReason) {
        self.endpoints[device as usize].service = Service::Closed;
        self.cancel_rehoming(DeviceId(device));
        self.note(Fact::DeviceGivenUp { device: DeviceId(device), because });
    }

    pub(super) fn open_reaches_callmanager(&mut self, opener: OpenerId, stamp: u16, asker: Asker) {
        let device = self.plan.device_of(opener);
        if self.registrations[device.index()].stamp != stamp {
            return;
        }
        let node = self.endpoints[device.index()].node;
        let done = self.registers(device.0, node);
        self.schedule(done, Event::DeviceOpens { opener: opener.0, stamp, asker });
    }

    /// A CallManager registers and opens a device with its lines.
    pub(super) fn registers(&mut self, device: u32, node: NodeId) -> Time {
        let plan = &self.plan.devices[device as usize];
        let work = &self.plan.nodes[node.index()].callmanager;
        let lines = self.plan.lines_at(plan.kind, plan.row);
        self.opening(self.plan.callmanager(node), Task::Register, &work.device_open, &work.line_open, lines)
    }

    pub(super) fn device_opens(&mut self, opener: OpenerId, stamp: u16, asker: Asker) {
        let device = self.plan.device_of(opener).0;
        if self.registrations[device as usize].stamp != stamp {
            return;
        }
        let connection = self.plan.connection_of(opener).expect("only an application's devices are opened");
        if self.claims(opener) {
            self.claim_mut(opener).request_ended();
            let endpoint = &self.endpoints[device as usize];
            let (connected, opens) = (self.connections[connection.index()].connected, endpoint.is_open());
            let (node, controlled) = (endpoint.node, self.claim(opener) == Claim::Controlled);
            // The CTIManager may have lost the link to it meanwhile; it asks again when it has the link back.
            if connected && opens && !controlled && self.reaches(self.manager_of(connection), node) {
                self.gain_claim(opener, connection);
                self.notice_of_opening(connection, asker);
            }
            return;
        }
        let endpoint = &mut self.endpoints[device as usize];
        if endpoint.service != Service::Pending {
            // It asked as one of several, and holds the device by now.
            return;
        }
        let registration = &mut self.registrations[device as usize];
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
        let application = self.application_of(connection);
        self.note(Fact::DeviceOpened {
            device: DeviceId(device),
            application: Some(application),
            node,
            out_of_service,
        });
        self.finish_rehoming(device);
        self.hears_manager(connection);
        if self.plan.devices[device as usize].stands_by() {
            for application in self.plan.applications_of(DeviceId(device)) {
                self.gain_device(application);
            }
        } else {
            self.gain_device(application);
        }
        self.notice_of_opening(connection, asker);
        self.consider_rehoming(device);
        self.serve_all_waiting();
        if self.some_are_shared {
            self.opened_to_holder(DeviceId(device));
        }
    }

    /// An application that has not asked for it is notified that a device is in service again.
    fn notice_of_opening(&mut self, connection: ConnectionId, asker: Asker) {
        if asker == Asker::CtiManager && self.connections[connection.index()].connected {
            self.send_notice(connection);
        }
    }

    /// An application's CTIManager tells it that a device is out of service, or back. Nothing waits for that.
    pub(super) fn send_notice(&mut self, connection: ConnectionId) {
        let manager = self.manager_of(connection);
        if let Some(notice) = &self.ctimanager_work(manager).notice {
            self.work(self.plan.ctimanager(manager), notice, Task::Notice, None);
        }
    }

    /// An application controls one device more.
    pub(super) fn gain_device(&mut self, application: ApplicationId) {
        let devices = self.plan.applications[application.index()].devices.len();
        self.applications[application.index()].open += 1;
        while let Some(share) = self.applications[application.index()].next_share(devices) {
            let delay = self.now - self.applications[application.index()].lost_at;
            self.note(Fact::Recovered { application, share, delay });
        }
    }
}
