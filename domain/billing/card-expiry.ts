/** Days before a card's last day on which it is told, the first first. */
export const CARD_STEPS_DAYS = [30, 7, 0] as const;
export type CardStep = (typeof CARD_STEPS_DAYS)[number];

export interface CardDates {
  readonly expMonth: number;
  readonly expYear: number;
}

/** Who has not been charged a month after it ended has been told so by a failed payment, or the network knows a newer date. */
const OVER_SINCE_DAYS = 31;
const DAY_MS = 86_400_000;

/** The step that is due then, by days in UTC: the latest that has come. Undefined: none has, or all are long past. */
export function dueCardStep({ expMonth, expYear }: CardDates, at: Date): CardStep | undefined {
  const lastDayMs = Date.UTC(expYear, expMonth, 0);
  const daysLeft = (lastDayMs - Math.floor(at.getTime() / DAY_MS) * DAY_MS) / DAY_MS;
  if (daysLeft < -OVER_SINCE_DAYS) return undefined;
  return CARD_STEPS_DAYS.findLast((step) => daysLeft <= step);
}

/** Which expiry, and which step of it: `2027-03:30`. A card that is renewed has another one. */
export function cardPeriod({ expMonth, expYear }: CardDates, step: CardStep): string {
  return `${expYear}-${String(expMonth).padStart(2, '0')}:${step}`;
}

/** Months of expiry in which a card may be due then: the first and the last, as year × 12 + month. */
export function monthsDue(at: Date): { readonly first: number; readonly last: number } {
  const monthOf = (ms: number) => new Date(ms).getUTCFullYear() * 12 + new Date(ms).getUTCMonth() + 1;
  return { first: monthOf(at.getTime() - 32 * DAY_MS), last: monthOf(at.getTime() + 31 * DAY_MS) };
}
