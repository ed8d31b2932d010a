import { animals, people } from './nouns.ts'
import { capitalised } from './states.ts'

/** What is known while the clauses of one turn are read, in order. */
export type Reading = {
  at: Date
  /** A greeting came first, so "I am jessica" names. */
  greets: boolean
  /** Who "she" and "it" are: "User's sister Maria". */
  spoken: string | null
  /** Who a name is: "maria" -> "User's sister Maria". */
  names: Map<string, string>
  /** What of the user's is known to have a time: "meeting". */
  plans: ReadonlySet<string>
  /** The sender asked for it to be kept. */
  explicit: boolean
  /** The sentence takes back what was said before. */
  corrected: boolean
}

/** From here on "she" and the name are this one. */
export function meet(reading: Reading, who: string, said: string) {
  const name = /^(?:(?:mr|mrs|ms|dr|prof)\.? )?\p{L}[\p{L}'’-]*/iu.exec(said)?.[0] ?? ''
  if (name === '') return
  reading.spoken = `${who} ${capitalised(name)}`
  reading.names.set(name.toLowerCase(), reading.spoken)
}

const named = new RegExp(`\\b(${people}|${animals}),? (?:named|called) (\\p{Lu}[\\p{L}'’-]*)`, 'u')

/** Meets whoever is had: "a sister called Eva". */
export function meetHad(reading: Reading, object: string) {
  const [, role, name] = named.exec(object) ?? []
  if (role && name) meet(reading, `User's ${role}`, name)
  else {
    const [alone] = new RegExp(`(?<![\\p{L}])(?:${people}|${animals})$`, 'u').exec(object) ?? []
    if (alone) reading.spoken = `User's ${alone}`
  }
}
