'use strict';

const Sequencer = require('@jest/test-sequencer').default;

const kinds = [/\.spec\.tsx?$/, /\.int-spec\.ts$/, /\.e2e-spec\.ts$/];
const rank = ({ path }) =>
  path.includes('/test/browser/') ? kinds.length : kinds.findIndex((kind) => kind.test(path));

/** Runs `.spec`, then `.int-spec`, then `.e2e-spec`, so that a broken rule shows before a process is started. */
module.exports = class FastFirst extends Sequencer {
  async sort(tests) {
    // The usual order, failed last time and long ones first, stays within a kind: Array.sort is stable.
    return Array.from(await super.sort(tests)).sort((a, b) => rank(a) - rank(b));
  }
};
