import type { Sentence } from './sentences.ts'

/** One thing said; `asks` when it belongs to a question. */
export type Clause = { text: string; asks: boolean }

const mostClauses = 24

const joints =
  /(\s*[,;]\s*(?:(?:and|but|so|because|or|plus|yet|then|while|whereas|although|though|since)\s+)?|\s+[-–—]+\s+|\s*[—]\s*|\s+\(|\)\s*|\s*\.{2,}\s*|(?<!\b(?:sa(?:id|ys?)|told|asked|wrote|writes?|reads?|text|sentence|title|lyrics?|quotes?|line|error|message|sign|board|means?|blanks?|ideas?|tattoo|captions?|prompt|draft|subject|choose|check|slogan|motto|tweet|post|correct|grammar|poem|story|example|song|chorus|like|this|that|following|by)(?: \p{L}+){0,2}):\s+(?=(?:I|I'm|I've|my|we|our)\s)|\s+(?:and|but|so|because|cause|cuz|bc|although|though|while|whereas|plus|yet|&)\s+)/iu

const always =
  /^\s*(?:,\s*)?(?:but|so|because|cause|cuz|bc|although|though|whereas|yet)\s*$|^[;:()]|[-–—]/i

const auxiliaries = String.raw`(?:am|is|are|was|were|has|have|had|do|does|did|will|would|can|could|should|don't|doesn't|didn't|can't|won't|isn't|aren't)`

const openers = String.raw`(?:(?:and|but|so|also|now|then|well|actually|since|because|as|while|currently|recently|lately|yes|no|sorry|please|btw|by the way) )*`

/** "I …", "my sister …s", "she …": the start of a statement of its own. */
const subject = new RegExp(
  `^${openers}(?:(?:I|we|he|she|they|it|it's|everyone|everybody|nobody|somebody|someone|most people) (?:\\p{L}+)|(?:the )?(?:rent|salary|budget|deadline|meeting|flight|wedding|address|home|work|wife|husband|mum|mom|dad|boss|landlord|sister|brother|son|daughter|partner) (?:is|are|was|has|got|works?|lives|plays|hates|loves)(?![\\p{L}])|(?:the|this|that|these|those) (?:\\p{L}+ ){1,2}?(?:is|are|was|were|has|had|keeps?|won't|can't|doesn't|makes|says|wants|needs)(?![\\p{L}])|(?:my|our|his|her|their) (?:[^ ]+ ){1,4}?(?:${auxiliaries}|(?:\\p{L}{3,}s|lived|moved|died|passed|got|works?|goes|named|called))(?![\\p{L}]))`,
  'iu',
)

const question = new RegExp(
  `^${openers}(?:what|who|where|when|why|how|which|whose|any|is|are|am|was|were|do|does|did|can|could|should|would|will|have|has|remember|right|ok|okay|correct|you know)(?![\\p{L}'])`,
  'iu',
)

