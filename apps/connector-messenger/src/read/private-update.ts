import type { Json } from '@app/connector-host';

/** One update about private messages, with what every kind of it has. */
export interface PrivateUpdate {
  /** The update itself; what it is about stands under the key that names its kind. */
  readonly element: Json;
  /** Under that key. */
  readonly body: Json;
  readonly kind: string;
  readonly page: string;
  /** The customer, on whichever side. Absent where an update is about the Page alone. */
  readonly person: string | undefined;
  /** The Page did it. */
  readonly byPage: boolean;
  /** Milliseconds; of the entry, or of its arrival, where the update has none. */
  readonly at: number;
  /** The update's own time, where it has one. */
  readonly ownTime: number | undefined;
  readonly where: string;
}
