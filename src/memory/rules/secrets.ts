/**
 * Whether a text holds what must never be kept: a password, key, token, PIN, card or account
 * number, a private key, a seed phrase. Talking about one ("a password manager") is fine.
 */
export function holdsSecret(text: string): boolean {
  const plain = text.slice(0, longest).normalize('NFKC')
  return (
    shapes.some((shape) => shape.test(plain)) ||
    saysSecret(plain) ||
    holdsCard(plain) ||
    holdsIban(plain) ||
    holdsToken(plain)
  )
}

/**
 * A sentence without the parts that hold a secret, so that what stands beside it can be kept; empty
 * when the secret is one of many words, whose end nobody can tell.
 */
export function withoutSecrets(text: string): string {
  if (!holdsSecret(text)) return text
  if (wordy.test(text)) return ''
  const left = text
    .split(seams)
    .filter((part) => !holdsSecret(part))
    .join(', ')
  return holdsSecret(left) ? '' : left
}

const wordy = /\b(?:phrases?|passphrases?|mnemonics?|recovery|seed|private key)\b/i

/** Where one part ends and another may begin. */
const seams =
  /\s*[,;()]\s+|\s*[;()—]\s*|\s+[-–]\s+|\s+(?:and|but|so|because|while|since|when|after|before|until|where|lol|btw|in case|und|et|pero|mais|aber)\s+(?=\S)|(?<=\S)\s+(?=(?:I|i|I'm|i'm|im) (?:am|live|work|love|have|use)\b)/

const longest = 70_000

/** Published formats of credentials, each with a prefix or a layout of its own. */
const shapes = [
  /-----BEGIN [A-Z ]{0,30}(?:PRIVATE KEY|CERTIFICATE)/,
  /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or|svcacct)?[-_]?[A-Za-z0-9_-]{16,}/,
  /\b(?:ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|hf|npm|pypi|dop_v1|shpat|espr)[-_][A-Za-z0-9_-]{10,}/,
  /\b(?:AKIA|ASIA|AIza|ya29\.)[A-Za-z0-9_-]{12,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/,
  /\b(?!000|666|9\d\d)\d{3}-\d{2}-\d{4}\b/,
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,80}:[^\s/@]{1,80}@/i,
  /\bbearer\s+[A-Za-z0-9._~+/=-]{16,}/i,
]

const things = [
  'pass ?words?|pw|pass ?codes?|pass ?keys?|code ?words?|pass ?phrases?|pwd|passwd|p\\.?i\\.?n\\.?(?: code| number)?|cvv2?|cvc',
  'security codes?|access codes?|api[ -]?keys?|secret(?: access)?[ -]?keys?|client secrets?|secrets?',
  'private keys?|encryption keys?|ssh keys?|(?:access|auth|api|bearer|refresh|session)?[ -]?tokens?',
  'seed phrases?|recovery (?:phrases?|codes?|keys?)|mnemonics?|credentials|otp|one[- ]time codes?',
  '(?:credit|debit|bank) ?cards?(?: numbers?)?|card numbers?|(?:bank )?account numbers?',
  'routing numbers?|sort codes?|social security(?: numbers?)?|ssn|tax (?:id|number)s?|iban',
  'passport numbers?|login code|2fa codes?|(?:door|alarm|gate|safe|vault|lock|locker|garage|entry|building|backup|key ?box|lockbox) (?:codes?|combinations?|combos?|pins?)',
  'passwort|kennwort|geheimzahl|mot de passe|code secret|contraseñas?|clave|parola d.ordine|senha',
].join('|')

/** A named secret and then its value: after "is", a colon, an equals sign, or straight on. */
const said = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${things})(?![\\p{L}\\p{N}])(?:\\s+(?:for|to|of|at|on)(?:\\s+[^\\s,:=]{1,30}){1,4}?)?\\s*(?:is now|is|was|are|=|:|ist|est|es|è|é|changed to|set to|->)\\s*[:=]?\\s*["'\`]?([^\\s"'\`]+)(.{0,60})`,
  'giu',
)
const straightOn = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${things})(?![\\p{L}\\p{N}])\\s+(?:number\\s+)?["'\`]?(?=[^\\s]*\\d)[^\\s]{3,}`,
  'iu',
)

/** What follows "my password is" without being one. */
const harmless =
  /^(?:a|an|the|not|no|too|very|so|really|always|never|still|being|expired?|expiring|wrong|incorrect|invalid|weak|strong|safe|secure|secret|private|lost|stolen|missing|required|needed|stored|saved|kept|managed|reset|changed|broken|working|important|hard|easy|short|long|old|used|for|in|on|by|what|where|when|how|something|missing|due|good|bad|fun|cool|about|to|up|out|part)[.,!?;]*$/i

function saysSecret(text: string) {
  if (straightOn.test(text)) return true
  for (const [, value = ''] of text.matchAll(said)) {
    if (!harmless.test(value)) return true
  }
  return false
}

function holdsCard(text: string) {
  for (const [found] of text.matchAll(/(?<![\d.])\d(?:[ -]?\d){12,18}(?!\d)/g)) {
    const digits = found.replace(/\D/g, '')
    if (/^[2-6]/.test(digits) && passesLuhn(digits)) return true
  }
  return false
}

function passesLuhn(digits: string) {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** ISO 13616: country, check digits, and the whole leaves 1 when divided by 97. */
function holdsIban(text: string) {
  for (const [found] of text.matchAll(
    /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
  )) {
    const code = found.replace(/ /g, '')
    const turned = `${code.slice(4)}${code.slice(0, 4)}`
    let rest = 0
    for (const sign of turned) {
      const value = Number.parseInt(sign, 36)
      rest = (rest * (value > 9 ? 100 : 10) + value) % 97
    }
    if (rest === 1) return true
  }
  return false
}

/** A long unbroken run of mixed letters and digits is a key of some kind; an id in hex may not be. */
function holdsToken(text: string) {
  for (const [found] of text.matchAll(/[A-Za-z0-9+/_-]{28,200}={0,2}/g)) {
    const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(found)).length
    const changes = found.match(/[a-zA-Z]\d|\d[a-zA-Z]|[a-z][A-Z]/g)?.length ?? 0
    if (kinds === 3 && changes >= 6 && !uuid.test(found)) return true
  }
  return false
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
