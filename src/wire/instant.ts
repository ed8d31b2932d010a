const isoDate =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?(z|[+-]\d\d(?::?\d\d)?)?)?$/i

/** An ISO 8601 date, with or without time and zone, as clients write one; null for what is none. */
export function toInstant(text: string): Date | null {
  // Without a zone the hosted service means UTC; Date would mean the machine's own.
  const [, day, time = '00:00', zone = 'Z'] = isoDate.exec(text.trim()) ?? []
  const offset =
    zone.length === 1 ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`
  const at = new Date(`${day}T${time.replace(',', '.')}${offset}`)
  // A year of other than four digits is no date, or another one, to Postgres and to clients.
  const year = at.getUTCFullYear()
  return year >= 1_000 && year <= 9_999 ? at : null
}
