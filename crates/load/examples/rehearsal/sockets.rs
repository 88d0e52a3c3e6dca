//! Both sockets, as far as the generator uses them.

use axum::extract::State as Of;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde_json::{Value, json};

use crate::state::{Author, Conversation, Op, State, person};
use crate::{Shared, has_fault, me};

pub(crate) async fn visitor(Of(app): Of<Shared>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| async move {
        let _ = talk(&app, socket, true).await;
    })
}

pub(crate) async fn agent(Of(app): Of<Shared>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| async move {
        let _ = talk(&app, socket, false).await;
    })
}

/// One connection: who it is, what it reads, how far it has read.
struct Reader {
    name: Author,
    place: Option<usize>,
    after: u64,
}

/// Ends with `None` when the client is gone.
async fn talk(app: &Shared, mut socket: WebSocket, is_visitor: bool) -> Option<()> {
    let hello = heard(&mut socket).await?;
    let mut changes = app.changes.subscribe();
    let mut reader =
        Reader { name: None, place: None, after: hello["after"].as_u64().unwrap_or(0) };
    let welcome = if is_visitor {
        let state = app.state.lock().expect("nobody panics with it");
        let token = hello["token"].as_str()?;
        reader.place = state.started_as(token);
        match reader.place.map(|place| &state.conversations[place]) {
            Some(one) => {
                let next = if has_fault("replaced") { "another" } else { token };
                json!({"frame": "welcome", "protocol": 1, "token": next, "view": view(one),
                    "last": one.shown(one.events.len() - 1)})
            }
            None => json!({"frame": "bye", "problem": {"type": "about:blank",
                "title": "Nobody knows you", "status": 401, "code": "signed_out"}}),
        }
    } else {
        let name = hello["ticket"].as_str()?;
        reader.name = Some(name.to_owned());
        json!({"frame": "welcome", "protocol": 1, "me": me(name), "availability": "away",
            "capacity": 100, "departments": [], "practice": true,
            "dispositions": [{"code": "done", "name": "Done"}]})
    };
    say(&mut socket, &welcome).await?;
    loop {
        for frame in news(app, &mut reader) {
            say(&mut socket, &frame).await?;
        }
        tokio::select! {
            request = heard(&mut socket) => {
                let answer = answer(app, &mut reader, &request?);
                say(&mut socket, &answer).await?;
                app.changes.send_modify(|change| *change += 1);
                if has_fault("late") {
                    std::fs::File::open("rehearsal.jsonl").ok()?.sync_data().ok()?;
                }
            }
            _ = changes.changed() => {}
        }
    }
}

