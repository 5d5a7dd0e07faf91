export { allMigrations } from './schema-owners';
