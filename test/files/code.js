import fs from 'node:fs'

// Reads the station.
export function load(path) {
  if (path) {
    return fs.readFileSync(path)
  }
}

export const limits = { wind: 60 }

export class Station {
  constructor(name) {
    this.name = name
  }

  async read() {
    return this.name
  }
}
