import type { InstalledProduct } from './installed-product';

/** Rows of each table of the product. */
export async function rowCounts(product: InstalledProduct): Promise<Record<string, number>> {
  const tables = await product.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema in ('intake', 'inbox', 'sealed', 'record', 'jobs') and table_type = 'BASE TABLE'`,
  );
  const sums = tables
    .map(({ name }) => `select '${name}' as name, count(*)::int as n from ${name}`)
    .join(' union all ');
  const rows = await product.query<{ name: string; n: number }>(sums);
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}
