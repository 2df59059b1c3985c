//! Devices and destinations: route points, ports, phones, and numbers outside.

use super::change::{BY_HAND, CallChanges};
use super::problem::{Problem, TextRange};
use super::queue::Transfer;
use super::read::{At, Key, Name, Table, Value};
use super::vocabulary::APPLICATIONS_MAX;
use crate::domain::{Forward, Standby};
use crate::engine::{Distribution, Span};

const R7: &str = "R7: a device registers with the CallManagers that its device pool names";
const R4: &str = "R4: a device with media termination is opened over one connection only, others by all that name them";

/// The forwards of a line: to names or directory numbers, in the order of [`Forward::ALL`].
pub type ForwardNames = [Option<Name>; Forward::ALL.len()];

/// A line: a directory number on each device of a route point, or of a group of ports or phones. What it does not set is as at
/// its device.
#[derive(Clone, Debug)]
pub struct Line {
    /// The directory number of a route point's line; of ports and phones that of the first, if they have numbers.
    pub number: Option<Name>,
    /// The number of calls at which it is busy.
    pub busy_trigger: u32,
    /// The most calls it holds at a time.
    pub maximum_calls: u32,
    /// How long a call waits to be answered before it forwards by CFNA.
    pub no_answer: Span,
    /// The CallManagers that fail to open it during recovery, and its device with it.
    pub cannot_open_on: Vec<Name>,
    /// Its forwards.
    pub forwards: ForwardNames,
}

impl Line {
    /// The forwards that it sets itself, where its device has these.
    pub fn own_forwards<'a>(&'a self, of_device: &'a ForwardNames) -> impl Iterator<Item = (Forward, &'a Name)> {
        let both = Forward::ALL.into_iter().zip(self.forwards.iter().zip(of_device));
        both.filter(|(_, (own, other))| own != other).filter_map(|(forward, (own, _))| Some((forward, own.as_ref()?)))
    }
}

/// What an application does with a call at a route point.
#[derive(Clone, Debug)]
pub enum Treatment {
    /// Redirects it, with these probabilities.
    Redirect(Vec<(Name, f64)>),
    /// Answers it at the route point.
    Answer {
        /// For this time; `None`: the talk time.
        treatment: Option<Distribution>,
        /// Where calls are transferred then, if any are.
        transfer: Option<Transfer>,
    },
}

/// `[[route_point]]`
#[derive(Clone, Debug)]
pub struct RoutePoint {
    /// Its name.
    pub name: Name,
    /// How many of them share its calls.
    pub count: At<u32>,
    /// Its lines, at least one.
    pub lines: Vec<Line>,
    /// Its device pool.
    pub device_pool: Name,
    /// Who controls it.
    pub control: Control,
    /// What its application does with calls.
    pub treatment: Treatment,
    /// The place of `maximum_calls`, if it is present.
    pub maximum_calls_place: Option<TextRange>,
    /// The CallManagers that fail to open it during recovery.
    pub cannot_open_on: Vec<Name>,
    /// The forwards of its lines that do not set their own.
    pub forwards: ForwardNames,
}

impl RoutePoint {
    pub(super) fn read(table: &Table<'_>) -> RoutePoint {
        let (limits, maximum_calls_place) = Limits::of_device(table);
        let forwards = forwards(table, &Forward::ALL);
        let lines = table.list("lines", |value| {
            let table = value.table()?;
            let number = table.key("dn", Value::directory_number).required();
            let limits = limits.of_line(&table);
            let line = line(&table, number, limits, None, &forwards, &Forward::ALL);
            table.finish();
            // A line without a number has been reported.
            line.number.is_some().then_some(line)
        });
        let lines = lines.length("may have at most 200 lines").default(Vec::new());
        let whole = Line {
            number: None,
            busy_trigger: limits.busy_trigger,
            maximum_calls: limits.maximum_calls,
            no_answer: Span::FOREVER,
            cannot_open_on: Vec::new(),
            forwards: forwards.clone(),
        };
        let control = Control::read(table, true);
        let (treatment, redirects) = RoutePoint::treatment(table, !control.applications.is_empty());
        if redirects {
            let title = "`standby` is for devices with media: calls are redirected here, and all of its applications have it open";
            control.unused_standby(table, title, "leave it out");
        }
        RoutePoint {
            name: table.key("name", Value::name).required_or_default(),
            count: table.whole("count").map(|count| count as u32).at(Key::value),
            lines: or_one(lines, whole),
            device_pool: device_pool(table),
            treatment,
            control,
            maximum_calls_place,
            cannot_open_on: cannot_open_on(table),
            forwards,
        }
    }

