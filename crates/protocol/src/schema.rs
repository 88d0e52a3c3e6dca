//! Every wire type as JSON schema (OpenAPI 3.1 dialect), by name.

use utoipa::{PartialSchema, ToSchema, openapi::RefOr, openapi::schema::Schema};

use crate::{agent, destination, event, http, problem, text, visitor};

type Named = (String, RefOr<Schema>);

fn add<T: ToSchema>(into: &mut Vec<Named>) {
    into.push((T::name().into_owned(), <T as PartialSchema>::schema()));
    T::schemas(into);
}

/// All types of the protocol, sorted by name, each once.
pub fn schemas() -> Vec<Named> {
    let mut all = Vec::new();
    add::<visitor::Hello>(&mut all);
    add::<visitor::Request>(&mut all);
    add::<visitor::Frame>(&mut all);
    add::<agent::Hello>(&mut all);
    add::<agent::Request>(&mut all);
    add::<agent::Frame>(&mut all);
    add::<event::Event>(&mut all);
    add::<http::SignIn>(&mut all);
    add::<http::Me>(&mut all);
    add::<http::Ticket>(&mut all);
    add::<http::WidgetConfig>(&mut all);
    add::<http::Start>(&mut all);
    add::<http::Started>(&mut all);
    add::<http::Section>(&mut all);
    add::<http::ChangeSection>(&mut all);
    add::<http::Deliveries>(&mut all);
    add::<http::TryMasking>(&mut all);
    add::<http::TriedMasking>(&mut all);
    add::<http::MaskingTable>(&mut all);
    add::<destination::Terms>(&mut all);
    add::<destination::Destinations>(&mut all);
    add::<destination::TestDestination>(&mut all);
    add::<destination::Evidence>(&mut all);
    add::<destination::Replay>(&mut all);
    add::<destination::Replayed>(&mut all);
    add::<destination::Readers>(&mut all);
    add::<destination::OfferReader>(&mut all);
    add::<destination::Challenge>(&mut all);
    add::<destination::ProveReader>(&mut all);
    add::<destination::RemoveReader>(&mut all);
    add::<destination::Archive>(&mut all);
    add::<destination::FindTranscripts>(&mut all);
    add::<destination::FoundTranscripts>(&mut all);
    add::<destination::OpenTranscript>(&mut all);
    add::<destination::OpenedTranscript>(&mut all);
    add::<destination::Posture>(&mut all);
    add::<problem::Problem>(&mut all);
    add::<text::Mask>(&mut all);
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.dedup_by(|a, b| a.0 == b.0);
    all
}
