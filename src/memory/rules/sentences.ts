/** A sentence without its closing marks, and whether it asks. */
export type Sentence = { text: string; asks: boolean }

const mostSentences = 120
const longestSentence = 600

const abbreviations =
  /(?:^|[\s(])(?:mr|mrs|ms|dr|prof|st|jr|sr|vs|etc|e\.g|i\.e|u\.s|u\.k|a\.m|p\.m|approx|no|inc|ltd|\p{L})$/iu

/** What only announces a statement: "Quick note:", "Some context -". */
const label =
  /^\s*(?:(?:a|an|some|quick|short|small|little|one|just|more|important|side|life) ){0,2}(?:note|context|background|update|info|information|news|reminder|heads[- ]up|fact|thing)(?: (?:about me|to self|for you))?\s*(?::|-|–|—)\s+/i

/** "Quick one: I …", "Note to self for you: my …". */
const framed =
  /^[\p{L}' ]{0,20}\b(?:one|note|thing|story|context|situation|background|setup|problem|update|self|news|question|short|q)\b[\p{L} ]{0,12}:\s+(?=(?:I|I'm|i|i'm|im|my|My|we|We|our)\b)/u

/** In their order; one that is too long to be speech is cut. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = []
  for (const line of text.split('\n')) {
    let from = 0
    for (const { index, 0: marks } of line.matchAll(/[.!?…。！？]+(?=\s|$)/g)) {
      if (sentences.length >= mostSentences) return sentences
      const body = line.slice(from, index)
      if (marks === '.' && abbreviations.test(body.slice(-8)) && index + 1 < line.length) continue
      push(sentences, body, /[?？]/.test(marks))
      from = index + marks.length
    }
    push(sentences, line.slice(from), false)
  }
  return sentences.slice(0, mostSentences)
}

function push(sentences: Sentence[], body: string, asks: boolean) {
  const text = body
    .slice(0, longestSentence)
    .replace(label, '')
    .replace(framed, '')
    .replace(/^\p{Lu}\p{L}+ (?:here|speaking)(?: again)?[,!]\s+/u, '')
    .replace(/^[\s¿¡*•–—·-]+|[\s]+$/g, '')
    // A face between two statements is a full stop.
    .replace(/\s*\p{Extended_Pictographic}\u{FE0F}?\s*(?=(?:I|I'm|im|i've|my|we|our)\s)/giu, '; ')
    .replace(/\s*(?:\p{Extended_Pictographic}|\u{FE0F}|:[)D(P]|<3)\s*/gu, ' ')
    .trim()
  if (/[\p{L}\p{N}]/u.test(text)) sentences.push({ text, asks })
}
