/** What the launcher itself relies on. */
const FIXED: Readonly<Record<string, string>> = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };

const DEFAULTS: Readonly<Record<string, string>> = {
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // What a client did wrong it is told itself; in the log it would leave statements and values of customers.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  // A recycled segment of the write-ahead log keeps what stood in it; of somebody who was erased nothing must stay.
  wal_recycle: 'off',
  // A first mailbox fills empty tables within seconds; until they are analysed the planner believes them empty.
  autovacuum_naptime: '15s',
};

/**
 * Settings of the server, `given` over our defaults.
 * @throws Error for a name that is not one, or one that the launcher needs for itself.
 */
export function serverSettings(given: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  for (const name of Object.keys(given)) {
    if (!/^[a-z_]+(\.[a-z_]+)?$/.test(name)) {
      throw new Error(
        `settings: ${JSON.stringify(name)} is no name of a PostgreSQL setting (lower case letters and _)`,
      );
    }
    if (name in FIXED || name === 'port' || name === 'data_directory') {
      throw new Error(`settings: ${name} cannot be given, the launcher chooses it`);
    }
  }
  return { ...DEFAULTS, ...given, ...FIXED };
}
