//! Where everything in a chart stands, as fractions of its width and height: what a page and a slide share.

#[cfg(test)]
pub(super) mod examples;
pub(super) mod labels;
pub(super) mod ladder;
pub(super) mod markup;
pub(super) mod numbers;
pub(super) mod plot;
pub(super) mod rows;
pub(super) mod scale;
pub(super) mod told;
pub(super) mod topology;
pub(super) mod words;
