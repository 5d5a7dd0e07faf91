import { Client } from 'pg';

/**
 * What stands in a database, one line per thing, in an order that does not depend on how it came about: schemas, tables,
 * columns, keys, indexes, row-level security and policies, triggers, functions, and who is granted what. Built-in things
 * and the names of owners are left out, so that two servers of different versions give the same text.
 */
export async function catalogueOf(ownerUrl: string): Promise<string> {
  const client = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const lines: string[] = [];
    for (const [kind, sql] of Object.entries(listings)) {
      const { rows } = await client.query<{ line: string }>(sql);
      lines.push(...rows.map(({ line }) => `${kind} ${line.replace(/\s+/g, ' ').trim()}`).sort());
    }
    return `${lines.join('\n')}\n`;
  } finally {
    await client.end();
  }
}

const ours = `nspname !~ '^pg_' and nspname <> 'information_schema'`;

/** Who may do what, without the owner's own rights; `-` stands for everyone. */
const grants = (acl: string, owner: string): string => `
  lateral (
    select grantee, string_agg(privilege_type, ' ' order by privilege_type) as rights
    from aclexplode(${acl})
    where grantee <> ${owner} and privilege_type <> 'MAINTAIN' -- since PostgreSQL 17
    group by grantee
  ) a
  cross join lateral (select coalesce((select rolname from pg_roles where oid = a.grantee), 'public') as grantee_name) g`;

const listings: Record<string, string> = {
  extension: `select extname as line from pg_extension where extname <> 'plpgsql'`,

  schema: `select nspname as line from pg_namespace where ${ours}`,

  'schema-grant': `
    select nspname || ' to ' || grantee_name || ': ' || rights as line
    from pg_namespace n, ${grants('n.nspacl', 'n.nspowner')} where ${ours}`,

  table: `
    select nspname || '.' || relname
      || case relkind when 'p' then ' partitioned by ' || pg_get_partkeydef(c.oid) when 'v' then ' view ' || md5(pg_get_viewdef(c.oid))
                      when 'm' then ' materialized view' when 'S' then ' sequence' else '' end
      || case when relispartition then ' partition' else '' end
      || case when relrowsecurity then ' row-security' else '' end
      || case when relforcerowsecurity then ' forced' else '' end
      || case when relpersistence = 'u' then ' unlogged' else '' end
      || coalesce(' with ' || array_to_string(reloptions, ', '), '') as line
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where relkind in ('r', 'p', 'v', 'm', 'S') and ${ours}`,

  column: `
    select nspname || '.' || relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
      || case when attnotnull then ' not null' else '' end
      || case when attidentity <> '' then ' identity ' || attidentity::text else '' end
      || coalesce(case when attgenerated <> '' then ' generated ' else ' default ' end || pg_get_expr(adbin, adrelid), '') as line
    from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
    left join pg_attrdef d on adrelid = attrelid and adnum = attnum
    where attnum > 0 and not attisdropped and relkind in ('r', 'p', 'v', 'm') and ${ours}`,

  constraint: `
    select nspname || '.' || relname || ' ' || conname || ' ' || pg_get_constraintdef(o.oid) as line
    from pg_constraint o join pg_class c on c.oid = conrelid join pg_namespace n on n.oid = relnamespace
    where contype <> 'n' and ${ours}`, // not-null ones are listed with the columns; PostgreSQL 18 also names them

  index: `select schemaname || ' ' || indexdef as line from pg_indexes
    where schemaname !~ '^pg_' and schemaname <> 'information_schema'`,

  policy: `
    select schemaname || '.' || tablename || ' ' || policyname || ' ' || permissive || ' for ' || cmd || ' to '
      || (select string_agg(case role when current_user then 'owner' else role::text end, ', ' order by role) from unnest(roles) role)
      || coalesce(' using ' || qual, '') || coalesce(' check ' || with_check, '') as line
    from pg_policies`,

  trigger: `
    select pg_get_triggerdef(t.oid) as line
    from pg_trigger t join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = relnamespace
    where not tgisinternal and ${ours}`,

  function: `
    select nspname || '.' || proname || '(' || pg_get_function_identity_arguments(p.oid) || ') returns ' || pg_get_function_result(p.oid)
      || case when prosecdef then ' security-definer' else '' end
      || coalesce(' set ' || array_to_string(proconfig, ', '), '')
      || ' body ' || md5(regexp_replace(prosrc, '\\s+', ' ', 'g')) as line
    from pg_proc p join pg_namespace n on n.oid = pronamespace
    where prokind in ('f', 'p') and ${ours}
      and not exists (select from pg_depend where objid = p.oid and deptype = 'e')`,

  'table-grant': `
    select nspname || '.' || relname || ' to ' || grantee_name || ': ' || rights as line
    from pg_class c join pg_namespace n on n.oid = relnamespace, ${grants('c.relacl', 'c.relowner')} where ${ours}`,

  'column-grant': `
    select nspname || '.' || relname || '.' || attname || ' to ' || grantee_name || ': ' || rights as line
    from pg_attribute t join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace,
      ${grants('t.attacl', 'c.relowner')} where ${ours}`,

  'function-grant': `
    select nspname || '.' || proname || '(' || pg_get_function_identity_arguments(p.oid) || ') to ' || grantee_name || ': ' || rights as line
    from pg_proc p join pg_namespace n on n.oid = pronamespace,
      ${grants("coalesce(p.proacl, acldefault('f', p.proowner))", 'p.proowner')}
    where ${ours} and not exists (select from pg_depend where objid = p.oid and deptype = 'e')`,

  role: `
    select rolname || case when rolsuper then ' superuser' else '' end || case when rolbypassrls then ' bypasses row security' else '' end
      || case when rolcreatedb then ' creates databases' else '' end || case when rolcreaterole then ' creates roles' else '' end
      || case when rolcanlogin then ' logs in' else '' end as line
    from pg_roles where rolname ~ '^evenhand_'`,
};
