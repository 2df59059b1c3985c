//! How much of something is enough: the values that were tried, the answer, and what binds.

use serde_json::{Value, json};

use super::columns::block;
use super::goals::finite;
use super::sheet::Sheet;
use super::sweep::typed;
use super::words::{human, interval, percent, shown};
use crate::analysis::{Capacity, Cell, Judged, Measured, Place, Walked};
use crate::experiment::Turn;
use crate::workload::Side;

impl Capacity {
    /// What was found, in a sentence or two.
    pub fn answer(&self) -> String {
        let value = |at: usize| self.values[at].as_str();
        let (first, last) = (value(0), value(self.values.len() - 1));
        match self.turn {
            Turn::Everywhere => format!(
                "All of them: {first} and {last} both meet what is wanted. The range is too short to find where that ends."
            ),
            Turn::Nowhere => format!(
                "None of them: {first} and {last} both miss what is wanted. The range is too short, or the key does not help."
            ),
            Turn::Between { yes: Some(yes), no: Some(no) } => {
                let kind = if yes < no { "largest" } else { "smallest" };
                let between = format!("Between {} and {} with 95 %", value(yes.min(no)), value(yes.max(no)));
                match self.undecided().len() {
                    0 => format!("{between}: {} is the {kind} value that meets what is wanted.", value(yes)),
                    left => format!(
                        "{between}: {} meets what is wanted, {} does not. {}",
                        value(yes),
                        value(no),
                        self.left(left)
                    ),
                }
            }
            Turn::Between { yes: Some(yes), no: None } => {
                format!("{} meets what is wanted. {}", value(yes), self.left(self.undecided().len()))
            }
            Turn::Between { yes: None, no: Some(no) } => {
                format!("{} does not meet what is wanted. {}", value(no), self.left(self.undecided().len()))
            }
            Turn::Between { yes: None, no: None } | Turn::Untold => {
                format!(
                    "Nothing is known: neither {first} nor {last} could be told. {}",
                    self.left(self.undecided().len())
                )
            }
            Turn::Contradiction { yes, no } => format!(
                "No answer: {} meets what is wanted and {} does not, although it should be easier there. What is asked of \
                 the values does not change once along them, or in the other direction.",
                value(yes),
                value(no)
            ),
        }
    }

    /// What is undecided, and how many replications would help.
    fn left(&self, left: usize) -> String {
        let range = self.undecided();
        let tried = self.walked.iter().filter(|it| range.contains(&it.at));
        let such = tried.filter_map(|it| Some((it.would_decide()?, &self.values[it.at])));
        let most = self.replications.end - self.replications.start;
        let help = match such.min() {
            Some((needed, value)) => {
                format!(": about {} replications would decide {value}", human(needed.max(most + 1) as f64))
            }
            None => String::new(),
        };
        let values = if left == 1 { "One value" } else { "values" };
        let left = if left == 1 { String::new() } else { format!("{left} ") };
        format!("{left}{values} could not be decided with {} replications{help}.", human(most as f64))
    }

    /// The sentence that names what binds.
    fn bottleneck(&self) -> String {
        let Some(missed) = self.first_missed() else { return String::new() };
        let met = match self.turn {
            Turn::Between { yes: Some(yes), .. } => self.at(yes),
            _ => None,
        };
        let here = format!("at {}", self.values[missed.at]);
        let Some(place) = self.binding() else {
            if self.turn == Turn::Nowhere {
                return String::new();
            }
            let fullest = missed.places.iter().max_by(|a, b| a.busiest_bin.total_cmp(&b.busiest_bin));
            let fullest = fullest.map_or(String::new(), |place| {
                format!(" (the fullest {here} is {}, {} in its busiest bin)", place.title(), percent(place.busiest_bin))
            });
            return format!(
                "What binds is time, not room: nothing fills up from where the goals are met to where they are missed{fullest}.\n"
            );
        };
        let before = met.and_then(|met| {
            let before = met.places.iter().find(|it| (it.kind, &it.name) == (place.kind, &place.name))?;
            Some(format!(" At {} it is {}.", self.values[met.at], before.use_of_it()))
        });
        format!("What binds is {}: {here} it is {}.{}\n", place.title(), place.use_of_it(), before.unwrap_or_default())
    }

