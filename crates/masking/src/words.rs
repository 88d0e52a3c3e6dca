//! The word lists that the engine is compiled with.

use crate::lexicon as mark;

pub(crate) const LISTS: [(&str, u32); 29] = [
    (include_str!("../data/first_names.txt"), mark::FIRST),
    (include_str!("../data/last_names.txt"), mark::LAST),
    (include_str!("../data/plain_words.txt"), mark::PLAIN),
    (
        "dr doctor mr mrs ms miss mister prof professor nurse sra sr srta senor senora senorita",
        mark::TITLE,
    ),
    (
        "street st avenue ave road rd boulevard blvd drive dr lane ln court ct place pl way terrace ter trail trl parkway pkwy \
         highway hwy circle cir square sq loop alley crescent close \
         av aly cswy causeway cres crossing xing cv expressway expy freeway fwy hollow holw landing lndg mews mnr pike plz row \
         tpke turnpike trace trce byp bypass strt avenu aveune steet stret boulevrd",
        mark::STREET,
    ),
    (
        "run ridge rdg cove crest creek grove grv glen glenn knoll knolls point pt pointe pass path walk view vw vista vis bend hill hills \
         meadow meadows orchard manor park green spur heights hts estates gardens landing commons village valley station route rte",
        mark::STREET_TOO,
    ),
    (
        "order invoice ticket tracking lot ndc build version isbn part confirmation ref reference claim request upc ean pi coords page \
         ratio dose case inc auth rx prescription appointment accession parcel package shipment cpt icd loinc hcpcs",
        mark::BLOCK,
    ),
    (
        "is was it its s number no num nr nbr id my the are of for on file here says ends this to as es numero de la mi a still new in \
         current please please' code que be would um uh so starts ending with changed now first half second que he she her his reads reading bracelet wristband",
        mark::FILLER,
    ),
    (
        "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut \
         vt va wa wv wi wy dc pr aa ae ap alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii \
         idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri \
         montana nebraska nevada new north south ohio oklahoma oregon pennsylvania rhode tennessee texas utah vermont virginia \
         washington west wisconsin wyoming",
        mark::STATE,
    ),
    (
        "mg mcg ml units unit kg lb lbs bpm mmhg dl iu g am pm percent days weeks months years hours minutes",
        mark::UNIT,
    ),
    (
        "is was s name surname apellido apellidos es llamo policyholder attn patient it contact for seeing husband wife m am hi hello dear thanks you hey regards \
         called named him her under with by to son daughter brother sister mother father mom dad",
        mark::ANNOUNCES,
    ),
    (include_str!("../data/common_first_names.txt"), mark::COMMON_FIRST),
    (
        "sophia logan dylan ethan aiden liam noah olivia jayden zoe aisha fatima mohammed sofia diego carlos juan jose luis maria elena",
        mark::COMMON_FIRST,
    ),
    (include_str!("../data/common_last_names.txt"), mark::COMMON_LAST),
    (
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth \
         seventeenth eighteenth nineteenth twentieth thirtieth eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen \
         nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand",
        mark::SPOKEN,
    ),
    (
        "in so said see my i an a it is on at to do be he she we they you the and or of for as by if no yes ok okay sure how what why who \
         when where well tell here today could would can will have has had am are was were good back love her his him me us our your \
         this that there then than wan na gon ma but not all any going feeling sorry glad happy sick tired just also very new old did does let now",
        mark::STOP,
    ),
    (
        "tylenol coumadin xanax flonase plavix ozempic eliquis foley mastercard visa medicare medicaid aetna cigna humana kaiser \
         advil lipitor zoloft prozac wellbutrin augmentin monday tuesday wednesday thursday friday saturday sunday january february \
         march july october november december paris london rome berlin alexa mac princess royal christmas easter irish english leo virgo gemini aries libra oscar goldman stanford omega earl johns puerto china france german germany america india jordan canada mexico \
         israel ireland chad texas dallas houston denver phoenix chicago washington boston cleveland austin maryland cheyenne \
         carolina georgia virginia florida santa san los allegra tia helm sierra cruz record ping x xyz united states state \
         clinic hospital health street avenue order patient please thanks hello welcome",
        mark::NEVER_NAME,
    ),
    (
        "graves parkinson crohn hodgkin alzheimer asperger lyme addison cushing bell raynaud hashimoto babinski apgar glasgow charcot \
         romberg phalen tinel lachman mcmurray sjogren marfan huntington kaposi epstein barr foley crohns tourette meniere heimlich \
         trendelenburg wernicke korsakoff",
        mark::EPONYM,
    ),
    (
        "springs manor plaza heights hills valley beach city county village center centre hospital clinic memorial medical medicine \
         university college school pharmacy inc llc ltd corp corporation company institute foundation church hotel airport department \
         building office theatre theater stadium museum library island islands river mountain ridge district province bridge \
         boulevard blvd avenue ave road rd street parkway highway bakery cafe restaurant grill market store mall bank insurance harbor harbour anonymous barracks \
         urgent general regional",
        mark::TAIL,
    ),
    (
        "san santa saint st states christmas puerto costa los las el fort port mount mt lake cape new north south east west",
        mark::HEAD,
    ),
    (
        "disease syndrome palsy sign signs thyroiditis lymphoma tremor contracture fracture test maneuver cyst phenomenon tooth sarcoma \
         catheter esophagus oesophagus scale score chorea encephalopathy anemia reflex neuroma neuromas apple disorder",
        mark::DISEASE,
    ),
    (
        "rue via calle avenida av rua ul ulica piazza piazzetta corso viale camino paseo carrera carretera chemin strada trg rruga \
         bulevar quai largo travessa praca vicolo allee cours impasse avenue boulevard ruta ronda",
        mark::WAY,
    ),
    (
        "kingdom states zealand australia canada ireland scotland wales england france germany austria switzerland italy spain portugal \
         netherlands belgium luxembourg denmark sweden norway finland iceland greenland greenlander estonia latvia lithuania poland \
         czechia slovakia slovenia hungary romania bulgaria croatia serbia bosnia greece cyprus turkey russia ukraine india china japan \
         korea taiwan philippines vietnam thailand indonesia malaysia singapore brazil argentina chile peru uruguay colombia mexico \
         ecuador venezuela cuba jamaica haiti israel egypt morocco tunisia algeria nigeria ghana kenya usa uk",
        mark::COUNTRY,
    ),
    ("at arroba", mark::AT),
    (
        "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa quebec romeo \
         sierra tango uniform victor whiskey whisky xray yankee zulu",
        mark::ALPHABET,
    ),
    ("http https ftp www com net org edu gov io info app health", mark::LINK),
    ("po p postbox postfach rr psc unit apo fpo dpo", mark::BOX),
    ("apt apartment unit suite ste room rm floor fl flat", mark::DOOR),
    (
        "therapist psychologist psychiatrist counselor counsellor dentist surgeon physician pharmacist attorney colleague rn",
        mark::TRADE,
    ),
];

