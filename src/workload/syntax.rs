//! Long texts that are not TOML.

use toml::de::DeTable;

/// The most syntax errors that are reported: in CSV or JSON every line is wrong.
pub(super) const SYNTAX_ERRORS_MAX: usize = 5;

/// The parser goes on after each mistake, and a long text that is not TOML has millions. The beginning of a long text, if it has
/// more errors than are reported; looked for in parts of an eighth of a mebibyte, whose mistakes take little memory.
pub(super) fn beginning_with_errors(text: &str) -> Option<&str> {
    const PART: usize = 1 << 17;
    // The cut may make an error of what it cuts in two, before it and after it.
    const MADE: usize = 2;
    let has_many = |part| DeTable::parse_recoverable(part).1.len() > SYNTAX_ERRORS_MAX + MADE;
    // A list or a text over more than a part looks wrong without its beginning; more than twice that is not looked at.
    let mut doubts = 2;
    let mut start = 0;
    while text.len() - start > PART && doubts > 0 {
        let mut end = start + PART;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        // A part that begins with a header stands by itself.
        let part = &text[start..end];
        let line_end = part.rfind("\n[").or_else(|| part.rfind('\n'));
        let end = line_end.map_or(end, |line_end| start + line_end + 1);
        if has_many(&text[start..end]) {
            if has_many(&text[..end]) {
                return Some(&text[..end]);
            }
            doubts -= 1;
        }
        start = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    /// 100,000 good entries of 29 bytes are 2.77 MiB. Lines that are wrong from there on are found in the third part.
    #[test]
    fn the_beginning_ends_with_the_first_part_that_is_wrong() {
        let good = "a = 123456789 # number\n".replace("a =", "[[a]]\na =").repeat(100_000);
        assert!((2 * MIB..3 * MIB).contains(&good.len()), "{}", good.len());
        assert_eq!(beginning_with_errors(&good), None);
        let wrong = format!("{good}{}", "=\n".repeat(2 * MIB));
        let beginning = beginning_with_errors(&wrong).expect("there are errors");
        assert!(beginning.len() > good.len() && beginning.len() <= 3 * MIB, "{}", beginning.len());
        assert!(wrong.starts_with(beginning));
    }

    /// Each part but the first of a list of 3 MiB would be wrong by itself.
    #[test]
    fn a_long_list_is_not_wrong() {
        let list = format!("a = [\n{}]\n", "1,\n".repeat(MIB));
        assert_eq!(beginning_with_errors(&list), None);
    }
}
