/**
 * JavaScript rounds integers of more than 53 bits, and ids of other systems are often larger. In
 * metadata, which goes back as it came, they travel as texts behind a mark, from the reading of
 * JSON to its writing.
 */
const mark = '\u0001integer:'

const mayRound = /\d{16}/
const number = /-?\d[\d.eE+-]*/y
const integer = /^-?[1-9]\d*$/

/** Like `JSON.parse`, with integers that it would round marked. */
export function parseExactly(json: string): unknown {
  const read: unknown = JSON.parse(json)
  return mayRound.test(json) ? JSON.parse(markIntegers(json)) : read
}

/** Texts are stepped over: the digits in them are no numbers. */
function markIntegers(json: string): string {
  const parts: string[] = []
  let told = 0
  for (let at = 0; at < json.length; at += 1) {
    if (json[at] === '"') {
      at = endOfText(json, at)
      continue
    }
    number.lastIndex = at
    const [found = ''] = number.exec(json) ?? []
    if (found === '') continue
    if (integer.test(found) && String(Number(found)) !== found) {
      parts.push(json.slice(told, at), JSON.stringify(mark + found))
      told = at + found.length
    }
    at += found.length - 1
  }
  return parts.join('') + json.slice(told)
}

function endOfText(json: string, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}

/** A quote behind a backslash begins no text. */
const written = /(?<!\\)"\\u0001integer:(-?[1-9]\d*)"/g

/** JSON text with marked integers as the numbers they are. */
export function writeExactly(json: string): string {
  return json.includes('"\\u0001integer:') ? json.replace(written, '$1') : json
}

/** A plain value as text, as it was before it was marked. */
export function toText(value: unknown): string {
  const text = String(value)
  return text.startsWith(mark) ? text.slice(mark.length) : text
}
