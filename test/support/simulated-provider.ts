/** A mail as the simulator's control API tells it. */
export interface SimulatedMail {
  readonly uid: number;
  readonly internalDate: string;
  readonly messageId: string | null;
  readonly references: readonly string[];
  readonly subject: string | null;
  readonly from: unknown;
  readonly text: string | null;
}

/** The simulated mail provider of a running product, asked as a person on this machine may ask it. */
export class SimulatedProvider {
  constructor(private readonly baseUrl: string) {}

  async mailbox(address: string): Promise<{ inbox: SimulatedMail[]; sent: SimulatedMail[] }> {
    return (await this.ask('GET', `mailboxes/${address}`)).json() as Promise<{
      inbox: SimulatedMail[];
      sent: SimulatedMail[];
    }>;
  }

  /** The bytes of a mail. */
  async raw(address: string, folder: 'INBOX' | 'Sent', uid: number): Promise<string> {
    return (await this.ask('GET', `mailboxes/${address}/${folder}/${uid}`)).text();
  }

  /** Ends the fictional customers' writing. */
  async silence(): Promise<void> {
    await this.ask('DELETE', 'life');
  }

  async write(letter: object): Promise<{ messageId: string; uid: number }> {
    return (await this.ask('POST', 'mails', letter)).json() as Promise<{ messageId: string; uid: number }>;
  }

  async faults(faults: object): Promise<void> {
    await this.ask('PUT', 'faults', faults);
  }

  private async ask(method: string, path: string, body?: object): Promise<Response> {
    const response = await fetch(`${this.baseUrl}/sim/api/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}

/** Value of a header, unfolded. */
export function headerOf(raw: string, name: string): string | undefined {
  const head = raw.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ');
  return new RegExp(`^${name}:[ \t]*(.*)$`, 'im').exec(unfolded)?.[1];
}
