import { MAX_ID, MAX_REFERENCES } from './mail-limits';
import { safeLine } from './safe-text';

/** Ids in In-Reply-To: only what stands in brackets, for the field may hold prose ("Your message of …"). */
export function readInReplyTo(values: readonly string[]): string[] {
  return unique(values.flatMap(bracketed)).slice(0, MAX_REFERENCES);
}

/**
 * Ids in References, oldest first, the nearest ones kept. Senders drop brackets, separate by commas and cut the field
 * in the middle of an id; a word without brackets counts when it has the form of an id.
 */
export function readReferences(values: readonly string[]): string[] {
  const ids = values.flatMap((value) => {
    const whole = bracketed(value);
    const bare = value
      .replace(/<[^<>\s]+>/g, ' ')
      .split(/[\s,]+/)
      .filter((word) => /^[^<>@\s]+@[^<>@\s]+$/.test(word));
    return whole.length > 0 ? whole : bare;
  });
  // Nearest counts: of a repeated id the last place is kept.
  return unique(ids.toReversed()).slice(0, MAX_REFERENCES).toReversed();
}

/** One Message-ID without brackets; undefined where the field is missing or empty. Case is kept: ids differ by it. */
export function readMessageId(value: string | undefined): string | undefined {
  if (!value) return undefined;
  const id = bracketed(value)[0] ?? clean(value.replace(/^[<\s]+|[>\s]+$/g, ''));
  return id === '' ? undefined : id;
}

function bracketed(value: string): string[] {
  return [...value.matchAll(/<([^<>\s]+)>/g)].map((match) => clean(match[1] ?? '')).filter((id) => id !== '');
}

function clean(id: string): string {
  return safeLine(id, MAX_ID);
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
