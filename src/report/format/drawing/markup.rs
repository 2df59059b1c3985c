//! HTML and SVG, written so that tags are balanced and no text can become markup: this is the only place that writes text.

use std::fmt::{Display, Write};

use crate::workload::shown;

/// Markup that grows.
#[derive(Default)]
pub(crate) struct Markup {
    text: String,
    open: Vec<&'static str>,
}

impl Markup {
    /// Begins a tag.
    pub(crate) fn tag(&mut self, name: &'static str) -> Tag<'_> {
        self.text.push('<');
        self.text.push_str(name);
        Tag { markup: self, name }
    }

    /// Opens an element with a class.
    pub(crate) fn open(&mut self, name: &'static str, class: &str) {
        let tag = self.tag(name);
        if class.is_empty() { tag } else { tag.set("class", class) }.open();
    }

    /// Writes text.
    pub(crate) fn text(&mut self, words: &str) {
        escape(&mut self.text, words);
    }

    /// Writes what is markup already: constants of the program only.
    pub(crate) fn constant(&mut self, markup: &'static str) {
        self.text.push_str(markup);
    }

    /// Closes the innermost element.
    pub(crate) fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    /// Closes all elements.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.end();
        }
        self.text.push('\n');
        self.text.into_bytes()
    }
}

/// A tag to which attributes are added.
pub(crate) struct Tag<'a> {
    markup: &'a mut Markup,
    name: &'static str,
}

impl Tag<'_> {
    /// Adds an attribute.
    pub(crate) fn set(self, name: &'static str, value: impl Display) -> Self {
        let text = &mut self.markup.text;
        text.push(' ');
        text.push_str(name);
        text.push_str("=\"");
        escape(text, &value.to_string());
        text.push('"');
        self
    }

    /// Adds an attribute if there is a value.
    pub(crate) fn set_if(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Opens the element: what follows is inside, until [`Markup::end`].
    pub(crate) fn open(self) {
        self.markup.text.push('>');
        self.markup.open.push(self.name);
    }

    /// An element of SVG with nothing inside.
    pub(crate) fn empty(self) {
        self.markup.text.push_str("/>");
    }

    /// An element with text inside.
    pub(crate) fn words(self, words: &str) {
        let Tag { markup, name } = self;
        markup.text.push('>');
        escape(&mut markup.text, words);
        let _ = write!(markup.text, "</{name}>");
    }
}

/// Writes text so that it is text in an element and in an attribute, of HTML and of XML. What changes the direction of writing, and
/// what is not seen, is named.
fn escape(text: &mut String, words: &str) {
    for character in shown(words).chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            // XML has no way to write these.
            '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        let mut markup = Markup::default();
        markup.tag("p").set("title", "\"><img onerror='x'>").open();
        markup.text("<script>a && b</script>]]>\u{202e}\u{0}\u{ffff}");
        let page = String::from_utf8(markup.finish()).unwrap();
        let expected = "<p title=\"&quot;&gt;&lt;img onerror=&#39;x&#39;&gt;\">&lt;script&gt;a &amp;&amp; b&lt;/script&gt;]]&gt;\
                        \\u{202e}\\u{0}\u{fffd}</p>\n";
        assert_eq!(page, expected);
    }
}
