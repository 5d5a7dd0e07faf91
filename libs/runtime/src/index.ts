export { Clock } from './clock/clock';
export { Ids, uuidBytes, uuidText } from './clock/ids';
export { ConfigError, envExample, readConfig, type ConfigOf, type Setting, type Settings } from './config/config';
export { runtimeSettings } from './config/runtime-settings';
export { Logger, NestLog, type LogFields } from './logging/logger';
export { Database, sqlState, Tx, type Scope, type TransactionOptions } from './database/database';
export { checkSchema, migrate, UnknownSchema, type MigrateOptions, type Migration } from './database/migrate';
export { DATABASE_ROLES, derivedPassword, roleName, roleUrl, type DatabaseRole } from './database/role';
export { Jobs1763800000001 } from './jobs/migrations/1763800000001-jobs';
