'use strict';

/**
 * Configuration of dependency-cruiser, made of the plan in arrows.js. Run by `npm run lint`; that each rule can fail is
 * shown by import-rules.e2e-spec.ts.
 */
const { arrows, doorsOfApps, bare, homes, packagesOfChannel } = require('./arrows');

/** Tests, and what only they use: fixtures, and worlds for the tests of one unit in its `testing/`. */
const testFile = '\\.(int-|e2e-)?spec\\.tsx?$|/(fixtures|testing)/';
const anyOf = (names) => `(${names.join('|')})`;
const inUnit = (unit) => `^${unit}/`;
const doorOf = (libs) => `^libs/${anyOf(libs)}/src/index\\.ts$`;
const npm = (name) => `(^|/)node_modules/(@types/)?${name}(/|$)`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const arrowRules = Object.entries(arrows).map(([unit, libs]) =>
  rule(
    `arrows-of-${unit.replace('[^/]+', '*')}`,
    `${unit} may import ${libs.length ? `the doors of ${libs.join(', ')}` : 'no other unit'} and its own files only.`,
    { path: inUnit(unit) },
    {
      path: '^(libs|apps)/',
      pathNot: [
        inUnit(unit),
        ...(libs.length ? [doorOf(libs)] : []),
        ...(doorsOfApps.includes(unit) ? ['^apps/[^/]+/src/index\\.ts$'] : []),
        ...(unit.startsWith('apps/') ? ['^apps/simulator/src/index\\.ts$'] : []), // narrowed by simulator-in-tests
      ],
    },
  ),
);

// One app that matches a pattern ("connector-*") must not import another that matches it.
const siblingRule = rule(
  'apps-are-apart',
  'An app imports no file of another app; apps/cli and apps/all-in-one use the doors.',
  { path: '^apps/([^/]+)/', pathNot: doorsOfApps.map(inUnit) },
  { path: '^apps/', pathNot: ['^apps/$1/', '^apps/simulator/src/index\\.ts$'] },
);

const homeRules = Object.entries(homes).map(([name, places]) =>
  rule(
    `home-of-${name.replace('[^/]+', '*')}`,
    `${name} is imported in ${places.join(', ')} only.`,
    { path: '^(libs|apps)/', pathNot: [`^${anyOf(places)}(/|$)`, testFile] },
    { path: npm(name) },
  ),
);

module.exports = {
  forbidden: [
    ...arrowRules,
    siblingRule,
    ...homeRules,
    rule(
      'simulator-in-tests',
      'Only test files of an app, apps/cli and apps/all-in-one use the simulator.',
      { path: '^apps/', pathNot: [testFile, inUnit('apps/simulator'), ...doorsOfApps.map(inUnit)] },
      { path: '^apps/simulator/' },
    ),
    rule(
      'unknown-unit',
      'Every lib and app stands in arrows.js. A seventh lib needs a written reason.',
      { path: '^(libs|apps)/', pathNot: Object.keys(arrows).map(inUnit) },
      {},
    ),
    rule(
      'by-alias',
      'Across units a lib is imported as @app/<lib>, never by a path.',
      { path: '^((?:libs|apps)/[^/]+)/' },
      { path: '^libs/', pathNot: '^$1/', dependencyTypesNot: ['aliased'] },
    ),
    rule(
      'own-door',
      'Inside a unit files import one another, never the own index.ts; a test may look through the door.',
      { path: '^((?:libs|apps)/[^/]+)/', pathNot: testFile },
      { path: '^$1/src/index\\.ts$' },
    ),
    rule(
      'product-without-tests',
      'Product files import nothing from test/.',
      { path: '^(libs|apps)/', pathNot: testFile },
      { path: ['^test/', testFile] },
    ),
    rule('no-cycle', 'No cycles, type-only ones included.', {}, { circular: true }),
    rule(
      'bare',
      'libs/triage and libs/audit import no package and nothing of Node.',
      { path: bare.map(inUnit), pathNot: testFile },
      { dependencyTypesNot: ['local', 'aliased'] },
    ),
    rule(
      'packages-of-channel',
      `libs/channel imports no package but ${packagesOfChannel.join(', ')}.`,
      { path: inUnit('libs/channel'), pathNot: testFile },
      { path: 'node_modules/', pathNot: packagesOfChannel.map(npm) },
    ),
    rule(
      'runtime-dependency',
      'What runs in production stands under "dependencies" in package.json.',
      { path: '^(libs|apps)/[^/]+/src/', pathNot: [testFile, inUnit('apps/web')] },
      { dependencyTypes: ['npm-dev', 'npm-optional', 'npm-peer'], dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'declared',
      'A package that is imported stands in package.json; what comes along with another package may vanish.',
      { path: '^(libs|apps|test)/' },
      {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: npm('@jest/test-sequencer'),
      }, // jest's own base class
    ),
    rule('resolvable', 'An import leads to a file or package.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['types', 'typings', 'main', 'module'],
    },
  },
};
