//! The page's own words, English and Spanish.

use protocol::event::{Ending, Returned};

use crate::archive::transcript::At;

/// Languages that the page speaks; any other reads English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speech {
    English,
    Spanish,
}

impl Speech {
    pub(super) fn of(language: &str) -> Self {
        if language.eq_ignore_ascii_case("es") { Self::Spanish } else { Self::English }
    }

    pub(super) fn tag(self) -> &'static str {
        self.say("en", "es")
    }

    /// The one of the two that is spoken.
    pub(super) fn say(self, english: &'static str, spanish: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Spanish => spanish,
        }
    }

    /// `24 November 2026`.
    pub(super) fn day(self, at: At) -> String {
        let date = jiff::tz::Offset::UTC.to_datetime(at.timestamp()).date();
        let index = usize::try_from(date.month() - 1).expect("a month is 1 to 12");
        let (day, year) = (date.day(), date.year());
        match self {
            Self::English => format!("{day} {} {year}", MONTHS[index].0),
            Self::Spanish => format!("{day} de {} de {year}", MONTHS[index].1),
        }
    }

    /// `09:30:05 UTC`.
    pub(super) fn time(at: At) -> String {
        at.timestamp().strftime("%H:%M:%S UTC").to_string()
    }

    /// `7 min 20 s`, the same in both.
    pub(super) fn duration(from: At, to: At) -> String {
        let seconds = (to.0 - from.0).max(0) / 1000;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match (hours, minutes) {
            (0, 0) => format!("{seconds} s"),
            (0, _) => format!("{minutes} min {seconds} s"),
            _ => format!("{hours} h {minutes} min"),
        }
    }

    pub(super) fn ending(self, ending: Ending) -> &'static str {
        match ending {
            Ending::ByAgent => self.say("Ended by the agent", "Terminada por el agente"),
            Ending::ByVisitor => self.say("Ended by the visitor", "Terminada por el visitante"),
            Ending::Abandoned => self.say(
                "The visitor left before anyone answered",
                "El visitante se fue antes de que alguien respondiera",
            ),
            Ending::TimedOut => self.say("Ended after silence", "Terminada por inactividad"),
            Ending::OutOfHours => {
                self.say("Left outside opening hours", "Recibida fuera de horario")
            }
        }
    }

    pub(super) fn returned(self, why: Returned) -> &'static str {
        match why {
            Returned::NotAccepted => self.say(
                "Back in the queue: it was not accepted in time",
                "De vuelta en la cola: no se aceptó a tiempo",
            ),
            Returned::AgentGone => self.say(
                "Back in the queue: the agent's connection was lost",
                "De vuelta en la cola: se perdió la conexión del agente",
            ),
        }
    }

    /// A field of the pre-chat form; one that we do not know has no word.
    pub(super) fn field(self, field: &str) -> Option<&'static str> {
        Some(match field {
            "name" => self.say("Name", "Nombre"),
            "question" => self.say("Question", "Consulta"),
            "page" => self.say("Page", "Página"),
            _ => return None,
        })
    }

    /// What a rule hides, as one says it. Rules are named in small letters.
    pub(super) fn hidden(self, rule: &str) -> &'static str {
        let known = HIDDEN.iter().find(|(name, ..)| name.eq_ignore_ascii_case(rule));
        known.map_or_else(
            || self.say("value", "dato"),
            |(_, english, spanish)| self.say(english, spanish),
        )
    }
}

const MONTHS: [(&str, &str); 12] = [
    ("January", "enero"),
    ("February", "febrero"),
    ("March", "marzo"),
    ("April", "abril"),
    ("May", "mayo"),
    ("June", "junio"),
    ("July", "julio"),
    ("August", "agosto"),
    ("September", "septiembre"),
    ("October", "octubre"),
    ("November", "noviembre"),
    ("December", "diciembre"),
];

const HIDDEN: [(&str, &str, &str); 14] = [
    ("card", "card number", "número de tarjeta"),
    ("cvv", "card security code", "código de seguridad"),
    ("ssn", "social security number", "número de seguro social"),
    ("email", "e-mail address", "correo electrónico"),
    ("phone", "phone number", "número de teléfono"),
    ("name", "name", "nombre"),
    ("dob", "date of birth", "fecha de nacimiento"),
    ("address", "address", "dirección"),
    ("mrn", "medical record number", "número de historia clínica"),
    ("health_plan", "health plan number", "número de plan de salud"),
    ("account", "account number", "número de cuenta"),
    ("bank_account", "bank account", "cuenta bancaria"),
    ("driver_license", "driver's license", "licencia de conducir"),
    ("password", "password", "contraseña"),
];
