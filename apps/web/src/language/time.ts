import { useMemo, useSyncExternalStore } from 'react';
import { useIntl } from 'react-intl';
import { useT } from './language';

const MINUTE = 60_000;
const STEP_MS = 10_000;

/** One timer for all clocks on the page; it stands still while nobody looks. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now(); // it stood still until now
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, STEP_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time of day, new every ten seconds. Milliseconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** Parts of a wait: what is said of it depends on how long it is. */
export type WaitParts =
  | { readonly unit: 'moment' }
  | { readonly unit: 'minutes'; readonly minutes: number }
  | { readonly unit: 'hours'; readonly hours: number; readonly minutes: string }
  | { readonly unit: 'days'; readonly days: number; readonly hours: number };

/** Milliseconds as people say them: 12 min, 3 h 05, 2 d 4 h. Never 190 min. */
export function waitParts(elapsed: number): WaitParts {
  const minutes = Math.floor(Math.max(0, elapsed) / MINUTE);
  if (minutes < 1) return { unit: 'moment' };
  if (minutes < 60) return { unit: 'minutes', minutes };
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return { unit: 'hours', hours, minutes: String(minutes % 60).padStart(2, '0') };
  return { unit: 'days', days: Math.floor(hours / 24), hours: hours % 24 };
}

/** Times in the viewer's language and time zone. */
export function useTimes() {
  const intl = useIntl();
  const t = useT();
  return useMemo(() => {
    const time = (instant: string | number | Date) => {
      const at = new Date(instant);
      const minute = String(at.getMinutes()).padStart(2, '0');
      const clock = intl.formatTime(at, { hour: 'numeric', minute: '2-digit' });
      return t('time.clock', { time: clock, hour: at.getHours(), minute });
    };
    const day = (instant: string | number | Date) => intl.formatDate(instant, { day: 'numeric', month: 'short' });
    return {
      /** 14:02 */
      time,
      /** 14:02 today, 11 Apr, 14:02 on other days; alone. */
      stamp: (instant: string, today: number) =>
        t(sameDay(instant, today) ? 'time.clockOnly' : 'time.dayAndTime', { day: day(instant), time: time(instant) }),
      /** The same inside a sentence that says when something happened: "answered {time}". */
      when: (instant: string, today: number) =>
        t(sameDay(instant, today) ? 'time.atClock' : 'time.atDay', { day: day(instant), time: time(instant) }),
      /** The same after "since". */
      since: (instant: string, today: number) =>
        t(sameDay(instant, today) ? 'time.clockOnly' : 'time.atDay', { day: day(instant), time: time(instant) }),
      /** Complete, with time zone: for tooltips. */
      full: (instant: string) => intl.formatDate(instant, { dateStyle: 'full', timeStyle: 'long' }),
      /** Heading of a day in a conversation. */
      day: (instant: string, today: number) => {
        const days = Math.round((startOfDay(today) - startOfDay(Date.parse(instant))) / 86_400_000);
        if (days === 0) return t('time.today');
        if (days === 1) return t('time.yesterday');
        return intl.formatDate(instant, { weekday: 'long', day: 'numeric', month: 'long' });
      },
      /** 3 h 10 */
      wait: (since: string, at: number) => {
        const parts = waitParts(at - Date.parse(since));
        return t(`wait.${parts.unit}`, { ...parts });
      },
      /** The same, until something ends. */
      left: (until: string, at: number) => {
        const parts = waitParts(Date.parse(until) - at);
        return t(`wait.${parts.unit}`, { ...parts });
      },
      /** Fri 9:00: a time in the days to come. */
      weekday: (instant: string) =>
        t('time.weekday', { day: intl.formatDate(instant, { weekday: 'short' }), time: time(instant) }),
      bytes: (size: number) => {
        if (size < 1024) return t('size.bytes', { n: size });
        if (size < 1024 ** 2) return t('size.kilobytes', { n: intl.formatNumber(Math.round(size / 1024)) });
        return t('size.megabytes', { n: intl.formatNumber(size / 1024 ** 2, { maximumFractionDigits: 1 }) });
      },
      language: (tag: string) => languageName(intl.locale, tag),
      number: (n: number) => intl.formatNumber(n),
      /** $1.23; parts of a cent only where there is no more. */
      dollars: (n: number) =>
        intl.formatNumber(n, {
          style: 'currency',
          currency: 'USD',
          currencyDisplay: 'narrowSymbol',
          maximumFractionDigits: n > 0 && n < 0.1 ? 3 : 2,
        }),
    };
  }, [intl, t]);
}

function sameDay(instant: string, today: number): boolean {
  return startOfDay(Date.parse(instant)) === startOfDay(today);
}

function startOfDay(instant: number): number {
  return new Date(instant).setHours(0, 0, 0, 0);
}

function languageName(locale: string, tag: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag; // not a language tag: shown as it came
  }
}
