import type { Settings } from '@app/runtime';

/** Triage needs no settings beside those of every process. */
export const triageSettings = {} as const satisfies Settings;
