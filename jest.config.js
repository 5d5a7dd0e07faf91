'use strict';

/**
 * Four kinds of test, told apart by the end of the file's name (see CONTRIBUTING.md):
 *
 *   .spec      touches nothing: no database, no network, no disk
 *   .int-spec  has PostgreSQL (embedded, or the server of TEST_DATABASE_URL) and real protocol servers in the process
 *   .e2e-spec  starts the product's own processes
 *   test/browser/**  drives a Chromium; not part of `npm test`
 *
 * `.spec` files start no PostgreSQL, so `npx jest path/to/one.spec.ts` answers in a second.
 */
const { readFileSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

const swcrc = JSON.parse(readFileSync(join(__dirname, '.swcrc'), 'utf8'));
delete swcrc.$schema;
delete swcrc.exclude;

/** @param {object} parser @param {object} [transform] */
const swc = (parser, transform = {}) => [
  '@swc/jest',
  { ...swcrc, jsc: { ...swcrc.jsc, parser, transform: { ...swcrc.jsc.transform, ...transform } } },
];

// These packages publish ES modules only, and jest on Node 20 cannot require those: they are transformed like our own
// files. A package that fails with "Cannot use import statement" or "Must use import to load ES Module" joins the list.
const esmOnly = [
  '@nestjs',
  'jose',
  'email-reply-parser',
  'd3-[a-z-]+',
  'internmap',
  'react-intl',
  '@formatjs',
  'intl-messageformat',
];

const common = {
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'tsx', 'js', 'mjs', 'json', 'node'],
  moduleNameMapper: { '^@app/([^/]+)$': '<rootDir>/libs/$1/src' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.data/'],
  setupFiles: ['reflect-metadata'],
  transform: {
    '\\.ts$': swc(swcrc.jsc.parser),
    '\\.tsx$': swc({ ...swcrc.jsc.parser, tsx: true }, { react: { runtime: 'automatic' } }),
    '\\.m?js$': swc({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};

const withPostgres = {
  ...common,
  globalSetup: '<rootDir>/test/support/postgres.ts',
  globalTeardown: '<rootDir>/test/support/postgres-teardown.ts',
};

module.exports = {
  // Most of a run waits for servers and processes, so two at once pay even on two cores.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testSequencer: '<rootDir>/test/support/house/fast-first.js',
  projects: [
    {
      ...common,
      displayName: 'spec',
      testRegex: '\\.spec\\.tsx?$',
      testPathIgnorePatterns: ['<rootDir>/test/browser/'],
      setupFilesAfterEnv: ['<rootDir>/test/support/house/second-try.ts'],
    },
    {
      ...withPostgres,
      displayName: 'int',
      testRegex: '\\.int-spec\\.ts$',
      setupFilesAfterEnv: ['<rootDir>/test/support/house/patience.ts', '<rootDir>/test/support/house/second-try.ts'],
    },
    {
      ...withPostgres,
      displayName: 'e2e',
      testRegex: '\\.e2e-spec\\.ts$',
      setupFilesAfterEnv: ['<rootDir>/test/support/house/patience.ts', '<rootDir>/test/support/house/second-try.ts'],
    },
    {
      ...withPostgres,
      displayName: 'browser',
      testRegex: 'test/browser/.*\\.spec\\.ts$',
      setupFilesAfterEnv: ['<rootDir>/test/support/house/patience.ts', '<rootDir>/test/support/house/second-try.ts'],
    },
  ],
};
