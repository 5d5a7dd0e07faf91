export { allMigrations } from './schema-owners';
export { openInstallation, type Installation } from './installation';
