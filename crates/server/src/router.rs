//! Every address, on one screen: method, path, origin, what it needs, who answers.
//!
//! What is not in the table is not found. A line without its need does not
//! build, and the guard in front of each is made from the line.

mod guard;
mod hosts;
mod openapi;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::Method;
use axum::routing::{MethodRouter, get, post, put};

use crate::app::App;
use crate::identity::{Right, SignIns};
use crate::live::{Live, agent, visitor};
use crate::rates::Rates;
use crate::{archive, conversation, identity, site, web};

pub use guard::Peer;
pub use hosts::Hosts;
pub use openapi::openapi;

/// A body from whoever is there.
const BODY_BYTES_MAX: usize = 128 * 1024;
/// A section of the settings, with room for its escapes; an administrator sends it.
const SECTION_BYTES_MAX: usize = 320 * 1024;

/// Which of our origins answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Console,
    Widget,
}

/// What a request must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the answer is the same for everyone, or the body holds the proof.
    Nothing,
    /// A session with this right.
    Right(Right),
    /// Nothing yet: the first frame holds the proof, and has 5 seconds to come.
    FirstFrame,
}

/// One address.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub on: On,
    pub needs: Needs,
    /// One sentence for the API's description.
    pub says: &'static str,
    /// Names in the protocol's schemas: the body that it takes, and its answer.
    pub takes: Option<&'static str>,
    pub gives: Option<&'static str>,
    serve: fn() -> MethodRouter<Doors>,
}