    /// For a terminal: the answer, what binds, and the values that were tried.
    pub fn table(&self) -> String {
        let mut text = format!("{}: {}\n\n{}\n", self.workload, self.question, self.answer());
        text += &self.bottleneck();
        let mut head = vec![self.key.clone(), "replications".to_owned()];
        for goal in &self.goals {
            head.extend([goal.to_string(), "interval".to_owned()]);
        }
        head.extend(["verdict", "busiest station", "fullest group"].map(String::from));
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_header(head);
        let columns = table.column_count();
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if index > 0 && index + 3 < columns {
                column.set_cell_alignment(comfy_table::CellAlignment::Right);
            }
        }
        for walked in &self.walked {
            table.add_row(self.row(walked));
        }
        text + &block(table) + &self.assumption()
    }

    fn row(&self, walked: &Walked) -> Vec<String> {
        let mut row = vec![self.values[walked.at].clone(), human(walked.replications as f64)];
        for it in &walked.judged {
            let found = it.found.value.map_or_else(|| "nothing".to_owned(), |value| shown(it.found.unit, value));
            // Nothing here can be negative.
            let kept = Measured { low: it.found.low.map(|low| low.max(0.0)), ..it.found };
            row.extend([found, interval(&kept)]);
        }
        row.push(walked.verdict().name().to_owned());
        let place = |place: Option<&Place>| {
            place.map_or_else(String::new, |it| format!("{} {}", it.name, percent(it.busiest_bin)))
        };
        row.extend([place(walked.fullest(true)), place(walked.fullest(false))]);
        row
    }

    fn assumption(&self) -> String {
        let tried = self.walked.len();
        let all = self.values.len();
        let holds = if matches!(self.turn, Turn::Contradiction { .. }) {
            "and it does not hold"
        } else {
            "which none of them contradicts"
        };
        format!(
            "{tried} of {all} values were tried, with the same callers at each, on the assumption that the goals turn from \
             met to missed once along the values, {holds}. All intervals together, and so the answer, hold with 95 %.\n"
        )
    }

    /// For a pull request or a wiki.
    pub fn markdown(&self) -> String {
        let escaped = |text: &str| text.replace('|', "\\|");
        let mut text = format!("## {}: {}\n\n{}\n{}\n", self.workload, self.question, self.answer(), self.bottleneck());
        let mut head = vec![self.key.clone(), "replications".to_owned()];
        for goal in &self.goals {
            head.extend([goal.to_string(), "interval".to_owned()]);
        }
        head.extend(["verdict", "busiest station", "fullest group"].map(String::from));
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|it| escaped(it)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        text += &line(&head);
        text += &format!("|{}\n", "---|".repeat(head.len()));
        for walked in &self.walked {
            text += &line(&self.row(walked));
        }
        text + "\n" + &self.assumption()
    }

    /// `capacity.csv`: a row a value and goal.
    pub fn sheet(&self) -> Sheet<'_> {
        let head = [
            "workload",
            "key",
            "setting",
            "replications",
            "verdict",
            "scope",
            "name",
            "metric",
            "statistic",
            "unit",
            "at_most",
            "at_least",
            "value",
            "low",
            "high",
            "goal_verdict",
            "busiest_station",
            "station_busiest_bin",
            "station_wait_ms",
            "fullest_group",
            "group_busiest_bin",
            "group_peak",
        ];
        let rows = self.walked.iter().flat_map(|walked| walked.judged.iter().map(move |it| (walked, it)));
        let row = move |(walked, it): (&Walked, &Judged)| {
            let measure = &it.goal.measure;
            let bound = |side: Side| Cell::from((it.goal.side == side).then_some(it.goal.bound));
            let (station, group) = (walked.fullest(true), walked.fullest(false));
            let name = |place: Option<&Place>| Cell::from(place.map(|it| &*it.name));
            let bin = |place: Option<&Place>| Cell::from(place.map(|it| it.busiest_bin));
            vec![
                (&*self.workload).into(),
                (&*self.key).into(),
                typed(&self.values[walked.at]),
                walked.replications.into(),
                walked.verdict().name().into(),
                measure.scope.into(),
                (&*measure.name).into(),
                (&*measure.metric).into(),
                measure.statistic.name().into(),
                it.found.unit.into(),
                bound(Side::AtMost),
                bound(Side::AtLeast),
                finite(it.found.value),
                finite(it.found.low),
                finite(it.found.high),
                it.verdict.name().into(),
                name(station),
                bin(station),
                station.and_then(|it| it.wait).into(),
                name(group),
                bin(group),
                group.map(|it| it.peak).into(),
            ]
        };
        Sheet::new("capacity", head, rows.map(row))
    }

    /// The answer and the values that were tried, with all that it takes to get them again.
    pub fn json(&self) -> Vec<u8> {
        let value = |at: Option<usize>| at.map(|at| self.values[at].as_str());
        let (answer, met, missed) = match self.turn {
            Turn::Everywhere => ("all", None, None),
            Turn::Nowhere => ("none", None, None),
            Turn::Between { yes, no } => ("between", yes, no),
            Turn::Untold => ("unknown", None, None),
            Turn::Contradiction { yes, no } => ("contradiction", Some(yes), Some(no)),
        };
        let number = |value: Option<f64>| value.filter(|value| value.is_finite());
        let places = |walked: &Walked| -> Vec<Value> {
            let place = |it: &Place| {
                json!({ "kind": it.kind, "name": it.name, "busiest_bin": it.busiest_bin, "size": it.size,
                        "peak": it.size.map(|_| it.peak), "wait_ms": it.wait })
            };
            walked.places.iter().map(place).collect()
        };
        let goals = |walked: &Walked| -> Vec<Value> {
            let goal = |it: &Judged| {
                json!({ "goal": it.goal.to_string(), "unit": it.found.unit, "bound": it.goal.bound,
                        "value": number(it.found.value), "low": number(it.found.low), "high": number(it.found.high),
                        "verdict": it.verdict.name() })
            };
            walked.judged.iter().map(goal).collect()
        };
        let walked: Vec<Value> = self
            .walked
            .iter()
            .map(|it| {
                json!({ "value": self.values[it.at], "replications": it.replications, "verdict": it.verdict().name(),
                        "goals": goals(it), "places": places(it) })
            })
            .collect();
        let binding = self.binding().map(|it| json!({ "kind": it.kind, "name": it.name }));
        let document = json!({
            "program": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "workload": self.workload,
            "digest": self.digest,
            "seed": self.seed,
            "first_replication": self.replications.start,
            "replications_at_most": self.replications.end - self.replications.start,
            "command": self.command,
            "key": self.key,
            "answer": answer,
            "met": value(met),
            "missed": value(missed),
            "undecided": self.values[self.undecided()],
            "narrow": self.is_narrow(),
            "sentence": self.answer(),
            "binding": binding,
            "walked": walked,
        });
        let mut json = serde_json::to_vec_pretty(&document).expect("numbers and texts are JSON");
        json.push(b'\n');
        json
    }
}

impl Place {
    fn title(&self) -> String {
        match self.kind {
            "station" => format!("the station {}", self.name),
            kind => format!("the {kind} `{}`", self.name),
        }
    }

    fn use_of_it(&self) -> String {
        let share = percent(self.busiest_bin);
        match (self.size, self.wait) {
            (Some(size), _) if self.peak >= f64::from(size) => {
                format!("{share} in use in the busiest bin, and at times all {} are", human(f64::from(size)))
            }
            (Some(size), _) => {
                format!("{share} in use in the busiest bin, {} of {} at most", human(self.peak), human(f64::from(size)))
            }
            (None, Some(wait)) => {
                format!("at work {share} of its busiest bin, and work waits {} ms on average", human(wait))
            }
            (None, None) => format!("at work {share} of its busiest bin"),
        }
    }
}
