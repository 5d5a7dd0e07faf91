import { sqlState } from '@app/runtime';

/** Classes of SQLSTATE that say something of the server or of the moment, not of the event. */
const OF_THE_MOMENT = new Set(['08', '40', '53', '55', '57', '58']);
/** Statement taken too long: that may well be the event. */
const TOO_SLOW = '57014';

/** Whether the event itself is to blame, so that the same would happen again; otherwise it is to be tried as it is. */
export function blamesEvent(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state === TOO_SLOW || !OF_THE_MOMENT.has(state.slice(0, 2));
  // a lost connection has a code of the system, or none and the driver's words
  if (
    error instanceof Error &&
    /ECONN|EPIPE|ETIMEDOUT|terminated|not queryable|timeout/i.test(`${codeOf(error)} ${error.message}`)
  )
    return false;
  return true;
}

/** What is wrong, without a word of the event: it may stand in logs and on pages. */
export function describeProblem(error: unknown): string {
  const state = sqlState(error);
  if (state !== undefined) return `the database refused it (${state}${constraintOf(error)})`;
  const issues = (error as { issues?: readonly { readonly path: readonly PropertyKey[]; readonly code: string }[] })
    .issues;
  if (Array.isArray(issues)) {
    return `not an event: ${issues
      .slice(0, 5)
      .map((issue) => `${issue.path.map(String).join('.') || 'body'} ${issue.code}`)
      .join(', ')}`;
  }
  return error instanceof Error ? error.name : typeof error;
}

function codeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' ? code : '';
}

function constraintOf(error: unknown): string {
  const constraint = (error as { driverError?: { constraint?: unknown } }).driverError?.constraint;
  return typeof constraint === 'string' ? `, ${constraint}` : '';
}