/// Every address of the API and the sockets.
pub fn routes() -> Vec<Route> {
    use Needs::{FirstFrame, Nothing};
    use On::{Console, Widget};
    let line = |method, path, on, needs, says, takes, gives, serve| Route {
        method,
        path,
        on,
        needs,
        says,
        takes,
        gives,
        serve,
    };
    let right = Needs::Right;
    let (read, send, change) = (Method::GET, Method::POST, Method::PUT);
    #[rustfmt::skip]
    let all = vec![
        line(read.clone(), "/api/openapi.json", Console, Nothing, "This description", None, None, || get(openapi::answer)),
        line(send.clone(), "/api/sign-in", Console, Nothing, "Sign in; sets the session's cookie", Some("SignIn"), Some("Me"), || post(identity::http::sign_in)),
        line(send.clone(), "/api/sign-out", Console, right(Right::SignedIn), "End the session", None, None, || post(identity::http::sign_out)),
        line(read.clone(), "/api/me", Console, right(Right::SignedIn), "Who is signed in", None, Some("Me"), || get(identity::http::me)),
        line(send.clone(), "/api/ticket", Console, right(Right::SignedIn), "A ticket for one socket", None, Some("Ticket"), || post(identity::http::issue_ticket)),
        line(read.clone(), "/api/deliveries", Console, right(Right::SeeDeliveries), "Transcripts on their way and delivered", None, Some("Deliveries"), || get(archive::http::deliveries)),
        line(send.clone(), "/api/deliveries/replay", Console, right(Right::Administer), "Try again what waits", Some("Replay"), Some("Replayed"), || post(archive::http::replay)),
        line(read.clone(), "/api/destinations", Console, right(Right::Administer), "Destinations, and the forms for more", None, Some("Destinations"), || get(archive::http::destinations)),
        line(send.clone(), "/api/destinations/test", Console, right(Right::Administer), "Test a connection without saving it", Some("TestDestination"), Some("Evidence"), || post(archive::http::test)),
        line(read.clone(), "/api/sealing", Console, right(Right::Administer), "The clinic's public keys", None, Some("Readers"), || get(archive::http::sealing)),
        line(send.clone(), "/api/sealing/offer", Console, right(Right::Administer), "Offer a key; gives its test document", Some("OfferReader"), Some("Challenge"), || post(archive::http::offer)),
        line(send.clone(), "/api/sealing/prove", Console, right(Right::Administer), "Prove a key by the code in its test document", Some("ProveReader"), Some("Readers"), || post(archive::http::prove)),
        line(send.clone(), "/api/sealing/remove", Console, right(Right::Administer), "Seal nothing more to a key", Some("RemoveReader"), Some("Readers"), || post(archive::http::remove)),
        line(read.clone(), "/api/posture", Console, right(Right::Administer), "What is as it should be, and what is not", None, Some("Posture"), || get(archive::http::posture)),
        line(read.clone(), "/api/archive", Console, right(Right::ReadArchive), "Whether past conversations may be looked for, and by what", None, Some("Archive"), || get(archive::http::archive)),
        line(send.clone(), "/api/archive/find", Console, right(Right::ReadArchive), "Past conversations of the own departments", Some("FindTranscripts"), Some("FoundTranscripts"), || post(archive::http::find)),
        line(send.clone(), "/api/archive/open", Console, right(Right::ReadArchive), "Read one past conversation from its destination", Some("OpenTranscript"), Some("OpenedTranscript"), || post(archive::http::open)),
        line(read.clone(), "/api/settings/{section}", Console, right(Right::Administer), "One section of the settings", None, Some("Section"), || get(site::http::read)),
        line(change, "/api/settings/{section}", Console, right(Right::Administer), "Change one section", Some("ChangeSection"), Some("Section"), || put(site::http::change)),
        line(read.clone(), "/api/masking/rules", Console, right(Right::Administer), "The default table of masking", None, Some("MaskingTable"), || get(site::http::masking_rules)),
        line(send.clone(), "/api/masking/try", Console, right(Right::Administer), "What masking would do to a sample", Some("TryMasking"), Some("TriedMasking"), || post(site::http::try_masking)),
        line(read.clone(), "/live/agent", Console, FirstFrame, "The console's socket", Some("AgentHello"), Some("AgentFrame"), || get(agent::open)),
        line(read.clone(), "/api/widget/{site}", Widget, Nothing, "What the widget needs to begin", None, Some("WidgetConfig"), || get(site::http::widget)),
        line(send, "/api/visitor/start", Widget, Nothing, "Start a conversation", Some("Start"), Some("Started"), || post(conversation::http::start)),
        line(read, "/live/visitor", Widget, FirstFrame, "The visitor's socket", Some("VisitorHello"), Some("VisitorFrame"), || get(visitor::open)),
    ];
    all
}

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct Doors {
    pub app: App,
    pub live: Live,
    pub rates: Arc<Rates>,
    pub sign_ins: Arc<SignIns>,
}

impl FromRef<Doors> for App {
    fn from_ref(doors: &Doors) -> Self {
        doors.app.clone()
    }
}

impl FromRef<Doors> for Live {
    fn from_ref(doors: &Doors) -> Self {
        doors.live.clone()
    }
}

impl FromRef<Doors> for Arc<Rates> {
    fn from_ref(doors: &Doors) -> Self {
        doors.rates.clone()
    }
}

impl FromRef<Doors> for Arc<SignIns> {
    fn from_ref(doors: &Doors) -> Self {
        doors.sign_ins.clone()
    }
}

impl Doors {
    pub fn new(app: App) -> Self {
        let rates = Arc::new(Rates::default());
        let live = Live::new(app.clone(), rates.clone());
        Self { app, live, rates, sign_ins: Arc::default() }
    }
}

/// Everything that one origin answers.
pub fn of(doors: &Doors, on: On) -> Router {
    let mut router = Router::new();
    for route in routes().into_iter().filter(|route| route.on == on) {
        let most = if route.method == Method::PUT { SECTION_BYTES_MAX } else { BODY_BYTES_MAX };
        let guarded = guard::before(doors, &route).layer(DefaultBodyLimit::max(most));
        router = router.route(route.path, guarded);
    }
    let pages = match on {
        On::Console => web::console(),
        On::Widget => web::widget(&doors.app),
    };
    router.with_state(doors.clone()).merge(pages)
}
