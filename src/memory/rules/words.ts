import { stem } from '../../retrieval/stem.ts'

const little = new Set(
  `a an the is are was were be been am user users user's their theirs them they i my me we our of in at
  on to for with as by from and or but that this it its has have had does do did not so really very too
  also just now still currently named called who what where when about he she his her named new`
    .trim()
    .split(/\s+/),
)

const irregular: Record<string, string> = {
  ...{
    gf: 'girlfriend',
    bf: 'boyfriend',
    hubby: 'husband',
    puppy: 'dog',
    pup: 'dog',
    kitten: 'cat',
  },
  ...{ gran: 'grandmother', grandma: 'grandmother', nan: 'grandmother', grandpa: 'grandfather' },
  ...{ grandad: 'grandfather', bro: 'brother', sis: 'sister', flatmate: 'roommate' },
  kids: 'child',
  kid: 'child',
  children: 'child',
  mum: 'mom',
  mother: 'mom',
  father: 'dad',
  favourite: 'favorite',
  colour: 'color',
  job: 'work',
  employed: 'work',
  employer: 'work',
  died: 'die',
  lives: 'live',
  living: 'live',
  lived: 'live',
  moved: 'move',
  studied: 'study',
  studies: 'study',
  two: '2',
  three: '3',
  four: '4',
  one: '1',
}

/** The stems that carry the meaning of a fact, for comparing it with others. */
export function stemsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’+#.@-]*/gu) ?? []
  const plain = words.map((word) => word.replace(/['’]s$|[.'’-]+$/g, ''))
  return new Set(
    plain
      .filter((word) => word && !little.has(word))
      .map((word) => irregular[word] ?? stem(word, 'en')),
  )
}

/** The share of `some` that is in `all`; 0 of nothing. */
export function shareIn(some: ReadonlySet<string>, all: ReadonlySet<string>): number {
  if (some.size === 0) return 0
  return [...some].filter((one) => all.has(one)).length / some.size
}
