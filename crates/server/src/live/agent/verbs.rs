//! What each verb of the console needs and does.

use protocol::agent::{To, Verb};

use super::Console;
use crate::app::App;
use crate::bus::{Ring, Topic};
use crate::conversation::access::Agent;
use crate::conversation::{self, Posted, Poster, Stretch, correct, look, seen, store};
use crate::error::{Error, Result};
use crate::identity::{Right, account};
use crate::ids::{AccountId, ConversationId};
use crate::live::Done;

/// Requests a minute of one account: far more than hands can do.
const REQUESTS_PER_MINUTE: u32 = 1_200;

/// The right that a verb needs; a verb without one does not build.
pub const fn right(verb: &Verb) -> Right {
    match verb {
        Verb::SetAvailability { .. }
        | Verb::Open { .. }
        | Verb::Leave { .. }
        | Verb::Accept { .. }
        | Verb::PostMessage { .. }
        | Verb::Correct { .. }
        | Verb::Note { .. }
        | Verb::Redact { .. }
        | Verb::Transfer { .. }
        | Verb::Close { .. }
        | Verb::Reopen { .. }
        | Verb::Typing { .. }
        | Verb::Seen { .. } => Right::Converse,
        Verb::Assign { .. } => Right::Oversee,
    }
}

pub(super) async fn carry_out(console: &mut Console, verb: Verb) -> Done {
    let app = console.live.app.clone();
    if !right(&verb).is_of(console.session.account.role) {
        return Err(Error::NotAllowed);
    }
    let most = REQUESTS_PER_MINUTE.max(app.config.limits.messages_per_minute);
    let who = console.agent.id.to_bytes();
    console.live.rates.count("agent", who, most, app.clock.now())?;
    let agent = console.agent.clone();
    let at = app.clock.now().0;
    match verb {
        Verb::SetAvailability { availability } => {
            account::set_availability(&app, agent.id, availability).await?;
            Ok((None, at))
        }
        Verb::Open { conversation, after } => {
            let id = parsed(&conversation)?;
            console.opened.open(&app, &agent, &mut console.mailbox, id, after).await?;
            Ok((None, at))
        }
        Verb::Leave { conversation } => {
            let id = parsed(&conversation)?;
            console.opened.leave(&app, &agent, &mut console.mailbox, id).await?;
            Ok((None, at))
        }
        Verb::PostMessage { conversation, client_id, text } => {
            let poster = Poster::Agent(agent);
            posted(
                conversation::post_message(&app, poster, parsed(&conversation)?, client_id, text)
                    .await?,
            )
        }
        Verb::Correct { conversation, client_id, number, text } => {
            let (poster, id) = (Poster::Agent(agent), parsed(&conversation)?);
            posted(correct::correct(&app, poster, id, client_id, number, text).await?)
        }
        Verb::Note { conversation, client_id, text } => {
            let id = parsed(&conversation)?;
            posted(conversation::note(&app, &agent, id, client_id, text).await?)
        }
        Verb::Redact { conversation, client_id, number, field, start, end } => {
            let (id, stretch) = (parsed(&conversation)?, Stretch { number, field, start, end });
            posted(conversation::redact(&app, &agent, id, client_id, stretch).await?)
        }
        Verb::Typing { conversation, on } => {
            let id = parsed(&conversation)?;
            look::holds(&app, &agent, id).await?;
            app.bus.ring(&Ring { topic: Topic::AgentTypes(id), number: on.into() });
            Ok((None, at))
        }
        Verb::Seen { conversation, number } => {
            seen::agent_saw(&app, &agent, parsed(&conversation)?, number).await?;
            Ok((None, at))
        }
        Verb::Accept { .. }
        | Verb::Assign { .. }
        | Verb::Transfer { .. }
        | Verb::Close { .. }
        | Verb::Reopen { .. } => steer(&app, &agent, verb).await.map(|seq| (Some(seq), at)),
    }
}

/// The verbs that change where a conversation stands; the number of the newest event.
async fn steer(app: &App, agent: &Agent, verb: Verb) -> Result<u64> {
    let changed = match verb {
        Verb::Accept { conversation } => {
            conversation::accept(app, agent, parsed(&conversation)?).await?
        }
        Verb::Assign { conversation, agent: to } => {
            let to = colleague(app, &to).await?;
            conversation::assign(app, agent, parsed(&conversation)?, &to).await?
        }
        Verb::Transfer { conversation, to } => {
            let id = parsed(&conversation)?;
            match to {
                To::Department(department) => {
                    conversation::transfer(app, agent, id, &department, None).await?
                }
                To::Agent(to) => {
                    let to = colleague(app, &to).await?;
                    let department = shared_department(app, id, &to).await?;
                    conversation::transfer(app, agent, id, &department, Some(&to)).await?
                }
            }
        }
        Verb::Close { conversation, disposition } => {
            conversation::close(app, agent, parsed(&conversation)?, disposition).await?
        }
        Verb::Reopen { conversation } => {
            conversation::reopen(app, agent, parsed(&conversation)?).await?
        }
        _ => return Err(Error::WrongState),
    };
    Ok(changed.seq)
}

fn posted(posted: Posted) -> Done {
    Ok((Some(posted.seq), posted.at.0))
}

fn parsed(conversation: &str) -> Result<ConversationId> {
    ConversationId::parse(conversation).ok_or(Error::NotFound)
}

/// Someone who takes conversations.
async fn colleague(app: &App, id: &str) -> Result<Agent> {
    let unknown = || Error::Invalid { field: "agent", why: "is nobody here" };
    let id = AccountId::parse(id).ok_or_else(unknown)?;
    let found = app.db.read(move |tx| account::by_id(tx, id)).await?.ok_or_else(unknown)?;
    if Right::Converse.is_of(found.role) { Ok(Agent::of(&found)) } else { Err(unknown()) }
}

/// Where a conversation stays if the colleague works there, else where they work.
async fn shared_department(app: &App, id: ConversationId, to: &Agent) -> Result<String> {
    let found = app.db.read(move |tx| store::load(tx, id)).await?.ok_or(Error::NotFound)?;
    if to.departments.contains(&found.department) {
        return Ok(found.department);
    }
    to.departments.first().cloned().ok_or(Error::Invalid { field: "to", why: "has no department" })
}
