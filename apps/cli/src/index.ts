export { installationSettings } from './config';
export { allMigrations } from './schema-owners';
export { openInstallation, type Installation } from './installation';
export { withDatabase, type Session } from './with-database';
export { withMailboxes } from './with-mailboxes';
export { scrubErased } from './scrub';
export { withPages } from './pages';
export { withHandles } from './handles';
