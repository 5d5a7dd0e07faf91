import type { Session } from '@app/inbox';
import type { Database, Logger, Tx } from '@app/runtime';
import { GraphQLError } from 'graphql';
import { makeLoaders, type Loaders } from './loaders';
import { ReadTransaction } from './read-transaction';
import { wordsFor, type Words } from './words';

/** What the network says of the caller. Nothing of it is trusted but the socket's own address. */
export interface Caller {
  readonly requestId: string;
  /** Address of the client, through proxies only as far as they are trusted. */
  readonly ip: string;
  /** Over loopback and for a loopback name, with no proxy between. */
  readonly local: boolean;
  readonly userAgent: string;
  readonly acceptLanguage: string;
  /** Sets (null: removes) the session cookie of the answer; does nothing on a WebSocket. */
  readonly setCookie: (token: string | null, expiresAt: Date) => void;
}

/** One GraphQL operation: who asks, and what may be read and written in its course. The context of every resolver. */
export class Operation {
  private reads: ReadTransaction | undefined;
  private loadersNow: Loaders | undefined;
  private over: Error | undefined;
  private readonly aborter = new AbortController();

  constructor(
    readonly database: Database,
    readonly caller: Caller,
    readonly logger: Logger,
    /** Undefined while nobody is signed in. */
    public session: Session | undefined,
  ) {}

  /** The signed-in agent. @throws UNAUTHENTICATED; the guard of the schema has refused before, so this is a belt. */
  get viewer(): Session {
    if (!this.session) throw unauthenticated(this.words);
    return this.session;
  }

  get words(): Words {
    return wordsFor(this.session?.locale ?? this.caller.acceptLanguage);
  }

  get load(): Loaders {
    this.loadersNow ??= makeLoaders(this.reading, this.viewer.agentId);
    return this.loadersNow;
  }

  /** Reads in the one read-only transaction of the operation. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.reading.run(work);
  }

  /** Writes in one transaction of the viewer's workspace. What is read later in the operation sees it. */
  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const { workspaceId } = this.viewer;
    await this.end();
    if (this.over) throw this.over;
    return this.database.transaction({ workspaceId }, work);
  }

  /** Goes on as somebody else: after signing in or out. */
  async become(session: Session | undefined): Promise<void> {
    await this.end();
    this.session = session;
    this.reads = undefined;
  }

  /** Lets go of the connection and forgets what was loaded. Safe twice, and the operation may go on. */
  async end(): Promise<void> {
    this.loadersNow = undefined;
    await this.reads?.end();
  }

  /** Aborted when nobody waits for the operation any more. */
  get ended(): AbortSignal {
    return this.aborter.signal;
  }

  /** Nobody waits for the answer any more, or it took too long: whatever the operation still wants is refused. */
  async abort(reason: Error): Promise<void> {
    this.over = reason;
    this.aborter.abort(reason);
    await this.reads?.abort(reason);
  }

  private get reading(): ReadTransaction {
    if (this.over) throw this.over;
    this.reads ??= new ReadTransaction(this.database, this.viewer.workspaceId);
    return this.reads;
  }
}

/** Nobody is signed in, or no longer. */
export function unauthenticated(words: Words): GraphQLError {
  return new GraphQLError(words.signInFirst, { extensions: { code: 'UNAUTHENTICATED' } });
}
