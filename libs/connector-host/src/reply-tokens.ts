import type { Database } from '@app/runtime';
import { uuidBytes } from '@app/runtime';

/**
 * Reply addresses hold only the eight random bytes of a conversation's id; here stands which id that is. The signature
 * in the address is checked by the connector over the whole id.
 */
export class ReplyTokens {
  constructor(private readonly database: Database) {}

  /** The bytes of a conversation id that go into an address. */
  static keyOf(conversationId: string): Buffer {
    return uuidBytes(conversationId).subarray(8);
  }

  /** Remembers a conversation before its address is handed out. @returns false when another one has the same bytes. */
  async remember(accountId: string, conversationId: string): Promise<boolean> {
    const rows = await this.database.transaction('system', async (tx) => {
      const params = [accountId, ReplyTokens.keyOf(conversationId), conversationId];
      await tx.execute(
        'insert into intake.reply_tokens (account_id, key, conversation_id) values ($1, $2, $3) on conflict do nothing',
        params,
      );
      return tx.query(
        'select from intake.reply_tokens where account_id = $1 and key = $2 and conversation_id = $3',
        params,
      );
    });
    return rows.length > 0;
  }

  async find(accountId: string, key: Buffer): Promise<string | undefined> {
    const rows = await this.database.query<{ id: string }>(
      'select conversation_id as id from intake.reply_tokens where account_id = $1 and key = $2',
      [accountId, key],
    );
    return rows[0]?.id;
  }
}
