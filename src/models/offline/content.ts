import { quotedIn } from './find-values.ts'
import { stem, wordsOf } from './words.ts'

/**
 * The message's own content without the command around it: "search for pasta" -> "pasta". Empty
 * when it is all command; a question that names nothing else is its own content.
 */
export function contentOf(message: string, toolWords: ReadonlySet<string>, used: string[]): string {
  const quoted = quotedIn(message)[0]?.value
  if (quoted) return quoted
  const saying = cue('saying|that says|which says|with the message|with the text', message)
  if (saying) return saying
  const after = /^[^:\n]{1,60}:\s+([\s\S]+)$/.exec(message)?.[1]
  if (after) return after.trim()
  const subject = /^\W*(?:wh|how|do|is|are|find|search|look|get|show|tell)/i.test(message)
    ? /\b(?:about|regarding)\s+([^?]+)/i.exec(message)?.[1]
    : undefined
  if (subject) return trimmed(withoutUsed(subject, used))
  const asked = message.replace(politeness, '').replace(question, '').trim()
  const bare = withoutCommand(asked, toolWords)
  const content = trimmed(withoutDestination(withoutUsed(bare, used), toolWords))
  return content === '' && /\?\s*$/.test(message) ? trimmed(message) : content
}

/** What a title or a subject is said to be: "called Groceries", "about the launch". */
export function titleOf(message: string): string | null {
  const words = 'titled|entitled|called|named|with the subject|subject|about|regarding'
  return cue(words, message)?.replace(/^["“']|["”']$/g, '') ?? null
}

const politeness =
  /^\W*(?:(?:hi|hello|hey|please|now|then|and|also|ok|okay)\b\W*|(?:can|could|would|will) you\b(?: please)?\s*|i(?:'d| would)? (?:want|need|like)(?: you)? to\s+|i (?:want|need)\s+)*/i

const commands =
  /^(?:search|look up|look|find|google|query|add|create|make|write|save|store|translate|remind|note|send|post|schedule|book|set up|set|draft|summari[sz]e|analy[sz]e|play|generate|draw|get|show|tell|fetch|list|give|put|email|message|remember|run|execute|check|log|record|open|start|calculate|compute)\b\s*/i

const question = /^(?:what|who|which|where|when|how)(?:['’]s| is| are| was| were)?\s+(?=\S+\s)/i

const links =
  /^(?:for|about|on|to|that|of|called|named|titled|saying|regarding|up|me|us|in|into|with|down)\b\s*/i
const determiners = /^(?:the|a|an|my|our|this|some|any|new)\b\s*/i

function cue(words: string, message: string) {
  const stop = String.raw`(?=\s+(?:with|saying|that says|tomorrow|today|tonight)\b|[,;\n]|[.!?](?:\s|$)|$)`
  const ends = words.startsWith('saying') ? '(?=$)' : stop
  const found = new RegExp(`\\b(?:${words})\\b:?\\s+([\\s\\S]+?)${ends}`, 'i').exec(message)?.[1]
  return found ? trimmed(found) : null
}

/** Takes off the verb, then the words which only name the tool, and what links them. */
function withoutCommand(message: string, toolWords: ReadonlySet<string>) {
  let rest = message.replace(commands, '')
  for (let before = ''; rest !== before; ) {
    before = rest
    rest = rest.replace(links, '')
    const noun = /^(?:(?:the|a|an|my|our|new)\s+)*([\p{L}]+)(?=$|[^\p{L}])\s*/iu.exec(rest)
    if (noun && toolWords.has(stem((noun[1] ?? '').toLowerCase())))
      rest = rest.slice(noun[0].length)
  }
  return rest.replace(determiners, '')
}

function withoutUsed(content: string, used: string[]) {
  return used.reduce((rest, value) => {
    const at = rest.toLowerCase().lastIndexOf(value.toLowerCase())
    if (value === '' || at < 0) return rest
    const before = rest
      .slice(0, at)
      .replace(/(?:^|\s)(?:due|at|on|by|for|in|into|to|from)\s*(?:the\s*)?$/i, '')
    return `${before}${rest.slice(at + value.length)}`
  }, content)
}

function withoutDestination(content: string, toolWords: ReadonlySet<string>) {
  const tail = /\s+(?:to|on|in|from|into)\s+(?:my|the|our)\s+([^,.]*)$/i.exec(
    content.replace(/[?.!\s]+$/, ''),
  )
  const words = wordsOf(tail?.[1] ?? '')
  if (!tail || words.length === 0 || !words.some((word) => toolWords.has(stem(word))))
    return content
  return content.slice(0, tail.index)
}

const trimmed = (text: string) =>
  text
    .replace(/[\s,.?!;:]+$/, '')
    .replace(/\s+please$/i, '')
    .replace(/^[\s,.:;]+/, '')
    .replace(/\s+/g, ' ')