    /// The directory numbers of its lines.
    pub fn numbers(&self) -> impl Iterator<Item = &Name> {
        self.lines.iter().filter_map(|line| line.number.as_ref())
    }

    fn treatment(table: &Table<'_>, controlled: bool) -> (Treatment, bool) {
        let redirect = table.key("redirect_to", Value::redirect);
        let answers = table.flag("answers");
        let treatment = table.distribution("treatment");
        let transfer = table.key("transfer_to", Value::transfer_to);
        let answers_place = answers.place();
        let (treatment_place, transfer_place) = (treatment.place(), transfer.place());
        let (redirects, answers, treated) = (redirect.is_present(), answers.value(), treatment.is_present());
        let complain = |place: TextRange, title: &str| table.reports().add(Problem::new(place, title, ""));
        if redirects && answers {
            complain(answers_place, "a route point either answers a call or redirects it");
        } else if treated && !answers {
            complain(treatment_place, "`treatment` is for a route point with `answers = true`");
        } else if controlled && !redirects && !answers {
            let title = "what the application does with a call is missing";
            let problem = Problem::new(table.place(), title, "`redirect_to` or `answers = true`");
            table.reports().add(problem);
        }
        if transfer.is_present() && !answers {
            complain(transfer_place, "`transfer_to` is for a route point with `answers = true`");
        }
        let transfer = Transfer::read(table, transfer);
        let treatment = match redirect.optional() {
            Some(targets) => Treatment::Redirect(targets),
            // Without an application this is never used.
            None => Treatment::Answer { treatment: treatment.optional(), transfer },
        };
        (treatment, redirects && !answers)
    }
}

/// `[[cti_port]]`
#[derive(Clone, Debug)]
pub struct CtiPorts {
    /// Its name.
    pub name: Name,
    /// How many.
    pub count: At<u32>,
    /// How many consecutive numbers belong to one port; 1 if each line has numbers of its own.
    pub lines_per_port: At<u32>,
    /// Their lines, at least one. Only one of them can have an active voice call (R5). With `lines_per_port`, the first has
    /// the number of the first line of the first port, and the others follow it.
    pub lines: Vec<Line>,
    /// The place of `lines` or `lines_per_port`.
    pub lines_place: TextRange,
    /// Their device pool.
    pub device_pool: Name,
    /// The application that controls them.
    pub control: Control,
    /// How long a call is treated at a port.
    pub treatment: Option<Distribution>,
    /// Where calls are transferred, if any are.
    pub transfer: Option<Transfer>,
    /// Whether the application itself sends the media.
    pub media_from_application: bool,
    /// Whether connected calls survive the failure of a CallManager.
    pub keeps_media: bool,
    /// The CallManagers that fail to open them during recovery.
    pub cannot_open_on: Vec<Name>,
    /// The forwards of their lines that do not set their own.
    pub forwards: ForwardNames,
}

impl CtiPorts {
    pub(super) fn read(table: &Table<'_>) -> CtiPorts {
        let transfer = Transfer::read(table, table.key("transfer_to", Value::transfer_to));
        let forwards = forwards(table, &Forward::ALL);
        let no_answer = NoAnswer::of_device(table);
        let lines = own_lines(table, |line| {
            self::line(line, first_number(line, true), Limits::PORT, Some(&no_answer), &forwards, &Forward::ALL)
        });
        let per_port = table.whole("lines_per_port");
        let first = first_number_beside(table, lines.is_some());
        if per_port.is_present() && lines.is_some() {
            let title = "`lines_per_port` is for ports without `lines`";
            let hint = "leave it out: a port has as many lines as are listed";
            table.reports().add(Problem::new(per_port.place(), title, "").hint(hint));
        }
        let per_port_place = per_port.place();
        let per_port = if lines.is_some() { 1 } else { per_port.value() as u32 };
        let alike =
            |number| Line { no_answer: no_answer.with(&forwards), ..Limits::PORT.line(number, forwards.clone()) };
        let lines_place = lines.as_ref().map_or_else(|| per_port_place.clone(), |lines| lines.place.clone());
        let lines = match lines {
            Some(lines) => or_one(lines.value, alike(first)),
            None => std::iter::once(first).chain((1..per_port).map(|_| None)).map(alike).collect(),
        };
        CtiPorts {
            name: table.key("name", Value::name).required_or_default(),
            count: count(table),
            lines_per_port: At { value: per_port, place: per_port_place },
            lines,
            lines_place,
            device_pool: device_pool(table),
            control: Control::read(table, true),
            treatment: table.distribution("treatment").optional(),
            transfer,
            media_from_application: table
                .key("media", |value| value.choice(&[("application", true), ("separate", false)]))
                .value(),
            keeps_media: keeps_media(table),
            cannot_open_on: cannot_open_on(table),
            forwards,
        }
    }
}

