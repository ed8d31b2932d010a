import { lastingThings, passingThings } from './nouns.ts'
import { inflected, othersOf, thirdPerson } from './person.ts'
import {
  adverb,
  idioms,
  intransitive,
  lastingVerbs,
  momentaryVerbs,
  onlyWith,
  pastForms,
  refusable,
} from './verbs.ts'

/** What points at the talk itself, so that nothing said of it lasts. */
export const pointing =
  /^(?:it|this|that|these|those|you|your|him|her|them|u|what|how|when|where|why|whether|which|if|nothing|something|everything|anything|so|not|(?:one|some|any|all|most|both|none) of (?:these|those|this|that|it|them)|the (?:\p{L}+ )?(?:first|second|third|last|next|other|option|answer|idea|way|version|style|sound|look|result|response|example|explanation|code|output|previous|above|following|one|same|suggestions?|question|fact|point|part|thing|approach|rest|feature|design|color scheme|reply|tone|joke|for))(?![\p{L}])/iu

/** What the speaker never does, cannot or does not do. */
export function refusal(text: string): string[] {
  const [no = '', ...rest] = text
    .split(' ')
    .filter(
      (word, at) =>
        at === 0 ||
        !/^(?:really|ever|actually|much|even|also|generally|usually|normally|typically|particularly|necessarily)$/i.test(
          word,
        ),
    )
  const [verb = '', ...object] = rest
  const about = object.join(' ')
  const named = about.replace(kindOf, '')
  if (!refusable.test(verb) || pointing.test(named)) return []
  if (/^didn't$/i.test(no)) return []
  if (
    /^(?:want|have|do|go|see|trust|miss|bring|take|use|read|play)$/i.test(verb) &&
    !refused(verb, about) &&
    !(/^can't$/i.test(no) && /^have$/i.test(verb))
  )
    return []
  const told = othersOf(`${verb === '' ? '' : ` ${verb}`}${about ? ` ${about}` : ''}`)
  if (/^(?:don't|do)$/i.test(no)) return [`doesn't${told}`]
  return /^can|^could/i.test(no)
    ? [`${no.toLowerCase()}${told}`]
    : [`${no.toLowerCase()} ${inflected(verb)}${about ? ` ${othersOf(about)}` : ''}`]
}

/** "Anything with sesame" is not anything. */
const kindOf =
  /^(?:anything|food|things) (?:with|containing|made (?:with|from|of)) (?!(?:this|that|it|these|my|the)\b)/i

function refused(verb: string, about: string) {
  if (/^have$/i.test(verb))
    return lastingThings.test(about.replace(/^(?:any|a|an) /i, '')) && !passingThings.test(about)
  if (/^want$/i.test(verb))
    return /^(?:kids|children|to have (?:kids|children)|to (?:learn|become|move|visit|get married|study|travel|run|quit|work)|a (?:family|dog|cat))\b/i.test(
      about,
    )
  if (/^go$/i.test(verb))
    return /^to (?:the gym|church|school|bars|clubs|parties|mosque|temple|the cinema|the dentist)|^out\b/i.test(
      about,
    )
  return !/^(?:the|a|an|my)\b/i.test(about) && about !== ''
}

/** The present tense of a lasting verb, or of any verb said to come round: "juggle every day". */
export function habit(text: string): string[] | null {
  const words = text.split(' ')
  const at = words.findIndex((word) => !adverb.test(word))
  const verb = (words[at] ?? '').toLowerCase()
  const object = words.slice(at + 1).join(' ')
  const told = thirdPerson(text)
  if (pointing.test(object) && !/^(?:live|work|call)$/.test(verb)) return []
  if (object === '') return intransitive.test(verb) ? [told] : []
  const clause = words.slice(at).join(' ')
  const only = Object.hasOwn(onlyWith, verb) ? onlyWith[verb] : undefined
  if (only) return only.test(clause) ? [told] : []
  if (lastingVerbs.has(verb)) return idioms.test(clause) ? [] : [told]
  const often = words
    .slice(0, at)
    .some((word) =>
      /^(?:usually|always|often|mostly|mainly|rarely|normally|typically|generally|regularly|never|seldom)$/i.test(
        word,
      ),
    )
  const recurs =
    /\b(?:every (?!time)|each|once a|twice a|\w+ times a|on (?:mon|tues|wednes|thurs|fri|satur|sun)days|on weekends|daily|weekly|as a hobby|for a living|professionally)\b/i
  const isVerb =
    /^\p{Ll}{3,}$/u.test(verb) &&
    !/(?:ed|ing|ly|ss)$/.test(verb) &&
    !momentaryVerbs.has(verb) &&
    !pastForms.has(verb)
  return isVerb && (often || recurs.test(clause) || habitual.test(object)) ? [told] : []
}

/** Objects that make of any verb in the present what is done for long. */
const habitual =
  /^(?:(?:my|our) (?:own |\p{L}+ )?(?:kids|children|daughters?|sons?|parents?|mother|father|mum|mom|dad|grand\p{L}+|hair|bread|food|vegetables|clothes|furniture|garden|dogs?|cats?|horses?)|(?:as|for) (?:an? |the )?\p{L}+|(?:(?:old|vintage|antique|used|wild|local|amateur|youth|junior|classic|home-?made) )?\p{L}{3,}s(?:$| (?:for|in|at|on|with|and)\b))(?![\p{L}])/iu
