/** A person's browser, as the api sees it: cookies, the same origin, JSON. */
export class ApiClient {
  private cookie = '';

  constructor(readonly baseUrl: string) {}

  /** One GraphQL operation. @throws with what the server said when it did not answer with data. */
  async call<T = Record<string, never>>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { status, body } = await this.raw({ query, variables });
    if (body.errors || !body.data)
      throw new Error(`the api answered ${status}: ${JSON.stringify(body.errors ?? body)}`);
    return body.data as T;
  }

  /** The same, whatever is answered. */
  async raw(payload: unknown): Promise<{ status: number; body: { data?: unknown; errors?: unknown } }> {
    const response = await fetch(`${this.baseUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-evenhand': '1', origin: this.baseUrl, cookie: this.cookie },
      body: JSON.stringify(payload),
      signal: AbortSignal.timeout(30_000),
    });
    this.remember(response);
    return { status: response.status, body: (await response.json()) as { data?: unknown; errors?: unknown } };
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = {
      'x-evenhand': '1',
      origin: this.baseUrl,
      cookie: this.cookie,
      ...(init.headers as Record<string, string>),
    };
    return fetch(`${this.baseUrl}${path}`, { signal: AbortSignal.timeout(30_000), ...init, headers });
  }

  get cookieHeader(): string {
    return this.cookie;
  }

  /** Signs in on the demo's card of that role. */
  async demoSignIn(role: 'AGENT' | 'SUPERVISOR' | 'ADMIN'): Promise<void> {
    const { installation } = await this.call<{ installation: { demoLogins: { agentId: string; role: string }[] } }>(
      '{ installation { demoLogins { agentId role } } }',
    );
    const card = installation.demoLogins.find((login) => login.role === role);
    if (!card) throw new Error(`the demo has no card for ${role}`);
    const result = await this.call<{ demoSignIn: { viewer: { email: string } | null; userErrors: unknown[] } }>(
      'mutation ($agentId: ID!) { demoSignIn(input: { agentId: $agentId }) { viewer { email } userErrors { message } } }',
      { agentId: card.agentId },
    );
    if (!result.demoSignIn.viewer) throw new Error(JSON.stringify(result.demoSignIn.userErrors));
  }

  async signIn(email: string, password: string): Promise<void> {
    const result = await this.call<{ signIn: { viewer: { email: string } | null; userErrors: unknown[] } }>(
      'mutation ($email: String!, $password: String!) { signIn(input: { email: $email, password: $password }) { viewer { email } userErrors { message } } }',
      { email, password },
    );
    if (!result.signIn.viewer) throw new Error(JSON.stringify(result.signIn.userErrors));
  }

  private remember(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) this.cookie = cookie.split(';', 1)[0] ?? '';
  }
}