/// `[[phone]]`
#[derive(Clone, Debug)]
pub struct Phones {
    /// Its name.
    pub name: Name,
    /// The number of the whole group.
    pub number: Option<Name>,
    /// The lines of each, at least one.
    pub lines: Vec<Line>,
    /// How many.
    pub count: At<u32>,
    /// Their device pool.
    pub device_pool: Name,
    /// How long a phone rings until a person answers.
    pub answer: Distribution,
    /// The share of calls that a person answers.
    pub answered: f64,
    /// The application through which people answer; `None`: by hand.
    pub answer_by: Option<Name>,
    /// How long a person is busy after a call that was answered there, if at all.
    pub wrap_up: Option<Distribution>,
    /// Whether transferred calls wait for a free phone.
    pub queue: bool,
    /// What the people at them do with calls.
    pub changes: CallChanges,
    /// Who controls them as a third party.
    pub control: Control,
    /// From the failure of its CallManager until a phone registers elsewhere.
    pub failover: Distribution,
    /// Whether connected calls survive the failure of a CallManager.
    pub keeps_media: bool,
    /// The CallManagers that fail to open them during recovery.
    pub cannot_open_on: Vec<Name>,
    /// The forwards of their lines that do not set their own.
    pub forwards: ForwardNames,
}

impl Phones {
    pub(super) fn read(table: &Table<'_>) -> Phones {
        const SETTINGS: [Forward; 3] = [Forward::Cfb, Forward::Cfna, Forward::Cfa];
        let forwards = forwards(table, &SETTINGS);
        let no_answer = NoAnswer::of_device(table);
        let (limits, _) = Limits::of_device(table);
        let lines = own_lines(table, |line| {
            let limits = limits.of_line(line);
            self::line(line, first_number(line, true), limits, Some(&no_answer), &forwards, &SETTINGS)
        });
        let first = first_number_beside(table, lines.is_some());
        let whole = Line { no_answer: no_answer.with(&forwards), ..limits.line(first, forwards.clone()) };
        Phones {
            name: table.key("name", Value::name).required_or_default(),
            number: table.key("dn", Value::directory_number).optional(),
            lines: or_one(lines.map_or_else(Vec::new, |lines| lines.value), whole),
            count: count(table),
            device_pool: device_pool(table),
            answer: table.distribution("answer").value(),
            answered: table.share("answered").value(),
            answer_by: table.actor("answer_by"),
            wrap_up: table.distribution("wrap_up").optional(),
            queue: table.flag("queue").value(),
            changes: CallChanges::read(table),
            control: Control::read(table, false),
            failover: table.distribution("failover").value(),
            keeps_media: keeps_media(table),
            cannot_open_on: cannot_open_on(table),
            forwards,
        }
    }
}

/// `[[destination]]`
#[derive(Clone, Debug)]
pub struct Destination {
    /// Its name.
    pub name: Name,
    /// Its number.
    pub number: Option<Name>,
    /// How long it rings until it is answered.
    pub answer: Distribution,
    /// How many calls it takes at a time.
    pub lines: u32,
    /// The node at which calls to it leave; `None`: the first one.
    pub egress: Option<Name>,
    /// Whether connected calls survive the failure of the CallManager at which they left.
    pub keeps_media: bool,
}

impl Destination {
    pub(super) fn read(table: &Table<'_>) -> Destination {
        Destination {
            name: table.key("name", Value::name).required_or_default(),
            number: table.key("dn", Value::directory_number).optional(),
            answer: table.distribution("answer").value(),
            lines: table.whole("lines").default(u64::from(u32::MAX)) as u32,
            egress: table.reference("egress").optional(),
            keeps_media: keeps_media(table),
        }
    }
}

