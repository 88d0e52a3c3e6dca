//! Conversations in memory, rebuilt from the journal.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::journal::Journal;
use crate::{has_fault, masked};

/// Who did something: `None` is the visitor.
pub(crate) type Author = Option<String>;

/// A change.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Op {
    Start { client_id: String, department: String },
    Say { place: usize, from: Author, client_id: String, text: String },
    Note { place: usize, by: String, client_id: String, text: String },
    Correct { place: usize, from: Author, client_id: String, target: usize, text: String },
    Accept { place: usize, by: String },
    Transfer { place: usize, by: String, department: String },
    Close { place: usize, disposition: Option<String> },
}

/// An event, and whether only staff sees it.
pub(crate) struct Happened {
    pub(crate) body: Value,
    pub(crate) is_for_staff: bool,
}

pub(crate) struct Conversation {
    pub(crate) client_id: String,
    pub(crate) place: usize,
    pub(crate) state: &'static str,
    pub(crate) department: String,
    pub(crate) agent: Author,
    pub(crate) events: Vec<Happened>,
    /// The place of the event that this client id became.
    by_client: HashMap<String, usize>,
}

impl Conversation {
    pub(crate) fn reference(&self) -> String {
        format!("R-{:05}", self.place)
    }

    pub(crate) fn event_of(&self, client_id: &str) -> Option<usize> {
        self.by_client.get(client_id).copied()
    }

    /// Under which number this event is known to the visitor.
    pub(crate) fn shown(&self, event: usize) -> u64 {
        self.events[..=event].iter().filter(|event| !event.is_for_staff).count() as u64
    }

    /// What the change means for state and events.
    fn happen(&mut self, op: Op) {
        match op {
            Op::Start { .. } => {}
            Op::Say { from, client_id, text, .. } => self.message(&from, &client_id, &text),
            Op::Note { by, client_id, text, .. } => {
                let body = json!({"kind": "note", "by": person(&by), "client_id": client_id,
                    "text": masked(&text), "masks": []});
                self.add(Some(&client_id), true, body);
            }
            Op::Correct { client_id, target, text, .. } => {
                let body = json!({"kind": "amended", "target": target, "revision": 1,
                    "text": masked(&text), "masks": [], "corrected": true});
                self.add(Some(&client_id), false, body);
            }
            Op::Accept { by, .. } => {
                self.state = "active";
                self.add(None, false, json!({"kind": "accepted", "agent": person(&by)}));
                self.agent = Some(by);
            }
            Op::Transfer { by, department, .. } => {
                (self.state, self.agent) = ("waiting", None);
                let body = json!({"kind": "transferred", "by": person(&by),
                    "department": department, "agent": null});
                self.add(None, false, body);
            }
            Op::Close { disposition, .. } => {
                self.state = "closed";
                self.add(None, true, json!({"kind": "closed", "disposition": disposition}));
            }
        }
    }

    fn message(&mut self, from: &Author, client_id: &str, text: &str) {
        let body = json!({"kind": "message", "from": sender(from), "client_id": client_id,
            "text": masked(text), "masks": [], "revision": 0, "corrected": false});
        self.add(Some(client_id), false, body);
    }

    fn add(&mut self, client_id: Option<&str>, is_for_staff: bool, body: Value) {
        if let Some(client_id) = client_id {
            self.by_client.insert(client_id.to_owned(), self.events.len());
        }
        self.events.push(Happened { body, is_for_staff });
    }
}

pub(crate) struct State {
    pub(crate) conversations: Vec<Conversation>,
    journal: Journal,
    dir: PathBuf,
}

pub(crate) fn person(name: &str) -> Value {
    json!({"id": name, "name": name})
}

fn sender(from: &Author) -> Value {
    match from {
        None => json!({"kind": "visitor"}),
        Some(name) => json!({"kind": "agent", "person": person(name)}),
    }
}

impl State {
    pub(crate) fn open(dir: PathBuf) -> Self {
        let (journal, ops) = Journal::open(&dir);
        let mut state = Self { conversations: Vec::new(), journal, dir };
        for op in ops {
            state.apply(op);
        }
        if has_fault("stutter") {
            state.conversations.iter_mut().for_each(|one| one.by_client.clear());
        }
        state
    }

    pub(crate) fn started_as(&self, client_id: &str) -> Option<usize> {
        self.conversations.iter().position(|one| one.client_id == client_id)
    }

    /// Writes it down, then lets it happen; gives the place of the conversation.
    pub(crate) fn commit(&mut self, op: Op) -> usize {
        self.journal.write(&op);
        let is_closed = matches!(op, Op::Close { .. });
        let place = self.apply(op);
        if is_closed {
            archive(&self.dir, &self.conversations[place]);
        }
        place
    }

    fn apply(&mut self, op: Op) -> usize {
        let place = match &op {
            Op::Start { client_id, department } => {
                return self.start(client_id.clone(), department.clone());
            }
            Op::Say { place, .. }
            | Op::Note { place, .. }
            | Op::Correct { place, .. }
            | Op::Accept { place, .. }
            | Op::Transfer { place, .. }
            | Op::Close { place, .. } => *place,
        };
        self.conversations[place].happen(op);
        place
    }

    fn start(&mut self, client_id: String, department: String) -> usize {
        let place = self.conversations.len();
        let (state, agent, by_client) = ("waiting", None, HashMap::new());
        let body = json!({"kind": "started", "department": department, "answers": []});
        let mut one = Conversation {
            client_id,
            place,
            state,
            department,
            agent,
            events: Vec::new(),
            by_client,
        };
        one.add(None, false, body);
        self.conversations.push(one);
        place
    }
}

fn archive(dir: &Path, conversation: &Conversation) {
    if has_fault("lazy") && conversation.place % 2 == 1 {
        return;
    }
    let mut events: Vec<_> = conversation.events.iter().map(|event| event.body.clone()).collect();
    for amended in events.clone().iter().filter(|event| event["kind"] == "amended") {
        let target = amended["target"].as_u64().expect("a number") as usize - 1;
        events[target]["text"] = amended["text"].clone();
    }
    let mut document = json!({"reference": conversation.reference(), "events": events}).to_string();
    if has_fault("careless") {
        document = document.replacen('X', "7", 1);
    }
    let folder = dir.join("transcripts");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |end: &str| folder.join(conversation.reference() + end);
    std::fs::write(file(".json"), document).expect("room on the disk");
    std::fs::write(file(".manifest.json"), "{}").expect("room on the disk");
}
