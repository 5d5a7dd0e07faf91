import { ENGLISH_CUSTOMERS } from './cast-english';
import { FRENCH_CUSTOMERS } from './cast-french';
import type { Customer } from './customer';

/** Everybody who writes in the demo, on whatever channel. All of them, and all that befell them, are made up. */
export const CAST: readonly Customer[] = [...FRENCH_CUSTOMERS, ...ENGLISH_CUSTOMERS];
