/**
 * Boots a worker from its TypeScript source, for tests: they run before anything is compiled. Compiled code starts
 * its `.js` file directly and never comes here.
 */
export const workerFromSource = `
const { transformSync } = require('@swc/core');
const { readFileSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
require.extensions['.ts'] = (module, path) => {
  const { code } = transformSync(readFileSync(path, 'utf8'), {
    filename: path,
    swcrc: false,
    sourceMaps: 'inline',
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  module._compile(code, path);
};
require(workerData.entry);
`;
