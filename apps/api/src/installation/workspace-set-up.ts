import { Injectable } from '@nestjs/common';
import { Agents, Workspaces, type Session } from '@app/inbox';
import { Database } from '@app/runtime';
import type { WorkspaceSetUpInput } from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import { invalid } from '../graphql/user-errors';
import { LOCALES, type Words } from '../graphql/words';
import { hashPassword, PASSWORD } from '../viewer/passwords';
import { SignIn } from '../viewer/sign-in';

/** Any number, the same in all versions: two who set up at once come one after the other. */
const SET_UP_LOCK = 4_172_026_002;

type Fault = ReturnType<typeof invalid>;

/** Makes the first workspace and its first admin. */
@Injectable()
export class WorkspaceSetUp {
  constructor(
    private readonly database: Database,
    private readonly workspaces: Workspaces,
    private readonly agents: Agents,
    private readonly signIn: SignIn,
  ) {}

  /** Only while nobody exists, and only over loopback: whoever gets there first is the admin. */
  async run(
    operation: Operation,
    input: WorkspaceSetUpInput,
  ): Promise<{ viewer: Session | null; userErrors: Fault[]; clientMutationId: string }> {
    const { clientMutationId } = input;
    const refuse = (...userErrors: Fault[]) => ({ viewer: null, userErrors, clientMutationId });
    if (!operation.caller.local) return refuse(invalid(null, operation.words.setUpOverLoopback));
    const faults = check(input, operation.words);
    if (faults.length > 0) return refuse(...faults);
    const done = (): Fault => invalid(null, operation.words.setUpDone);
    if (await this.somebodyExists()) return refuse(done());

    const passwordHash = await hashPassword(input.password);
    const { workspaceId } = await this.database.transaction('system', (tx) =>
      this.workspaces.create(tx, { name: input.workspaceName.trim(), timeZone: input.timeZone }),
    );
    // an empty workspace may be left behind when another was faster; nobody can ever enter it
    const made = await this.database.transaction({ workspaceId }, async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [SET_UP_LOCK]);
      if ((await this.workspaces.installation(tx)).hasAgents) return { error: 'set-up' as const };
      return this.agents.create(tx, {
        email: input.email,
        displayName: input.displayName.trim(),
        role: 'admin',
        locale: input.locale.slice(0, 2).toLowerCase(),
        passwordHash,
      });
    });
    if ('error' in made) return refuse(done());
    return { viewer: await this.signIn.as(operation, made.agent.id, workspaceId), userErrors: [], clientMutationId };
  }

  private async somebodyExists(): Promise<boolean> {
    const found = await this.database.transaction('system', (tx) => this.workspaces.installation(tx), {
      readOnly: true,
    });
    return found.hasAgents;
  }
}

function check(input: WorkspaceSetUpInput, words: Words): Fault[] {
  const faults: Fault[] = [];
  const text = (field: 'workspaceName' | 'displayName', most: number): void => {
    const length = input[field].trim().length;
    // PostgreSQL takes no NUL in a text
    if (length === 0 || input[field].includes('\0')) faults.push(invalid([field], words.missing(field)));
    if (length > most) faults.push(invalid([field], words.tooLong(most, length)));
  };
  text('workspaceName', 100);
  text('displayName', 100);
  if (!/^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}]{1,250}$/u.test(input.email.trim()))
    faults.push(invalid(['email'], words.notAnAddress));
  if (input.password.length < PASSWORD.least) faults.push(invalid(['password'], words.tooShort(PASSWORD.least)));
  if (input.password.length > PASSWORD.most) {
    faults.push(invalid(['password'], words.tooLong(PASSWORD.most, input.password.length)));
  }
  if (!LOCALES.some((locale) => locale === input.locale.slice(0, 2).toLowerCase())) {
    faults.push(invalid(['locale'], words.unknownLocale));
  }
  if (!isTimeZone(input.timeZone)) faults.push(invalid(['timeZone'], words.unknownTimeZone));
  return faults;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    // RangeError is how Intl says no
    return false;
  }
}
