/** One environment variable: what it is for, and how its text becomes a value. */
export type Variable<T> = {
  about: string
  fallback: string
  allowed: string
  parse: (text: string) => T | undefined
}

export const text = (about: string, fallback = ''): Variable<string> => ({
  about,
  fallback,
  allowed: 'any text',
  parse: (value) => value,
})

export const shaped = (about: string, allowed: string, shape: RegExp): Variable<string> => ({
  about,
  fallback: '',
  allowed,
  parse: (value) => (value === '' || shape.test(value) ? value : undefined),
})

export const url = (about: string, ...schemes: string[]): Variable<string> => ({
  about,
  fallback: '',
  allowed: `a URL starting with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  parse: (value) =>
    value === '' || (URL.canParse(value) && schemes.some((s) => value.startsWith(`${s}://`)))
      ? value
      : undefined,
})

export const oneOf = <const T extends string>(
  about: string,
  fallback: T,
  ...values: T[]
): Variable<T> => ({
  about,
  fallback,
  allowed: values.join(', '),
  parse: (value) => values.find((one) => one === value.toLowerCase()),
})

export const whole = (
  about: string,
  fallback: number,
  min: number,
  max: number,
): Variable<number> => ({
  about,
  fallback: String(fallback),
  allowed: `a whole number from ${min} to ${max}`,
  parse: (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
    return number >= min && number <= max ? number : undefined
  },
})

export const flag = (about: string, fallback: boolean): Variable<boolean> => ({
  about,
  fallback: String(fallback),
  allowed: 'true, false',
  parse: (value) => ({ true: true, '1': true, false: false, '0': false })[value.toLowerCase()],
})

/** `groq=2,*=32`: a number for each provider, and one for the others. */
export const perProvider = (about: string): Variable<Readonly<Record<string, number>>> => ({
  about: `${about}, as groq=2,*=32; empty is without bound.`,
  fallback: '',
  allowed: 'pairs of a provider, or *, and a whole number from 1, separated by commas',
  parse: (value) => {
    const pairs = value.split(',').flatMap((pair) => (pair.trim() === '' ? [] : [pair.split('=')]))
    const numbers = pairs.map(([name = '', number = '']) => [name.trim(), Number(number)] as const)
    const fine = numbers.every(
      ([name, number]) => name !== '' && Number.isSafeInteger(number) && number > 0,
    )
    return fine ? Object.fromEntries(numbers) : undefined
  },
})
