let act: (() => void) | undefined;
let until = 0;

/** The last act that can still be taken back, wherever one has gone since. Times in milliseconds. */
export const undo = {
  offer(takeBack: () => void, at: number): void {
    act = takeBack;
    until = at;
  },
  run(this: void): void {
    if (Date.now() < until) act?.();
    act = undefined;
  },
};
