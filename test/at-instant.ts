/** For a process of its own (`--import`): its clock goes on from the instant that START_INSTANT names. */
const RealDate = Date;
const shift = RealDate.parse(process.env['START_INSTANT'] ?? '') - RealDate.now();

class ShiftedDate extends RealDate {
  constructor(...time: [] | [string | number | Date]) {
    if (time.length === 0) super(RealDate.now() + shift);
    else super(...time);
  }
  static override now(): number {
    return RealDate.now() + shift;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
