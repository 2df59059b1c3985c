//! Devices and destinations: route points, ports, phones, and numbers outside.

use super::problem::{Problem, TextRange};
use super::read::{At, Key, Name, Table, Value};
use super::vocabulary::APPLICATIONS_MAX;
use crate::domain::{Forward, Standby};
use crate::engine::{Distribution, Span};

const R7: &str = "R7: a device registers with the CallManagers that its device pool names";
const R4: &str = "R4: a device with media termination is opened over one connection only, others by all that name them";

/// The four forwards of a device: to names or directory numbers, in the order of [`Forward::ALL`].
pub type ForwardNames = [Option<Name>; 4];

/// What an application does with a call at a route point.
#[derive(Clone, Debug)]
pub enum Treatment {
    /// Redirects it, with these probabilities.
    Redirect(Vec<(Name, f64)>),
    /// Answers it at the route point, for this time; `None`: the talk time.
    Answer(Option<Distribution>),
}

/// `[[route_point]]`
#[derive(Clone, Debug)]
pub struct RoutePoint {
    /// Its name.
    pub name: Name,
    /// How many of them share its calls.
    pub count: At<u32>,
    /// The directory numbers of its lines.
    pub numbers: Vec<Name>,
    /// Its device pool.
    pub device_pool: Name,
    /// Who controls it.
    pub control: Control,
    /// What its application does with calls.
    pub treatment: Treatment,
    /// The number of calls at which it is busy.
    pub busy_trigger: u32,
    /// The most calls it holds at a time.
    pub maximum_calls: u32,
    /// The place of that key, if it is present.
    pub maximum_calls_place: Option<TextRange>,
    /// The CallManagers that fail to open it during recovery.
    pub cannot_open_on: Vec<Name>,
    /// Its forwards.
    pub forwards: ForwardNames,
}

impl RoutePoint {
    pub(super) fn read(table: &Table<'_>) -> RoutePoint {
        let maximum_calls = table.whole("maximum_calls");
        let maximum_calls_place = maximum_calls.is_present().then(|| maximum_calls.place());
        let maximum_calls = maximum_calls.value();
        let control = Control::read(table, true);
        let (treatment, redirects) = RoutePoint::treatment(table, !control.applications.is_empty());
        if redirects {
            let title = "`standby` is for devices with media: calls are redirected here, and all of its applications have it open";
            control.unused_standby(table, title, "leave it out");
        }
        RoutePoint {
            name: table.key("name", Value::name).required_or_default(),
            count: table.whole("count").map(|count| count as u32).at(Key::value),
            numbers: table.list("lines", Value::line).default(Vec::new()),
            device_pool: device_pool(table),
            treatment,
            control,
            busy_trigger: table
                .whole("busy_trigger")
                .check(|trigger| *trigger <= maximum_calls, "is more than `maximum_calls`")
                .or(|default| default.min(maximum_calls)) as u32,
            maximum_calls: maximum_calls as u32,
            maximum_calls_place,
            cannot_open_on: cannot_open_on(table),
            forwards: forwards(table, &Forward::ALL),
        }
    }

