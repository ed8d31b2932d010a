import { othersOf } from './person.ts'
import { capitalised } from './states.ts'

/**
 * How the sender wants to be answered from now on, "always answer in French"; instructions for
 * this turn alone are nothing.
 */
export function standingWish(said: string): string | null {
  const text = said.replace(polite, '').trim()
  const name = calling.exec(text)?.[1]
  if (name && !notCalled.test(name)) return `User wants to be called ${capitalised(name)}`
  const from =
    /^(?:from now on|from here on(?: out)?|going forward|in (?:the )?future|for all future (?:replies|answers|messages))[, ]+(?:please )?(?:always )?(.+)$/i.exec(
      text,
    )?.[1]
  if (from) return isFirstPerson.test(from) ? null : wish(from, ' from now on')
  const later =
    /^(.+?) (?:from now on|going forward|in (?:the )?future|in all (?:your )?(?:future )?(?:replies|answers|responses))$/i.exec(
      text,
    )?.[1]
  if (later && !isFirstPerson.test(later)) return wish(later, ' from now on')
  if (
    /^(?:always (?=\S{2,} \S)|whenever you|every time you|when(?:ever)? (?:you )?(?:reply|answer|respond)(?:ing)?)\b/i.test(
      text,
    )
  )
    return wish(text, '')
  // "Please use lists when explaining things": when it is so, is always.
  if (
    /^(?:use|give|keep|avoid|be|write|answer|skip|include|stick to) (?!(?:this|that|it|the)\b).+ when(?:ever)? (?:you are |you )?(?:explain|answer|reply|respond|talk|writ)(?:s|es|ing)?(?! (?:this|that|it|the|my|an?)\b)(?![\p{L}])/iu.test(
      text,
    )
  )
    return wish(text, '')
  if (/^never (?!mind|ever mind|say never|heard|been|had|eaten|tried|seen)/i.test(text))
    return wish(text, '')
  const ever = /^don't (?:you )?ever (.+)$/i.exec(text)?.[1]
  if (ever) return wish(`never ${ever}`, '')
  if (/^(?:keep|make) (?:all )?your (?:answers|replies|responses|messages)\b/i.test(text))
    return wish(text, '')
  const reminded =
    /^remember to (always |never )?((?:answer|reply|respond|use|write|call|address|speak|keep|avoid|be|include|format|cite|give)\b.+)$/i.exec(
      text,
    )
  return reminded ? wish(`${reminded[1] ?? ''}${reminded[2] ?? ''}`, '') : null
}

const polite =
  /^(?:(?:please|hey|hi|ok|okay|and|also|but|so|oh|btw|by the way|you can|you may|you should|could you|can you|would you|I (?:would like|want|need) you to|just|kindly|remember(?: that)?:?)[, ]+)+/i

const calling =
  /^(?:you (?:can|may|should) )?(?:please )?(?:just )?(?:call|address) me (?:as )?((?:(?:Dr|Mr|Mrs|Ms)\.? )?(?:\p{Lu}[\p{L}'’.-]*|\p{L}+)(?: \p{Lu}[\p{L}'’.-]*){0,2})(?: (?:from now on|please|instead|for short))?$/iu

const notCalled =
  /^(?:later|back|when|if|crazy|tomorrow|maybe|an?|on|at|in|by|after|today|tonight|now|asap|soon|mad|old|stupid)\b/i

const isFirstPerson = /^(?:I|my|we|our)\b/i

const wish = (text: string, since: string) =>
  `User wants the assistant to ${othersOf(
    text
      .replace(/^please /i, '')
      .replace(/,? (?:please|instead|thanks|thank you|even when .*|even if .*)(?= |$)/gi, '')
      .replace(/\byour (answers|replies|responses|messages)\b/gi, '$1')
      .replace(/\byou (reply|answer|respond|speak|write)\b/gi, 'it $1s')
      .replace(/\breplys\b/, 'replies'),
  )
    .replace(/^(?:be )/i, 'be ')
    .replace(/[.!]+$/, '')
    .replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())}${since}`
