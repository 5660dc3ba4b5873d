const RealDate = Date;
let movedMs = 0;
const now = (): number => RealDate.now() + movedMs;

/** As if the clock of the machine were set: what goes by `Date` jumps, what goes by a monotonic clock does not. */
export function moveClock(ms: number): void {
  movedMs = ms;
}

globalThis.Date = new Proxy(RealDate, {
  construct: (real, moment, made) => Reflect.construct(real, moment.length === 0 ? [now()] : moment, made),
  get: (real, name) => (name === 'now' ? now : Reflect.get(real, name)),
});
