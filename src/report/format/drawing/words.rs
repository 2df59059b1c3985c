//! A chart in words: for those who do not see it, and beside it.

use super::numbers::words;
use super::plot::{Event, Plotted};
use crate::report::chart::{Axis, Plot, Point, Row, Rows, Stroke};
use crate::report::table::Tone;

/// What an axis says of itself: its unit too, where ticks do not have it.
pub(crate) fn named(axis: &Axis) -> String {
    match axis.unit.as_str() {
        "" | "count" | "ms" | "s" | "ratio" | "percent" => axis.name.clone(),
        unit if axis.name.is_empty() || axis.name == unit => unit.to_owned(),
        unit => format!("{} ({unit})", axis.name),
    }
}

/// An event in words: when, and what.
pub(crate) fn said(event: &Event, axis: &Axis) -> String {
    match event.from == event.to {
        true => format!("{} {}", words(axis, event.from), event.words),
        false => format!("{} to {} {}", words(axis, event.from), words(axis, event.to), event.words),
    }
}

/// The tones of the points of a plot, with their names.
pub(crate) fn tones_of(plot: &Plot) -> Vec<(Tone, &'static str)> {
    let is_there = |tone: Tone| plot.series.iter().flat_map(|series| &series.points).any(|point| point.tone == tone);
    let tones = [(Tone::Good, "good"), (Tone::Bad, "bad"), (Tone::Open, "undecided")];
    tones.into_iter().filter(|(tone, _)| is_there(*tone)).collect()
}

/// What the bands and bars of a plot are.
pub(crate) fn edges_of(plot: &Plot) -> Vec<String> {
    let mut edges: Vec<String> = Vec::new();
    for series in plot.series.iter().take(Plot::MOST_SERIES).filter(|series| !series.edges.is_empty()) {
        let kind = if matches!(series.stroke, Stroke::Line | Stroke::Steps) { "band" } else { "bar" };
        let words = format!("{kind}: {}", series.edges);
        if !edges.contains(&words) {
            edges.push(words);
        }
    }
    edges
}

/// A plot in words: of each series the least and the greatest value, and what lasted.
pub(crate) fn described_plot(plot: &Plot, plotted: &Plotted) -> String {
    let mut sentences = Vec::new();
    for series in plot.series.iter().take(Plot::MOST_SERIES) {
        let values = || series.points.iter().filter(|point| point.y.is_some_and(f64::is_finite));
        let by_value = |a: &&Point, b: &&Point| a.y.unwrap_or(0.0).total_cmp(&b.y.unwrap_or(0.0));
        let say = |point: &Point| format!("{} at {}", words(&plot.y, point.y.unwrap_or(0.0)), words(&plot.x, point.x));
        sentences.push(match (values().min_by(by_value), values().max_by(by_value)) {
            (Some(_), Some(_)) if series.stroke == Stroke::Ticks => {
                format!("{}: {} marks.", series.name, values().count())
            }
            (Some(least), Some(most)) if least.y == most.y => {
                format!("{}: always {}.", series.name, words(&plot.y, least.y.unwrap_or(0.0)))
            }
            (Some(least), Some(most)) => format!("{}: from {} to {}.", series.name, say(least), say(most)),
            _ => format!("{}: no values.", series.name),
        });
    }
    sentences.extend(plotted.events.iter().take(20).map(|event| said(event, &plot.x) + "."));
    sentences
        .extend(plot.levels.iter().take(20).map(|level| format!("{}: {}.", level.words, words(&plot.y, level.at))));
    if sentences.is_empty() { "No values.".to_owned() } else { sentences.join(" ") }
}

/// Rows in words.
pub(crate) fn described_rows(rows: &Rows) -> String {
    let row = |row: &Row| {
        let value = match (row.value, row.words.is_empty()) {
            (_, false) => row.words.clone(),
            (Some(value), true) => words(&rows.axis, value),
            (None, true) => "no value".to_owned(),
        };
        format!("{}: {value}.", row.name)
    };
    let said: Vec<String> = rows.rows.iter().take(12).map(row).collect();
    match rows.rows.len() {
        0 => "No values.".to_owned(),
        count if count > said.len() => format!("{} And {} more.", said.join(" "), count - said.len()),
        _ => said.join(" "),
    }
}
