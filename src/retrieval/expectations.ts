/**
 * Whether a text holds what a question of this kind is mostly answered with, in English: a time for
 * "when", an amount for "how many", a person for "who". Null for questions that show no kind.
 */
export function expectedIn(question: string): ((text: string) => boolean) | null {
  const kind = kinds.find(({ asks }) => asks.test(question))
  return kind ? (text) => kind.holds.test(text) : null
}

const kinds: { asks: RegExp; holds: RegExp }[] = [
  {
    asks: /^\s*(?:when|how long ago|what (?:day|date|month|year|time))\b/i,
    holds:
      /\b(?:yesterday|today|tonight|tomorrow|ago|last|next|this (?:morning|week|month|year)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|week(?:end)?|month|year|january|february|march|april|june|july|august|september|october|november|december|spring|summer|autumn|winter|finally|just|recently|first time|in (?:19|20)\d\d)\b/i,
  },
  {
    asks: /^\s*how (?:many|much|long|old|often|far)\b/i,
    holds:
      /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|twice|once|couple|both|few|(?:year|month|week|day|hour|minute)s?)\b/i,
  },
  {
    asks: /^\s*(?:where|(?:in |to )?(?:which|what) (?:place|city|town|country|state))\b/i,
    holds: /\b(?:in|at|to|from|near|by|on) (?:the |a |an |my |our )?\p{L}/iu,
  },
  {
    asks: /^\s*(?:(?:with |to )?whom?|whose)\b/i,
    holds:
      /\b(?:my|our|friends?|family|mom|mum|dad|brother|sister|husband|wife|partner|colleagues?|kids?|cousin|neighbou?rs?)\b/i,
  },
]
