/** How long a text is for its platform, and what of it there is no room for. */
export interface TextLength {
  readonly length: number;
  /** Where the part begins that is too long, in UTF-16 units; undefined: there is none. */
  readonly overFrom: number | undefined;
}

/** @param most longest text; undefined: no limit */
export type MeasureText = (text: string, most: number | undefined) => TextLength;

/** In UTF-16 units, as most platforms count. */
export const measureUnits: MeasureText = (text, most) => ({
  length: text.length,
  overFrom: most !== undefined && text.length > most ? most : undefined,
});