/// Who may have a device open.
#[derive(Clone, Debug)]
pub struct Control {
    /// The applications, in order.
    pub applications: Vec<Name>,
    /// What the second and further ones do with a device with media once an earlier one is back.
    pub standby: Standby,
    /// The place of that key, if it is present.
    pub standby_place: Option<TextRange>,
    /// Whether the device is recovered when its CallManager fails; `None`: as its application says.
    pub recovery: Option<bool>,
}

impl Control {
    fn read(table: &Table<'_>, may_have_media: bool) -> Control {
        let applications = table
            .key("application", Value::one_or_several)
            .check(|names| (1..=APPLICATIONS_MAX).contains(&names.len()), "must name 1 to 16 applications")
            .rule(R4)
            .default(Vec::new());
        let recovery = table.flag("recovery").optional();
        let (mut standby, mut standby_place) = (Standby::Returns, None);
        if may_have_media {
            let words = [("returns", Standby::Returns), ("stays", Standby::Stays)];
            let key = table.key("standby", |value| value.choice(&words));
            standby_place = key.is_present().then(|| key.place());
            standby = key.value();
        }
        let control = Control { applications, standby, standby_place, recovery };
        if control.applications.len() < 2 {
            let hint = "leave it out, or list the applications: `application = [\"a\", \"b\"]`";
            control.unused_standby(table, "`standby` has no effect: one application at most is named", hint);
        }
        control
    }

    fn unused_standby(&self, table: &Table<'_>, title: &str, hint: &str) {
        if let Some(place) = &self.standby_place {
            table.reports().add(Problem::new(place.clone(), title, "").hint(hint).rule(R4));
        }
    }

    /// The first application, if there is one.
    pub fn application(&self) -> Option<&Name> {
        self.applications.first()
    }
}

impl Table<'_> {
    /// The application through which people do something; `None`: by hand.
    pub(super) fn actor(&self, key: &'static str) -> Option<Name> {
        self.reference(key).optional().filter(|name| name.value != BY_HAND)
    }
}

/// The calls that a line takes.
#[derive(Clone, Copy)]
struct Limits {
    busy_trigger: u32,
    maximum_calls: u32,
}

impl Limits {
    /// A port has one call, whatever its lines (R5).
    const PORT: Limits = Limits { busy_trigger: 1, maximum_calls: 1 };

    /// Those of a device, which its lines have by default; and the place of `maximum_calls`, if it is present.
    fn of_device(table: &Table<'_>) -> (Limits, Option<TextRange>) {
        let maximum_calls = table.whole("maximum_calls");
        let place = maximum_calls.is_present().then(|| maximum_calls.place());
        let maximum_calls = maximum_calls.value();
        let busy_trigger = table
            .whole("busy_trigger")
            .check(|trigger| *trigger <= maximum_calls, "is more than `maximum_calls`")
            .or(|default| default.min(maximum_calls));
        (Limits { busy_trigger: busy_trigger as u32, maximum_calls: maximum_calls as u32 }, place)
    }

    /// Those of a line that has these by default.
    fn of_line(self, table: &Table<'_>) -> Limits {
        let maximum_calls = table.whole("maximum_calls").default(u64::from(self.maximum_calls));
        let busy_trigger = table
            .whole("busy_trigger")
            .check(|trigger| *trigger <= maximum_calls, "is more than the `maximum_calls` of the line")
            .default(u64::from(self.busy_trigger).min(maximum_calls));
        Limits { busy_trigger: busy_trigger as u32, maximum_calls: maximum_calls as u32 }
    }

    /// A line with these limits.
    fn line(self, number: Option<Name>, forwards: ForwardNames) -> Line {
        let Limits { busy_trigger, maximum_calls } = self;
        Line { number, busy_trigger, maximum_calls, no_answer: Span::FOREVER, cannot_open_on: Vec::new(), forwards }
    }
}

/// The No Answer timer of a device. By default it runs only where it leads somewhere.
struct NoAnswer {
    written: Option<Span>,
    default: Span,
}

impl NoAnswer {
    fn of_device(table: &Table<'_>) -> NoAnswer {
        let key = table.key("no_answer", Value::duration_or_off);
        let (present, value) = (key.is_present(), key.value());
        NoAnswer { written: present.then_some(value), default: value }
    }

    /// That of a line with these forwards which does not set its own.
    fn with(&self, forwards: &ForwardNames) -> Span {
        let leads = forwards[Forward::Cfna as usize].is_some();
        self.written.unwrap_or(if leads { self.default } else { Span::FOREVER })
    }
}

