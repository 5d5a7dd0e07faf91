'use strict';

/**
 * Builds the product into dist/: every app and lib with `nest build --all` (swc), then the web page with vite.
 *
 *   node apps/all-in-one/build.js              builds always (`npm run build`)
 *   node apps/all-in-one/build.js --if-needed  builds unless dist/ already stands for these very sources
 *
 * Both may run at once and while the product runs from dist/: one build at a time, and a file that no source stands for
 * any more goes only after the new ones are written.
 */
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');

const root = path.resolve(__dirname, '../..');
const dist = path.join(root, 'dist');
const stampFile = path.join(dist, '.built-from');
const lockFile = path.join(dist, '.building');

/** What the build reads besides apps/ and libs/. */
const settings = ['.swcrc', 'nest-cli.json', 'tsconfig.json', 'package-lock.json'];
const isTest = /\.(int-|e2e-)?spec\.tsx?$/;

/** Builds if the sources are others than at the last build. Resolves to whether it built. */
async function buildIfNeeded() {
  if (readOr(stampFile) === fingerprint()) return false;
  await build({ unlessBuilt: true });
  return true;
}

async function build({ unlessBuilt = false } = {}) {
  fs.mkdirSync(dist, { recursive: true });
  await claim();
  try {
    // Taken before the build reads the sources: what changes meanwhile is built next time.
    const sources = fingerprint();
    if (unlessBuilt && readOr(stampFile) === sources) return; // another process built while this one waited
    const started = Date.now();
    fs.rmSync(stampFile, { force: true });
    const steps = [run('nest', ['@nestjs/cli/bin/nest.js', 'build', '--all'], root)];
    if (fs.existsSync(path.join(root, 'apps/web/vite.config.ts'))) {
      steps.push(run('vite', ['vite/bin/vite.js', 'build', '--logLevel', 'warn'], path.join(root, 'apps/web')));
    }
    await Promise.all(steps);
    removeOrphans();
    fs.writeFileSync(stampFile, sources);
    process.stderr.write(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  } finally {
    fs.rmSync(lockFile, { force: true });
  }
}

/** Path, size and time of every source; a file that goes or comes back with an old date counts too. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of [...settings, ...filesBelow('apps'), ...filesBelow('libs')]) {
    const stat = fs.statSync(path.join(root, file), { throwIfNoEntry: false });
    if (stat && !isTest.test(file)) hash.update(`${file}\0${stat.size}\0${stat.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesBelow(folder) {
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !file.includes('node_modules'))
    .sort();
}

/** Removes compiled files whose source is gone, so that nothing in dist/ runs that is not in the repository. */
function removeOrphans() {
  for (const folder of ['apps', 'libs']) {
    if (!fs.existsSync(path.join(dist, folder))) continue;
    for (const entry of fs.readdirSync(path.join(dist, folder), { withFileTypes: true, recursive: true })) {
      const match = /^(.*)\.js(\.map)?$/.exec(path.join(entry.parentPath ?? entry.path, entry.name));
      if (!match || !entry.isFile()) continue;
      const source = path.join(root, path.relative(dist, match[1]));
      if (!['.ts', '.tsx', '.js'].some((ending) => fs.existsSync(source + ending))) fs.rmSync(match[0]);
    }
  }
}

/** Takes the build lock; waits while a living process holds it. */
async function claim() {
  for (const deadline = Date.now() + 120_000; ;) {
    try {
      return fs.writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readOr(lockFile));
    if (holder && !isAlive(holder)) {
      fs.rmSync(lockFile, { force: true });
      continue;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `Another build (process ${holder}) has held ${lockFile} for two minutes. End it, or remove the file.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM'; // alive, of another user
  }
}

/** Runs one build tool, silent unless it fails. */
function run(name, [script, ...args], cwd) {
  return new Promise((resolve, reject) => {
    const file = path.join(root, 'node_modules', script);
    if (!fs.existsSync(file)) {
      reject(new Error(`${script} is not installed. Run "npm ci" first (with development dependencies).`));
      return;
    }
    // Whoever builds: a test run says NODE_ENV=test, and vite would then bring React's slow and large development version.
    const env = { ...process.env, NODE_ENV: 'production' };
    const child = spawn(process.execPath, [file, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      // swc reports a file that it cannot compile and goes on; the exit code alone does not tell.
      if (code === 0 && !/Failed to compile/.test(output)) resolve();
      else reject(new Error(`${name} build failed (exit code ${code}):\n${output}`));
    });
  });
}

function readOr(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}

module.exports = { buildIfNeeded };

if (require.main === module) {
  const work = process.argv.includes('--if-needed') ? buildIfNeeded() : build();
  work.catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