const asking =
  /^(?:please |kindly )?(?:(?:can|could|would|will) (?:you|u|we|I)|what|where|who|how|why|which|suggest|recommend|give me|tell me|show me|help me|find|write|explain|make|create|list|forget|remember|don't forget|call me|plan|need|any|ideas|always|never|from now on|just call me|(?:cancel|redo|drop|put|keep|leave|swap|replace|skip|add|update|change|draft|use|pick|name|prove|stick|avoid|include|remove|translate|turn|go easy)(?= (?:the|my|it|this|that|a|an|me|some|us|with|to|in)\b))\b/i

/** Verbs that go on about the same subject after "and": "and work at …", "and loves sailing". */
const shared =
  /^(?:also |now |currently |really |just |then |usually |always |never |mostly |mainly |recently |finally )*(?:am|live|work|love|like|hate|enjoy|prefer|have|study|speak|drive|own|teach|run|use|drink|eat|avoid|keep|play|take|want|look after|look|struggle|cramp|suffer|wake|sing|cycle|commute|volunteer|coach|garden|knit|bake|cook|hike|don't|can't|moved|started|joined|bought|left|got|became|adopted|sold|quit|swim|surf|collect|write|lives?|works?|loves|likes|hates|enjoys|prefers|has|studies|speaks|drives|owns|teaches|runs|plays|wants|is|doesn't|was|went|graduated|grew|stopped|retired|switched)(?= \S)/i

const noSharing = /\bto \p{L}+(?: \p{L}+)?$|\b(?:love|like|enjoy|hate|prefer)s? to\b/iu

/** Splits where a new subject, a question or a second verb begins; lists stay whole. */
export function clausesOf({ text, asks }: Sentence): Clause[] {
  const parts = asks ? withTail(text.split(joints)) : text.split(joints)
  const clauses: { text: string; tail: boolean }[] = []
  let subjectOf = ''
  for (let at = 0; at < parts.length && clauses.length < mostClauses; at += 2) {
    const part = parts[at] ?? ''
    const joint = parts[at - 1] ?? ''
    const last = clauses.at(-1)
    if (!last) {
      clauses.push({ text: part, tail: false })
    } else if (/^\p{Lu}[\p{L}'’-]*$/u.test(last.text) && /^I /.test(part)) {
      last.text += `${joint}${part}`
    } else if (
      subjectOf === 'I' &&
      /^(?:always|never) /i.test(part) &&
      /\b(?:and|but)\s*$/i.test(joint)
    ) {
      clauses.push({ text: `I ${part}`, tail: false })
    } else if (!asks && /\b(?:and|but)\s*$/i.test(joint) && subjectOf && linking.test(part)) {
      clauses.push({ text: `${subjectOf} ${part}`, tail: false })
    } else if (subject.test(part) || question.test(part) || asking.test(part)) {
      clauses.push({ text: part, tail: false })
    } else if (
      shared.test(part) &&
      subjectOf &&
      !/\b(?:so|because)\s*$/i.test(joint) &&
      !noSharing.test(last.text)
    ) {
      clauses.push({ text: `${subjectOf} ${part}`, tail: false })
    } else if (subjectOf === 'I' && doing.test(part) && eventful.test(last.text)) {
      clauses.push({ text: `I am ${part}`, tail: false })
    } else if (always.test(joint)) {
      clauses.push({ text: part, tail: false })
    } else {
      last.text += joint.startsWith(' (') || joint.startsWith(')') ? ` ${part}` : `${joint}${part}`
    }
    subjectOf = sharedSubject(clauses.at(-1)?.text ?? '') || subjectOf
  }
  return clauses.map(({ text: said }, at) => ({
    text: said.replace(/^[\s,]+|[\s,:-]+$/g, ''),
    asks: (asks && at === clauses.length - 1) || (question.test(said) && asks),
  }))
}

/** "…, quick dinners?": what follows the last comma of a statement is what is asked. */
function withTail(parts: string[]) {
  const [last = '', joint = ''] = [parts.at(-1), parts.at(-2)]
  const [first = ''] = parts
  const telling =
    !question.test(first) &&
    !asking.test(first) &&
    parts.slice(0, -2).join('').split(' ').length > 2
  if (!telling || !/^\s*[,;–—-]+\s*$/.test(joint) || last.split(' ').length > 6) return parts
  return [...parts.slice(0, -2), ' - ', `any ${last}`]
}

/** What the speaker did, without a subject: "sold the car, got a bike". */
const eventful =
  /^(?:(?:I|we) )?(?:just |finally |recently |have )*(?:got|passed|bought|adopted|moved|started|quit|sold|lost my|finished|gave up|retired|graduated|became|joined|switched|ditched|binned|left) /i

/** "… is 90 and was a cook": what a question begins with too. */
const linking = /^(?:is|was|has|had|can|will) (?!(?:it|that|this|there|he|she|I|you|we|they)\b)\S/

const doing =
  /^(?:now |currently )?(?:learning|studying|training|working|living|moving|saving|starting|playing|teaching|doing) /i

/** Who goes on in "…, and works at …": the one spoken of before. */
function sharedSubject(clause: string) {
  if (/^(?:[^ ]+ ){0,4}?(?:I|we)\b/i.test(clause)) return 'I'
  if (eventful.test(clause)) return 'I'
  const other = /^(?:[^ ]+ ){0,2}?(?:my|our|his|her|their|he|she|they)\b/i.test(clause)
  return other ? 'they' : ''
}
