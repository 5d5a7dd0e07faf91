'use strict';

/**
 * Lets plain Node run a TypeScript file of this repository, without a build and without type checking:
 * `node -r ./test/support/house/register-typescript.js file.ts`. For tools (bench, schema); the product runs from dist/.
 */
const Module = require('node:module');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { transformSync } = require('@swc/core');

const root = path.resolve(__dirname, '../../..');
const swcrc = JSON.parse(readFileSync(path.join(root, '.swcrc'), 'utf8'));
delete swcrc.$schema;

Module._extensions['.ts'] = (module, filename) => {
  const source = readFileSync(filename, 'utf8');
  const { code } = transformSync(source, { ...swcrc, filename, swcrc: false, sourceMaps: 'inline' });
  module._compile(code, filename);
};

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) => {
  const lib = /^@app\/([^/]+)$/.exec(request)?.[1];
  return resolveFilename(lib ? path.join(root, 'libs', lib, 'src/index.ts') : request, ...rest);
};

process.setSourceMapsEnabled(true);
