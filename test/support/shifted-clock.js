// Preloaded (`node --import`), it sets the clock of a process off by CLOCK_SHIFT milliseconds, as on a machine whose clock
// is wrong. The monotonic clock is as it was.
const shift = Number(process.env.CLOCK_SHIFT)
const RealDate = Date

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift)
    else super(...given)
  }

  static now() {
    return RealDate.now() + shift
  }
}
