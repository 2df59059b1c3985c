//! The event loop, and the one match from events to their handlers.

use std::sync::atomic::{AtomicBool, Ordering};

use super::event::Event;
use super::machine::Cluster;
use crate::domain::{ConnectionId, OpenerId};
use crate::engine::{Server, Span, Time};
use crate::facts::Recorder;

/// The bounds of a slice of simulated time: the first one, and one in which little happens.
const SHORTEST_SLICE: Span = Span::from_nanos(1_000_000);
const LONGEST_SLICE: Span = Span::from_nanos(10_000_000_000);

/// The slice after one with so many events: some thousand events are some milliseconds.
fn next_slice(slice: Span, events: u64) -> Span {
    match events {
        0..4_096 => LONGEST_SLICE.min(slice + slice),
        4_096..65_536 => slice,
        _ => Span::from_nanos((slice.nanos() / 2).max(1)),
    }
}

impl<R: Recorder> Cluster<'_, R> {
    /// Simulates one replication from its beginning to the end of the plan, and returns the number of events. What happens
    /// is a function of the plan, the seed and the replication's number alone.
    pub fn run(&mut self, seed: u64, replication: u64) -> u64 {
        let never = AtomicBool::new(false);
        self.run_unless(&never, seed, replication).expect("nobody raises the flag")
    }

    /// The same; or nothing if `stop` is raised while it runs, which takes effect within some thousand events.
    pub fn run_unless(&mut self, stop: &AtomicBool, seed: u64, replication: u64) -> Option<u64> {
        self.reset(seed, replication);
        let end = self.plan.length;
        let (mut events, mut slice, mut until) = (0, SHORTEST_SLICE, Time::ZERO);
        // The flag is looked at after each slice of simulated time, which costs no instruction per event.
        while !stop.load(Ordering::Relaxed) {
            until = end.min(until + slice);
            let before = events;
            while let Some((now, event)) = self.next_event(until) {
                self.now = now;
                events += 1;
                self.handle(event);
            }
            if until == end {
                self.now = end;
                self.notes_unfinished();
                return Some(events);
            }
            slice = next_slice(slice, events - before);
        }
        None
    }

    /// The next event until the end. The calls of events that come close together are prefetched together.
    #[inline(always)]
    fn next_event(&mut self, end: Time) -> Option<(Time, Event)> {
        self.calendar.pop_until(end, |soon| {
            if let Some(call) = soon.call() {
                self.calls.fetch(call);
            }
        })
    }

    fn reset(&mut self, seed: u64, replication: u64) {
        self.now = Time::ZERO;
        self.calendar.clear();
        self.calls.clear();
        self.notifications.clear();
        self.accept_timers.clear();
        self.request_timers.clear();
        self.asked_timers.clear();
        self.people_wait = 0;
        for processor in &mut self.processors {
            processor.server = Server::default();
            processor.stream.reset(seed, replication);
        }
        for database in &mut self.databases {
            database.clear();
        }
        self.phone_stream.reset(seed, replication);
        self.hangs_unnoticed = 0;
        self.reset_links();
        self.reset_nodes(seed, replication);
        self.reset_devices();
        self.reset_applications(seed, replication);
        self.reset_sources(seed, replication);
    }

    // Part of the loop: its many registers are saved once a run instead of once an event.
    #[inline(always)]
    fn handle(&mut self, event: Event) {
        match event {
            Event::CallerDials { source } => self.caller_dials(source),
            Event::PatienceEnds { call } => self.patience_ends(call),
            Event::WaitEnds { call } => self.wait_ends(call),

            Event::Routes { call, step } => self.routes(call, step),
            Event::Offers { call, step } => self.offers(call, step),
            Event::Presents { call, step } => self.presents(call, step),
            Event::PicksUp { call, step } => self.picks_up(call, step),
            Event::RingsOut { call, step } => self.rings_out(call, step),
            Event::Connects { call, step } => self.connects(call, step),
            Event::TalkEnds { call, step } => self.talk_ends(call, step),
            Event::WrapUpEnds { device } => self.wrap_up_ends(device),
            Event::Forwards { call, step } => self.forwards(call, step),

            Event::NotificationReachesManager { call, step } => self.notification_reaches_manager(call, step),
            Event::NotificationReachesApplication { call, step } => self.notification_reaches_application(call, step),
            Event::WorkerDecides { application, worker } => self.worker_decides(application, worker),
            Event::RequestReachesManager { call, step } => self.request_reaches_manager(call, step),
            Event::RequestReachesCallManager { call, step } => self.request_reaches_callmanager(call, step),
            Event::NotificationMoves { notification } => self.notification_moves(notification),
            Event::TakesEffect { call, step } => self.takes_effect(call, step),
            Event::ReachesBridge { call, step } => self.reaches_bridge(call, step),
            Event::ChangeTakesEffect { call, step } => self.change_takes_effect(call, step),
            Event::AcceptTimerExpires => self.accept_timer_expires(),
            Event::PortTimerExpires { group, line } => self.port_timer_expires(group, line),
            Event::RequestTimerExpires => self.request_timer_expires(),
            Event::AskedTimerExpires => self.asked_timer_expires(),

            Event::HeartbeatDue { connection, attempt } => self.heartbeat_due(ConnectionId(connection), attempt),
            Event::HeartbeatReachesManager { connection, number } => {
                self.heartbeat_reaches_manager(ConnectionId(connection), number);
            }
            Event::HeartbeatChecked { connection, number } => self.heartbeat_checked(ConnectionId(connection), number),
            Event::ConnectionCloses { connection, number } => self.connection_closes(ConnectionId(connection), number),
            Event::ManagerBeats { connection, lookout } => self.manager_beats(ConnectionId(connection), lookout),
            Event::ManagerHeard { connection, lookout } => self.manager_heard(ConnectionId(connection), lookout),
            Event::ManagerChecked { connection, lookout } => self.manager_checked(ConnectionId(connection), lookout),
            Event::ProviderAsks { connection, attempt } => self.provider_asks(ConnectionId(connection), attempt),
            Event::ProviderOpens { connection, attempt } => self.provider_opens(ConnectionId(connection), attempt),
            Event::ProviderOpenTimesOut { connection, attempt } => {
                self.provider_open_times_out(ConnectionId(connection), attempt)
            }
            Event::AsksForDevice { connection, attempt } => self.asks_for_device(ConnectionId(connection), attempt),
            Event::OpenReachesManager { opener, stamp } => self.open_reaches_manager(OpenerId(opener), stamp),
            Event::OpenReachesCallManager { opener, stamp, asker } => {
                self.open_reaches_callmanager(OpenerId(opener), stamp, asker);
            }
            Event::OpenTimesOut { opener, stamp } => self.open_times_out(OpenerId(opener), stamp),
            Event::DeviceOpens { opener, stamp, asker } => self.device_opens(OpenerId(opener), stamp, asker),

            Event::LossNoticed { connection, attempt } => self.loss_noticed(ConnectionId(connection), attempt),
            Event::ClosingNoticed { connection, number } => self.closing_noticed(ConnectionId(connection), number),
            Event::Reconnects { connection, attempt } => self.reconnects(ConnectionId(connection), attempt),
            Event::FallsBack { connection, attempt } => self.falls_back(ConnectionId(connection), attempt),

            Event::FailureNoticed { manager, node } => self.failure_noticed(manager, node),
            Event::HangNoticed { node } => self.hang_noticed(node),
            Event::ReturnNoticed { manager, node } => self.return_noticed(manager, node),
            Event::ManagerReopens { manager, epoch } => self.manager_reopens(manager, epoch),
            Event::PhoneMoves { device, stamp } => self.phone_moves(device, stamp),
            Event::PhoneRegisters { device, stamp } => self.phone_registers(device, stamp),
            Event::LinkNoticed { from, to } => self.link_noticed(from, to),
            Event::PhonesNoticeReturn { node } => self.phones_notice_return(node),
            Event::PhoneRehomes { node, epoch } => self.phone_rehomes(node, epoch),

            Event::SettingChanges { change } => self.setting_changes(change),
            Event::FaultStrikes { fault } => self.fault_strikes(fault),
            Event::FaultEnds { fault } => self.fault_ends(fault),
        }
    }
}
