//! Checks each fact against the identities it must keep.

use crate::domain::ApplicationFault;
use crate::engine::Time;
use crate::facts::{Fact, Message, Recorder};

use super::ledger::{AuditedCall, AuditedRehoming, Auditor, Occupied};

impl Recorder for Auditor<'_> {
    fn note(&mut self, now: Time, fact: Fact) {
        self.advance(now);
        match fact {
            Fact::Offered { call, ingress, .. } => {
                let audited = AuditedCall {
                    offered: now,
                    ingress,
                    alerted: false,
                    connected: false,
                    caller: None,
                    held: Occupied::Nothing,
                    aside: None,
                    bridge: None,
                    on_hold: false,
                    presented_by: None,
                };
                let before = self.calls.insert(call, audited);
                self.require(before.is_none(), |_| format!("{fact:?} twice"));
                self.offered += 1;
            }
            Fact::Sent { .. } | Fact::Unnoticed { .. } | Fact::RecoveryBegan { .. } => {}
            Fact::Unfinished { call, .. } => {
                self.call(call, fact);
            }
            Fact::Presented { call, route_point, device, line } => {
                self.take(call, fact, Occupied::RoutePoint { device, line, presented: now });
                let plan = &self.plan.route_points[route_point.index()];
                let is_its = (plan.first.0..plan.first.0 + plan.count).contains(&device.0);
                self.require(is_its, |_| format!("{fact:?}: the device does not belong to this route point"));
                let device_state = &mut self.devices[device.index()];
                device_state.calls += 1;
                if let Some(audited) = self.calls.get_mut(&call) {
                    audited.presented_by = device_state.at;
                }
                let serves = self.serves(device);
                self.require(serves, |_| format!("{fact:?}: the route point is out of service"));
                self.take_line(fact, device, line);
            }
            Fact::Left { call, device, line, stayed, .. } => {
                let Some(AuditedCall { held: Occupied::RoutePoint { presented, .. }, .. }) = self.call(call, fact)
                else {
                    return self.require(false, |_| format!("{fact:?}: the call was not there"));
                };
                self.give_back(call, fact, Occupied::RoutePoint { device, line, presented });
                self.give_line(device, line);
                self.check_span(fact, stayed, presented);
                self.devices[device.index()].calls -= 1;
            }
            Fact::Seized { call, pool, device, line } => self.seized(fact, call, pool, device, line),
            Fact::CallWaits { call, device, line } => self.waits(fact, call, device, line),
            Fact::CallWaited { call, device } => self.waited(fact, call, device),
            Fact::Queued { call, queue, .. } => self.queued(fact, call, queue),
            Fact::Distributed { call, queue, waited } => self.distributed(fact, call, queue, waited),
            Fact::LeftQueue { call, queue, waited, .. } => self.left_queue(fact, call, queue, waited),
            Fact::Freed { call, pool, device } => self.freed(fact, call, pool, device),
            Fact::OffHook { call, pool, device } => self.off_hook(fact, call, pool, device),
            Fact::OnHook { call, device, .. } => self.on_hook(fact, call, device),
            Fact::Talked { call, lasted, .. } => self.talked(fact, call, lasted),
            Fact::WrapUpBegan { call, phones, device, line } => self.wrap_up_began(fact, call, phones, device, line),
            Fact::WrapUpEnded { call, device, .. } => self.wrap_up_ended(fact, call, device),
            Fact::Held { call, .. } => self.held(fact, call, true),
            Fact::Retrieved { call, .. } => self.held(fact, call, false),
            Fact::PutAside { call, device, .. } => self.put_aside(fact, call, device),
            Fact::TakenBack { call, phones, device } => self.taken_back(fact, call, phones, device),
            Fact::LetGo { call, device, .. } => self.let_go(fact, call, device),
            Fact::BridgeTaken { call, bridge } => self.bridge_taken(fact, call, bridge),
            Fact::BridgeFreed { call, bridge } => self.bridge_freed(fact, call, bridge),
            Fact::Consulted { call, .. } | Fact::ConsultFailed { call, .. } => self.consulted(fact, call),
            Fact::Joined { call, .. } => self.joined(fact, call),
            Fact::ConferenceBlocked { call, bridge } => self.blocked(fact, call, bridge),
            Fact::Served { station, arrived, started, finished, .. } => {
                self.served(fact, station.index(), arrived, started, finished);
            }
            Fact::Acted { call, delay, .. } => {
                if let Some(AuditedCall { held: Occupied::RoutePoint { presented, .. }, .. }) = self.call(call, fact) {
                    self.check_span(fact, delay, presented);
                } else {
                    self.require(false, |_| format!("{fact:?}: the call was not there"));
                }
            }
            Fact::Alerting { call: name, since_offered, .. } => {
                let Some(call) = self.call(name, fact) else { return };
                self.require(!call.alerted && !call.connected, |_| {
                    format!("{fact:?}: the call has alerted or been answered before")
                });
                self.check_span(fact, since_offered, call.offered);
                self.calls.insert(name, AuditedCall { alerted: true, ..call });
            }
            Fact::Connected { call: name, since_offered, first_sign, .. } => {
                let Some(call) = self.call(name, fact) else { return };
                self.require(!call.connected && first_sign != call.alerted, |_| format!("{fact:?}: {call:?}"));
                self.check_span(fact, since_offered, call.offered);
                self.calls.insert(name, AuditedCall { connected: true, ..call });
            }
            Fact::Transferred { call, .. } | Fact::ReachedMachine { call, .. } | Fact::Preserved { call } => {
                let connected = self.call(call, fact).is_some_and(|call| call.connected);
                self.require(connected, |_| format!("{fact:?}: the call was not connected"));
            }
            Fact::Forwarded { call, .. } | Fact::RequestTimedOut { call, .. } => {
                self.call(call, fact);
            }
            Fact::Ended { call, ending, offered, .. } => self.ended(fact, call, ending, offered),
            Fact::ApplicationFailed { application, fault } => {
                // Its workers are gone; after a restart it begins with new ones.
                if fault != ApplicationFault::Stall {
                    self.start_afresh(self.plan.workers(application));
                }
                let process = &mut self.applications[application.index()];
                // A stalled application may fail before it resumes: it counts as failed since it stalled.
                if !std::mem::replace(&mut process.down, true) {
                    process.failures.push(now);
                }
            }
            Fact::ApplicationReturned { application } => self.applications[application.index()].down = false,
            Fact::ApplicationClosed { application, delay, false_failure } => {
                let process = &self.applications[application.index()];
                let since = process.failures.last().copied().filter(|_| process.down);
                if delay.is_some_and(|delay| self.cut_off_before(application, delay)) && false_failure {
                    // It may have been the link.
                    return;
                }
                self.require(delay.is_some() == since.is_some() && (false_failure || since.is_some()), |_| {
                    format!("{fact:?} of an application that failed at {since:?}")
                });
                if let (Some(delay), Some(since)) = (delay, since) {
                    self.check_span(fact, delay, since);
                }
            }
            Fact::DeviceOpened { device, application, node, out_of_service } => {
                self.opened(fact, device, application, node, out_of_service);
            }
            Fact::DeviceClosed { device, application, because, since } => {
                self.closed(fact, device, application, because, since);
            }
            Fact::Controlled { device, application, first } => self.controlled(fact, device, application, first),
            Fact::ControlLost { device, application, last } => self.control_lost(fact, device, application, last),
            Fact::DeviceGivenUp { device, because } => self.given_up(fact, device, because),
            Fact::HomeReturned { device, ago } => self.home_returned(fact, device, ago),
            Fact::RehomeLost { device } => {
                let rehoming = std::mem::replace(&mut self.devices[device.index()].rehoming, AuditedRehoming::Settled);
                self.require(rehoming != AuditedRehoming::Settled, |_| {
                    format!("{fact:?}: the device was not rehoming")
                });
            }
            Fact::RehomeStarted { device, waited } => self.rehome_started(fact, device, waited),
            Fact::Rehomed { device, delay } => self.rehomed(fact, device, delay),
            Fact::CallManagerFailed { node } => {
                self.failed(fact, |auditor| &mut auditor.callmanagers[node.index()]);
                self.start_afresh(self.plan.callmanager(node));
                self.throttled[node.index()] = false;
                self.failed.push(node);
            }
            Fact::CallManagerHangs { node } => {
                let down = self.callmanagers[node.index()].down;
                let known = self.hangs[node.index()].replace(now);
                self.require(down && known.is_none(), |_| format!("{fact:?}: it is up, or hangs already"));
            }
            Fact::HangNoticed { node, delay } => {
                match self.hangs[node.index()].take() {
                    Some(since) => self.check_span(fact, delay, since),
                    None => self.require(false, |_| format!("{fact:?}: it does not hang")),
                }
                let in_time = delay <= self.plan.parameters.callmanager_notice;
                self.require(in_time, |_| format!("{fact:?}: it should have been noticed before"));
                self.hangs_known.push(node);
            }
            Fact::CallManagerReturned { node } => {
                self.returned(fact, |auditor| &mut auditor.callmanagers[node.index()])
            }
            Fact::CtiManagerFailed { node } => {
                self.failed(fact, |auditor| &mut auditor.ctimanagers[node.index()]);
                self.start_afresh(self.plan.ctimanager(node));
            }
            Fact::CtiManagerReturned { node } => self.returned(fact, |auditor| &mut auditor.ctimanagers[node.index()]),
            Fact::FailureNoticed { manager, node, delay } => {
                let lives = !self.ctimanagers[manager.index()].down;
                self.require(lives, |_| format!("{fact:?}: the CTIManager that noticed has itself failed"));
                let known = self.failed_before(&self.callmanagers[node.index()], delay);
                self.require(known, |_| format!("{fact:?}: there was no failure that long ago"));
            }
            Fact::ApplicationLinkFailed { application, .. } => {
                self.application_links[application.index()].failures.push(now);
            }
            Fact::ManagerLossNoticed { application, delay } => {
                let known = self.managers().any(|process| self.failed_before(process, delay));
                let known = known || self.cut_off_before(application, delay);
                self.require(known, |_| format!("{fact:?}: there was no failure that long ago"));
            }
            Fact::ManagerChanged { application, manager } => {
                let listed = self.plan.applications[application.index()].ctimanagers.contains(&manager);
                let lives = !self.ctimanagers[manager.index()].down;
                self.require(listed && lives, |_| format!("{fact:?}: listed is {listed}, up is {lives}"));
            }
            Fact::SettingChanged { change } | Fact::SettingNotChanged { change } => {
                let due = self.plan.changes.get(change as usize).map(|change| change.at);
                self.require(due == Some(now), |_| format!("{fact:?}: the change is due at {due:?}"));
                if let Some(application) = self.plan.changes.get(change as usize).and_then(|change| change.through) {
                    let fails = matches!(fact, Fact::SettingNotChanged { .. });
                    let down = self.applications[application.index()].down;
                    self.require(fails || !down, |_| format!("{fact:?}: the application is down"));
                }
            }
            Fact::Throttling { node, refuses } => {
                let before = std::mem::replace(&mut self.throttled[node.index()], refuses);
                // A CallManager that fails no longer refuses calls.
                let down = self.callmanagers[node.index()].down;
                let changes = if down { !refuses } else { before != refuses };
                self.require(changes, |_| format!("{fact:?}: the CallManager was already in this state, or is down"));
                let can = self.plan.parameters.code_yellow.is_some();
                self.require(can, |_| format!("{fact:?}: the workload has no Code Yellow"));
            }
            Fact::LinkCutNoticed { ago, .. } => {
                self.link_cut = now;
                let on_time = ago == self.plan.parameters.callmanager_notice;
                self.require(on_time, |_| format!("{fact:?}: it was noticed too soon or too late"));
            }
            Fact::LinkHealNoticed { .. } => {}
            Fact::DeviceFailed { device } => self.device_failed(fact, device),
            Fact::DeviceReturned { device } => self.device_returned(fact, device),
            Fact::NotDialled { call, .. } => self.not_dialled(fact, call),
            Fact::PhoneEventSent { device, application, .. } => self.phone_event_sent(fact, device, application),
            Fact::ScreenPopDue { call, device, application } => self.screen_pop_due(fact, (call, device, application)),
            Fact::ScreenPopShown { call, device, application, .. } => {
                self.screen_pop_over(fact, (call, device, application));
                self.is_at(fact, call, device);
            }
            Fact::ScreenPopLost { call, device, application } => {
                self.screen_pop_over(fact, (call, device, application))
            }
            Fact::Asked { call, device, application } => self.asked(fact, call, device, application),
            Fact::RequestGranted { call, application } => self.request_over(fact, call, application),
            Fact::RequestFailed { call, application } => {
                // One that was not there could not even be asked.
                if self.asked.contains_key(&call) {
                    self.request_over(fact, call, application);
                }
            }
            Fact::Skipped { .. } | Fact::Taken { .. } | Fact::LookedUp { .. } | Fact::Recovered { .. } => {}
            Fact::Sending { message, departs, arrives, .. } => {
                let leaves = departs >= now || message == Message::SetUp;
                self.require(leaves && arrives >= departs, |_| format!("{fact:?}: it arrives before it leaves"));
            }
            Fact::Rings { call, pool, device } => self.rings(fact, call, pool, device),
            Fact::PickedUp { call, since } | Fact::TurnedAway { call, since, .. } => {
                self.call(call, fact);
                self.require(since <= now, |_| format!("{fact:?}: it began later"));
            }
            Fact::TreatmentEnded { call, .. } | Fact::HeldUp { call, .. } | Fact::Forwards { call, .. } => {
                self.call(call, fact);
            }
            // The call may be over.
            Fact::EventLost { .. } => {}
        }
    }
}
