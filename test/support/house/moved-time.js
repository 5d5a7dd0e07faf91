'use strict';

/*
 * Loaded before the product's own code (`node --require`) by proofs in which days pass: moves the time of the process by the
 * milliseconds that stand in the file EVENHAND_TEST_TIME names, looked at twenty times a second. Timers go on as they are.
 */
const { readFileSync } = require('node:fs');

const LOOK_MS = 50;
const file = process.env['EVENHAND_TEST_TIME'];
if (file) {
  const Real = Date;
  let moved = 0;
  const look = () => {
    try {
      moved = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      // being written, or gone with its test
    }
  };
  look();
  setInterval(look, LOOK_MS).unref();
  globalThis.Date = class Date extends Real {
    constructor(...given) {
      if (given.length === 0) super(Real.now() + moved);
      else super(...given);
    }

    static now() {
      return Real.now() + moved;
    }
  };
}
