//! The event loop, and the one match from events to their handlers.

use super::event::Event;
use super::machine::Cluster;
use crate::engine::{Server, Time};
use crate::facts::Recorder;

impl<R: Recorder> Cluster<'_, R> {
    /// Simulates one replication from its beginning to the end of the plan, and returns the number of events. What happens
    /// is a function of the plan, the seed and the replication's number alone.
    pub fn run(&mut self, seed: u64, replication: u64) -> u64 {
        self.reset(seed, replication);
        let end = self.plan.length;
        let mut events = 0;
        while let Some((now, event)) = self.next_event(end) {
            self.now = now;
            events += 1;
            self.handle(event);
        }
        self.now = end;
        events
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
        self.accept_timers.clear();
        self.request_timers.clear();
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
            Event::Forwards { call, step } => self.forwards(call, step),

            Event::NotificationReachesManager { call, step } => self.notification_reaches_manager(call, step),
            Event::NotificationReachesApplication { call, step } => self.notification_reaches_application(call, step),
            Event::WorkerDecides { application, worker } => self.worker_decides(application, worker),
            Event::RequestReachesManager { call, step } => self.request_reaches_manager(call, step),
            Event::RequestReachesCallManager { call, step } => self.request_reaches_callmanager(call, step),
            Event::TakesEffect { call, step } => self.takes_effect(call, step),
            Event::AcceptTimerExpires => self.accept_timer_expires(),
            Event::PortTimerExpires { group, line } => self.port_timer_expires(group, line),
            Event::RequestTimerExpires => self.request_timer_expires(),

            Event::HeartbeatDue { application, attempt } => self.heartbeat_due(application, attempt),
            Event::HeartbeatReachesManager { application, connection } => {
                self.heartbeat_reaches_manager(application, connection);
            }
            Event::HeartbeatChecked { application, connection } => self.heartbeat_checked(application, connection),
            Event::ConnectionCloses { application, connection } => self.connection_closes(application, connection),
            Event::ManagerBeats { application, lookout } => self.manager_beats(application, lookout),
            Event::ManagerHeard { application, lookout } => self.manager_heard(application, lookout),
            Event::ManagerChecked { application, lookout } => self.manager_checked(application, lookout),
            Event::ProviderAsks { application, attempt } => self.provider_asks(application, attempt),
            Event::ProviderOpens { application, attempt } => self.provider_opens(application, attempt),
            Event::ProviderOpenTimesOut { application, attempt } => self.provider_open_times_out(application, attempt),
            Event::AsksForDevice { application, attempt } => self.asks_for_device(application, attempt),
            Event::OpenReachesManager { device, stamp } => self.open_reaches_manager(device, stamp),
            Event::OpenReachesCallManager { device, stamp, asker } => {
                self.open_reaches_callmanager(device, stamp, asker);
            }
            Event::OpenTimesOut { device, stamp } => self.open_times_out(device, stamp),
            Event::DeviceOpens { device, stamp, asker } => self.device_opens(device, stamp, asker),

            Event::LossNoticed { application, attempt } => self.loss_noticed(application, attempt),
            Event::Reconnects { application, attempt } => self.reconnects(application, attempt),
            Event::FallsBack { application, attempt } => self.falls_back(application, attempt),

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
