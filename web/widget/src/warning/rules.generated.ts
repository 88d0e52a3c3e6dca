// Written by build/warning_rules.js from docs/masking/patterns.json: change the rules there, then `make types`.

export interface WarningRule {
  rule: string;
  /** By default: hidden before it is stored, else in the transcript alone. */
  isHidden: boolean;
  pattern: RegExp;
  isChecked: boolean;
  /** Counts after one of its words alone. */
  needsCue: boolean;
  cue: RegExp | null;
}

export const RULES: readonly WarningRule[] = [
  {
    rule: 'card',
    isHidden: true,
    pattern: /\b[2-6]\d{3}[ .-]?(?:\d{4}[ .-]?\d{4}[ .-]?\d{4}|\d{6}[ .-]?\d{4,5})\b/g,
    isChecked: true,
    needsCue: false,
    cue: /\b(?:card|visa|mastercard|amex|pan|cc|tarjeta|discover|carte|kreditkarte)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
  {
    rule: 'iban',
    isHidden: true,
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    isChecked: true,
    needsCue: false,
    cue: /\b(?:iban)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
  {
    rule: 'ssn',
    isHidden: true,
    pattern: /\b\d{3}[ -]\d{2}[ -]\d{4}\b/g,
    isChecked: true,
    needsCue: false,
    cue: /\b(?:ssn|s\W+s\W+n|social\W+security|social|ss|soc\W+sec|social\W+sec|ss\W+num|ss\W+number|seguro\W+social)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
  {
    rule: 'itin',
    isHidden: true,
    pattern: /\b9\d{2}[ -]\d{2}[ -]\d{4}\b/g,
    isChecked: true,
    needsCue: false,
    cue: /\b(?:itin|tax\W+id|tax\W+number|taxpayer\W+id|taxpayer\W+number|tax\W+payer)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
  {
    rule: 'email',
    isHidden: false,
    pattern: /[A-Za-z0-9.!#$%*+_~^-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g,
    isChecked: false,
    needsCue: false,
    cue: null,
  },
  {
    rule: 'phone',
    isHidden: false,
    pattern: /(?:\+?1[ .-]?)?\(?\b[2-9]\d{2}\)?[ .-]?[2-9]\d{2}[ .-]?\d{4}\b/g,
    isChecked: true,
    needsCue: false,
    cue: /\b(?:phone|cell|call|tel|telefono|fax|mobile|text\W+me|reach\W+me\W+at|ph|answering\W+at|messages\W+to|desk|movil|celular|handy|telephone|telefon|my\W+number|mi\W+numero|llamame|llamar|whatsapp|pager|txt\W+me|reach\W+me\W+on|phn|call\W+me\W+back|call\W+me\W+back\W+on|call\W+me\W+back\W+at|call\W+back\W+at|call\W+me\W+at|contact\W+number|contact\W+num|phone\W+number|cel)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
  {
    rule: 'routing',
    isHidden: true,
    pattern: /\b\d{4}-?\d{4}-?\d\b/g,
    isChecked: true,
    needsCue: false,
    cue: /\b(?:routing|routing\W+transit|rtn|transit\W+number|aba|ruta|rounting|rooting\W+number)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
  {
    rule: 'bank_account',
    isHidden: true,
    pattern: /\b\d{6,17}\b/g,
    isChecked: false,
    needsCue: true,
    cue: /\b(?:checking\W+account|savings\W+account|bank\W+account|checking|savings|checking\W+acct|savings\W+acct|bank\W+acct|cuenta\W+bancaria|cuenta\W+de\W+banco|cuenta\W+de\W+cheques|cuenta\W+de\W+ahorros|direct\W+deposit|sort\W+code)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
  {
    rule: 'cvv',
    isHidden: true,
    pattern: /\b\d{3,4}\b/g,
    isChecked: false,
    needsCue: true,
    cue: /\b(?:cvv|cvc|ccv|csc|csv\W+code|security\W+code|security\W+code\W+on\W+the\W+back|cid|digits\W+on\W+the\W+back|code\W+on\W+the\W+back|code\W+on\W+back|number\W+on\W+the\W+back|digit\W+code|codigo\W+de\W+seguridad|codigo\W+de\W+atras|sec\W+code|verification\W+value)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
  {
    rule: 'passport',
    isHidden: true,
    pattern: /\b[A-Z]{0,2}\d{7,9}\b/g,
    isChecked: false,
    needsCue: true,
    cue: /\b(?:passport|pasaporte)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
  {
    rule: 'driver_license',
    isHidden: true,
    pattern: /\b[A-Z]{0,2}[ -]?\d{3,}(?:[ -]?\d{2,}){0,3}\b/g,
    isChecked: false,
    needsCue: true,
    cue: /\b(?:driver\W+s\W+license|drivers\W+license|driver\W+license|driver\W+s\W+licence|drivers\W+licence|driver\W+licence|driving\W+licence|driving\W+license|dl|license\W+number|drivers\W+lic|driver\W+s\W+lic|driver\W+lic|operator\W+license|operator\W+s\W+license|state\W+id|state\W+id\W+card|licencia\W+de\W+conducir|licencia\W+de\W+manejar|licencia)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i,
  },
];

/** What follows one of these words is left alone. */
export const BLOCK = /\b(?:order|invoice|ticket|tracking|lot|ndc|build|version|isbn|part|confirmation|ref|reference|claim|request|upc|ean|pi|coords|page|ratio|dose|case|inc|auth|rx|prescription|appointment|accession|parcel|package|shipment|cpt|icd|loinc|hcpcs)(?:\W+(?:is|was|it|its|s|number|no|num|nr|nbr|id|my|the|are|of|for|on|file|here|says|ends|this|to|as|es|numero|de|la|mi|a|still|new|in|current|please|code|que|be|would|um|uh|so|starts|ending|with|changed|now|first|half|second|he|she|her|his|reads|reading|bracelet|wristband)){0,7}\W*$/i;
