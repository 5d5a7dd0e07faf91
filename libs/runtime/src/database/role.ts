import { createHmac } from 'node:crypto';

/** Kinds of process, each with a login role of its own; what each may do is in the migrations. */
export const DATABASE_ROLES = ['api', 'triage', 'connector', 'audit'] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/** Name of a login role in PostgreSQL. */
export function roleName(role: DatabaseRole): string {
  return `evenhand_${role}`;
}

/**
 * Password of a login role when the operator gave none: derived from the owner's, so that whoever holds the owner's URL
 * can log in as any role, and nobody can go the other way.
 */
export function derivedPassword(ownerUrl: string, role: DatabaseRole): string {
  return createHmac('sha256', new URL(ownerUrl).password).update(`evenhand role ${role}`).digest('hex');
}

/**
 * URL of a role. A URL that already names the role is taken as it is; otherwise it is the owner's.
 * @param password given by the operator; wins over what is in the URL.
 */
export function roleUrl(url: string, role: DatabaseRole, password?: string): string {
  const result = new URL(url);
  if (decodeURIComponent(result.username) === roleName(role)) {
    if (password !== undefined) result.password = encodeURIComponent(password);
    return result.href;
  }
  const owner = new URL(url);
  if (password !== undefined) owner.password = encodeURIComponent(password);
  result.username = roleName(role);
  result.password = derivedPassword(owner.href, role);
  return result.href;
}
