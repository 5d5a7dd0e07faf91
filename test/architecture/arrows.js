'use strict';

/**
 * The plan of the house as data: who may import whom, and where a package is at home (see ARCHITECTURE.md).
 * `import-rules.js` beside this file makes dependency-cruiser's rules of it. A change here is a change of the plan.
 */

/** Unit -> the libs it may import. Apps never import one another, except through a door as in `doorsOfApps`. */
const arrows = {
  'libs/channel': [],
  'libs/triage': [],
  'libs/audit': ['triage'],
  'libs/runtime': [],
  'libs/inbox': ['channel', 'triage', 'runtime'],
  'libs/connector-host': ['channel', 'runtime'],
  'apps/connector-[^/]+': ['channel', 'connector-host', 'runtime'],
  'apps/triage': ['channel', 'triage', 'inbox', 'runtime'],
  'apps/api': ['channel', 'triage', 'audit', 'inbox', 'runtime'],
  'apps/audit': ['channel', 'triage', 'audit', 'inbox', 'runtime'],
  'apps/fairlog': ['triage', 'audit'],
  'apps/simulator': ['channel', 'runtime'],
  'apps/web': ['triage', 'audit'],
  'apps/cli': ['channel', 'triage', 'audit', 'runtime', 'inbox', 'connector-host'],
  'apps/all-in-one': ['channel', 'triage', 'audit', 'runtime', 'inbox', 'connector-host'],
};

/** Who may import `apps/<any>/src/index.ts`. Test files of an app may also use the simulator's. */
const doorsOfApps = ['apps/cli', 'apps/all-in-one'];

/** Units whose product files import no package and nothing of Node: they decide the order and check it. */
const bare = ['libs/triage', 'libs/audit'];

const connectorEmail = 'apps/connector-email';
const connectorX = 'apps/connector-x';
const simulator = 'apps/simulator';

/** Package -> the only places that import it. Packages not named here are free, except for `bare` units. */
const homes = {
  // Checks what comes from outside: words between processes, settings, and an operator's arguments.
  zod: ['libs/channel', 'libs/runtime', '(apps|libs)/[^/]+/src/config\\.ts', 'apps/cli'],
  pg: ['libs/runtime'],
  // The DataSource stays in libs/runtime (.oxlintrc.json); the others declare entities and migrations.
  typeorm: ['libs/runtime', 'libs/inbox', 'libs/connector-host', 'apps/audit'],
  bull: ['libs/runtime'],
  ioredis: ['libs/runtime'],
  pino: ['libs/runtime'],
  'prom-client': ['libs/runtime'],

  graphql: ['apps/api', 'apps/web'],
  '@apollo/server': ['apps/api'],
  '@as-integrations/express5': ['apps/api'],
  '@graphql-tools/schema': ['apps/api'],
  'graphql-query-complexity': ['apps/api'],
  'graphql-ws': ['apps/api', 'apps/web'],
  dataloader: ['apps/api'],

  react: ['apps/web'],
  'react-dom': ['apps/web'],
  'react-aria-components': ['apps/web'],
  'react-intl': ['apps/web'],
  urql: ['apps/web'],
  '@urql/[^/]+': ['apps/web'],
  '@tanstack/[^/]+': ['apps/web'],
  'd3-[^/]+': ['apps/web'],
  dompurify: ['apps/web'],

  imapflow: [connectorEmail],
  mailauth: [connectorEmail],
  'email-reply-parser': [connectorEmail],
  talonjs: [connectorEmail],
  'html-to-text': [connectorEmail],
  'sanitize-html': [connectorEmail],
  // The simulator plays the customer's mail program, which writes mail and shows it.
  mailparser: [connectorEmail, simulator],
  'postal-mime': [connectorEmail, simulator],
  nodemailer: [connectorEmail, simulator],
  'smtp-server': [simulator],
  'hoodiecrow-imap': [simulator],

  // X's own rules for text: how it is counted where it is written, sent, and taken.
  'twitter-text': [connectorX, simulator, 'libs/inbox', 'apps/web'],
};

/** The only packages of libs/channel: it is the words between processes and must stay cheap to import. */
const packagesOfChannel = ['zod'];

module.exports = { arrows, doorsOfApps, bare, homes, packagesOfChannel };