    fn treatment(table: &Table<'_>, controlled: bool) -> (Treatment, bool) {
        let redirect = table.key("redirect_to", Value::redirect);
        let answers = table.flag("answers");
        let treatment = table.distribution("treatment");
        let answers_place = answers.place();
        let treatment_place = treatment.place();
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
        let treatment = match redirect.optional() {
            Some(targets) => Treatment::Redirect(targets),
            // Without an application this is never used.
            None => Treatment::Answer(treatment.optional()),
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
    /// How many lines each port has. Only one of them can have an active voice call (R5).
    pub lines_per_port: At<u32>,
    /// The directory number of the first line of the first; the others follow it.
    pub first_number: Option<Name>,
    /// Their device pool.
    pub device_pool: Name,
    /// The application that controls them.
    pub control: Control,
    /// How long a call is treated at a port.
    pub treatment: Option<Distribution>,
    /// The share of calls that is transferred, and the phones they go to.
    pub transfer: Option<(f64, Name)>,
    /// Whether the application itself sends the media.
    pub media_from_application: bool,
    /// How long a call waits to be answered before it forwards by CFNA.
    pub no_answer: Span,
    /// Whether connected calls survive the failure of a CallManager.
    pub keeps_media: bool,
    /// The CallManagers that fail to open them during recovery.
    pub cannot_open_on: Vec<Name>,
    /// Their forwards.
    pub forwards: ForwardNames,
}

impl CtiPorts {
    pub(super) fn read(table: &Table<'_>) -> CtiPorts {
        let transfer_to = table.reference("transfer_to").optional();
        let transfer_share = table.share("transfer_share");
        if transfer_share.is_present() && transfer_to.is_none() {
            let title = "`transfer_share` has no effect without `transfer_to`";
            table.reports().add(Problem::new(transfer_share.place(), title, ""));
        }
        let share = transfer_share.value();
        let forwards = forwards(table, &Forward::ALL);
        CtiPorts {
            name: table.key("name", Value::name).required_or_default(),
            count: count(table),
            lines_per_port: table.whole("lines_per_port").map(|lines| lines as u32).at(Key::value),
            first_number: first_number(table),
            device_pool: device_pool(table),
            control: Control::read(table, true),
            treatment: table.distribution("treatment").optional(),
            transfer: transfer_to.map(|to| (share, to)),
            media_from_application: table
                .key("media", |value| value.choice(&[("application", true), ("separate", false)]))
                .value(),
            no_answer: no_answer(table, &forwards),
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
    /// The directory number of the first phone; the others follow it.
    pub first_number: Option<Name>,
    /// How many.
    pub count: At<u32>,
    /// Their device pool.
    pub device_pool: Name,
    /// How long a phone rings until a person answers.
    pub answer: Distribution,
    /// The share of calls that a person answers.
    pub answered: f64,
    /// How long it rings before it forwards by CFNA.
    pub no_answer: Span,
    /// Whether transferred calls wait for a free phone.
    pub queue: bool,
    /// Who controls them as a third party.
    pub control: Control,
    /// From the failure of its CallManager until a phone registers elsewhere.
    pub failover: Distribution,
    /// Whether connected calls survive the failure of a CallManager.
    pub keeps_media: bool,
    /// The CallManagers that fail to open them during recovery.
    pub cannot_open_on: Vec<Name>,
    /// Their forwards.
    pub forwards: ForwardNames,
}

impl Phones {
    pub(super) fn read(table: &Table<'_>) -> Phones {
        let forwards = forwards(table, &[Forward::Cfb, Forward::Cfna]);
        Phones {
            name: table.key("name", Value::name).required_or_default(),
            number: table.key("dn", Value::directory_number).optional(),
            first_number: first_number(table),
            count: count(table),
            device_pool: device_pool(table),
            answer: table.distribution("answer").value(),
            answered: table.share("answered").value(),
            no_answer: no_answer(table, &forwards),
            queue: table.flag("queue").value(),
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

fn first_number(table: &Table<'_>) -> Option<Name> {
    table.key("first_dn", Value::first_number).optional()
}

fn cannot_open_on(table: &Table<'_>) -> Vec<Name> {
    table.list("cannot_open_on", Value::reference).default(Vec::new())
}

/// The timer runs by default only where it leads somewhere.
fn no_answer(table: &Table<'_>, forwards: &ForwardNames) -> Span {
    table.key("no_answer", Value::duration_or_off).or(|default| match forwards[Forward::Cfna as usize] {
        Some(_) => default,
        None => Span::FOREVER,
    })
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

    /// `{ dn = "7000" }`
    fn line(self) -> Option<Name> {
        let table = self.table()?;
        let number = table.key("dn", Value::directory_number).required();
        table.finish();
        number
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
        let sum: f64 = targets.iter().map(|(_, share)| share).sum();
        if (sum - 1.0).abs() > 1e-9 {
            let title = match in_percent.get() {
                true => format!("has shares that sum to {}%, not to 100%", (sum * 1e8).round() / 1e6),
                false => format!("has shares that sum to {}, not to 1", (sum * 1e6).round() / 1e6),
            };
            return self.wrong(title, None);
        }
        Some(targets)
    }
}
