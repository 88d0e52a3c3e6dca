//! Licences that a user of Sotto can live with, from SPDX expressions.

/// MPL-2.0 binds its own files only; it is listed in NOTICE.
const ACCEPTED: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// For tools that only build: their text reaches nobody.
const ACCEPTED_FOR_TOOLS: [&str; 2] = ["Python-2.0", "CC-BY-4.0"];

/// Whether an expression leaves a way to use the package. `A/B` is the old form of `A OR B`.
pub fn is_accepted(expression: &str, is_tool: bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, at: 0, is_tool };
    let answer = reader.any_of();
    answer && reader.at == words.len()
}

struct Reader<'a> {
    words: &'a [&'a str],
    at: usize,
    is_tool: bool,
}

impl Reader<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.words.get(self.at) == Some(&word);
        self.at += usize::from(is_next);
        is_next
    }

    fn any_of(&mut self) -> bool {
        let mut answer = self.all_of();
        while self.takes("OR") {
            answer |= self.all_of();
        }
        answer
    }

    fn all_of(&mut self) -> bool {
        let mut answer = self.one();
        while self.takes("AND") {
            answer &= self.one();
        }
        answer
    }

    fn one(&mut self) -> bool {
        if self.takes("(") {
            let answer = self.any_of();
            return self.takes(")") && answer;
        }
        let Some(name) = self.words.get(self.at) else {
            return false;
        };
        self.at += 1;
        // An exception only ever adds a permission.
        if self.takes("WITH") {
            self.at += 1;
        }
        ACCEPTED.contains(name) || (self.is_tool && ACCEPTED_FOR_TOOLS.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR MIT",
        ] {
            assert!(is_accepted(good, false), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT)", "MIT Apache-2.0"] {
            assert!(!is_accepted(bad, false), "{bad}");
        }
    }

    #[test]
    fn a_tool_may_have_a_licence_that_the_product_may_not() {
        assert!(is_accepted("Python-2.0", true) && !is_accepted("Python-2.0", false));
    }
}
