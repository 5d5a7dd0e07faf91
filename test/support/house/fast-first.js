'use strict';

const Sequencer = require('@jest/test-sequencer').default;

const kinds = [/\.spec\.tsx?$/, /\.int-spec\.ts$/, /\.e2e-spec\.ts$/];
const rank = (path) => (path.includes('/test/browser/') ? kinds.length : kinds.findIndex((kind) => kind.test(path)));

/** Runs `.spec`, then `.int-spec`, then `.e2e-spec`, so that a broken rule shows before a process is started. */
module.exports = class FastFirst extends Sequencer {
  sort(tests) {
    // super.sort puts what failed last time and what takes long first; the sort below is stable and keeps that within a kind.
    return [...super.sort(tests)].sort((a, b) => rank(a.path) - rank(b.path));
  }
};
