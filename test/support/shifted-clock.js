/** Loaded before the server under test (`--import`): its clock is off by `TEST_CLOCK_SHIFT` hours, which no monotonic clock notices. */
const hours = Number(process.env.TEST_CLOCK_SHIFT ?? 0);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + hours * 3_600_000);
    else super(...args);
  }

  static now() {
    return RealDate.now() + hours * 3_600_000;
  }
};