async fn heard(socket: &mut WebSocket) -> Option<Value> {
    loop {
        match socket.recv().await?.ok()? {
            Message::Text(text) => return serde_json::from_str(&text).ok(),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

async fn say(socket: &mut WebSocket, frame: &Value) -> Option<()> {
    socket.send(Message::text(frame.to_string())).await.ok()
}

/// What this reader has not seen yet.
fn news(app: &Shared, reader: &mut Reader) -> Vec<Value> {
    let state = app.state.lock().expect("nobody panics with it");
    let mut frames = Vec::new();
    if reader.name.is_some() {
        let open = state.conversations.iter().filter(|one| one.state != "closed");
        frames.push(
            json!({"frame": "rows", "changed": open.map(row).collect::<Vec<_>>(), "gone": []}),
        );
    }
    let Some(place) = reader.place else {
        return frames;
    };
    let one = &state.conversations[place];
    let seen = one
        .events
        .iter()
        .enumerate()
        .filter(|(_, event)| reader.name.is_some() || !event.is_for_staff);
    let numbered = seen.zip(1..).filter(|(_, number)| *number > reader.after);
    let events: Vec<_> = numbered
        .map(|((_, event), number)| {
            let mut body = event.body.clone();
            if let (None, Some(target)) = (&reader.name, body["target"].as_u64()) {
                body["target"] = json!(one.shown(target as usize - 1));
            }
            json!({"number": number, "at": 0, "body": body})
        })
        .collect();
    if let Some(newest) = events.last() {
        reader.after = newest["number"].as_u64().expect("a number");
        frames
            .push(json!({"frame": "events", "conversation": place.to_string(), "events": events}));
    }
    frames
}

fn answer(app: &Shared, reader: &mut Reader, request: &Value) -> Value {
    let mut state = app.state.lock().expect("nobody panics with it");
    let (name, fields) =
        request["verb"].as_object().and_then(|verb| verb.iter().next()).expect("a verb");
    let named = fields["conversation"].as_str().and_then(|place| place.parse().ok());
    if name == "open" {
        (reader.place, reader.after) = (named, fields["after"].as_u64().unwrap_or(0));
    }
    let event =
        named.or(reader.place).map(|place| carry_out(&mut state, reader, name, fields, place));
    match event {
        Some(Err(())) => {
            json!({"frame": "refused", "id": request["id"], "problem": {"type": "about:blank",
            "title": "Not now", "status": 409, "code": "wrong_state"}})
        }
        Some(Ok(number)) => {
            json!({"frame": "done", "id": request["id"], "number": number, "at": 0})
        }
        None => json!({"frame": "done", "id": request["id"], "number": null, "at": 0}),
    }
}

/// Gives the number of the event as its sender counts.
fn carry_out(
    state: &mut State,
    reader: &Reader,
    name: &str,
    fields: &Value,
    place: usize,
) -> Result<Option<u64>, ()> {
    let word = |field: &str| fields[field].as_str().unwrap_or_default().to_owned();
    let one = &state.conversations[place];
    let is_mine = reader.name.is_none() || (one.state == "active" && one.agent == reader.name);
    let (from, by) = (reader.name.clone(), reader.name.clone().unwrap_or_default());
    let (client_id, text) = (word("client_id"), word("text"));
    let numbered = |one: &Conversation, event: usize| {
        if reader.name.is_some() { event as u64 + 1 } else { one.shown(event) }
    };
    if let Some(event) = one.event_of(&client_id) {
        return Ok(Some(numbered(one, event)));
    }
    let op = match name {
        "accept" if one.state == "waiting" => Op::Accept { place, by },
        "post_message" if is_mine => Op::Say { place, from, client_id, text },
        "note" if is_mine => Op::Note { place, by, client_id, text },
        "correct" if is_mine => {
            let number = fields["number"].as_u64().unwrap_or(0);
            let target = (0..one.events.len()).find(|event| {
                numbered(one, *event) == number
                    && (reader.name.is_some() || !one.events[*event].is_for_staff)
            });
            Op::Correct { place, from, client_id, target: target.ok_or(())? + 1, text }
        }
        "transfer" if is_mine => Op::Transfer { place, by, department: one.department.clone() },
        "close" if is_mine => {
            Op::Close { place, disposition: fields["disposition"].as_str().map(str::to_owned) }
        }
        "open" | "leave" | "set_availability" => return Ok(None),
        _ => return Err(()),
    };
    state.commit(op);
    let one = &state.conversations[place];
    Ok(Some(numbered(one, one.events.len() - 1)))
}

fn row(one: &Conversation) -> Value {
    json!({"conversation": one.place.to_string(), "reference": one.reference(), "state": one.state,
        "department": one.department, "language": "en", "agent": one.agent.as_deref().map(person),
        "visitor_name": null, "visitor_present": true, "queued_at": 0, "since": 0, "offered_until": null,
        "last_number": one.events.len(), "seen_number": 0, "unread": 0, "last": null, "delivery": null})
}

fn view(one: &Conversation) -> Value {
    json!({"reference": one.reference(), "state": one.state, "department": one.department,
        "department_name": one.department, "language": "en", "agent": null, "agent_present": true,
        "position": null, "expected_wait_seconds": null, "agent_seen": 0, "closes_at": null,
        "may_rate": false, "rated": false})
}
