/** Longer messages are pasted text more than speech; what comes first is read. */
const longestMessage = 20_000

/** Stands where a quotation of somebody's first person was. */
export const quotation = '§'

/**
 * The sender's own words: without code, logs, quoted lines, letters and transcripts, and with a
 * mark for each quotation that speaks in the first person.
 */
export function ownWords(message: string): string {
  const text = withoutFences(message.slice(0, longestMessage))
  const lines: string[] = []
  for (const line of text.split(/\r?\n/)) {
    if (letter.test(line)) break
    if (!isPasted(line)) lines.push(line.trim())
  }
  return withoutQuotations(lines.join('\n').replace(/[’‘`´]/g, "'"))
}

const letter = /^\s*(?:subject|from|to|cc|bcc|sent|betreff|von|an|objet|asunto|de)\s*:\s*\S/i

const code =
  /^\s*(?:(?:const|let|var) [\w{[][^.!?]*(?:=|;|$)|(?:async )?def \w+\s*\(|class \w+\s*[({:]|import (?:[\w{*][^!?]* from\b|[\w.]+;?$|["'])|from [\w.]+ import\b|(?:export |async )*function\b.*\(|return\b.*;\s*$|(?:public|private|protected) (?:static|void|class|int|string|final|async)\b|#include|SELECT\b|INSERT INTO|UPDATE \w+ SET|DELETE FROM|print(?:f|ln)?\(|console\.|(?:npm|git|sudo|curl|pip|docker) [a-z-]|\$ |\$[A-Z_]+|[{}[\]<"]|\/\/|#!|\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\[?(?:ERROR|WARN|INFO|DEBUG|TRACE|FATAL)\b)|[{};]\s*$|=>|\(\)\s*[:;{]?\s*$/

function isPasted(line: string) {
  const short = line.slice(0, 500)
  return /^\s*(?:>|\|)/.test(short) || isCode(short) || isTranscript(short)
}

const isCode = (line: string) => code.test(line) && !/^\s*"[^"{}:]*"\s*$/.test(line)

const labels =
  /^(?:me|i|user|note|fyi|note to self|ps|p\.s\.|nb|update|edit|correction|remember|reminder|fact|info|also|btw|by the way|about me|question|context|background|hi|hello|hey|first|second|one thing|important|for the record|yes|no|ok|okay|merke?|nota|remarque)$/i

/** "Alice: I live in Oslo" is what somebody else says. */
function isTranscript(line: string) {
  const label = /^\s*(\p{Lu}[\p{L}.'’-]{0,24}(?: \p{Lu}[\p{L}.'’-]{0,24}){0,2})\s*:\s/u.exec(
    line,
  )?.[1]
  return label !== undefined && !labels.test(label)
}

function withoutFences(text: string) {
  const parts = text.split('```')
  const open = parts.filter((_, at) => at % 2 === 0)
  return open.join('\n')
}

const quotes = [
  /"([^"\n]{3,600})"/g,
  /“([^”\n]{3,600})”/g,
  /«([^»\n]{3,600})»/g,
  /„([^“”\n]{3,600})[“”]/g,
  /(?<![\p{L}\p{N}])'([^'\n]{2,40}(?:'[a-z][^'\n]{0,200}){0,6})'(?![\p{L}\p{N}])/gu,
]

const firstPerson =
  /\b(?:i|i'?m|my|me|we|our|ich|mein|je|j'|mon|ma|yo|mi|soy|vivo|io|sono|eu|meu)\b/i

const withoutQuotations = (text: string) =>
  quotes.reduce(
    (rest, quote) =>
      rest.replace(quote, (whole, inner: string) => (firstPerson.test(inner) ? quotation : whole)),
    text,
  )
