/** One thing that `doctor` looked at. `mend` says what to do when it is not well. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'note' | 'fault';
  readonly detail: string;
  readonly mend?: string;
}
