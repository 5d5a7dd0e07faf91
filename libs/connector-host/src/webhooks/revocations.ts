import { randomUUID } from 'node:crypto';
import {
  FORGET_ASKED,
  forgetAskedJob,
  type ChannelKind,
  type ForgetAskedJob,
  type PlatformApp,
  type WebhookAnswer,
} from '@app/channel';
import type { Database, Jobs, Logger } from '@app/runtime';
import { personHash, type Accounts } from '../accounts';
import { connectFrame } from '../connect/connect-html';

/** People who asked a platform to be forgotten, and those who took a permission back. */
export class Revocations {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly channel: ChannelKind,
    private readonly jobs: Pick<Jobs, 'define' | 'enqueue'>,
    private readonly logger: Logger,
  ) {
    jobs.define(FORGET_ASKED, { payload: forgetAskedJob });
  }

  /**
   * Does what somebody asked for. Of an operator who connected accounts: their permission ends, and where they asked to be
   * forgotten nothing of them stays. A customer who asked to be forgotten is erased by the inbox; only then the request is done.
   * @returns the code under which they may look what became of it; undefined where nothing is to be erased.
   */
  async handle(app: PlatformApp, { user, erase, issuedAt }: Extract<WebhookAnswer, { kind: 'revoked' }>) {
    const code = erase ? randomUUID() : undefined;
    const accounts = await this.database.transaction('system', async (tx) => {
      const concerned = await this.accounts.revoke(tx, app, user, issuedAt, erase);
      if (code !== undefined) {
        await tx.execute(
          `insert into intake.forget_requests (code, channel, app_id, user_hash, requested_at, finished_at)
           values ($1, $2, $3, $4, $5, null)`,
          [code, this.channel, app.id, personHash(user), tx.now],
        );
        const asked: ForgetAskedJob = {
          workspaceId: app.workspaceId,
          channel: this.channel,
          value: user,
          requestId: code,
          askedAt: tx.now.toISOString(),
        };
        await this.jobs.enqueue(tx, FORGET_ASKED, asked, { key: code });
      }
      return concerned;
    });
    this.logger.warn('somebody took back what they had allowed', { appId: app.id, accounts, erase });
    return code;
  }

  /** What became of a request, for whoever made it: in both languages, without anything about them. Undefined: none. */
  async page(app: PlatformApp, code: string): Promise<string | undefined> {
    const rows = await this.database.query<{ requestedAt: Date; finishedAt: Date | null }>(
      `select requested_at as "requestedAt", finished_at as "finishedAt" from intake.forget_requests
        where code = $1 and app_id = $2`,
      [code, app.id],
    );
    const request = rows[0];
    if (request === undefined) return undefined;
    const day = (at: Date): string => at.toISOString().slice(0, 10);
    const [en, fr] =
      request.finishedAt === null
        ? [
            `Your request of ${day(request.requestedAt)} has arrived and is being carried out.`,
            `Votre demande du ${day(request.requestedAt)} est bien arrivée et est en cours de traitement.`,
          ]
        : [
            `Your request of ${day(request.requestedAt)} was carried out on ${day(request.finishedAt)}: nothing of you is kept here any more.`,
            `Votre demande du ${day(request.requestedAt)} a été exécutée le ${day(request.finishedAt)} : plus rien de vous n’est conservé ici.`,
          ];
    const title = { en: 'Erasing your data · Effacement de vos données', fr: '' };
    return connectFrame('en', title, `<p>${en}</p><p lang="fr">${fr}</p>`);
  }
}
