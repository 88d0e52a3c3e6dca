//! Who may import whom: the `floors` block of ARCHITECTURE.md, and its judgement.
//!
//! Imports go down. On one floor only those that the block lists as `a -> b`
//! are allowed, save on floor 0: there any, as long as they form no circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::Finding;
use crate::imports::Import;

const BLOCK_PATH: &str = "ARCHITECTURE.md";

/// The house that the block draws.
#[derive(Debug, Default)]
pub struct Floors {
    floor: BTreeMap<String, i32>,
    listed: BTreeSet<(String, String)>,
}

impl Floors {
    /// Reads the block, and finds in it what contradicts itself.
    pub fn parse(page: &str) -> (Self, Vec<Finding>) {
        let (mut floors, mut findings) = (Self::default(), Vec::new());
        let rows = block(page);
        if rows.is_empty() {
            findings.push(Finding::new(BLOCK_PATH, 0, "add the ```floors block"));
        }
        for (line, row) in rows {
            for mend in floors.add_row(&row).err().into_iter().flatten() {
                findings.push(Finding::new(BLOCK_PATH, line, mend));
            }
        }
        (floors, findings)
    }

    /// One row: a floor's number, then names and `a -> b`.
    fn add_row(&mut self, row: &str) -> Result<(), Vec<String>> {
        let spaced = row.split('#').next().unwrap_or_default();
        let mut words = spaced.split_whitespace();
        let Some(number) = words.next() else {
            return Ok(());
        };
        let Ok(floor) = number.parse::<i32>() else {
            return Err(vec![format!("begin the row with a floor's number, not {number:?}")]);
        };
        let words: Vec<_> = words.collect();
        let mut mends = Vec::new();
        for (i, word) in words.iter().enumerate().filter(|(_, word)| **word != "->") {
            let before = self.floor.insert((*word).to_owned(), floor);
            if before.is_some_and(|before| before != floor) {
                mends.push(format!("{word} stands on two floors: keep one"));
            }
            if i >= 2 && words[i - 1] == "->" {
                let pair = (words[i - 2].to_owned(), (*word).to_owned());
                self.listed.insert(pair);
            }
        }
        if mends.is_empty() { Ok(()) } else { Err(mends) }
    }

    /// Every module that `lib.rs` declares must stand in the block.
    pub fn check_modules(&self, lib_path: &str, modules: &[(String, usize)]) -> Vec<Finding> {
        let homeless = modules.iter().filter(|(name, _)| !self.floor.contains_key(name));
        let tell = |(name, line): &(String, usize)| {
            let mend = format!("give module {name} a floor in {BLOCK_PATH}'s block");
            Finding::new(lib_path, *line, mend)
        };
        homeless.map(tell).collect()
    }

    /// Each import on its own.
    pub fn check_imports(&self, imports: &[Import]) -> Vec<Finding> {
        imports
            .iter()
            .filter_map(|import| Some(Finding::new(&import.path, import.line, self.fault(import)?)))
            .collect()
    }

    fn fault(&self, import: &Import) -> Option<String> {
        let (from, to) = (&import.from, &import.to);
        if from == to {
            return None;
        }
        let Some(to_floor) = self.floor.get(to) else {
            return Some(format!(
                "{to} is no module of {BLOCK_PATH}'s block: import from the module where it lives"
            ));
        };
        // A module without a floor is told once, by `check_modules`.
        let from_floor = self.floor.get(from)?;
        let is_listed = self.listed.contains(&(from.clone(), to.clone()));
        match from_floor.cmp(to_floor) {
            std::cmp::Ordering::Greater => None,
            std::cmp::Ordering::Equal if is_listed || *from_floor == 0 => None,
            std::cmp::Ordering::Equal => Some(format!(
                "{from} and {to} share floor {to_floor}: move what both need down, or list `{from} -> {to}` in {BLOCK_PATH}"
            )),
            std::cmp::Ordering::Less => Some(format!(
                "{from} (floor {from_floor}) imports upward from {to} (floor {to_floor}): turn it round, or move the piece down"
            )),
        }
    }

    /// Circles among modules of one floor, each told once.
    pub fn check_circles(&self, imports: &[Import]) -> Vec<Finding> {
        let mut next: BTreeMap<&str, BTreeMap<&str, &Import>> = BTreeMap::new();
        for import in imports.iter().filter(|import| import.from != import.to) {
            if self.floor.get(&import.from) == self.floor.get(&import.to) {
                let from = next.entry(&import.from).or_default();
                from.entry(&import.to).or_insert(import);
            }
        }
        let mut findings = Vec::new();
        for (from, targets) in &next {
            for (to, import) in targets {
                // Told from its first name only, so that a circle is one finding.
                if let Some(way) = way_back(&next, to, from)
                    && way.iter().all(|name| *from <= name.as_str())
                {
                    let mend = format!("break the circle {from} -> {}", way.join(" -> "));
                    findings.push(Finding::new(&import.path, import.line, mend));
                }
            }
        }
        findings
    }

