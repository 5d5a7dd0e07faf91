const DAY_MS = 24 * 3_600_000;

/**
 * The same time of day so many business days later: Monday to Friday in UTC, whatever the feasts; those that begin on a weekend
 * begin with Monday. Platforms set such terms, and count no feasts of anybody.
 * @param days whole, at least 1.
 */
export function businessDaysAfter(from: Date, days: number): Date {
  let at = from.getTime();
  for (let left = days; left > 0;) {
    at += DAY_MS;
    const weekday = new Date(at).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return new Date(at);
}
