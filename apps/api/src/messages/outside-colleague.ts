/** Whoever of ours answered outside Evenhand; nobody knows more. */
export interface OutsideColleague {
  readonly outside: true;
}
export const outsideColleague: OutsideColleague = { outside: true };