/// Slips that are more than one letter away.
pub(crate) const SLIPS: &[(&str, &str)] = &[
    ("license", "liscense lisence lisense liscence licens"),
    ("social", "sozial"),
    ("medical", "medicle"),
    ("insurance", "insurence"),
    ("address", "adress addres adres"),
];

/// Words of cues that are long enough to be known in spite of a slip.
pub(crate) const OFTEN_MISTYPED: &[&str] = &[
    "social",
    "security",
    "passport",
    "password",
    "passcode",
    "license",
    "licence",
    "driver",
    "drivers",
    "medical",
    "record",
    "number",
    "account",
    "routing",
    "checking",
    "insurance",
    "medicare",
    "medicaid",
    "member",
    "subscriber",
    "policy",
    "birth",
    "birthday",
    "telephone",
    "phone",
    "card",
    "name",
    "serial",
    "chart",
    "routing",
    "address",
];

/// The words of a mark's own lists.
pub(crate) fn marked(mark: u32) -> Vec<&'static str> {
    LISTS
        .iter()
        .filter(|(_, marks)| *marks == mark)
        .flat_map(|(list, _)| list.split_ascii_whitespace())
        .collect()
}

pub(crate) const VALUES: [(&[(&str, u16)], u32); 2] = [
    (
        &[
            ("january", 1),
            ("jan", 1),
            ("february", 2),
            ("feb", 2),
            ("march", 3),
            ("mar", 3),
            ("april", 4),
            ("apr", 4),
            ("may", 5),
            ("june", 6),
            ("jun", 6),
            ("july", 7),
            ("jul", 7),
            ("august", 8),
            ("aug", 8),
            ("september", 9),
            ("sep", 9),
            ("sept", 9),
            ("october", 10),
            ("oct", 10),
            ("november", 11),
            ("nov", 11),
            ("december", 12),
            ("dec", 12),
            ("enero", 1),
            ("febrero", 2),
            ("marzo", 3),
            ("abril", 4),
            ("mayo", 5),
            ("junio", 6),
            ("julio", 7),
            ("agosto", 8),
            ("septiembre", 9),
            ("octubre", 10),
            ("noviembre", 11),
            ("diciembre", 12),
            ("marz", 3),
        ],
        mark::MONTH,
    ),
    (
        &[
            ("zero", 10),
            ("oh", 10),
            ("one", 1),
            ("two", 2),
            ("three", 3),
            ("four", 4),
            ("five", 5),
            ("six", 6),
            ("seven", 7),
            ("eight", 8),
            ("nine", 9),
            ("cero", 10),
            ("uno", 1),
            ("dos", 2),
            ("tres", 3),
            ("cuatro", 4),
            ("cinco", 5),
            ("seis", 6),
            ("siete", 7),
            ("ocho", 8),
            ("nueve", 9),
        ],
        mark::NUMBER,
    ),
];