/// A line of a device, whose keys are the defaults of those that it does not have.
fn line(
    table: &Table<'_>,
    number: Option<Name>,
    limits: Limits,
    no_answer: Option<&NoAnswer>,
    of_device: &ForwardNames,
    settings: &[Forward],
) -> Line {
    let own = forwards(table, settings);
    let forwards = std::array::from_fn(|row| own[row].clone().or_else(|| of_device[row].clone()));
    let no_answer = no_answer.map_or(Span::FOREVER, |of_device| {
        table.key("no_answer", Value::duration_or_off).default(of_device.with(&forwards))
    });
    Line { no_answer, cannot_open_on: cannot_open_on(table), ..limits.line(number, forwards) }
}

/// The `lines` of ports and phones, if they are listed.
fn own_lines(table: &Table<'_>, read: impl Fn(&Table<'_>) -> Line) -> Option<At<Vec<Line>>> {
    let lines = table.list("lines", |value| {
        let table = value.table()?;
        let line = read(&table);
        table.finish();
        Some(line)
    });
    let place = lines.place();
    let lines = lines.length("may have at most 200 lines");
    lines.is_present().then(|| At { value: lines.default(Vec::new()), place })
}

/// A device has at least one line, if without a number.
fn or_one(mut lines: Vec<Line>, whole: Line) -> Vec<Line> {
    if lines.is_empty() {
        lines.push(whole);
    }
    lines
}

fn first_number(table: &Table<'_>, required: bool) -> Option<Name> {
    let number = table.key("first_dn", Value::first_number);
    if required { number.required() } else { number.optional() }
}

/// The first number of devices that have `lines` or not: then each line has its own.
fn first_number_beside(table: &Table<'_>, lines: bool) -> Option<Name> {
    let number = first_number(table, false);
    if let Some(number) = number.as_ref().filter(|_| lines) {
        let title = "`first_dn` is for devices without `lines`";
        table.reports().add(Problem::new(number.place.clone(), title, "").hint("each line has its own `first_dn`"));
    }
    number.filter(|_| !lines)
}

fn cannot_open_on(table: &Table<'_>) -> Vec<Name> {
    table.list("cannot_open_on", Value::reference).default(Vec::new())
}

/// Where it registers: step 9 of the checklist.
fn device_pool(table: &Table<'_>) -> Name {
    table.reference("device_pool").required_by(R7).unwrap_or_default()
}

fn keeps_media(table: &Table<'_>) -> bool {
    table.flag("keeps_media").value()
}

fn forwards(table: &Table<'_>, settings: &[Forward]) -> ForwardNames {
    Forward::ALL.map(|forward| match settings.contains(&forward) {
        true => table.reference(forward.name()).optional(),
        false => None,
    })
}

fn count(table: &Table<'_>) -> At<u32> {
    table.whole("count").map(|count| count as u32).at(Key::required_or_default)
}

impl<'a> Value<'a> {
    /// One name, or a list of them.
    fn one_or_several(self) -> Option<Vec<Name>> {
        if self.text().is_some() {
            return self.reference().map(|name| vec![name]);
        }
        self.list(Value::reference)
    }

    /// The first of a range of directory numbers.
    fn first_number(self) -> Option<Name> {
        let number = self.directory_number()?;
        let digits = number.value.strip_prefix('+').unwrap_or(&number.value);
        match (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => Some(number),
            false => self.wrong(
                "cannot be the first of a range of numbers",
                Some("it needs 1 to 18 digits, after an optional `+`".to_owned()),
            ),
        }
    }

    /// One name, or a list of `{ to = .., share = .. }` whose shares sum to 1.
    fn redirect(self) -> Option<Vec<(Name, f64)>> {
        if self.text().is_some() {
            return self.reference().map(|to| vec![(to, 1.0)]);
        }
        let in_percent = std::cell::Cell::new(true);
        let each = |value: Value<'a>| {
            let table = value.table()?;
            let to = table.reference("to").required();
            let share = table.key("share", |value| {
                in_percent.set(in_percent.get() && value.text().is_some());
                value.share()
            });
            let share = share.required();
            table.finish();
            to.zip(share)
        };
        // With a wrong entry there is no sum to check.
        let targets: Vec<(Name, f64)> = self.list(|value| Some(each(value)))?.into_iter().collect::<Option<_>>()?;
        self.sums_to_one(targets.iter().map(|(_, share)| share).sum(), in_percent.get())?;
        Some(targets)
    }
}
