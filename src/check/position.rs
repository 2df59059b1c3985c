//! Lines and columns of a text.

/// A line and a column, both counted from one; a column is a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// The starts of the lines of a text.
pub struct Positions<'a> {
    text: &'a str,
    begins: Vec<usize>,
}

impl<'a> Positions<'a> {
    /// Finds the lines of a text.
    pub fn new(text: &'a str) -> Positions<'a> {
        let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        Positions { text, begins: std::iter::once(0).chain(ends).collect() }
    }

    /// The position of a byte.
    pub fn at(&self, byte: usize) -> Position {
        let byte = byte.min(self.text.len());
        let line = self.begins.partition_point(|&begin| begin <= byte);
        let before = self.text.get(self.begins[line - 1]..byte).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters_and_both_count_from_one() {
        let text = "\u{fc}ber = 1\r\nb\n";
        let positions = Positions::new(text);
        let at = |byte| {
            let Position { line, column } = positions.at(byte);
            (line, column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(text.find('=').expect("there")), (1, 6));
        assert_eq!(at(text.find('b').expect("there")), (1, 2));
        assert_eq!(at(text.rfind('b').expect("there")), (2, 1));
        assert_eq!(at(text.len()), (3, 1));
        assert_eq!(at(1000), (3, 1));
    }
}