    /// Path dependencies between crates. The server fills floors 0 to 5.
    pub fn check_crates(&self, edges: &[(String, String)]) -> Vec<Finding> {
        let lowest = |name: &str| match name {
            "server" => Some(0),
            _ => self.floor.get(name).copied(),
        };
        let mut findings = Vec::new();
        for (from, to) in edges {
            let path = format!("crates/{from}/Cargo.toml");
            let mend = match (lowest(from), lowest(to)) {
                (None, _) => format!("give crate {from} a floor in {BLOCK_PATH}'s block"),
                (_, None) => format!("give crate {to} a floor in {BLOCK_PATH}'s block"),
                (_, Some(_)) if to == "server" => "nothing depends on the server crate".to_owned(),
                (Some(a), Some(b)) if a <= b => {
                    format!("{from} (floor {a}) must not know {to} (floor {b})")
                }
                _ => continue,
            };
            findings.push(Finding::new(&path, 0, mend));
        }
        findings
    }
}

/// Lines of the fenced block, with their numbers.
fn block(page: &str) -> Vec<(usize, String)> {
    let numbered = page.lines().enumerate().map(|(i, line)| (i + 1, line));
    numbered
        .skip_while(|(_, line)| line.trim() != "```floors")
        .skip(1)
        .take_while(|(_, line)| line.trim() != "```")
        .map(|(number, line)| (number, line.to_owned()))
        .collect()
}

/// The names from `from` to `to`, both included, by the shortest way.
fn way_back(
    next: &BTreeMap<&str, BTreeMap<&str, &Import>>,
    from: &str,
    to: &str,
) -> Option<Vec<String>> {
    let mut seen = BTreeSet::from([from.to_owned()]);
    let mut ways = std::collections::VecDeque::from([vec![from.to_owned()]]);
    while let Some(way) = ways.pop_front() {
        let last = way.last()?;
        if last == to {
            return Some(way);
        }
        for name in next.get(last.as_str()).into_iter().flat_map(|to| to.keys()) {
            if seen.insert((*name).to_owned()) {
                let mut longer = way.clone();
                longer.push((*name).to_owned());
                ways.push_back(longer);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "text\n```floors\n2 heart -> visitor   # why\n1 audit  site -> audit\n0 db bus\n-1 masking protocol\n-2 sensitive\n```\n";

    fn import(from: &str, to: &str) -> Import {
        Import {
            path: format!("crates/server/src/{from}.rs"),
            line: 7,
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }

    fn judge(from: &str, to: &str) -> usize {
        let (floors, faults) = Floors::parse(PAGE);
        assert!(faults.is_empty());
        floors.check_imports(&[import(from, to)]).len()
    }

    #[test]
    fn imports_go_down() {
        assert_eq!(judge("heart", "db"), 0);
        assert_eq!(judge("db", "heart"), 1);
    }

    #[test]
    fn neighbours_need_a_line_in_the_block_save_on_floor_0() {
        assert_eq!((judge("heart", "visitor"), judge("visitor", "heart")), (0, 1));
        assert_eq!((judge("site", "audit"), judge("audit", "site")), (0, 1));
        assert_eq!((judge("db", "bus"), judge("bus", "db")), (0, 0));
    }

    #[test]
    fn an_unknown_module_is_a_finding() {
        assert_eq!(judge("heart", "Result"), 1);
        let (floors, _) = Floors::parse(PAGE);
        let modules = [("db".to_owned(), 1), ("attic".to_owned(), 2)];
        assert_eq!(floors.check_modules("lib.rs", &modules)[0].line, 2);
    }

    #[test]
    fn a_circle_on_a_floor_is_told_once() {
        let (floors, _) = Floors::parse(PAGE);
        let round = [import("db", "bus"), import("bus", "db"), import("heart", "db")];
        let told = floors.check_circles(&round);
        assert_eq!(told.len(), 1);
        assert!(told[0].mend.contains("bus -> db -> bus"));
        assert!(floors.check_circles(&round[1..]).is_empty());
    }

    #[test]
    fn a_module_on_two_floors_and_a_missing_block_are_findings() {
        assert_eq!(Floors::parse("```floors\n1 a\n0 a\n```").1[0].line, 3);
        assert_eq!(Floors::parse("```floors\nfirst a\n```").1.len(), 1);
        assert_eq!(Floors::parse("no block").1.len(), 1);
    }

    #[test]
    fn crates_depend_downward_and_nobody_on_the_server() {
        let edge = |from: &str, to: &str| {
            let (floors, _) = Floors::parse(PAGE);
            floors.check_crates(&[(from.to_owned(), to.to_owned())]).len()
        };
        assert_eq!((edge("server", "masking"), edge("masking", "sensitive")), (0, 0));
        assert_eq!((edge("masking", "protocol"), edge("masking", "server")), (1, 1));
        assert_eq!((edge("sensitive", "masking"), edge("attic", "masking")), (1, 1));
    }
}
