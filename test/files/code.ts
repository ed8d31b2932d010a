export type Reading = { wind: number }

export interface Source {
  read(): Promise<Reading>
}

/** The middle of all readings. */
export async function middle(readings: Reading[]): Promise<number> {
  return readings.length
}
