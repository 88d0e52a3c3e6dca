//! One operation a line, synced before it counts.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::has_fault;
use crate::state::Op;

pub(crate) struct Journal {
    file: File,
    written: u64,
}

impl Journal {
    /// Opens it and gives what it holds; half a line at the end was never acknowledged.
    pub(crate) fn open(dir: &Path) -> (Self, Vec<Op>) {
        let path = dir.join("rehearsal.jsonl");
        let held = std::fs::read_to_string(&path).unwrap_or_default();
        let whole = held.rfind('\n').map_or(0, |end| end + 1);
        let lines = held[..whole].lines();
        let mut ops: Vec<Op> =
            lines.map(|line| serde_json::from_str(line).expect("an operation")).collect();
        if has_fault("shuffle") {
            shuffle(&mut ops);
        }
        let file = File::options().create(true).append(true).open(&path).expect("a journal");
        file.set_len(whole as u64).expect("a journal that can be cut");
        (Self { file, written: 0 }, ops)
    }

    pub(crate) fn write(&mut self, op: &Op) {
        self.written += 1;
        let is_message = matches!(op, Op::Say { .. });
        if is_message && has_fault("forgetful") && self.written.is_multiple_of(20) {
            return;
        }
        let line = serde_json::to_string(op).expect("an operation is JSON");
        self.file.write_all(format!("{line}\n").as_bytes()).expect("room on the disk");
        if !has_fault("late") {
            self.file.sync_data().expect("a disk");
        }
    }
}

/// Exchanges the newest two messages of one sender.
fn shuffle(ops: &mut [Op]) {
    let newest = ops.iter().rposition(|op| matches!(op, Op::Say { .. }));
    let Some(newest) = newest else { return };
    let Op::Say { place, from, .. } = ops[newest].clone() else {
        return;
    };
    let before = ops[..newest].iter().rposition(
        |op| matches!(op, Op::Say { place: p, from: f, .. } if *p == place && *f == from),
    );
    if let Some(before) = before {
        ops.swap(before, newest);
    }
}
