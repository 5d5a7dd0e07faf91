'use strict';

/**
 * Builds if needed, then becomes the app: `node apps/all-in-one/start.js [app] [arguments of the app]`.
 *
 * The app runs in this very process, and the scripts of package.json start it with `exec`, because npm sends SIGTERM and
 * SIGINT to its shell only: a shell that waits for a child would die or stay and leave the app running. Where `exec` is
 * unknown (Windows) call this file directly. Where dist/ is complete and no build tools are installed (the container
 * image), run `node dist/apps/<app>/src/main.js` instead.
 */
const Module = require('node:module');
const { existsSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { buildIfNeeded } = require('./build');

const [app = 'all-in-one', ...args] = process.argv.slice(2);

buildIfNeeded().then(
  () => {
    const main = resolve(__dirname, '../../dist', join('apps', app, 'src/main.js'));
    if (!existsSync(main)) {
      process.stderr.write(`There is no app "${app}": ${main} was not built. Is it listed in nest-cli.json?\n`);
      process.exitCode = 1;
      return;
    }
    process.setSourceMapsEnabled(true);
    process.argv = [process.argv[0], main, ...args];
    Module.runMain(main);
  },
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
