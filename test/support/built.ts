const { buildIfNeeded } = require('../../apps/all-in-one/build.js') as { buildIfNeeded: () => Promise<boolean> };

/**
 * Brings dist/ up to the sources, as `npm start` does; several test files may ask at once. For `beforeAll` of whatever
 * starts the product's own processes. EVENHAND_TEST_DIST=as-is takes dist/ as it stands.
 */
export async function built(): Promise<void> {
  if (process.env['EVENHAND_TEST_DIST'] !== 'as-is') await buildIfNeeded();
}
