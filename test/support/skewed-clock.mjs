// node --import this: a machine whose clock is `SKEW_MS` wrong.
const skew = Number(process.env.SKEW_MS)
const RealDate = Date
const now = () => RealDate.now() + skew

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given))
  }

  static now() {
    return now()
  }
}
